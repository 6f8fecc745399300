import DiversionWorkflow
import HubModel
import RouterCore

/// The `Journal` port in the most obvious way: dictionaries, changed entry by entry.
final class MemoryJournal: Journal {
  let incarnation: Incarnation
  private(set) var turns: [[JournalEntry]] = []
  private(set) var messages: [MessageID: StoredMessage] = [:]
  private(set) var erased: Set<MessageID> = []
  private(set) var parts: [MessageID: [PartRecord]] = [:]
  /// Parts that still move: not final, or under a number that is not acknowledged.
  private(set) var moving: [PartKey: PartRecord] = [:]
  private(set) var noMatches: [String] = []
  private(set) var audit: [AuditEntry] = []
  private(set) var timers: [TimerKey: Timer] = [:]
  private(set) var cases: [CaseID: CaseRecord] = [:]
  private(set) var participants: [ParticipantID: ParticipantRecord] = [:]
  private(set) var cutOff: Set<KeyFingerprint> = []
  private var known: Set<MessageID> = []
  private var cursors: [SourceKey: SourceCursor] = [:]
  private var aliases: [AliasKey: ParticipantID] = [:]
  /// As a restore leaves them.
  var heldNames: Set<AliasKey> = []
  private var tokens: [IdentityToken: [TokenMatch]] = [:]
  private var releases: [RoiID: ReleaseOwner] = [:]
  private var lanes: [AgencyID: Recovered.Lane] = [:]
  private var refusals: [SourceKey: [RefusedSubmission]] = [:]
  private var heads: [ParticipantID: ParticipantID] = [:]
  private var clock: ClockMark?
  private var backups: [Backup] = []
  private var endedKeys: [KeyFingerprint: WallTime] = [:]
  private var agreement: (version: UInt32, hash: [UInt8]) = (0, [])
  private(set) var agreements: [RecordedAgreement] = []
  private(set) var redecision: Redecision?
  /// Of the checkpoint chain, in order: a journal's own doing, between turns.
  var links: [ChainLink] = []
  private var escrowTail: UInt64 = 1
  private var timerOrder = 0

  struct Timer {
    var due: WallTime
    var count: Int
    var order: Int
  }

  init(incarnation: Incarnation) { self.incarnation = incarnation }

  var allParts: [PartRecord] { parts.values.flatMap { $0 } }
  func parts(of id: MessageID, to agency: AgencyID) -> [PartRecord] {
    (parts[id] ?? []).filter { $0.key.recipient == agency }
  }

  // MARK: Writing

  func commit(_ entries: [JournalEntry]) {
    turns.append(entries)
    for entry in entries { take(entry) }
  }

  private func take(_ entry: JournalEntry) {
    switch entry {
    case .accepted(let stored):
      known.insert(stored.message.id)
      messages[stored.message.id] = stored
    case .identified(let id, let participant):
      messages[id]?.participant = participant
      messages[id]?.basis = .submitted
    case .submitted(let source, let sequence, let through):
      cursors[source, default: SourceCursor()][sequence] = through
    case .refused(let source, let refused): refusals[source, default: []].append(refused)
    case .clock(let mark): clock = mark
    case .blanket(let participant, let blanket, let position):
      participants[participant]?.consents.add(blanket)
      participants[participant]?.consents.position = position
    case .emergency(let participant, let access, let position):
      participants[participant]?.consents.emergencies.append(access)
      participants[participant]?.consents.position = position
    case .emergencyReviewed: break
    case .order(let participant, let order, let position):
      participants[participant]?.consents.orders.append(order)
      participants[participant]?.consents.position = position
    case .mark(let participant, let mark, let position):
      participants[participant]?.consents.marks.take(mark)
      participants[participant]?.consents.position = position
    case .group(let participant, let head, let position):
      heads[participant] = head
      participants[participant]?.consents.position = position
    case .part(let part): take(part)
    case .acknowledged(let agency, let through):
      lane(agency) { $0.acknowledged = through }
      for part in moving.values where part.key.recipient == agency { settle(part) }
    case .participant(let id): participants[id] = participants[id] ?? ParticipantRecord()
    case .alias(let key, let participant, let isPreferred):
      aliases[key] = participant
      heldNames.remove(key)
      if isPreferred { participants[participant]?.aliases[key.agency] = key.alias }
    case .token(let token, let participant, let isConfirmed):
      var matches = tokens[token] ?? []
      matches.removeAll { $0.participant == participant }
      tokens[token] = matches + [TokenMatch(participant: participant, isConfirmed: isConfirmed)]
    case .release(let participant, let record): take(record, of: participant)
    case .tombstone(let participant, let id, let position):
      participants[participant]?.consents.tombstones.insert(id)
      participants[participant]?.consents.position = position
      releases[id] = ReleaseOwner(participant: participant, capturedBy: .hub)
    case .opened(let id, let agency, let participant):
      cases[id, default: CaseRecord(id: id, openedBy: agency, participant: nil)].participant =
        participant
    case .view(let id, let view): cases[id]?.views[view.viewer] = view
    case .timer(let key, let due, let count):
      timerOrder += 1
      timers[key] = Timer(due: due, count: count, order: timerOrder)
    case .cancel(let key): timers[key] = nil
    case .noMatch(let agency, let booking, _): noMatches.append("\(agency)/\(booking)")
    case .erase(let id):
      messages[id]?.message.segments = []
      messages[id]?.message.tokens = []
      erased.insert(id)
    case .expunged(let participant, _): expunge(participant)
    case .legalHold(let participant, let since):
      participants[participant]?.isOnLegalHold = since != nil
    case .archived: break
    case .cutOff(let fingerprint, _): cutOff.insert(fingerprint)
    case .agreement(let version, let hash, _): agreement = (version, hash)
    case .agreementRecorded(let recorded): agreements.append(recorded)
    case .redecision(let work): redecision = work
    case .keyEnded(let key, let end): endedKeys[key] = end
    case .backedUp(let backup): backups = (backups + [backup]).suffix(Limits.backupsRemembered)
    case .audit(let entry): audit.append(entry)
    }
  }

  private func expunge(_ participant: ParticipantID) {
    aliases = aliases.filter { $0.value != participant }
    tokens = tokens.mapValues { $0.filter { $0.participant != participant } }
    participants[participant]?.aliases = [:]
    participants[participant]?.consents.records = []
    for id in cases.keys where cases[id]?.participant == participant {
      cases[id]?.participant = nil
      cases[id]?.views = [:]
    }
    for id in messages.keys where messages[id]?.participant == participant {
      messages[id]?.message.segments = []
      messages[id]?.message.tokens = []
      messages[id]?.message.participant = nil
      erased.insert(id)
    }
  }

  private func take(_ part: PartRecord) {
    var siblings = parts[part.key.message] ?? []
    siblings.removeAll { $0.key == part.key }
    parts[part.key.message] = (siblings + [part]).sorted { $0.key < $1.key }
    moving[part.key] = part
    settle(part)
    lane(part.key.recipient) {
      if let number = part.number { $0.next = max($0.next, number + 1) }
      if part.fate == .pending, let queued = part.queued {
        $0.queueTail = max($0.queueTail, queued + 1)
      }
    }
    if part.fate == .held, let place = part.queued { escrowTail = max(escrowTail, place + 1) }
  }

  private func settle(_ part: PartRecord) {
    let acknowledged = lanes[part.key.recipient]?.acknowledged ?? 0
    if part.fate.isFinal && (part.number ?? 0) <= acknowledged { moving[part.key] = nil }
  }

  private func take(_ record: RoiRecord, of participant: ParticipantID) {
    var consents = participants[participant]?.consents ?? .init()
    if let index = consents.records.firstIndex(where: { $0.roi.id == record.roi.id }) {
      consents.records[index] = record
    } else {
      consents.records.append(record)
    }
    consents.position = record.position
    participants[participant]?.consents = consents
    releases[record.roi.id] = ReleaseOwner(
      participant: participant, capturedBy: record.capturedBy)
  }

  private func lane(_ agency: AgencyID, _ change: (inout Recovered.Lane) -> Void) {
    change(
      &lanes[
        agency, default: Recovered.Lane(next: 1, acknowledged: 0, queueTail: 1, window: [])])
  }

  // MARK: Reading

  func recover() -> Recovered {
    var open = lanes
    for agency in open.keys {
      let floor = open[agency]?.acknowledged ?? 0
      open[agency]?.window = moving.values
        .filter { $0.key.recipient == agency && ($0.number ?? 0) > floor }
        .sorted { ($0.number ?? 0) < ($1.number ?? 0) }
    }
    return Recovered(
      incarnation: incarnation, lanes: open, cutOff: cutOff,
      agreementVersion: agreement.version, agreementHash: agreement.hash,
      nextDue: timers.values.map(\.due).min(),
      agreements: agreements.filter { $0.version >= agreement.version }, escrowTail: escrowTail,
      redecision: redecision, clock: clock, backups: backups, endedKeys: endedKeys)
  }

  func load(_ needs: Needs) -> Facts {
    var facts = Facts()
    facts.known = needs.messages.intersection(known)
    for source in needs.sources { facts.sources[source] = cursors[source] }
    for source in needs.refusals { facts.refusals[source] = refusals[source] }
    for alias in needs.aliases { facts.aliases[alias] = aliases[alias] }
    facts.heldNames = needs.aliases.intersection(heldNames)
    for token in needs.tokens { facts.tokens[token] = tokens[token] }
    for id in needs.cases { facts.cases[id] = cases[id] }
    for id in needs.releases { facts.releases[id] = releases[id] }
    for number in needs.links { facts.links[number] = links.filter { $0.number > number } }
    for id in needs.people { facts.participants[id] = participants[id] }
    for key in needs.resends { add(key.message, withParts: true, to: &facts) }
    for id in needs.named { add(id, withParts: true, to: &facts) }
    for (agency, limit) in needs.queues {
      let pending = moving.values.filter { $0.key.recipient == agency && $0.fate == .pending }
        .sorted { ($0.queued ?? 0) < ($1.queued ?? 0) }
      facts.queues[agency] = QueuePage(
        parts: Array(pending.prefix(limit)), isComplete: pending.count <= limit)
      for part in pending.prefix(limit) { add(part.key.message, withParts: false, to: &facts) }
    }
    loadTimers(needs, &facts)
    loadChunk(needs, &facts)
    close(&facts)
    loadExpunging(needs, &facts)
    loadWaiting(needs, &facts)
    return facts
  }

  private func loadExpunging(_ needs: Needs, _ facts: inout Facts) {
    for person in needs.expunging.compactMap({ aliases[$0] }) {
      let all = (facts.participants[person]?.others ?? []).union([person])
      for part in moving.values.sorted(by: { $0.key < $1.key })
      where part.fate == .pending || part.fate == .held {
        guard let about = part.participant, all.contains(about) else { continue }
        facts.waiting.append(part)
        add(part.key.message, withParts: false, to: &facts)
      }
    }
    if !facts.waiting.isEmpty { close(&facts) }
  }

  private func add(_ id: MessageID, withParts: Bool, to facts: inout Facts) {
    if withParts { facts.parts[id] = parts[id] ?? [] }
    // What a message tells on comes with it, as far back as anybody asks.
    var origin = messages[id]
    for _ in 0...Limits.onwardDepth {
      guard let stored = origin else { return }
      facts.messages[stored.message.id] = stored
      guard stored.basis == .submitted, let next = stored.message.inReplyTo else { return }
      facts.parts[next] = parts[next] ?? []
      origin = messages[next]
    }
  }

  private func loadTimers(_ needs: Needs, _ facts: inout Facts) {
    guard needs.timerLimit > 0 else {
      facts.nextDue = timers.values.map(\.due).min()
      return
    }
    let ordered = timers.sorted { ($0.value.due, $0.value.order) < ($1.value.due, $1.value.order) }
    let due = ordered.prefix { $0.value.due <= needs.dueBy }.prefix(needs.timerLimit)
    facts.nextDue = ordered.dropFirst(due.count).first?.value.due
    var room = needs.redecisionLimit
    for (key, timer) in due {
      var loaded = DueTimer(key: key, due: timer.due, count: timer.count)
      switch key {
      case .lapse(let id), .heldReminder(let id): add(id, withParts: true, to: &facts)
      case .view(let id, _): facts.cases[id] = cases[id]
      case .releaseExpiring(let id, _): facts.participants[id] = participants[id]
      case .agreement: break
      case .redecide(let id):
        facts.participants[id] = participants[id]
        let held = line(.held, after: UInt64(timer.count)).filter { $0.participant == id }
        loaded.held = Array(held.prefix(room))
        loaded.isComplete = held.count <= room
        room = max(0, room - loaded.held.count)
      }
      for part in loaded.held { add(part.key.message, withParts: true, to: &facts) }
      facts.due.append(loaded)
    }
  }

  /// Parts of one fate that stand behind a place and no further than another, in that order.
  private func line(_ fate: Fate, after: UInt64, through: UInt64 = .max) -> [PartRecord] {
    moving.values.filter { part in
      part.fate == fate && part.queued.map { $0 > after && $0 <= through } ?? false
    }.sorted { ($0.queued ?? 0) < ($1.queued ?? 0) }
  }

  private func loadChunk(_ needs: Needs, _ facts: inout Facts) {
    guard let work = needs.redecision else { return }
    var waiting: [PartRecord] = []
    if !work.held.isDone {
      waiting = line(.held, after: work.held.after, through: work.held.through)
    } else if let queue = work.queues.first {
      waiting = line(.pending, after: queue.places.after, through: queue.places.through)
        .filter { $0.key.recipient == queue.recipient }
    }
    let parts = Array(waiting.prefix(needs.redecisionLimit))
    facts.chunk = RedecisionChunk(parts: parts, isComplete: parts.count == waiting.count)
    for part in parts { add(part.key.message, withParts: true, to: &facts) }
  }

  private func loadWaiting(_ needs: Needs, _ facts: inout Facts) {
    for person in facts.participants.keys {
      if let timer = timers[.redecide(person)], timer.due <= needs.dueBy {
        facts.redeciding[person] = UInt64(timer.count)
      }
    }
    var unreached: [PartRecord] = []
    if needs.mayStartRedecision {
      unreached = line(.held, after: 0)
    } else if let held = needs.redecision?.held, !held.isDone, let chunk = facts.chunk {
      let place = chunk.isComplete ? held.through : chunk.parts.last?.queued ?? held.after
      unreached = line(.held, after: place, through: held.through)
    }
    facts.unreached = Set(unreached.compactMap(\.participant))
      .intersection(facts.participants.keys)
  }

  private func close(_ facts: inout Facts) {
    for stored in facts.messages.values {
      if let id = stored.message.caseID { facts.cases[id] = cases[id] }
      if let id = stored.message.release { facts.releases[id] = releases[id] }
    }
    var people = Set(facts.participants.keys)
    people.formUnion(facts.aliases.values)
    people.formUnion(facts.tokens.values.flatMap { $0.map(\.participant) })
    people.formUnion(facts.cases.values.compactMap(\.participant))
    people.formUnion(facts.releases.values.map(\.participant))
    people.formUnion(facts.messages.values.compactMap(\.participant))
    people.formUnion(facts.chunk?.parts.compactMap(\.participant) ?? [])
    for id in people {
      for member in participants.keys where member == id || isOne(member, with: id) {
        facts.participants[member] = participants[member]
        facts.participants[member]?.others = Set(
          participants.keys.filter { $0 != member && isOne($0, with: member) })
      }
    }
  }

  private func isOne(_ one: ParticipantID, with other: ParticipantID) -> Bool {
    heads[one].map { $0 == heads[other] } ?? false
  }
}
