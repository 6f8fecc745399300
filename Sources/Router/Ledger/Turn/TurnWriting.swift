import DiversionWorkflow
import HubModel
import HubProtocol
import Keys
import RouterCore

/// Writes one turn's entries inside the transaction that the ledger has opened.
///
/// Entries are written in their order, but for parts and lanes, which follow at the end: a part may
/// stand before the acknowledgement that its lane is moved by, and a lane is moved once.
struct TurnWriting {
  private let ledger: Ledger
  private let statements: Statements
  private var parts: [PartRecord] = []
  private var lanes: [AgencyID: LaneChange] = [:]
  private var escrowTail: UInt64 = 0
  private var log: LogWriting
  /// Messages that wait for a release from the turn that accepts them on.
  private var held: Set<MessageID> = []
  /// Messages that wait in a queue: they will soon be asked for.
  private var pending: Set<MessageID> = []
  private var doomed = Doomed()
  /// When the turn is, as its entries of the log say.
  private var moment: WallTime

  private struct LaneChange {
    var next: UInt64 = 1
    var acknowledged: UInt64 = 0
    var queueTail: UInt64 = 1
    /// Parts that the acknowledgement of this turn delivers.
    var delivered: [PartRecord] = []
  }

  init(_ ledger: Ledger) {
    self.ledger = ledger
    statements = ledger.statements
    log = LogWriting(ledger)
    moment = ledger.hubTime
  }

  /// - Returns: what is to be destroyed once this is committed.
  mutating func write(_ entries: [JournalEntry]) throws -> Doomed {
    for case .part(let part) in entries {
      if part.fate == .held { held.insert(part.key.message) }
      if part.fate == .pending { pending.insert(part.key.message) }
    }
    for case .audit(let entry) in entries where entry.at > moment { moment = entry.at }
    parts.reserveCapacity(entries.count)
    try log.prepareSalts(for: entries)
    for entry in entries { try write(entry) }
    for part in parts { try write(part) }
    for (agency, change) in lanes { try write(change, of: agency) }
    if escrowTail > 0 { try statements.hub.setEscrowTail.uint(escrowTail).run() }
    try log.finish()
    return doomed
  }

  private mutating func write(_ entry: JournalEntry) throws {
    switch entry {
    case .accepted(let message): try write(message)
    case .identified(let message, let person):
      try statements.messages.identify.id(message).id(person.value)
        .int(Int64(MessageBasis.submitted.rawValue)).run()
      try ledger.keys.adopt(message, by: person)
      ledger.recentMessages.forget(message)
    case .part(let part): collect(part)
    case .acknowledged(let agency, let through):
      lanes[agency, default: LaneChange()].acknowledged.raise(to: through)
    case .audit(let entry): try log.write(entry)
    case .submitted(let source, let sequence, let through):
      let statement = sequence == .data ? statements.hub.setData : statements.hub.setControl
      try statement.int(ledger.number(of: source.agency)).text(source.incarnation.text)
        .uint(through).run()
    case .timer(let key, let due, let count):
      try statements.timers.setTimer.blob(key.stored).int(due.milliseconds).int(Int64(count)).run()
      ledger.nextDue = nil
    case .cancel(let key):
      try statements.timers.cancelTimer.blob(key.stored).run()
      ledger.nextDue = nil
    case .erase(let message):
      try ledger.removeContent(of: message, retired: nil, &doomed)
    case .refused(let source, let refused): try write(refused, of: source)
    case .clock(let mark):
      ledger.hubTime = mark.wall
      try statements.hub.setClock.int(mark.wall.milliseconds).text(mark.boot)
        .int(mark.sinceBoot.milliseconds).run()
    case .participant, .alias, .token, .release, .tombstone, .blanket, .mark,
      .group, .emergency, .emergencyReviewed, .order:
      try writePerson(entry)
    case .opened, .view, .noMatch: try writeCase(entry)
    case .expunged(let person, let at):
      try ledger.expunge(person, at: at)
      doomed.participants.append(person)
      doomed.at = at
    case .legalHold(let person, let since):
      // A backup from before must not have it forgotten, also where it does not know them.
      if since != nil {
        ledger.keys.note(Stop(.legalHold, "\(person.value)", of: person))
        try ledger.noteHeldNames(of: person)
      }
      try statements.people.setHeld.id(person.value).int(since?.milliseconds).run()
      ledger.recentPeople.forget(person)
    case .archived(let before):
      try statements.retention.setArchived.int(before.milliseconds).run()
    case .cutOff(let key, let at):
      ledger.keys.note(Stop(.key, key.text))
      try statements.hub.addCutOff.text(key.text).int(at.milliseconds).run()
    case .agreement(let version, let hash, let at):
      try statements.hub.addAgreement.int(Int64(version)).blob(hash).int(at.milliseconds).run()
    case .agreementRecorded(let recorded):
      try statements.hub.addText.int(Int64(recorded.version)).blob(recorded.hash)
        .blob(recorded.text).int(recorded.effective.milliseconds)
        .int(recorded.recordedAt.milliseconds).run()
    case .redecision(let redecision): try write(redecision)
    case .keyEnded(let key, let end):
      try statements.hub.addEndedKey.text(key.text).int(end.milliseconds).run()
    case .backedUp(let backup): try write(backup)
    }
  }

  private func write(_ refused: RefusedSubmission, of source: SourceKey) throws {
    let agency = try ledger.number(of: source.agency)
    let sequence = Int64(refused.sequence.rawValue)
    try statements.hub.addRefusal.int(agency).text(source.incarnation.text).int(sequence)
      .uint(refused.number).text(refused.refusal.code.rawValue).text(refused.refusal.place).run()
    guard refused.number > Limits.refusalsRemembered else { return }
    try statements.hub.forgetRefusals.int(agency).text(source.incarnation.text).int(sequence)
      .uint(refused.number - Limits.refusalsRemembered).run()
  }

  // MARK: Messages and their fates

  private func write(_ stored: StoredMessage) throws {
    let payload = try ledger.writeContent(
      of: stored,
      hasOwnKey: stored.basis == .candidate || held.contains(stored.message.id),
      isQueued: pending.contains(stored.message.id))
    try statements.messages.addMessage.id(stored.message.id).id(stored.participant?.value)
      .int(Int64(stored.basis.rawValue)).int(stored.acceptedAt.milliseconds).id(stored.about)
      .int(payload).blob(StoredEnvelope.header(of: stored.message)).run()
  }

  private mutating func collect(_ part: PartRecord) {
    if part.fate == .held, let place = part.queued { escrowTail.raise(to: place + 1) }
    let queued = part.fate == .pending ? part.queued : nil
    guard part.number != nil || queued != nil else {
      parts.append(part)
      return
    }
    var change = lanes.removeValue(forKey: part.key.recipient) ?? LaneChange()
    if let number = part.number { change.next.raise(to: number + 1) }
    if let queued { change.queueTail.raise(to: queued + 1) }
    // What was delivered goes with its lane.
    if part.fate == .delivered { change.delivered.append(part) } else { parts.append(part) }
    lanes[part.key.recipient] = change
  }

  private func write(_ part: PartRecord) throws {
    let fate = part.fate
    // Delivered and quarantined are only said of what was acknowledged; a number whose part is
    // withheld stays in the window, void, until it is.
    let isInWindow = part.number != nil && fate != .delivered && fate != .quarantined
    try statements.parts.setPart.id(part.key.message).int(ledger.number(of: part.key.recipient))
      .int(Int64(part.key.part)).int(Int64(part.segments.bits)).int(fate.code)
      .id(part.participant?.value).uint(part.queued).uint(part.number)
      .int(part.wasDisclosed ? 1 : 0).int(part.changedAt.milliseconds).int(isInWindow ? 1 : 0)
      .run()
  }

  private func write(_ redecision: Redecision?) throws {
    let write = statements.hub.setRedecision
    if let redecision {
      write.blob(try ledger.json.encode(redecision, for: "write ledger"))
    } else {
      write.int(nil)
    }
    try write.run()
  }

  private func write(_ change: LaneChange, of agency: AgencyID) throws {
    let number = try ledger.number(of: agency)
    let through = change.acknowledged
    try statements.parts.moveLane.int(number).uint(change.next).uint(through)
      .uint(change.queueTail).run()
    // One statement does it for the whole window. Only where it did not find them all, as in a
    // journal that never released them, is each written for itself.
    var isWritten = false
    if let at = change.delivered.first?.changedAt,
      change.delivered.allSatisfy({ $0.changedAt == at && $0.number.map { $0 <= through } == true })
    {
      let count = try statements.parts.deliverWindow.int(number).uint(through)
        .int(at.milliseconds).runCounting()
      isWritten = count == change.delivered.count
    }
    if !isWritten { for part in change.delivered { try write(part) } }
    if through > 0 { try statements.parts.closeWindow.int(number).uint(through).run() }
  }

  // MARK: People

  private func write(_ mark: ConsentMark, of person: ParticipantID) throws {
    let (set, remove) = (statements.consent.setMark, statements.consent.removeMark)
    switch mark {
    case .suspended(let id):
      ledger.keys.note(Stop(.releaseNarrowed, id.text, of: person))
      try set.id(person.value).int(MarkKind.suspended.rawValue).text(id.text).int(0).run()
    case .resumed(let id):
      try remove.id(person.value).int(MarkKind.suspended.rawValue).text(id.text).run()
    case .voided(let id):
      ledger.keys.note(Stop(.release, id.text, of: person))
      try set.id(person.value).int(MarkKind.voided.rawValue).text(id.text).int(0).run()
    case .unconfirmed(let id):
      try set.id(person.value).int(MarkKind.unconfirmed.rawValue).text(id.text).int(0).run()
    case .confirmed(let id):
      try remove.id(person.value).int(MarkKind.unconfirmed.rawValue).text(id.text).run()
    case .occurred(let event, let time):
      ledger.keys.note(.occurred(event, at: time, of: person))
      try set.id(person.value).int(MarkKind.occurred.rawValue).text(event)
        .int(time.milliseconds).run()
    case .booked(let agency, let time):
      try set.id(person.value).int(MarkKind.booked.rawValue).text(agency.text)
        .int(time.milliseconds).run()
    case .freed(let agency, let time):
      try set.id(person.value).int(MarkKind.freed.rawValue).text(agency.text)
        .int(time.milliseconds).run()
    }
  }

  /// Their consents changed.
  private func move(_ person: ParticipantID, to position: UInt64) throws {
    try statements.people.movePosition.id(person.value).uint(position).int(moment.milliseconds)
      .run()
    ledger.recentPeople.forget(person)
  }

  private func writePerson(_ entry: JournalEntry) throws {
    let people = statements.people
    switch entry {
    case .participant(let person):
      try people.addParticipant.id(person.value).int(moment.milliseconds).run()
    case .alias(let key, let person, let isPreferred):
      try write(key, of: person, isPreferred: isPreferred)
    case .token(let token, let person, let isConfirmed):
      guard let owner = try ledger.keys.handle(of: person) else { return }
      try people.setToken.int(token.kind.code).blob(ledger.index(of: token)).id(owner)
        .int(isConfirmed ? 1 : 0).run()
    case .release(let person, let record):
      try write(record, of: person)
      try move(person, to: record.position)
    case .tombstone(let person, let release, let position):
      ledger.keys.note(Stop(.release, release.text, of: person))
      try statements.consent.addTombstone.id(person.value).text(release.text).uint(position).run()
      try move(person, to: position)
    case .blanket(let person, let blanket, let position):
      let reach = try ledger.json.encode(
        blanket.recipients.map(\.words), for: "write revocation")
      let index = try ledger.keys.index(.parties, person.value.bytes, reach)
      guard
        let sealed = try ledger.keys.seal(reach, for: .participant(person), .blanket, at: index)
      else { return }
      ledger.keys.note(.blanket(index, sealed, at: blanket.at, of: person))
      try statements.consent.setBlanket.id(person.value).blob(index).blob(sealed)
        .int(blanket.at.milliseconds).run()
      try move(person, to: position)
    case .mark(let person, let mark, let position):
      try write(mark, of: person)
      try move(person, to: position)
    case .emergency(let person, let access, let position):
      try write(StoredEmergency(access), .emergency, access.id, of: person, at: position)
    case .emergencyReviewed(let id, let finding, let time):
      try write(finding, of: id, at: time)
    case .order(let person, let order, let position):
      try write(StoredOrder(order), .order, order.id, of: person, at: position)
    case .group(let person, let head, let position):
      // Only who counted as one person with others comes to be alone.
      if head == nil { ledger.keys.note(Stop(.apart, "\(person.value)", of: person)) }
      try people.setHead.id(person.value).id(head?.value).run()
      try move(person, to: position)
    default: return
    }
  }

  private func write(
    _ authority: some Encodable, _ kind: AuthorityKind, _ id: RoiID, of person: ParticipantID,
    at position: UInt64
  ) throws {
    let body = try ledger.json.encode(authority, for: "write authority")
    let sealed = try ledger.keys.seal(
      body, for: .participant(person), .authority, at: Array(id.text.utf8))
    guard let sealed else { return }
    try statements.consent.setAuthority.text(id.text).id(person.value).int(kind.rawValue)
      .blob(sealed).run()
    try move(person, to: position)
  }

  /// What a review of an emergency found.
  private func write(_ finding: String, of id: RoiID, at time: WallTime) throws {
    let owner = statements.consent.authorityOwner
    guard let person = try owner.text(id.text).first({ try owner.participant(at: 0) }),
      let sealed = try ledger.keys.seal(
        Array(finding.utf8), for: .participant(person), .finding, at: Array(id.text.utf8))
    else { return }
    try statements.consent.reviewAuthority.int(time.milliseconds).blob(sealed).text(id.text).run()
  }

  private func write(_ key: AliasKey, of person: ParticipantID, isPreferred: Bool) throws {
    let people = statements.people
    let agency = try ledger.number(of: key.agency)
    let index = try ledger.index(of: key)
    guard let owner = try ledger.keys.handle(of: person),
      let sealed = try ledger.keys.seal(
        Array(key.alias.text.utf8), for: .participant(person), .alias, at: index)
    else { return }
    // The agency may have known someone else by it; their record changes too.
    let former = try people.alias.int(agency).blob(index)
      .first { try ledger.owner(at: 0, of: people.alias) } ?? nil
    if let former { ledger.recentPeople.forget(former) }
    if isPreferred { try people.unprefer.id(owner).int(agency).run() }
    try people.setAlias.int(agency).blob(index).id(owner).int(isPreferred ? 1 : 0).blob(sealed)
      .run()
    try ledger.note(newName: NameIndex(agency: key.agency, index: index), of: person)
    ledger.recentPeople.forget(person)
  }

  private func write(_ record: RoiRecord, of person: ParticipantID) throws {
    noteStop(of: record, person)
    let json = ledger.json
    let place = Array(record.roi.id.text.utf8)
    let toward = try json.encode(record.revokedToward.map(\.words), for: "write release")
    let owner = KeyOwner.participant(person)
    guard let body = try ledger.keys.seal(record.roi.encoded(), for: owner, .release, at: place),
      let revoked = try ledger.keys.seal(toward, for: owner, .revoked, at: place)
    else { return }
    try statements.consent.setRelease.text(record.roi.id.text).id(person.value)
      .int(ledger.number(of: record.capturedBy)).uint(record.position).text(record.state.rawValue)
      .blob(revoked).blob(json.encode(record.missing, for: "write release")).blob(body).run()
    try statements.versions.addVersion.text(record.roi.id.text).int(Int64(record.roi.version))
      .id(person.value).blob(body).run()
  }

  /// What the key store remembers of it, so that a backup of the ledger does not set it going.
  private func noteStop(of record: RoiRecord, _ person: ParticipantID) {
    switch record.state {
    case .revoked: ledger.keys.note(Stop(.release, record.roi.id.text, of: person))
    case .active, .draft, .superseded, .refused:
      guard !record.revokedToward.isEmpty else { return }
      ledger.keys.note(Stop(.releaseNarrowed, record.roi.id.text, of: person))
    }
  }

  private func write(_ backup: Backup) throws {
    let hub = statements.hub
    try hub.addBackup.int(backup.at.milliseconds).uint(backup.entries).run()
    for (source, cursor) in backup.sources {
      try hub.addHorizon.int(ledger.number(of: source.agency)).text(source.incarnation.text)
        .uint(cursor.data).uint(cursor.control).run()
    }
    try hub.dropBackups.int(Int64(Limits.backupsRemembered)).run()
  }

  // MARK: Cases

  private func writeCase(_ entry: JournalEntry) throws {
    let cases = statements.cases
    switch entry {
    case .opened(let caseID, let agency, let person):
      try cases.openCase.text(caseID.text).int(ledger.number(of: agency)).id(person?.value).run()
      ledger.recentCases.forget(caseID)
      if let person { try ledger.reseal(viewsOf: caseID, to: person) }
    case .view(let caseID, let view):
      try ledger.writeView(
        ledger.json.encode(view, for: "write view"), of: caseID, to: view.viewer,
        about: ledger.subject(of: caseID))
      ledger.recentCases.forget(caseID)
    case .noMatch(let source, let booking, let at):
      let index = try ledger.keys.index(
        .booking, Array(source.text.utf8), Array(booking.utf8))
      try cases.setNoMatch.int(ledger.number(of: source)).blob(index).int(at.milliseconds).run()
    default: return
    }
  }
}

extension UInt64 {
  fileprivate mutating func raise(to other: UInt64) { if other > self { self = other } }
}
