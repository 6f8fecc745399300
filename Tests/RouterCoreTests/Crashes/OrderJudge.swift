import HubModel
@testable import RouterCore

/// Reads a history from outside, in the order in which things happened, and says what broke the
/// promises about revocation. It knows nothing of how the router decides: it compares what was
/// handed over with what had been committed and acknowledged by then. Slow, and plain to read.
struct OrderJudge {
  /// One revocation, as its message said it.
  struct Revocation {
    let message: MessageID
    let release: RoiID?
    let person: String
    let recipients: [Party]
    /// Releases of the person that were known when it was committed; for one that names none.
    let known: Set<RoiID>
    let at: WallTime

    func takes(
      _ release: RoiID, signedAt: WallTime?, of person: String, from recipient: AgencyID
    ) -> Bool {
      let role = Town.role(of: recipient)
      guard recipients.isEmpty || recipients.contains(where: { $0.includes(recipient, role: role) })
      else { return false }
      if let named = self.release { return named == release }
      guard self.person == person else { return false }
      return known.contains(release) || (signedAt ?? at) <= at
    }
  }

  private(set) var problems: [String] = []
  /// How often each kind of thing was seen, so that a test can tell that it tested something.
  private(set) var disclosures = 0
  private(set) var voids = 0
  private(set) var acknowledgedRevocations = 0

  private let spools: [AgencyID: [SubmitSequence: [Message]]]
  private var committed: [MessageID: Message] = [:]
  private var refused: [MessageID: Set<String>] = [:]
  private var revocations: [Revocation] = []
  private var signed: [RoiID: (person: String, at: WallTime?)] = [:]
  /// The last position of each participant's log.
  private var positions: [ParticipantID: UInt64] = [:]
  /// What the log says was handed over: the positions at which it was decided, newest last.
  private var logged: [PartKey: [AuditEntry]] = [:]
  private var numbers: [AgencyID: [UInt64: PartKey]] = [:]
  private var given: Set<[String]> = []

  init(_ town: CrashTown) {
    spools = town.adapters.mapValues(\.spool)
    for happening in town.history.happenings {
      switch happening {
      case .committed(let entries, let at): read(entries, at)
      case .handed(let send, _): read(send)
      case .crashed, .restarted: break
      }
    }
    close(town)
  }

  private mutating func blame(_ what: String) {
    if problems.count < 5 { problems.append(what) }
  }

  static func person(in message: Message) -> String {
    guard let alias = message.participant?.text else { return "" }
    return String(alias.dropFirst(message.source.text.count + 1))
  }

  // MARK: What was committed

  private mutating func read(_ entries: [JournalEntry], _ at: WallTime) {
    for case .accepted(let stored) in entries {
      if committed[stored.message.id] != nil { blame("\(stored.message.id) was accepted twice") }
      committed[stored.message.id] = stored.message
      hear(stored.message, at)
    }
    for case .audit(let entry) in entries {
      switch entry.kind {
      case .consentChanged:
        if let person = entry.participant { positions[person] = entry.consentPosition }
      case .refused:
        if let id = entry.message { refused[id, default: []].formUnion(entry.reasons) }
      default: break
      }
    }
    for case .audit(let entry) in entries where entry.kind == .released || entry.kind == .resent {
      guard let message = entry.message, let recipient = entry.recipient, let part = entry.part
      else { continue }
      let key = PartKey(message: message, recipient: recipient, part: part)
      logged[key, default: []].append(entry)
      if let number = entry.number { given.insert([recipient.text, "\(number)"]) }
      // Decided at, or after, all that was said of consent in or before this transaction.
      if let person = entry.participant, entry.consentPosition < positions[person] ?? 0,
        committed[message]?.source != .hub
      {
        blame("decided at \(entry.consentPosition), though \(positions[person] ?? 0) was there")
      }
    }
  }

  private mutating func hear(_ message: Message, _ at: WallTime) {
    let person = Self.person(in: message)
    switch message.consent {
    case .release(let roi)?:
      if signed[roi.id] == nil { signed[roi.id] = (person, roi.signedAt) }
    case .revocation(let revocation)?:
      revocations.append(
        Revocation(
          message: message.id, release: revocation.id, person: person,
          recipients: revocation.recipients,
          known: Set(signed.filter { $0.value.person == person }.keys), at: at))
    default: break
    }
  }

  // MARK: What was handed over

  private mutating func read(_ send: Send) {
    switch send {
    case .reply(let session, let reply):
      guard let agency = Town.registry.owner(of: session.fingerprint) else { return }
      switch reply {
      case .receipt(let receipt): acknowledged(receipt.through, receipt.sequence, of: agency)
      case .welcome(let welcome):
        acknowledged(welcome.dataThrough, .data, of: agency)
        acknowledged(welcome.controlThrough, .control, of: agency)
      case .pong, .rejection: break
      }
    case .deliver(let permitted): read(permitted.delivery, to: permitted.recipient)
    case .void(let agency, let delivery):
      voids += 1
      // It may have been given and never sent: then the first that is seen of it is this.
      if !given.contains([agency.text, "\(delivery.number)"]) {
        blame("void before its number was given")
      }
    case .rebind, .administered, .previewed: break
    }
  }

  /// Whoever has a receipt may rely on it: what it covers is durable by then.
  private mutating func acknowledged(
    _ through: UInt64, _ sequence: SubmitSequence, of agency: AgencyID
  ) {
    for message in (spools[agency]?[sequence] ?? []).prefix(Int(through)) {
      if committed[message.id] == nil && refused[message.id] == nil {
        blame("\(message.topic) acknowledged, and not durable")
      }
      if case .revocation? = message.consent { acknowledgedRevocations += 1 }
    }
  }

  private mutating func read(_ delivery: Delivery, to recipient: AgencyID) {
    guard let content = delivery.content else { return blame("a delivery without content") }
    let key = PartKey(message: content.message.id, recipient: recipient, part: content.part)
    if let known = numbers[recipient]?[delivery.number], known != key {
      blame("number \(delivery.number) of \(recipient) carried two things")
    }
    numbers[recipient, default: [:]][delivery.number] = key
    guard let original = committed[key.message] else { return blame("a message nobody accepted") }
    guard let entry = logged[key]?.last, entry.number == delivery.number else {
      return blame("handed over, and the log does not say so")
    }
    guard original.source != .hub, let person = original.participant.map({ _ in
      Self.person(in: original)
    }) else { return }
    disclosures += 1
    let named = (content.notice?.scopes ?? []).map(\.release)
    if named.isEmpty { blame("\(original.topic) names no release that it stands on") }
    if Set(named) != Set(entry.releases.map(\.id)) { blame("log and delivery name others") }
    for release in named + [original.release].compactMap({ $0 }) {
      check(release, of: person, toward: recipient, original)
    }
  }

  private mutating func check(
    _ release: RoiID, of person: String, toward recipient: AgencyID, _ original: Message
  ) {
    let signedAt = signed[release].flatMap(\.at)
    if signed[release] == nil { blame("\(release) was never signed") }
    for revocation in revocations
    where revocation.takes(release, signedAt: signedAt, of: person, from: recipient) {
      blame("\(original.topic) to \(recipient) on \(release) after it was revoked")
    }
  }

  // MARK: At the end

  private mutating func close(_ town: CrashTown) {
    for (agency, adapter) in town.adapters {
      for sequence in SubmitSequence.allCases {
        let spooled = adapter.spool[sequence] ?? []
        if Int(adapter.receipted[sequence] ?? 0) != spooled.count {
          blame("\(agency) has no receipt for its last \(sequence) message")
        }
        for message in spooled {
          let isKnown = adapter.refused[message.id] != nil
          if isKnown == (committed[message.id] != nil) {
            blame("\(agency) does not know what became of \(message.topic)")
          }
          if let told = adapter.refused[message.id],
            refused[message.id] != [told.code.rawValue]
          {
            blame("\(agency) was told \(told.code), not what was decided")
          }
        }
      }
      if adapter.applied.map(\.number) != Array(1..<adapter.next) { blame("a gap at \(agency)") }
      var seen: Set<String> = []
      for case let content? in adapter.applied.map(\.content)
      where !seen.insert("\(content.message.id) \(content.part)").inserted {
        blame("\(agency) applied a delivery twice")
      }
    }
  }
}
