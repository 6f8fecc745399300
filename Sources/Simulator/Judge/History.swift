import HubModel
import HubProtocol
import RouterCore

/// What was said, what the ledger took, what went out: as seen from outside, in order. Findings
/// are made while it grows, and at the end by ``Verdict``.
final class History {
  struct Standing {
    var part: PartRecord
    var wasReleased = false
  }

  /// Everything that an agency has on its disk to say.
  var said: [MessageID: (message: Message, by: AgencyID)] = [:]
  /// The disk failed while it was spooled: it may have been said or not.
  var uncertain: Set<MessageID> = []
  var refusedAtHome = 0
  private(set) var accepted: [MessageID: StoredMessage] = [:]
  private(set) var refused: Set<MessageID> = []
  private(set) var standing: [PartKey: Standing] = [:]
  private(set) var consent = SaidConsent()
  private(set) var paths: Set<ProgramAgreement.Path> = []
  private(set) var findings: [String] = []
  var registry = Registry(agencies: [])

  private var staged: [JournalEntry] = []
  private var stagedFrom: UInt64?

  func note(_ finding: String) {
    if findings.count < 20 { findings.append(finding) }
  }

  // MARK: Commits

  func begin(_ entries: [JournalEntry], logged: UInt64) {
    staged = entries
    stagedFrom = logged
  }

  func confirm(entriesLogged: UInt64) {
    take(staged)
    staged = []
    stagedFrom = nil
  }

  /// After a restart: whether the last commit, of which nobody heard, is on the disk. A turn
  /// without an entry in the log says nothing that is judged.
  func settle(entriesLogged: UInt64) {
    if let from = stagedFrom, entriesLogged > from { take(staged) }
    staged = []
    stagedFrom = nil
  }

  private func take(_ entries: [JournalEntry]) {
    var decided: [PartKey: Int] = [:]
    for entry in entries {
      switch entry {
      case .accepted(let stored): take(stored)
      case .agreement: break
      case .audit(let entry):
        if entry.kind == .refused, let id = entry.message { refused.insert(id) }
        guard let message = entry.message, let recipient = entry.recipient, let part = entry.part
        else { continue }
        decided[PartKey(message: message, recipient: recipient, part: part), default: 0] += 1
      default: break
      }
    }
    for case .part(let part) in entries {
      if part.fate != .delivered && decided[part.key] == nil {
        note("a part became \(part.fate) without an entry in the log")
      }
      var now = standing[part.key] ?? Standing(part: part)
      now.part = part
      now.wasReleased = now.wasReleased || part.wasDisclosed
      standing[part.key] = now
    }
  }

  private func take(_ stored: StoredMessage) {
    let id = stored.message.id
    if accepted.updateValue(stored, forKey: id) != nil { note("a message was accepted twice") }
    guard stored.basis == .submitted || stored.basis == .candidate else { return }
    guard let original = said[id]?.message else {
      note("a message was accepted that nobody said")
      return
    }
    if let statement = original.consent, let person = Traffic.person(of: original) {
      consent.hear(statement, of: person)
    }
  }

  func follow(_ agreement: ProgramAgreement) { paths = agreement.paths }

  // MARK: What goes out

  /// Judged against what the ledger had taken by then.
  func sent(_ frame: [UInt8], to recipient: AgencyID, at now: WallTime) {
    guard let delivery = try? Delivery(decoding: frame), let content = delivery.content else {
      return
    }
    let id = content.message.id
    guard let agency = registry.agencies[recipient] else { return }
    guard let stored = accepted[id] else {
      note("content went to \(recipient) that the ledger does not have")
      return
    }
    guard stored.basis == .submitted else {
      if stored.message.audience != [recipient] { note("\(recipient) was told of another's") }
      return
    }
    guard let original = said[id], let sender = registry.agencies[original.by] else { return }
    let path = ProgramAgreement.Path(
      original.message.topic, from: sender.role, to: agency.role)
    if !paths.contains(path) { note("\(original.message.topic) to \(agency.role): no path") }
    guard let person = Traffic.person(of: original.message) else { return }
    for segment in content.message.segments
    where !consent.allows(
      segment, of: original.message, about: person, from: sender, to: agency, at: now)
    {
      note("\(original.message.topic) went to \(recipient) without authority")
    }
    if sender.isPart2Program && content.notice == nil {
      note("\(original.message.topic) went to \(recipient) without the notice of 42 CFR 2.32")
    }
  }
}
