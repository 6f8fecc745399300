import Foundation
public import HubModel
import HubProtocol

/// The invitations of a hub, beside its registry. Of each it keeps what a reply is checked by, and
/// not the secret: whoever reads the file cannot make the code from it.
public struct InvitationFile: Hashable, Sendable {
  public enum State: String, CaseIterable, Hashable, Sendable {
    case open, used, withdrawn
  }

  public struct Entry: Hashable, Sendable {
    public var id: String
    public var agency: AgencyID
    public var role: Role
    public var name: String
    /// 32 bytes.
    public var verifier: [UInt8]
    public var issued: WallTime
    public var expires: WallTime
    /// Replies in its name that were not made with its secret.
    public var failures: Int
    public var state: State
  }

  /// After so many wrong replies an invitation is dead: somebody tries, or its line is damaged.
  public static let mostFailures = 5
  /// At a time; more would be a mailing, not a telephone call.
  public static let mostOpen = 16
  /// Ended ones are kept so long, so that a late reply is told why it is late.
  static let memory: Span = .days(90)

  public var entries: [Entry]

  public init(entries: [Entry] = []) { self.entries = entries }

  /// Reads the file; where there is none there are no invitations.
  public static func load(_ path: String) throws(ConfigurationError) -> InvitationFile {
    guard FileManager.default.fileExists(atPath: path) else { return InvitationFile() }
    return try StrictYAML.parse(TextFile.readSecret(path), file: path).read { fields in
      fields.required("invitations", .list(of: entry, count: 0...1_000))
        .map { InvitationFile(entries: $0) }
    }
  }

  /// Enters a new one. An open one of the same agency is withdrawn by it.
  public mutating func add(
    _ invitation: Invitation, at now: WallTime
  ) throws(EnrolmentError) {
    entries.removeAll { $0.expires + Self.memory < now }
    for index in entries.indices
    where entries[index].agency == invitation.agency && entries[index].state == .open {
      entries[index].state = .withdrawn
    }
    guard entries.count(where: { isOpen($0, at: now) }) < Self.mostOpen else {
      throw EnrolmentError(
        "\(Self.mostOpen) invitations are open, which is the most: wait until one is used or ends")
    }
    entries.append(
      Entry(
        id: invitation.id, agency: invitation.agency, role: invitation.role,
        name: invitation.name, verifier: invitation.verifier, issued: now,
        expires: invitation.expires, failures: 0, state: .open))
  }

  private func isOpen(_ entry: Entry, at now: WallTime) -> Bool {
    entry.state == .open && entry.failures < Self.mostFailures && now < entry.expires
  }

  /// Checks a reply, and counts it where it is wrong; the file must be written in either case.
  public mutating func check(
    _ reply: JoinReply, at now: WallTime
  ) -> Result<Entry, EnrolmentError> {
    guard let index = entries.firstIndex(where: { $0.id == reply.invitation }) else {
      return refusal("answers no invitation of this hub: 'accord agency invite' makes one")
    }
    let entry = entries[index]
    switch entry.state {
    case .used:
      return refusal(
        "answers an invitation that was used before; each works once. Where the welcome was lost, "
          + "'accord agency accept REPLY --again' makes it anew")
    case .withdrawn: return refusal("answers an invitation that a newer one has replaced")
    case .open: break
    }
    guard entry.failures < Self.mostFailures else {
      return refusal("answers an invitation that died of wrong replies: make a new one")
    }
    guard now < entry.expires else {
      return refusal("came after the invitation had ended: make a new one")
    }
    guard entry.agency == reply.agency, reply.answers(entry.verifier) else {
      entries[index].failures += 1
      return refusal(
        "was not made with the invitation's code: somebody else answered, or it is damaged "
          + "(\(entries[index].failures) of \(Self.mostFailures) tries)")
    }
    return .success(entry)
  }

  /// The entry of an invitation that was used and that the reply answers, as made by whoever had
  /// the code. Whose key it comes with is the registry's to say.
  public func used(by reply: JoinReply) -> Entry? {
    entries.first {
      $0.id == reply.invitation && $0.state == .used && $0.agency == reply.agency
        && reply.answers($0.verifier)
    }
  }

  private func refusal(_ text: String) -> Result<Entry, EnrolmentError> {
    .failure(EnrolmentError("the reply " + text))
  }

  public mutating func markUsed(_ id: String) {
    for index in entries.indices where entries[index].id == id { entries[index].state = .used }
  }

  public func write(to path: String) throws(ConfigurationError) {
    var lines = [
      "# Invitations that 'accord agency invite' made. The codes themselves are not here.",
      entries.isEmpty ? "invitations: []" : "invitations:",
    ]
    for entry in entries {
      lines += [
        "  - id: \"\(entry.id)\"", "    agency: \"\(entry.agency)\"",
        "    role: \(entry.role.rawValue)", "    name: \(YAMLText.quoted(entry.name))",
        "    verifier: \"\(Hex.encode(entry.verifier))\"",
        "    issued: \"\(entry.issued.iso8601)\"", "    expires: \"\(entry.expires.iso8601)\"",
        "    failures: \(entry.failures)", "    state: \(entry.state.rawValue)",
      ]
    }
    try TextFile.write(
      lines.joined(separator: "\n") + "\n", to: path, mode: 0o600, overwrites: true)
  }

  private static var entry: YAMLValue<Entry> {
    .mapping { fields in
      let id = fields.required("id", .scalar("16 hexadecimal digits") { $0 })
      let agency = fields.required("agency", .identifier(AgencyTag.self))
      let role = fields.required("role", YAMLValue<Role>.choice())
      let name = fields.required("name", .text(largest: 100))
      let verifier = fields.required("verifier", YAMLValue<[UInt8]>.hex(bytes: 32, isSecret: true))
      let issued = fields.required("issued", .time)
      let expires = fields.required("expires", .time)
      let failures = fields.required("failures", .integer(0...1_000))
      let state = fields.required("state", YAMLValue<State>.choice())
      guard let id, let agency, let role, let name, let verifier, let issued, let expires,
        let failures, let state
      else { return nil }
      return Entry(
        id: id, agency: agency, role: role, name: name, verifier: verifier, issued: issued,
        expires: expires, failures: failures, state: state)
    }
  }
}
