import HubModel
import HubProtocol
import RouterCore

/// What was said, what the ledger took, what went out: as seen from outside, in order. Findings
/// are made while it grows, and at the end by ``Verdict``.
final class History {
  /// What one turn writes, and what operators had asked of it.
  private struct Staged {
    var entries: [JournalEntry]
    var acts: [AdministrativeAct]
    /// Entries of the log before it.
    var from: UInt64
    /// The wall clock's error at the time.
    var skew: Span
  }

  /// Everything that an agency has on its disk to say.
  var said: [MessageID: (message: Message, by: AgencyID)] = [:]
  /// The disk failed while it was spooled: it may have been said or not.
  var uncertain: Set<MessageID> = []
  var refusedAtHome = 0
  private(set) var refused: Set<MessageID> = []
  var taken = Taken()
  var accepted: [MessageID: StoredMessage] { taken.accepted }
  var standing: [PartKey: Taken.Standing] { taken.standing }
  var consent: SaidConsent { taken.consent }
  private(set) var findings: [String] = []
  /// One number for all that was committed and sent: the same run gives the same.
  private(set) var digest: UInt64 = 0xcbf2_9ce4_8422_2325
  var registry = Registry(agencies: [])
  let operators = OperatorsPage()
  private(set) var takenWhileLow = 0

  // What no restore takes back.
  /// Parts that went out in former lives of the ledger, and messages that it refused in them.
  var releasedBefore: Set<PartKey> = []
  var refusedBefore: Set<MessageID> = []
  /// Accepted after a backup that spools do not reach back to any more.
  var mayBeLost: Set<MessageID> = []
  /// People who were expunged, in order, and what had been accepted about them.
  var gone: [Set<String>] = []
  var shredded: Set<MessageID> = []
  /// Messages whose content was destroyed for another reason.
  var destroyed: Set<MessageID> = []
  /// Before when everything about a person must lie whose records retention lets go.
  var floorOfPeople: WallTime?
  /// What each number was given to, in each life of the ledger.
  private var numbers: [Numbered: PartKey] = [:]
  private struct Numbered: Hashable {
    let ledger: Incarnation
    let recipient: AgencyID
    let number: UInt64
  }

  private var staged: Staged?

  func note(_ finding: String) {
    if findings.count < 20 { findings.append(finding) }
  }

  private func mix(_ value: UInt64) { digest = (digest ^ value) &* 0x100_0000_01b3 }
  private func mix(_ text: String) {
    for byte in text.utf8 { mix(UInt64(byte)) }
  }

  // MARK: Commits

  func begin(
    _ entries: [JournalEntry], _ acts: [AdministrativeAct], logged: UInt64, skew: Span
  ) {
    staged = Staged(entries: entries, acts: acts, from: logged, skew: skew)
  }

  /// - Parameter logged: how many entries the log has now, if it was asked.
  func confirm(logged: UInt64? = nil) {
    guard let staged else { return }
    let entries = staged.entries.count { if case .audit = $0 { true } else { false } }
    if let logged, logged != staged.from + UInt64(entries) {
      note("the log lacks an entry of what was done")
    }
    take(staged)
    self.staged = nil
  }

  /// After a restart: whether the last commit, of which nobody heard, is on the disk. A turn
  /// without an entry in the log says nothing that is judged.
  func settle(entriesLogged: UInt64) {
    if let staged, entriesLogged > staged.from { take(staged) }
    staged = nil
  }

  /// Whatever was being written is of a ledger that is gone.
  func forgetStaged() { staged = nil }

  private func take(_ turn: Staged) {
    mix(UInt64(turn.entries.count))
    for act in turn.acts { take(act, turn) }
    var decided: [PartKey: Int] = [:]
    for entry in turn.entries {
      switch entry {
      case .accepted(let stored): take(stored, skew: turn.skew)
      // Also of what was refused: whoever is named in it is known from then on.
      case .alias(let key, let participant, _):
        taken.aliases.insert(key)
        if let person = Traffic.person(alias: key.alias) { taken.people[participant] = person }
      case .agreement(let version, _, let at): judge(operators.follow(version, at: at))
        taken.paths = operators.paths
      case .cutOff(let key, _): operators.end(key)
      case .erase(let id): destroyed.insert(id)
      case .audit(let entry):
        if entry.kind == .refused, let id = entry.message { refused.insert(id) }
        guard let message = entry.message, let recipient = entry.recipient, let part = entry.part
        else { continue }
        decided[PartKey(message: message, recipient: recipient, part: part), default: 0] += 1
      default: break
      }
    }
    for case .part(let part) in turn.entries {
      if part.fate != .delivered && decided[part.key] == nil {
        note("a part became \(part.fate) without an entry in the log")
      }
      var now = taken.standing[part.key] ?? Taken.Standing(part: part)
      now.part = part
      now.wasReleased = now.wasReleased || part.wasDisclosed
      taken.standing[part.key] = now
    }
  }

  private func judge(_ finding: String?) {
    if let finding { note(finding) }
  }

  /// Operators' acts come first in a turn, before what agencies say.
  private func take(_ act: AdministrativeAct, _ turn: Staged) {
    switch act {
    case .merge(let one, let other, _):
      guard let first = known(one), let second = known(other) else { return }
      taken.consent.merge(first, second)
    case .separate(let alias, _):
      if let person = known(alias) { taken.tellApart(person) }
    case .revoke(let id, _):
      for case .audit(let entry) in turn.entries where entry.kind == .consentChanged {
        taken.consent.revoke(id, at: entry.at)
        break
      }
    case .replaceRegistry(let registry): operators.admit(registry)
    case .acceptClock: taken.trustedSkew = turn.skew
    case .recordOrder(let order, let alias, _):
      if let person = known(alias) { taken.consent.authorities.record(order, of: person) }
    case .expunge, .retire:
      let expunged = turn.entries.compactMap { entry in
        if case .expunged(let person, _) = entry { person } else { nil }
      }
      takeExpungement(Set(expunged), retired: act.isRetirement)
    case .legalHold(let name, let isOn, _): takeHold(name, isOn)
    case .cutOff, .activate, .account, .listing, .preview, .reviewEmergency, .backup, .replay,
      .giveBack, .drain, .archived:
      break
    }
  }

  /// The person behind a name that the router has heard.
  func known(_ key: AliasKey) -> String? {
    taken.aliases.contains(key) ? Traffic.person(alias: key.alias) : nil
  }

  private func take(_ stored: StoredMessage, skew: Span) {
    let id = stored.message.id
    // While the clock is in doubt, an end counts by the later and a beginning by the earlier.
    let believed = WallTime(
      milliseconds: stored.acceptedAt.milliseconds - skew.milliseconds
        + taken.trustedSkew.milliseconds)
    if taken.accepted.updateValue(stored, forKey: id) != nil {
      note("a message was accepted twice")
    }
    guard stored.basis == .submitted || stored.basis == .candidate else { return }
    guard let original = said[id]?.message else {
      note("a message was accepted that nobody said")
      return
    }
    if operators.isLowOnSpace {
      if original.topic.sequence == .data {
        note("a \(original.topic) was taken though the disk is low")
      } else {
        takenWhileLow += 1
      }
    }
    if shredded.contains(id) { note("a \(original.topic) of an expunged person came back") }
    if let alias = original.participant { taken.aliases.insert(AliasKey(original.source, alias)) }
    guard let person = Traffic.person(of: original) else { return }
    if let participant = stored.participant { taken.people[participant] = person }
    if let statement = original.consent {
      taken.consent.hear(
        statement, of: person, by: original.source, at: max(stored.acceptedAt, believed))
      if original.topic == .roiConfirmed { taken.consent.confirm(statement) }
    }
    if original.topic == .emergencyDeclared {
      taken.consent.authorities.declare(
        by: original.source, of: person, at: min(stored.acceptedAt, believed))
    }
  }

  // MARK: What goes out

  /// Judged against what the ledger had taken by then.
  /// - Parameter skew: the wall clock's error.
  func sent(_ frame: [UInt8], to recipient: AgencyID, at now: WallTime, skew: Span) {
    guard let delivery = try? Delivery(decoding: frame) else {
      note("\(recipient) was sent what nobody can read")
      return
    }
    mix(recipient.text)
    mix(delivery.number)
    mix(UInt64(bitPattern: now.milliseconds))
    guard let content = delivery.content else { return }
    mix(content.message.id.description)
    if skew != taken.trustedSkew { note("something went out by a clock in doubt") }
    let id = content.message.id
    guard let agency = registry.agencies[recipient] else { return }
    let key = PartKey(message: id, recipient: recipient, part: content.part)
    let place = Numbered(
      ledger: delivery.incarnation, recipient: recipient, number: delivery.number)
    if let before = numbers.updateValue(key, forKey: place), before != key {
      note("\(recipient) was sent two things under one number")
    }
    if shredded.contains(id) { note("\(recipient) was sent something of an expunged person") }
    if standing[key]?.part.number != delivery.number {
      note("\(recipient) was sent what is not written down as sent to it")
    }
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
    let person = Traffic.person(of: original.message)
    // An emergency overrides the agreement, for what it opens.
    let isRescue =
      person.map { person in
        content.message.segments.allSatisfy {
          consent.authorities.opens(
            $0, of: original.message, about: consent.everyone(with: person), to: agency, at: now)
        }
      } ?? false
    if !operators.paths.contains(path) && !isRescue {
      note("\(original.message.topic) to \(agency.role): no path")
    }
    guard let person else { return }
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

extension AdministrativeAct {
  fileprivate var isRetirement: Bool { if case .retire = self { true } else { false } }
}
