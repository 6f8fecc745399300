import ArgumentParser
import Foundation
import HubModel
import HubProtocol
import Operations

/// Where a hub's invitations are: beside its registry.
enum Invitations {
  static func path(_ configuration: RouterConfiguration) -> String {
    URL(fileURLWithPath: configuration.registryFile).deletingLastPathComponent()
      .appendingPathComponent("invitations.yaml").path
  }
}

struct InviteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "invite", abstract: "Make the one-time code by which an agency joins.",
    discussion: """
      Send the code to the agency's technician by mail or message: it holds what is public of this \
      hub, and a secret that works once, for hours, for this agency alone. Its secret lets nobody \
      in: that takes the fingerprint, read out on the telephone. A new code replaces an open one.
      """)

  @Argument(
    help: """
      The agency as ID:ROLE, for instance lakewood-prosecutor:prosecutor. \(AgencyArgument.roles)
      """)
  var agency: AgencyArgument
  @Option(help: "Its name, as people read it.")
  var name: String?
  @Option(help: "The address by which the agency reaches this router.")
  var host: String?
  @Option(help: "Hours until the code ends, 1 to 168.")
  var hours = 24
  @OptionGroup var router: RouterOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard (1...168).contains(hours) else {
      throw ValidationError("--hours must be from 1 to 168.")
    }
    guard name.map({ (1...100).contains($0.count) }) ?? true else {
      throw ValidationError("--name must be 1 to 100 characters.")
    }
  }

  func run() throws {
    let configuration = try router.configuration()
    let now = SystemClock().wall()
    let registry = try RegistryFile.load(configuration.registryFile)
    try refuseMember(of: registry, at: now)
    let key = try KeyFile.load(configuration.keyFile)
    let invitation = Invitation(
      program: configuration.program, agency: agency.id, role: agency.role,
      name: name ?? County.Member.readableName(agency.id),
      host: try reachableHost(configuration), submitPort: configuration.submitPort,
      routerCurve: key.curve.publicKey.bytes, routerSigning: key.signingPublicKey,
      timeZone: try AgreementFile.timeZone(in: configuration.agreementFile),
      expires: WallTime(milliseconds: now.milliseconds / 60_000 * 60_000) + .hours(Int64(hours)))
    let path = Invitations.path(configuration)
    var file = try InvitationFile.load(path)
    try file.add(invitation, at: now)
    try file.write(to: path)
    if output.json {
      return try Printing.json(Report(invitation))
    }
    print(text(invitation))
  }

  /// One that has a key in force rotates it; a code for it would be a way around that.
  private func refuseMember(of file: RegistryFile, at now: WallTime) throws {
    guard let member = file.agencies.first(where: { $0.id == agency.id }) else { return }
    guard member.role == agency.role else {
      throw CountyError("\(agency.id) is registered as \(member.role.rawValue)")
    }
    var registry = file.registry
    _ = registry.endKeys(at: now)
    guard !member.keys.contains(where: { registry.isInForce($0.fingerprint) }) else {
      throw CountyError(
        "\(agency.id) has a key in force: 'accord key rotate' brings the next one, and 'accord "
          + "key cut-off' ends one that was lost. Where it only waits for its welcome: 'accord "
          + "agency accept REPLY --again'")
    }
  }

  private func reachableHost(_ configuration: RouterConfiguration) throws -> String {
    if let host { return host }
    if let route = configuration.criminalJusticeRoutes.first(where: { $0.agency == agency.id }) {
      return "\(route.bind)"
    }
    let isEverywhere = ["0.0.0.0", "::", "127.0.0.1", "::1", "localhost", "*"]
      .contains(configuration.listenHost)
    guard !isEverywhere else {
      throw ValidationError(
        "Give --host, the address by which the agency reaches this router: its configuration "
          + "listens on \(configuration.listenHost), which tells nobody where that is.")
    }
    return configuration.listenHost
  }

  private struct Report: Encodable {
    let agency: String
    let code: String
    let expires: String
    let routerFingerprint: String
    init(_ invitation: Invitation) {
      agency = invitation.agency.text
      code = invitation.text
      expires = invitation.expires.iso8601
      routerFingerprint = invitation.routerFingerprint.text
    }
  }

  private func text(_ invitation: Invitation) -> String {
    """
    For \(invitation.agency) (\(invitation.role.rawValue)), once, until \
    \(invitation.expires.iso8601). On the agency's machine:

      accord join \(invitation.text)

    This router's fingerprint, to be read out when they call:

      \(Spoken.groups(invitation.routerFingerprint))

    What they send back goes into: accord agency accept REPLY
    """
  }
}

/// A fingerprint as people read it out, and as they type what they heard.
enum Spoken {
  static func groups(_ fingerprint: KeyFingerprint) -> String {
    var text = ""
    for (index, character) in fingerprint.text.enumerated() {
      if index > 0 && index % 4 == 0 { text += " " }
      text.append(character)
    }
    return text
  }

  static func heard(_ text: String, is fingerprint: KeyFingerprint) -> Bool {
    text.lowercased().filter { !$0.isWhitespace && $0 != "-" } == fingerprint.text
  }
}
