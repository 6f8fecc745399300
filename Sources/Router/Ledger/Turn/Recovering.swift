import DiversionWorkflow
import HubModel
import HubProtocol
import RouterCore

extension Ledger {
  func readRecovered() throws -> Recovered {
    let hub = statements.hub
    var cutOff: Set<KeyFingerprint> = []
    try hub.cutOffs.rows { cutOff.insert(try hub.cutOffs.identifier(at: 0)) }
    let agreement = try hub.agreement.first {
      (UInt32(truncatingIfNeeded: hub.agreement.int(at: 0)), hub.agreement.blob(at: 1))
    }
    let line = hub.line
    let (escrowTail, redecision) =
      try line.first { (line.uint(at: 0), line.isNull(at: 1) ? nil : line.blob(at: 1)) } ?? (1, nil)
    return Recovered(
      incarnation: incarnation, lanes: try readLanes(), cutOff: cutOff,
      agreementVersion: agreement?.0 ?? 0, agreementHash: agreement?.1 ?? [],
      nextDue: try readNextDue(),
      agreements: try readAgreements(from: agreement?.0 ?? 0), escrowTail: escrowTail,
      redecision: try redecision.map {
        try json.decode(Redecision.self, from: $0, for: "read ledger")
      },
      chain: try statements.log.chain().point,
      clock: try hub.clock.first {
        ClockMark(
          wall: hub.clock.time(at: 0), boot: hub.clock.text(at: 1),
          sinceBoot: Span(milliseconds: hub.clock.int(at: 2)))
      }, backups: try readBackups(), endedKeys: try readEndedKeys())
  }

  /// The version in force, where it is kept whole, and those that wait for their date.
  private func readAgreements(from version: UInt32) throws -> [RecordedAgreement] {
    let texts = statements.hub.texts
    var agreements: [RecordedAgreement] = []
    try texts.int(Int64(version)).rows {
      agreements.append(
        RecordedAgreement(
          version: UInt32(truncatingIfNeeded: texts.int(at: 0)), hash: texts.blob(at: 1),
          text: texts.blob(at: 2), effective: texts.time(at: 3), recordedAt: texts.time(at: 4)))
    }
    return agreements
  }

  private func readLanes() throws -> [AgencyID: Recovered.Lane] {
    let read = statements.parts.lanes
    var lanes: [AgencyID: Recovered.Lane] = [:]
    try read.rows {
      lanes[try name(at: 0, of: read)] = Recovered.Lane(
        next: read.uint(at: 1), acknowledged: read.uint(at: 2), queueTail: read.uint(at: 3),
        window: [])
    }
    let window = statements.parts.window
    for (agency, lane) in lanes {
      try window.int(number(of: agency)).uint(lane.acknowledged).rows {
        lanes[agency]?.window.append(try readPart(window))
      }
    }
    return lanes
  }

  /// When the first timer falls due; asked of the table only after a turn that moved one.
  func readNextDue() throws -> WallTime? {
    if let known = nextDue { return known }
    let read = statements.timers.nextDue
    let due = try read.first { read.optionalInt(at: 0) }.flatMap { $0 }
      .map { WallTime(milliseconds: $0) }
    nextDue = .some(due)
    return due
  }

  // MARK: Rows

  func readPart(_ row: Prepared) throws -> PartRecord {
    guard let fate = Fate(code: row.int(at: 4)),
      let part = UInt16(exactly: row.int(at: 2)), let bits = UInt32(exactly: row.int(at: 3))
    else { throw row.damaged() }
    return PartRecord(
      key: PartKey(message: try row.id(at: 0), recipient: try name(at: 1, of: row), part: part),
      segments: SegmentSet(bits: bits), fate: fate, participant: try row.optionalParticipant(at: 5),
      queued: row.optionalUInt(at: 6), number: row.optionalUInt(at: 7),
      wasDisclosed: row.int(at: 8) != 0, changedAt: row.time(at: 9))
  }

  func readMessage(_ id: MessageID) throws -> StoredMessage? {
    if let known = recentMessages.value(of: id) { return known }
    let row = statements.messages.message
    return try row.id(id).first {
      guard let basis = UInt8(exactly: row.int(at: 1)).flatMap(MessageBasis.init) else {
        throw row.damaged()
      }
      let body = row.isNull(at: 5) ? nil : row.blob(at: 5)
      guard
        let message = try openMessage(
          header: row.blob(at: 4), body: body, id: id, isRetired: !row.isNull(at: 6))
      else { throw row.damaged() }
      return StoredMessage(
        message: message, participant: try row.optionalParticipant(at: 0), basis: basis,
        acceptedAt: row.time(at: 2), about: try row.optionalID(at: 3))
    }
  }

  func readCase(_ id: CaseID) throws -> CaseRecord? {
    if let known = recentCases.value(of: id) { return known }
    let row = statements.cases.caseRecord
    guard
      var record = try row.text(id.text).first({
        CaseRecord(
          id: id, openedBy: try name(at: 0, of: row),
          participant: try row.optionalParticipant(at: 1))
      })
    else { return nil }
    let views = statements.cases.views
    try views.text(id.text).rows {
      let viewer = try name(at: 0, of: views)
      let opened = try keys.open(views.blob(at: 1), .view, at: Self.place(of: id, viewer))
      // A person who was expunged took the case's views along.
      guard let opened else { return }
      record.views[viewer] = try json.decode(CaseView.self, from: opened, for: "read views")
    }
    recentCases.remember(record, of: id)
    return record
  }

  /// A participant of whom nothing is known has an empty record.
  func readPerson(_ id: ParticipantID) throws -> ParticipantRecord {
    if let known = recentPeople.value(of: id) { return known }
    let people = statements.people
    let (position, head, isExpunged, isHeld) = try people.person.id(id.value).first {
      (people.person.uint(at: 0), try people.person.optionalParticipant(at: 1),
        !people.person.isNull(at: 2), !people.person.isNull(at: 3))
    } ?? (0, nil, false, false)
    var record = ParticipantRecord(consents: ParticipantConsents(position: position))
    record.isOnLegalHold = isHeld
    if isExpunged { return record }
    if let head {
      try people.members.id(head.value).rows {
        record.others.insert(try people.members.participant(at: 0))
      }
      record.others.remove(id)
    }
    let aliases = people.preferredAliases
    if let owner = try keys.knownHandle(of: id) {
      try aliases.id(owner).rows {
        record.aliases[try name(at: 0, of: aliases)] = try openAlias(aliases)
      }
    }
    let releases = statements.consent.releases
    try releases.id(id.value).rows { record.consents.records.append(try readRelease(releases)) }
    let tombstones = statements.consent.tombstones
    try tombstones.id(id.value).rows {
      record.consents.tombstones.insert(try tombstones.identifier(at: 0))
    }
    let blankets = statements.consent.blankets
    try blankets.id(id.value).rows {
      record.consents.add(
        BlanketRevocation(
          recipients: try parties(
            keys.open(blankets.blob(at: 0), .blanket, at: blankets.blob(at: 2)), in: blankets),
          at: blankets.time(at: 1)))
    }
    record.consents.marks = try readMarks(of: id)
    try readAuthorities(of: id, into: &record.consents)
    recentPeople.remember(record, of: id)
    return record
  }

  private func readAuthorities(
    of id: ParticipantID, into consents: inout ParticipantConsents
  ) throws {
    let row = statements.consent.authorities
    try row.id(id.value).rows {
      let place = Array(row.text(at: 2).utf8)
      guard let body = try keys.open(row.blob(at: 1), .authority, at: place) else { return }
      switch AuthorityKind(rawValue: row.int(at: 0)) {
      case .order:
        let stored = try json.decode(StoredOrder.self, from: body, for: "read authorities")
        consents.orders.append(try stored.order(in: row))
      case .emergency:
        let stored = try json.decode(StoredEmergency.self, from: body, for: "read authorities")
        consents.emergencies.append(try stored.access(in: row))
      case nil: throw row.damaged()
      }
    }
  }

  private func readMarks(of id: ParticipantID) throws -> ConsentMarks {
    var marks = ConsentMarks()
    let row = statements.consent.marks
    try row.id(id.value).rows {
      switch MarkKind(rawValue: row.int(at: 0)) {
      case .suspended: marks.take(.suspended(try row.identifier(at: 1)))
      case .voided: marks.take(.voided(try row.identifier(at: 1)))
      case .occurred: marks.take(.occurred(row.text(at: 1), at: row.time(at: 2)))
      case .booked: marks.take(.booked(try agency(in: row), at: row.time(at: 2)))
      case .freed: marks.take(.freed(try agency(in: row), at: row.time(at: 2)))
      case .unconfirmed: marks.take(.unconfirmed(try row.identifier(at: 1)))
      case nil: throw row.damaged()
      }
    }
    return marks
  }

  private func agency(in row: Prepared) throws -> AgencyID {
    guard let agency = AgencyID(row.text(at: 1)) else { throw row.damaged() }
    return agency
  }

  private func parties(_ bytes: [UInt8]?, in row: Prepared) throws -> [Party] {
    guard let bytes else { throw row.damaged() }
    return try json.decode([[String]].self, from: bytes, for: "read releases").map {
      guard let party = Party(words: $0) else { throw row.damaged() }
      return party
    }
  }

  private func readRelease(_ row: Prepared) throws -> RoiRecord {
    let place = Array(row.text(at: 6).utf8)
    let release: ReleaseOfInformation
    do {
      guard let body = try keys.open(row.blob(at: 0), .release, at: place) else {
        throw row.damaged()
      }
      release = try ReleaseOfInformation(decoding: body)
    } catch is Refusal {
      throw row.damaged()
    }
    guard let state = RoiState(rawValue: row.text(at: 3)) else { throw row.damaged() }
    return RoiRecord(
      roi: release, state: state, capturedBy: try name(at: 1, of: row),
      revokedToward: try parties(keys.open(row.blob(at: 4), .revoked, at: place), in: row),
      position: row.uint(at: 2),
      missing: try json.decode([String].self, from: row.blob(at: 5), for: "read releases"))
  }
}
