public import HubModel

/// What a statement of consent changes in a participant's log.
public struct ConsentChange: Hashable, Sendable {
  /// Records that are new or changed, each at its position.
  public var records: [RoiRecord] = []
  public var tombstones: [RoiID] = []
  /// Everything was revoked, what has not been seen yet included.
  public var blanket: BlanketRevocation?
  public var position: UInt64
  public var marks: [ConsentMark] = []
  public var isEmpty: Bool {
    records.isEmpty && tombstones.isEmpty && blanket == nil && marks.isEmpty
  }
}

extension ParticipantConsents {
  /// Applies what `agency` reports the participant to have said, and returns what changed.
  ///
  /// - Parameters:
  ///   - law: what a form must have to become active.
  ///   - now: when the router took it in; what is reported to have occurred has occurred by then.
  /// - Throws: ``Refusal`` where another agency captured the release.
  public mutating func apply(
    _ statement: ConsentStatement, from agency: AgencyID, under law: SiteSwitches,
    at now: WallTime
  ) throws(Refusal) -> ConsentChange {
    switch statement {
    case .release(let roi): try register(roi, from: agency, under: law)
    case .refusal(let refusal): try register(refusal, from: agency)
    case .revocation(let revocation): revoke(revocation)
    case .event(let event): try mark(event, from: agency, at: now)
    }
  }

  private mutating func register(
    _ roi: ReleaseOfInformation, from agency: AgencyID, under law: SiteSwitches
  ) throws(Refusal) -> ConsentChange {
    var missing = roi.missingElements(under: law)
    let known = records.first { $0.roi.id == roi.id }
    // What was taken back does not become, by an amendment, what cannot be taken back
    // (42 CFR 2.35(c)).
    if let known, roi.kind == .criminalJustice, known.isTakenBack, !known.isIrrevocable(marks) {
      missing.append("new-release")
    }
    var state: RoiState = missing.isEmpty ? .active : .draft
    if tombstones.contains(roi.id) { state = .revoked }
    var revokedToward: [Party] = []
    if let known {
      guard known.capturedBy == agency else { throw Refusal(.notCapturer) }
      // The same version again, or an older one that comes late, changes nothing.
      if known.roi.version > roi.version { return ConsentChange(position: position) }
      if known.roi.version == roi.version && known.state != .refused && known.state != .draft {
        return ConsentChange(position: position)
      }
      // An amendment cannot bring back what was taken back; that takes a new release.
      if known.state == .revoked || known.state == .superseded { state = known.state }
      revokedToward = known.revokedToward
    }
    // Signed before everything was revoked. (Without a date of signing it is a draft.)
    for blanket in blankets where roi.signedAt.map({ $0 <= blanket.at }) ?? false {
      if blanket.recipients.isEmpty {
        state = .revoked
      } else {
        revokedToward += blanket.recipients.filter { !revokedToward.contains($0) }
      }
    }
    var change = ConsentChange(position: position + 1)
    change.records.append(
      RoiRecord(
        roi: roi, state: state, capturedBy: agency, revokedToward: revokedToward,
        position: change.position, missing: missing))
    take(change)
    settle(&change)
    return change
  }

  /// A complete form takes the place of the one that it names, in whichever order they come; two
  /// that name each other both fall.
  private mutating func settle(_ change: inout ConsentChange) {
    for index in records.indices where records[index].state == .active {
      let id = records[index].roi.id
      guard records.contains(where: { $0.hasReplaced(id) }) else { continue }
      records[index].state = .superseded
      records[index].position = change.position
      change.records.removeAll { $0.roi.id == id }
      change.records.append(records[index])
    }
  }

  private mutating func register(
    _ refusal: RoiRefusal, from agency: AgencyID
  ) throws(Refusal) -> ConsentChange {
    // Versions count from 1: whatever form comes later under this id is newer, and heard for what
    // it refuses even where everything under the id was withdrawn meanwhile.
    var record = RoiRecord(
      roi: ReleaseOfInformation(
        id: refusal.id, version: 0, kind: .field, disclosers: [], recipients: [],
        information: [], purposes: [], signedAt: nil, expiry: nil),
      state: .draft, capturedBy: agency, position: position + 1,
      missing: [refusal.reason.rawValue])
    if let known = records.first(where: { $0.roi.id == refusal.id }) {
      guard known.capturedBy == agency else { throw Refusal(.notCapturer) }
      // Whoever signed and then says no revokes; a refusal is only of what was never signed. What
      // the unsigned form refuses goes on subtracting.
      if known.state != .draft || refusal.reason == .incapacity {
        return ConsentChange(position: position)
      }
      record = known
      record.position = position + 1
    }
    if refusal.reason == .refused { record.state = .refused }
    if tombstones.contains(refusal.id) { record.state = .revoked }
    var change = ConsentChange(position: position + 1)
    change.records.append(record)
    take(change)
    return change
  }

  private mutating func revoke(_ revocation: RoiRevocation) -> ConsentChange {
    var change = ConsentChange(position: position + 1)
    for var record in records where revocation.id == nil || record.roi.id == revocation.id {
      switch record.state {
      // Of what was refused, too: the form may still come signed, out of a spool.
      case .active, .draft, .superseded, .refused: break
      case .revoked: continue
      }
      if revocation.recipients.isEmpty {
        record.state = .revoked
      } else {
        let new = revocation.recipients.filter { !record.revokedToward.contains($0) }
        if new.isEmpty { continue }
        record.revokedToward += new
      }
      record.position = change.position
      change.records.append(record)
    }
    // A release that the router has not seen yet must not outlive its revocation in a spool. One
    // that was taken back only in part stays wholly dead: to stop is always the safe side.
    if let id = revocation.id, !tombstones.contains(id),
      !records.contains(where: { $0.roi.id == id })
    {
      change.tombstones.append(id)
    }
    if change.isEmpty { return ConsentChange(position: position) }
    take(change)
    return change
  }

  /// Whoever works with the person may stop a release, or say what has occurred; whoever captured
  /// it alone lets it go on or calls it false (the hub speaks for its operator). From anybody else
  /// "false" stops it, until the captor lets it go on.
  ///
  /// What an agency is answered, and what it can let go on by a word about everything, depends on
  /// its own releases alone: else the answer would tell that others have one from the person.
  private mutating func mark(
    _ event: RoiEvent, from agency: AgencyID, at now: WallTime
  ) throws(Refusal) -> ConsentChange {
    let meant = event.id.map { [$0] } ?? records.map(\.roi.id)
    let others = records.filter { agency != .hub && $0.capturedBy != agency }.map(\.roi.id)
    let own = meant.filter { !others.contains($0) }
    // What nobody has captured yet, nobody lets go on.
    if [.resumed, .confirmed].contains(event.kind), let id = event.id,
      others.contains(id) || !records.contains(where: { $0.roi.id == id })
    {
      throw Refusal(.notCapturer)
    }
    func stops(_ ids: [RoiID]) -> [ConsentMark] {
      ids.filter { !marks.suspended.contains($0) }.map { .suspended($0) }
    }
    let new: [ConsentMark] =
      switch event.kind {
      case .suspended: stops(meant)
      case .resumed: own.filter { marks.suspended.contains($0) }.map { .resumed($0) }
      case .voided:
        own.filter { !marks.voided.contains($0) }.map { .voided($0) }
          + stops(meant.filter { others.contains($0) })
      case .occurred: event.event.isEmpty ? [] : [.occurred(event.event, at: now)]
      case .confirmed:
        own.filter { marks.unconfirmed.contains($0) }.map { .confirmed($0) }
      }
    if new.isEmpty { return ConsentChange(position: position) }
    var change = ConsentChange(position: position + 1)
    change.marks = new
    take(change)
    return change
  }

  /// Remembers that everything was revoked as of `now`, for releases that arrive later.
  ///
  /// - Parameter now: when the router took the revocation in. Neither the sender's clock nor the
  ///   order of arrival could tell a late release from a new one; a signature after this moment
  ///   can only be later than the revocation.
  public mutating func revokeUnseen(
    toward recipients: [Party], at now: WallTime, in change: inout ConsentChange
  ) {
    let blanket = BlanketRevocation(recipients: recipients, at: now)
    if change.isEmpty { change = ConsentChange(position: position + 1) }
    change.blanket = blanket
    position = change.position
    add(blanket)
  }

  /// Has what revoked everything take back whatever was signed by then: where consents that came
  /// under several names turn out to be one person's.
  public mutating func applyBlankets() {
    for index in records.indices {
      guard let signed = records[index].roi.signedAt else { continue }
      switch records[index].state {
      case .active, .superseded: break
      case .draft, .refused, .revoked: continue
      }
      for blanket in blankets where signed <= blanket.at {
        if blanket.recipients.isEmpty { records[index].state = .revoked }
        records[index].revokedToward += blanket.recipients
      }
    }
  }

  private mutating func take(_ change: ConsentChange) {
    position = change.position
    for record in change.records {
      if let index = records.firstIndex(where: { $0.roi.id == record.roi.id }) {
        records[index] = record
      } else {
        records.append(record)
      }
    }
    tombstones.formUnion(change.tombstones)
    for mark in change.marks { marks.take(mark) }
  }

  /// Agencies that a release in force names to settle whether a match is this person.
  public func identityStewards(
    in registry: Registry, under law: SiteSwitches, at now: WallTime
  ) -> [AgencyID] {
    var stewards: [AgencyID] = []
    for record in records {
      for id in record.roi.identityStewards where !stewards.contains(id) {
        guard let agency = registry.agencies[id],
          record.names(steward: agency, marks, under: law, at: now)
        else { continue }
        stewards.append(id)
      }
    }
    return stewards
  }

  /// When the next release that is signed and not yet begun begins.
  public func nextStart(after now: WallTime) -> WallTime? {
    records.filter { $0.state == .active }
      .compactMap { record in
        record.roi.signedAt.map { max(record.roi.startsAt ?? $0, $0) }
      }
      .filter { $0 > now }.min()
  }
}

extension RoiRecord {
  /// Whether the release is in force and has the agency settle matches.
  func names(
    steward agency: Registry.Agency, _ marks: ConsentMarks, under law: SiteSwitches,
    at now: WallTime
  ) -> Bool {
    guard roi.identityStewards.contains(agency.id),
      case .inForce = standing(toward: agency, marks, at: now)
    else { return false }
    return roi.missingElements(under: law).isEmpty
  }

  /// Wholly or toward somebody.
  var isTakenBack: Bool { state == .revoked || !revokedToward.isEmpty }
}
