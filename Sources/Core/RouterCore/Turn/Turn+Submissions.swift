import HubModel

extension Turn {
  /// Takes the messages that continue the sender's sequence; earlier ones were accepted before,
  /// and a gap is answered with the number to go on from.
  mutating func accept(
    _ publish: Submission.Publish, from session: Session, of agency: Registry.Agency
  ) {
    guard let record = state.sessions[session], var cursor = state.sources[record.source] else {
      return
    }
    // Revocations and cut-offs have space reserved; everything else stays in its spool.
    if state.isLowOnSpace && publish.sequence == .data {
      send(.reply(session, .rejection(Refusal(.lowSpace))))
      return
    }
    if state.isDraining && publish.sequence == .data {
      send(.reply(session, .rejection(Refusal(.draining))))
      return
    }
    // So do they while the clock is in doubt: what would be accepted by it, lapses by it.
    if state.clock.isHeld && publish.sequence == .data {
      send(.reply(session, .rejection(Refusal(.clockHeld))))
      return
    }
    let through = cursor[publish.sequence]
    receipt(session, publish.sequence, through: through)
    guard publish.first <= through + 1 else {
      send(.reply(session, .rejection(Refusal(.submissionGap))))
      return
    }
    for (offset, item) in publish.items.enumerated() {
      let number = publish.first + UInt64(offset)
      guard number > cursor[publish.sequence] else {
        answerAgain(number, publish.sequence, of: record.source, to: session)
        continue
      }
      cursor[publish.sequence] = number
      do {
        try accept(item, on: publish.sequence, from: agency, key: session.fingerprint)
        receipt(session, publish.sequence, through: number)
      } catch {
        audit(refused: error, from: agency.id, item: item)
        remember(
          RefusedSubmission(sequence: publish.sequence, number: number, refusal: error),
          of: record.source)
        receipt(
          session, publish.sequence, through: number,
          refused: Reply.Receipt.Refused(number: number, refusal: error))
      }
    }
    guard cursor[publish.sequence] > through else { return }
    state.sources[record.source] = cursor
    write(.submitted(record.source, publish.sequence, through: cursor[publish.sequence]))
  }

  private mutating func remember(_ refused: RefusedSubmission, of source: SourceKey) {
    write(.refused(source, refused))
    facts.refusals[source, default: []].append(refused)
  }

  /// Says again of a number that was refused before that it was, and why: the first answer may
  /// never have arrived.
  private mutating func answerAgain(
    _ number: UInt64, _ sequence: SubmitSequence, of source: SourceKey, to session: Session
  ) {
    let known = facts.refusals[source]?.first { $0.number == number && $0.sequence == sequence }
    guard let known, let through = state.sources[source]?[sequence] else { return }
    receipt(
      session, sequence, through: through,
      refused: Reply.Receipt.Refused(number: number, refusal: known.refusal))
  }

  private mutating func accept(
    _ item: Submission.Publish.Item, on sequence: SubmitSequence, from agency: Registry.Agency,
    key: KeyFingerprint
  ) throws(Refusal) {
    var message: Message
    switch item {
    case .undecodable(let refusal): throw refusal
    case .message(let decoded): message = decoded
    }
    message.source = agency.id
    guard message.program == state.agreement.program else { throw Refusal(.wrongProgram) }
    guard message.topic.sequence == sequence else { throw Refusal(.wrongSequence) }
    try message.validate(publisher: agency.role)
    try checkSeal(of: message, from: agency, key: key)
    guard facts.known.insert(message.id).inserted else { throw Refusal(.duplicateMessage) }
    switch message.topic {
    case .bookingCreated, .bookingReleased:
      // An alias that nobody has used before is a stranger's, whatever the sender calls them.
      if message.participant.flatMap({ facts.aliases[AliasKey(agency.id, $0)] }) == nil {
        match(booking: message)
        return
      }
    case .identityConfirmed, .identityRejected: try acceptAnswer(message)
    case .outcomeConfirmed: acceptConfirmation(message)
    default: break
    }
    let participant = resolveParticipant(of: message)
    if let statement = message.consent, let participant {
      if message.topic == .roiConfirmed {
        try confirm(statement, of: participant, from: message)
      } else {
        try applyConsent(statement, of: participant, from: message)
      }
    }
    if message.topic == .emergencyDeclared, let participant {
      try openEmergency(message, for: participant)
    }
    store(
      StoredMessage(
        message: message, participant: participant, basis: .submitted, acceptedAt: now))
  }

  /// Whether the seal can be the sender's. Its signature is the recipients' to check: it is they
  /// who need not believe the router, and CURVE has told the router who is speaking.
  private func checkSeal(
    of message: Message, from agency: Registry.Agency, key: KeyFingerprint
  ) throws(Refusal) {
    guard let seal = message.seal else {
      guard agency.maySendUnsealed else { throw Refusal(.sealMissing) }
      return
    }
    guard seal.signer == key else { throw Refusal(.sealInvalid, at: "seal.signer") }
    guard seal.fits(message) else { throw Refusal(.sealInvalid, at: "seal") }
  }

  /// Writes a message down and puts it up for routing.
  mutating func store(_ stored: StoredMessage) {
    write(.accepted(stored))
    if stored.basis == .submitted {
      audit(.accepted, actor: stored.message.source, about: stored)
      learn(bySending: stored)
      noteCustody(stored)
    }
    unrouted.append(stored)
  }

  // MARK: Whom it is about

  /// The participant whom a message names, made known to the router where it is new.
  private mutating func resolveParticipant(of message: Message) -> ParticipantID? {
    let record = message.caseID.flatMap { facts.cases[$0] }
    let isParty = record.map { $0.openedBy == message.source || $0.views[message.source] != nil }
    var participant: ParticipantID?
    if let alias = message.participant {
      let key = AliasKey(message.source, alias)
      participant = facts.aliases[key]
      if participant == nil {
        let found =
          confirmedParticipant(by: message.tokens)
          ?? (isParty == true ? record.flatMap { subject(of: $0, namedBy: message.source) } : nil)
        participant = found ?? newParticipant()
        if let participant { link(key, to: participant) }
      }
    }
    if let participant { register(message.tokens, of: participant) }
    if let caseID = message.caseID {
      if record == nil {
        facts.cases[caseID] = CaseRecord(
          id: caseID, openedBy: message.source, participant: participant)
        write(.opened(caseID, by: message.source, participant: participant))
      } else if let participant, record?.participant == nil, isParty == true {
        facts.cases[caseID]?.participant = participant
        write(.opened(caseID, by: record?.openedBy ?? message.source, participant: participant))
      }
    }
    return participant
  }

  /// Whom a case is about, for one of its parties that names them by a new alias. Whoever opened
  /// it and knows the person by another alias means somebody else.
  private func subject(of record: CaseRecord, namedBy agency: AgencyID) -> ParticipantID? {
    guard let participant = record.participant else { return nil }
    let isKnown = facts.participants[participant]?.aliases[agency] != nil
    return isKnown && record.openedBy == agency ? nil : participant
  }

  private mutating func newParticipant() -> ParticipantID {
    let random = fresh.random(for: .hub)
    let participant = ParticipantID(MessageID(high: random.0, low: random.1))
    facts.participants[participant] = ParticipantRecord()
    write(.participant(participant))
    return participant
  }

  private mutating func link(_ key: AliasKey, to participant: ParticipantID) {
    facts.aliases[key] = participant
    facts.participants[participant]?.aliases[key.agency] = key.alias
    write(.alias(key, participant, isPreferred: true))
    // Known again, for the first time since a restore.
    if facts.heldNames.remove(key) != nil {
      holdRecords(of: participant, true, because: "as before")
    }
  }

  /// The alias by which `agency` is told of the participant; minted on first use, at random, so
  /// that no two agencies' aliases can be joined.
  mutating func alias(of participant: ParticipantID, for agency: AgencyID) -> ParticipantAlias? {
    if let known = facts.participants[participant]?.aliases[agency] { return known }
    let random = fresh.random(for: agency)
    let text = Hex.encode(MessageID(high: random.0, low: random.1).bytes)
    guard let alias = ParticipantAlias("p-\(text)") else { return nil }
    link(AliasKey(agency, alias), to: participant)
    return alias
  }

  // MARK: Consent

  mutating func applyConsent(
    _ statement: ConsentStatement, of participant: ParticipantID, from message: Message
  ) throws(Refusal) {
    var owner = participant
    if let id = statement.subject, let known = facts.releases[id],
      known.participant != participant
    {
      // Ids are the capturing agency's own. A revocation is taken wherever the release is: to
      // stop is always the safe side.
      if !everyone(with: participant).contains(known.participant) {
        guard statement.stops else { throw Refusal(.notCapturer) }
      }
      owner = known.participant
    }
    try applyConsent(statement, of: owner, from: message.source)
    // Who takes back everything takes back what stands under their other names.
    guard statement.subject == nil else { return }
    for other in everyone(with: owner) where other != owner {
      try applyConsent(statement, of: other, from: message.source)
    }
  }

  /// Changes the participant's log and has everything that waits on it decided again.
  mutating func applyConsent(
    _ statement: ConsentStatement, of participant: ParticipantID, from agency: AgencyID,
    detail: String = ""
  ) throws(Refusal) {
    let all = everyone(with: participant)
    var consents = facts.participants[participant]?.consents ?? .init()
    // One person's positions go on, under whichever name the next change comes.
    for other in all {
      consents.position = max(consents.position, facts.participants[other]?.consents.position ?? 0)
    }
    // What has come to an end, or is taken back as of now, is so by either clock.
    let latest = state.clock.bounds(now, tick).upperBound
    var change = try consents.apply(
      statement, from: agency, under: state.agreement.switches, at: latest)
    if case .revocation(let revocation) = statement, revocation.id == nil {
      consents.revokeUnseen(toward: revocation.recipients, at: latest, in: &change)
    }
    guard !change.isEmpty else { return }
    facts.participants[participant, default: ParticipantRecord()].consents = consents
    if let blanket = change.blanket {
      write(.blanket(participant, blanket, position: change.position))
    }
    for record in change.records {
      write(.release(participant, record))
      facts.releases[record.roi.id] = ReleaseOwner(
        participant: participant, capturedBy: record.capturedBy)
      if record.state == .active, case .at(let end)? = record.roi.expiry {
        let lead = Span.days(Int64(state.agreement.roiExpiringDays))
        let due = WallTime(milliseconds: end.milliseconds - lead.milliseconds)
        if due > now { setTimer(.releaseExpiring(participant, record.roi.id), due: due) }
      }
    }
    for id in change.tombstones {
      write(.tombstone(participant, id, position: change.position))
      facts.releases[id] = ReleaseOwner(participant: participant, capturedBy: agency)
    }
    for mark in change.marks { write(.mark(participant, mark, position: change.position)) }
    var entry = AuditEntry(
      .consentChanged, at: now, actor: agency, participant: participant,
      consentPosition: change.position, agreementVersion: state.agreement.version,
      detail: detail)
    entry.releases = change.records.map { .init($0.roi.id, version: $0.roi.version) }
    entry.reasons =
      change.records.map { "\($0.roi.id):\($0.state.rawValue)" } + change.marks.map(\.words)
    write(.audit(entry))
    for member in all {
      setTimer(.redecide(member), due: now)
      redeciding[member] = 0
    }
  }
}

extension ConsentStatement {
  /// The one release that it is about. What has occurred is about the person, whatever release the
  /// agency had in mind.
  fileprivate var subject: RoiID? {
    switch self {
    case .release(let roi): roi.id
    case .refusal(let refusal): refusal.id
    case .revocation(let revocation): revocation.id
    case .event(let event): event.kind == .occurred ? nil : event.id
    }
  }

  /// Whether it can only end or stop a release.
  fileprivate var stops: Bool {
    switch self {
    case .revocation: true
    case .event(let event): event.kind == .suspended || event.kind == .voided
    case .release, .refusal: false
    }
  }
}

extension ConsentMark {
  /// As the log has it.
  var words: String {
    switch self {
    case .suspended(let id): "\(id):suspended"
    case .resumed(let id): "\(id):resumed"
    case .voided(let id): "\(id):voided"
    case .occurred(let event, _): "occurred:\(event)"
    case .booked(let agency, _): "booked:\(agency)"
    case .freed(let agency, _): "freed:\(agency)"
    case .unconfirmed(let id): "\(id):unconfirmed"
    case .confirmed(let id): "\(id):confirmed"
    }
  }
}
