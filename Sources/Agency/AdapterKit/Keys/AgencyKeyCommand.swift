public import ArgumentParser
import Foundation
import HubModel
import HubProtocol
import Operations

#if canImport(Glibc)
  import Glibc
#endif

/// An agency's own key: made here, never sent; rotated with an overlap.
public struct AgencyKeyCommand: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "key",
    abstract: "Make this agency's key, or its next one, and change over to it.",
    discussion: """
      'key new' makes both halves, for the connection and for signatures, in a file of this \
      machine's, and writes the public halves beside it for the hub's operator. Read the \
      fingerprint to them by telephone. Once they have enrolled it: 'key use', and restart the \
      daemon.
      """,
    subcommands: [Show.self, New.self, Use.self], defaultSubcommand: Show.self)
  public init() {}

  static func say(_ text: String) {
    FileHandle.standardOutput.write(Data((text + "\n").utf8))
  }

  /// Where keys of an agency stand.
  struct Place {
    let agency: AgencyID
    let key: String
    var next: String { key + ".next" }
    var publicHalf: String { key + ".public" }
    var nextPublicHalf: String { key + ".next.public" }

    init(_ configuration: String) throws {
      try CoreDumps.forbid()
      let loaded = try AdapterConfiguration.load(configuration)
      agency = loaded.agency
      key = loaded.keyFile
    }

    func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say which key this agency uses, and which one is next.")
    @OptionGroup var options: ConfigurationOption

    func run() throws {
      let place = try Place(options.config)
      let key = try KeyFile.load(place.key)
      AgencyKeyCommand.say("\(place.agency) uses \(key.fingerprint), made \(key.created.iso8601).")
      guard place.exists(place.next) else { return }
      let next = try KeyFile.load(place.next)
      AgencyKeyCommand.say("Next: \(next.fingerprint), made \(next.created.iso8601).")
    }
  }

  struct New: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a key, or the next one where there is one, and its public half.")
    @OptionGroup var options: ConfigurationOption

    func run() throws {
      let place = try Place(options.config)
      let isFirst = !place.exists(place.key)
      let path = isFirst ? place.key : place.next
      let half = isFirst ? place.publicHalf : place.nextPublicHalf
      guard isFirst || !place.exists(path) else {
        throw ValidationError("There is a next key already: \(path). Use it, or remove it.")
      }
      let key = try KeyFile.generate(at: SystemClock().wall())
      try? FileManager.default.removeItem(atPath: half)
      try key.write(to: path, holder: place.agency.text)
      try PublicKeyFile(key, of: place.agency).write(to: half)
      AgencyKeyCommand.say(
        """
        Made \(path); it never leaves this machine.
        Send \(half) to the hub's operator, and read this to them by telephone:
          \(key.fingerprint)
        """)
    }
  }

  struct Use: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Change over to the next key, once the hub's operator has enrolled it.",
      discussion: "The key before is kept beside it, under its fingerprint, until you remove it.")
    @OptionGroup var options: ConfigurationOption

    func run() throws {
      let place = try Place(options.config)
      guard place.exists(place.next) else {
        throw ValidationError("There is no next key: make one with 'key new'.")
      }
      let next = try KeyFile.load(place.next)
      let before = try KeyFile.load(place.key)
      let kept = "\(place.key).\(before.fingerprint.text.prefix(8)).old"
      guard !place.exists(kept) else {
        throw ValidationError("\(kept) exists: remove it first.")
      }
      // A second name first: whatever fails, a key stands in its place.
      try FileManager.default.linkItem(atPath: place.key, toPath: kept)
      guard rename(place.next, place.key) == 0 else {
        throw ValidationError("The next key could not be put in place: check the folder.")
      }
      try? FileManager.default.removeItem(atPath: place.nextPublicHalf)
      AgencyKeyCommand.say(
        "\(place.agency) uses \(next.fingerprint) from the daemon's next start on. Restart it.")
    }
  }
}
