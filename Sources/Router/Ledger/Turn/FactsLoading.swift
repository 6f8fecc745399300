import HubModel
import RouterCore

/// Gathers one turn's facts and closes them: whatever mentions a participant or a case brings
/// their record along.
struct FactsLoading {
  private let ledger: Ledger
  private let needs: Needs
  private var gathered = Facts()
  /// At which depth the origin of a message was followed.
  private var followed: [MessageID: Int] = [:]

  init(_ ledger: Ledger, _ needs: Needs) {
    self.ledger = ledger
    self.needs = needs
  }

  func facts() throws -> Facts {
    var loading = self
    try loading.gather()
    return loading.gathered
  }

  private mutating func gather() throws {
    try loadKnown()
    try loadRefusals()
    try loadPeople()
    try loadExpunging()
    for id in needs.people { try mention(id) }
    for id in needs.cases { try mention(id) }
    for id in needs.named { try loadWhole(id) }
    for key in needs.resends { try loadWhole(key.message) }
    for (agency, limit) in needs.queues { try loadQueue(of: agency, limit: limit) }
    for number in needs.links {
      gathered.links[number] = try ledger.statements.log.links(after: number)
    }
    try loadTimers()
    try loadChunk()
    try loadWaiting()
  }

  // MARK: What is asked for

  private mutating func loadKnown() throws {
    let statements = ledger.statements
    for id in needs.messages where try statements.messages.knows.id(id).exists() {
      gathered.known.insert(id)
    }
    // After a restore the spools send again what this life of the ledger never saw; what was
    // destroyed in the one before is taken for known, and so for good.
    if ledger.isRestored {
      for id in needs.messages where try ledger.keys.isShredded(id) { gathered.known.insert(id) }
    }
    let source = statements.hub.source
    for key in needs.sources {
      guard let agency = ledger.names.number(of: key.agency) else { continue }
      gathered.sources[key] = try source.int(agency).text(key.incarnation.text).first {
        SourceCursor(data: source.uint(at: 0), control: source.uint(at: 1))
      }
    }
  }

  private mutating func loadRefusals() throws {
    let read = ledger.statements.hub.refusals
    for key in needs.refusals {
      guard let agency = ledger.names.number(of: key.agency) else { continue }
      var refusals: [RefusedSubmission] = []
      try read.int(agency).text(key.incarnation.text).rows {
        guard let sequence = UInt8(exactly: read.int(at: 0)).flatMap(SubmitSequence.init),
          let code = ErrorCode(rawValue: read.text(at: 2))
        else { throw read.damaged() }
        refusals.append(
          RefusedSubmission(
            sequence: sequence, number: read.uint(at: 1),
            refusal: Refusal(code, at: read.text(at: 3))))
      }
      if !refusals.isEmpty { gathered.refusals[key] = refusals }
    }
  }

  private mutating func loadPeople() throws {
    let people = ledger.statements.people
    for key in needs.aliases {
      guard let agency = ledger.names.number(of: key.agency) else { continue }
      let person = try people.alias.int(agency).blob(ledger.index(of: key)).first {
        try ledger.owner(at: 0, of: people.alias)
      } ?? nil
      gathered.aliases[key] = person
      try mention(person)
      if person == nil, ledger.isRestored, try ledger.isHeld(name: key, of: agency) {
        gathered.heldNames.insert(key)
      }
    }
    for token in needs.tokens {
      var matches: [TokenMatch] = []
      // One more than may be candidates, so that "too many" can be told from "all".
      let limit = Int64(Limits.identityCandidates + 1)
      try people.token.int(token.kind.code).blob(ledger.index(of: token)).int(limit).rows {
        guard let person = try ledger.owner(at: 0, of: people.token) else { return }
        matches.append(
          TokenMatch(participant: person, isConfirmed: people.token.int(at: 1) != 0))
      }
      matches.sort { $0.participant < $1.participant }
      if !matches.isEmpty { gathered.tokens[token] = matches }
      for match in matches { try mention(match.participant) }
    }
    let owner = ledger.statements.consent.releaseOwner
    for id in needs.releases {
      let known = try owner.text(id.text).first {
        ReleaseOwner(
          participant: try owner.participant(at: 0), capturedBy: try ledger.name(at: 1, of: owner))
      }
      let found = try known ?? stopped(id)
      gathered.releases[id] = found
      try mention(found?.participant)
    }
  }

  /// Whose a release is that was revoked before it came, in this life of the ledger or an earlier
  /// one. They may have been expunged since: whoever brings it under their name is a stranger, and
  /// it stays revoked.
  private func stopped(_ id: RoiID) throws -> ReleaseOwner? {
    let row = ledger.statements.consent.tombstoneOwner
    return try row.text(id.text).first {
      ReleaseOwner(participant: try row.participant(at: 0), capturedBy: .hub)
    }
  }

  /// Everything that waits about people who are to be expunged, under all of their names.
  private mutating func loadExpunging() throws {
    for key in needs.expunging {
      guard let person = gathered.aliases[key] else { continue }
      let read = ledger.statements.parts.waitingOf
      var parts: [PartRecord] = []
      for member in [person] + (gathered.participants[person]?.others ?? []) {
        try read.id(member.value).rows { parts.append(try ledger.readPart(read)) }
      }
      for part in parts { try loadMessage(part.key.message) }
      gathered.waiting += parts.sorted { $0.key < $1.key }
    }
  }

  private mutating func loadQueue(of agency: AgencyID, limit: Int) throws {
    guard let number = ledger.names.number(of: agency) else {
      gathered.queues[agency] = QueuePage(parts: [], isComplete: true)
      return
    }
    let read = ledger.statements.parts.queue
    var parts: [PartRecord] = []
    try read.int(number).int(Int64(limit) + 1).rows { parts.append(try ledger.readPart(read)) }
    let isComplete = parts.count <= limit
    if !isComplete { parts.removeLast() }
    for part in parts {
      try loadMessage(part.key.message)
      try mention(part.participant)
    }
    gathered.queues[agency] = QueuePage(parts: parts, isComplete: isComplete)
  }

  // MARK: Timers

  private mutating func loadTimers() throws {
    // Most turns end here: no timer is due, and when the next one is was asked before.
    guard let next = try ledger.readNextDue(), next <= needs.dueBy else {
      gathered.nextDue = try ledger.readNextDue()
      return
    }
    let timers = ledger.statements.timers
    var due: [DueTimer] = []
    try timers.due.int(needs.dueBy.milliseconds).int(Int64(needs.timerLimit)).rows {
      guard let key = TimerKey(stored: timers.due.blob(at: 0)) else { throw timers.due.damaged() }
      due.append(
        DueTimer(key: key, due: timers.due.time(at: 1), count: Int(timers.due.int(at: 2))))
    }
    var room = needs.redecisionLimit
    for index in due.indices { try complete(&due[index], room: &room) }
    gathered.due = due
    gathered.nextDue = try timers.dueAfter.int(Int64(due.count)).first {
      timers.dueAfter.time(at: 0)
    }
  }

  private mutating func complete(_ timer: inout DueTimer, room: inout Int) throws {
    switch timer.key {
    case .lapse(let message), .heldReminder(let message): try loadWhole(message)
    case .redecide(let person):
      try mention(person)
      let read = ledger.statements.parts.heldOf
      read.id(person.value).int(Int64(timer.count))
      let chunk = try ledger.parts(read, limit: room)
      timer.held = chunk.parts
      timer.isComplete = chunk.isComplete
      room = max(0, room - chunk.parts.count)
      try bring(chunk.parts)
    case .agreement: break
    case .view(let caseID, _): try mention(caseID)
    case .releaseExpiring(let person, _): try mention(person)
    }
  }

  /// What these parts are of, whole.
  private mutating func bring(_ parts: [PartRecord]) throws {
    for part in parts { try loadWhole(part.key.message) }
    for part in parts { try mention(part.participant) }
  }

  // MARK: Deciding again

  private mutating func loadChunk() throws {
    guard let work = needs.redecision else { return }
    let statements = ledger.statements.parts
    let read: Prepared
    if !work.held.isDone {
      read = statements.heldOfAll.uint(work.held.after).uint(work.held.through)
    } else if let queue = work.queues.first {
      let places = queue.places
      read = statements.pendingOf.int(try ledger.number(of: queue.recipient))
        .uint(places.after).uint(places.through)
    } else {
      return
    }
    let chunk = try ledger.parts(read, limit: needs.redecisionLimit)
    gathered.chunk = chunk
    try bring(chunk.parts)
  }

  /// Who of those mentioned has older parts that are still to be decided again.
  private mutating func loadWaiting() throws {
    if gathered.nextDue.map({ $0 <= needs.dueBy }) ?? false || !gathered.due.isEmpty {
      let timer = ledger.statements.timers.timer
      for person in gathered.participants.keys {
        let key = TimerKey.redecide(person).stored
        gathered.redeciding[person] = try timer.blob(key).int(needs.dueBy.milliseconds).first {
          timer.uint(at: 0)
        }
      }
    }
    guard let places = try placesToReach() else { return }
    let isHeld = ledger.statements.parts.isHeldBehind
    for person in gathered.participants.keys
    where try isHeld.id(person.value).uint(places.after).uint(places.through).exists() {
      gathered.unreached.insert(person)
    }
  }

  private func placesToReach() throws -> Redecision.Stretch? {
    if needs.mayStartRedecision { return .init(through: UInt64(Int64.max)) }
    guard let held = needs.redecision?.held, !held.isDone, let chunk = gathered.chunk,
      !chunk.isComplete
    else { return nil }
    return .init(after: chunk.parts.last?.queued ?? held.after, through: held.through)
  }

  // MARK: Closing

  private mutating func mention(_ person: ParticipantID?) throws {
    guard let person, gathered.participants[person] == nil else { return }
    let record = try ledger.readPerson(person)
    gathered.participants[person] = record
    for other in record.others { try mention(other) }
  }

  private mutating func mention(_ caseID: CaseID?) throws {
    guard let caseID, gathered.cases[caseID] == nil else { return }
    guard let record = try ledger.readCase(caseID) else { return }
    gathered.cases[caseID] = record
    try mention(record.participant)
  }

  /// - Parameter depth: how many messages were followed here, each the origin of the one before.
  private mutating func loadMessage(_ id: MessageID, depth: Int = 0) throws {
    if gathered.messages[id] == nil, let stored = try ledger.readMessage(id) {
      gathered.messages[id] = stored
      try mention(stored.participant)
      try mention(stored.message.caseID)
    }
    // Who tells on what it was told is bound by what that was told under. A message may be met
    // again nearer than before, and is then followed further.
    guard let stored = gathered.messages[id], stored.basis == .submitted,
      let origin = stored.message.inReplyTo, depth < followed[id] ?? Limits.onwardDepth
    else { return }
    followed[id] = depth
    try loadWhole(origin, depth: depth + 1)
  }

  /// The message and all of its parts.
  private mutating func loadWhole(_ id: MessageID, depth: Int = 0) throws {
    try loadMessage(id, depth: depth)
    guard gathered.messages[id] != nil, gathered.parts[id] == nil else { return }
    let read = ledger.statements.parts.parts
    var parts: [PartRecord] = []
    try read.id(id).rows { parts.append(try ledger.readPart(read)) }
    gathered.parts[id] = parts.sorted { $0.key < $1.key }
    for part in parts { try mention(part.participant) }
  }
}

extension Ledger {
  /// At most `limit` parts, in the order of their places, of a statement to which all but its
  /// limit is bound.
  func parts(_ read: Prepared, limit: Int) throws -> RedecisionChunk {
    var parts: [PartRecord] = []
    try read.int(Int64(limit) + 1).rows { parts.append(try readPart(read)) }
    let isComplete = parts.count <= limit
    if !isComplete { parts.removeLast() }
    return RedecisionChunk(parts: parts, isComplete: isComplete)
  }
}
