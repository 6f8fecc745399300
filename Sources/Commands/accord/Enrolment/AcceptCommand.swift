import ArgumentParser
import Foundation
import HubModel
import HubProtocol
import Operations

struct AcceptCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "accept", abstract: "Enter an invited agency's key, and make its welcome.",
    discussion: """
      On the telephone the agency reads out its fingerprint; type what you hear, by --fingerprint \
      or when asked. The welcome that this prints goes back to the agency, where 'accord join' \
      waits for it: it holds the agreement, and the program's matching key sealed for that one \
      machine. A welcome that was lost is made anew by the same reply with --again.
      """)

  @Argument(help: "The agency's reply, or a file that holds it.")
  var reply: String
  @Option(help: "The fingerprint that the agency's people read out.")
  var fingerprint: String?
  @Option(help: "Days until the key ends by itself; without it, it does not.")
  var expiresInDays: Int?
  @Option(help: "The program's matching key, where it is not beside the registry.")
  var matchingKey: String?
  @Option(help: "Write the welcome to this file, too; one that exists is not overwritten.")
  var welcome: String?
  @Flag(help: "Make the welcome of a reply that was accepted anew; nothing is enrolled.")
  var again = false
  @OptionGroup var router: RouterOptions
  @OptionGroup var output: OutputOptions

  func validate() throws { try RegistryChange.checkDays(expiresInDays) }

  func run() throws {
    // Before anything is enrolled: a welcome that cannot be written would be found out too late.
    if let welcome { try Self.checkPlace(welcome) }
    let configuration = try router.configuration()
    let now = SystemClock().wall()
    let reply = try JoinReply(text: Pasted.text(self.reply))
    let path = Invitations.path(configuration)
    var file = try InvitationFile.load(path)
    if again {
      let entry = try accepted(reply, file, configuration, at: now)
      let welcome = try makeWelcome(reply, entry, configuration)
      return try tell(entry, reply, welcome, isLive: tellRouter())
    }
    let checked = file.check(reply, at: now)
    // A wrong one is counted before it is refused.
    try file.write(to: path)
    let entry = try checked.get()
    try compare(reply)
    let welcome = try makeWelcome(reply, entry, configuration)
    try AgencyAddition(
      configuration: configuration, id: entry.agency, role: entry.role, name: entry.name,
      releasePort: nil, publicKeys: (reply.curve, reply.signing), isConsumer: true,
      expiresAt: expiresInDays.map { now + .days(Int64($0)) }
    ).perform(at: now)
    file.markUsed(entry.id)
    try file.write(to: path)
    try tell(entry, reply, welcome, isLive: tellRouter())
  }

  private static func checkPlace(_ path: String) throws {
    guard !FileManager.default.fileExists(atPath: path) else {
      throw CountyError(
        "\(path) exists, and is never overwritten: name another file for --welcome. Nothing was "
          + "enrolled")
    }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    guard access(folder, W_OK | X_OK) == 0 else {
      throw CountyError(
        "\(path) cannot be written: \(String(cString: strerror(errno))). Name another file for "
          + "--welcome. Nothing was enrolled")
    }
  }

  /// Of a reply that was accepted. Whose it is was compared on the telephone then: the key that was
  /// enrolled signed it, and the invitation's secret is in it.
  private func accepted(
    _ reply: JoinReply, _ file: InvitationFile, _ configuration: RouterConfiguration,
    at now: WallTime
  ) throws -> InvitationFile.Entry {
    guard let entry = file.used(by: reply) else {
      throw CountyError(
        "the reply answers no invitation that was used: without --again it is accepted")
    }
    var registry = try RegistryFile.load(configuration.registryFile).registry
    _ = registry.endKeys(at: now)
    guard registry.isInForce(reply.fingerprint),
      registry.holder(of: reply.fingerprint)?.agency.id == entry.agency
    else { throw CountyError(KeyInRegistry.gone(reply.fingerprint, of: entry.agency, entry.role)) }
    return entry
  }

  /// What was heard on the telephone is what the reply holds.
  private func compare(_ reply: JoinReply) throws {
    var heard = fingerprint
    if heard == nil, isatty(STDIN_FILENO) == 1 {
      Printing.complain("\(reply.agency) reads out its fingerprint; type what you hear:")
      heard = readLine()
    }
    guard let heard else {
      throw ValidationError("Give --fingerprint, as the agency's people read it out to you.")
    }
    guard Spoken.heard(heard, is: reply.fingerprint) else {
      throw CountyError(
        "the fingerprint that was read out is not that of the reply: somebody exchanged it, or it "
          + "was misheard. Nothing was enrolled; telephone again, and have the reply sent anew")
    }
  }

  private func makeWelcome(
    _ reply: JoinReply, _ entry: InvitationFile.Entry, _ configuration: RouterConfiguration
  ) throws -> Welcome {
    let key = try KeyFile.load(configuration.keyFile)
    let usual = URL(fileURLWithPath: configuration.registryFile).deletingLastPathComponent()
      .appendingPathComponent("matching.key").path
    let path = matchingKey ?? usual
    let isThere = matchingKey != nil || FileManager.default.fileExists(atPath: path)
    return try Welcome(
      to: reply, program: configuration.program, role: entry.role,
      agreement: TextFile.read(configuration.agreementFile),
      matchingKey: isThere ? MatchingKeyFile.load(path) : nil, signer: key.signing)
  }

  private func tellRouter() -> Bool {
    do {
      _ = try router.ask(.reloadRegistry)
      return true
    } catch {
      Printing.complain("\(error)")
      return false
    }
  }

  private struct Report: Encodable {
    let agency: String
    let fingerprint: String
    let welcome: String
    let isLive: Bool
  }

  private func tell(
    _ entry: InvitationFile.Entry, _ reply: JoinReply, _ welcome: Welcome, isLive: Bool
  ) throws {
    // Printed in any case, and first: the key is enrolled, and the agency waits for this.
    if output.json {
      try Printing.json(
        Report(
          agency: entry.agency.text, fingerprint: reply.fingerprint.text, welcome: welcome.text,
          isLive: isLive))
    } else {
      say(entry, reply, welcome, isLive: isLive)
    }
    if let path = self.welcome {
      try TextFile.write(welcome.text + "\n", to: path, mode: 0o644, overwrites: false)
    }
  }

  private func say(
    _ entry: InvitationFile.Entry, _ reply: JoinReply, _ welcome: Welcome, isLive: Bool
  ) {
    print(
      """
      \(entry.agency) is in the registry with key \(reply.fingerprint).
      \(isLive
        ? "The router admits it from now on."
        : "The router does not answer; it admits it when it starts.")
      Send this back; the agency pastes it where 'accord join' waits:

      \(welcome.text)
      """)
  }
}

/// What to do where the registry knows the key that an agency comes with.
enum KeyInRegistry {
  /// One that ended or was cut off comes back under no invitation.
  static func gone(_ key: KeyFingerprint, of agency: AgencyID, _ role: Role) -> String {
    "the key \(key) of \(agency) was cut off or has ended, and does not come back: on the agency's "
      + "machine move \(CountyLayout(systemBelow: "").key(role.rawValue)) away, then 'accord "
      + "agency invite' here and 'accord join CODE' there begin anew with another key"
  }

  static func inForce(_ key: KeyFingerprint, of agency: AgencyID) -> String {
    "\(agency) has the key \(key) in force already: 'accord agency accept REPLY --again' makes "
      + "its welcome anew"
  }
}

/// A code as an argument, a file that holds one, or `-` for standard input.
enum Pasted {
  static func text(_ argument: String) throws -> String {
    if argument == "-" {
      let data = FileHandle.standardInput.readDataToEndOfFile()
      return String(decoding: data, as: UTF8.self)
    }
    guard argument.hasPrefix("accord-") || !FileManager.default.fileExists(atPath: argument) else {
      return try TextFile.read(argument)
    }
    return argument
  }
}
