public import ArgumentParser
import Foundation
import GRDB
import HubClient
import HubModel
import Operations

/// What an agency does when the hub's ledger was put back to a backup.
public struct RestoredCommand: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "restored",
    abstract: "After a restore of the hub's ledger: look, accept it, confirm releases.",
    discussion: """
      The hub's operator restores a ledger; every agency accepts its new life by hand, so that \
      nobody else can roll the hub back unseen. Ask the operator by telephone for the new life's \
      id. After that, what the backup lacked is sent again by itself; the releases that were \
      captured here count again once they are confirmed.
      """,
    subcommands: [Show.self, Accept.self, Releases.self, Confirm.self],
    defaultSubcommand: Show.self)
  public init() {}

  static func say(_ text: String) {
    FileHandle.standardOutput.write(Data((text + "\n").utf8))
  }

  static func store(_ path: String) throws -> (AdapterStore, AdapterConfiguration) {
    let configuration = try AdapterConfiguration.load(path)
    let file = configuration.stateDirectory + "/adapter.sqlite"
    guard FileManager.default.fileExists(atPath: file) else {
      throw ValidationError("There is no store at \(file): the daemon has never run.")
    }
    return (
      try AdapterStore(path: file, migrations: [CapturedReleases.migration]), configuration
    )
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say which life of the hub's ledger this agency follows.",
      discussion: "Ends with 0 good, 1 releases wait, 2 a new life waits to be accepted.")
    @OptionGroup var options: ConfigurationOption

    func run() throws {
      let (store, _) = try RestoredCommand.store(options.config)
      if let announced = try store.announcedIncarnation() {
        RestoredCommand.say(
          "The hub's ledger was restored. Its new life is \(announced).\n"
            + "Ask the hub's operator by telephone whether that is so; then: restored accept "
            + "\(announced)")
        throw ExitCode(2)
      }
      let ledger = try store.confirmedIncarnation()?.text ?? "none yet"
      let waiting = try store.read { try CapturedReleases(in: $0).waiting() }
      RestoredCommand.say("This agency follows life \(ledger) of the hub's ledger.")
      guard waiting > 0 else { return }
      RestoredCommand.say(
        "\(waiting) release(s) captured here are suspended at the hub: look through 'restored "
          + "releases', then 'restored confirm'.")
      throw ExitCode(1)
    }
  }

  struct Accept: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Accept the new life of the hub's ledger, as its operator told you.")
    @Argument(help: "The new life's id, from the hub's operator.") var life: String
    @OptionGroup var options: ConfigurationOption

    func run() throws {
      let (store, _) = try RestoredCommand.store(options.config)
      guard let announced = try store.announcedIncarnation() else {
        throw ValidationError("The hub has announced no new life; see 'restored show'.")
      }
      guard announced.text == life else {
        throw ValidationError(
          "The hub announced another life, \(announced). Do not accept it before its operator "
            + "has explained that.")
      }
      try store.confirmIncarnation(announced)
      RestoredCommand.say("Accepted. What the backup lacked is sent again by the daemon.")
      let waiting = try store.read { try CapturedReleases(in: $0).waiting() }
      if waiting > 0 {
        RestoredCommand.say("\(waiting) release(s) captured here wait for 'restored confirm'.")
      }
    }
  }

  struct Releases: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the releases that this agency captured, and how they stand here.")
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var options: ConfigurationOption

    func run() throws {
      let (store, _) = try RestoredCommand.store(options.config)
      let lines = try store.read { try CapturedReleases(in: $0).lines() }
      if json { return RestoredCommand.say(try Listing.json(lines)) }
      RestoredCommand.say(
        Listing.table(
          ["RELEASE", "VERSION", "PARTICIPANT", "STATE", "AT THE HUB"],
          lines.map {
            [
              $0.release, "\($0.version)", $0.participant, $0.state,
              $0.waits ? "suspended: confirm it" : "-",
            ]
          }))
    }
  }

  struct Confirm: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say that releases stand as 'restored releases' lists them.",
      discussion: """
        Look through the list first: a release that the person has taken back otherwise than \
        through this adapter must be revoked before. What ended here is said again, too.
        """)
    @Option(help: "A release's id; may stand several times.") var release: [String] = []
    @Flag(help: "All that this agency captured.") var all = false
    @OptionGroup var options: ConfigurationOption

    func validate() throws {
      guard all != !release.isEmpty else {
        throw ValidationError("Give --all, or --release ID for each.")
      }
      guard release.allSatisfy({ RoiID($0) != nil }) else {
        throw ValidationError("A release's id is 1 to 63 of a-z, 0-9 and -.")
      }
    }

    func run() throws {
      let (store, _) = try RestoredCommand.store(options.config)
      guard try store.announcedIncarnation() == nil else {
        throw ValidationError("Accept the new life of the hub's ledger first: 'restored accept'.")
      }
      RestoredCommand.say(
        try CommandDrop.write(
          ConfirmedReleases.command,
          ["releases": all ? nil : release.joined(separator: ";"), "all": all ? "yes" : nil],
          configuration: options.config))
    }
  }
}

/// The command file by which a person's word about releases reaches the daemon.
enum ConfirmedReleases {
  static let command = "confirm-releases"

  /// - Returns: nothing where the file is another command.
  static func take(
    _ file: IntakeFile, _ setting: AdapterSetting, at now: WallTime, in database: Database
  ) throws -> IntakeReport? {
    guard file.folder == CommandDrop.folder,
      let records = try? FormReader.read(file.bytes), let record = records.first,
      records.count == 1, record.optional("command") == command
    else { return nil }
    try record.allow(only: ["command", "said-at", "releases", "all"])
    let names = record.list("releases")
    guard (record.optional("all") == "yes") == names.isEmpty else {
      throw record.wrong("releases", "and 'all' exclude each other", "Use 'restored confirm'.")
    }
    let ids = names.compactMap { RoiID($0) }
    guard ids.count == names.count else {
      throw record.wrong("releases", "has what is no id", "Use 'restored confirm'.")
    }
    let count = try CapturedReleases(in: database).confirm(
      names.isEmpty ? nil : ids, with: setting, at: now)
    var report = IntakeReport()
    report.taken = 1
    report.remarks.append("\(count) release(s) were confirmed to the hub.")
    return report
  }
}
