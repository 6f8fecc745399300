import Crypto
import Foundation
import HubModel
import HubProtocol
import Operations
import ZeroMQ

/// The agency's side of joining: what is made at the code, kept until the welcome, and written
/// then.
struct Joining {
  let invitation: Invitation
  let fingerprint: KeyFingerprint
  let reply: JoinReply

  /// Makes keys and the reply. Done again with another code it makes a new reply for the same key.
  static func begin(
    _ invitation: Invitation, _ layout: CountyLayout, at now: WallTime
  ) throws -> Joining {
    let role = invitation.role.rawValue
    guard AdapterTemplate.daemon(of: invitation.role) != nil else {
      throw CountyError(
        "a \(role) has no daemon of its own: the article 'Joining as an agency' says how its own "
          + "software joins")
    }
    let secrets = layout.secrets(of: role)
    try layout.makeFolder(secrets)
    let path = layout.key(role)
    if FileManager.default.fileExists(atPath: layout.configuration(role)),
      !UnfilledFile.isUnfilled(layout.configuration(role))
    {
      throw CountyError(
        "this machine has joined already: \(layout.configuration(role)) is set up. To join anew, "
          + "move that file and \(secrets) away")
    }
    let keys: KeyFile
    if FileManager.default.fileExists(atPath: path) {
      keys = try KeyFile.load(path)
    } else {
      keys = try KeyFile.generate(at: now)
      try keys.write(to: path, holder: invitation.agency.text)
    }
    // The same code again, typed twice or after a pause: a welcome to the first reply still opens.
    let pending = PendingJoin.path(layout, role)
    let before = try? PendingJoin.load(pending)
    let sealing =
      before?.invitation == invitation ? before?.sealing ?? .init() : .init()
    let reply = try JoinReply(to: invitation, keys: keys, sealing: sealing.publicKey)
    try PendingJoin(invitation, sealing).write(to: pending)
    try layout.give([secrets, path], to: role)
    return Joining(invitation: invitation, fingerprint: keys.fingerprint, reply: reply)
  }

  struct Report: Encodable {
    let agency: String
    let fingerprint: String
    let routerFingerprint: String
    let reply: String
  }

  var report: Report {
    Report(
      agency: invitation.agency.text, fingerprint: fingerprint.text,
      routerFingerprint: invitation.routerFingerprint.text, reply: reply.text)
  }

  var text: String {
    """
    \(LogText.escaped(invitation.name)), \(invitation.role.rawValue) of program \
    \(invitation.program), router \(LogText.escaped(invitation.host)):\(invitation.submitPort)

    1. Send this reply to the hub's operator:

    \(reply.text)

    2. Telephone them, by a number that you had before. They read out this router's fingerprint:

      \(Spoken.groups(invitation.routerFingerprint))

       If it differs, stop: the code is not from them. Then you read out yours:

      \(Spoken.groups(fingerprint))

    3. They send a welcome back. With it in a file, this goes on at any time:

      accord join --welcome FILE
    """
  }

  // MARK: The welcome

  /// Writes what is missing, and forgets what was kept for the welcome.
  /// - Returns: the files written.
  static func finish(_ welcome: Welcome, _ layout: CountyLayout) throws -> [String] {
    let role = welcome.role.rawValue
    let pendingPath = PendingJoin.path(layout, role)
    guard FileManager.default.fileExists(atPath: pendingPath) else {
      throw CountyError("this machine waits for no welcome: begin with 'accord join CODE'")
    }
    let pending = try PendingJoin.load(pendingPath)
    let invitation = pending.invitation
    guard welcome.isSigned(by: invitation.routerSigning) else {
      throw CountyError(
        "the welcome is not from the router whose code was used here: do not use it; telephone "
          + "the hub's operator")
    }
    guard welcome.agency == invitation.agency, welcome.program == invitation.program,
      welcome.role == invitation.role
    else { throw CountyError("the welcome is for \(welcome.agency), not for this agency") }
    var files = [layout.agreement(of: role)]
    let matching = layout.matchingKey(of: role)
    let key = try welcome.matchingKey(openedBy: pending.sealing)
    if let key, !FileManager.default.fileExists(atPath: matching) {
      try key.write(to: matching)
      files.append(matching)
    }
    try TextFile.write(welcome.agreement, to: files[0], mode: 0o644, overwrites: true)
    _ = try AgreementFile.load(files[0], now: SystemClock().wall())
    try layout.give(files, to: role)
    try writeConfiguration(invitation, layout)
    files.append(layout.configuration(role))
    try FileManager.default.removeItem(atPath: pendingPath)
    if key == nil && !FileManager.default.fileExists(atPath: matching) {
      throw CountyError(
        "the welcome has no matching key: have it handed over in person, and put it at "
          + "\(matching), mode 600. All else is written")
    }
    return files
  }

  private static func writeConfiguration(
    _ invitation: Invitation, _ layout: CountyLayout
  ) throws {
    guard let routerKey = invitation.routerKey else { throw CountyError("the code has no key") }
    let county = County(
      layout: layout, name: invitation.name, program: invitation.program,
      submitPort: invitation.submitPort, timeZone: invitation.timeZone, dutyLine: "",
      isDemonstration: false, members: [], routerHost: invitation.host)
    let member = County.Member(
      id: invitation.agency, role: invitation.role, name: invitation.name, releasePort: 0)
    try county.writeConfiguration(of: member, router: routerKey)
  }
}

/// What an agency keeps between its reply and the welcome; mode 600, gone after.
struct PendingJoin {
  let invitation: Invitation
  let sealing: Curve25519.KeyAgreement.PrivateKey

  static func path(_ layout: CountyLayout, _ role: String) -> String {
    layout.secrets(of: role) + "/joining.yaml"
  }

  init(_ invitation: Invitation, _ sealing: Curve25519.KeyAgreement.PrivateKey) {
    self.invitation = invitation
    self.sealing = sealing
  }

  func write(to path: String) throws {
    let text = """
      # Kept until the hub's welcome comes; then it is removed.
      invitation: "\(invitation.text)"
      opens: "\(Hex.encode([UInt8](sealing.rawRepresentation)))"

      """
    try TextFile.write(text, to: path, mode: 0o600, overwrites: true)
  }

  static func load(_ path: String) throws -> PendingJoin {
    try StrictYAML.parse(TextFile.readSecret(path), file: path).read { fields in
      let invitation = fields.required(
        "invitation", .scalar("a code", isSecret: true) { try? Invitation(text: $0) })
      let sealing = fields.required("opens", YAMLValue<[UInt8]>.hex(bytes: 32, isSecret: true))
        .flatMap { try? Curve25519.KeyAgreement.PrivateKey(rawRepresentation: $0) }
      guard let invitation, let sealing else { return nil }
      return PendingJoin(invitation, sealing)
    }
  }
}
