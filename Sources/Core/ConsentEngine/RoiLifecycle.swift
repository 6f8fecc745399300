public import HubModel

/// What a statement of consent changes in a participant's log.
public struct ConsentChange: Hashable, Sendable {
  /// Records that are new or changed, each at its position.
  public var records: [RoiRecord] = []
  public var tombstones: [RoiID] = []
  /// Everything was revoked, what has not been seen yet included.
  public var blanket: BlanketRevocation?
  public var position: UInt64
  public var isEmpty: Bool { records.isEmpty && tombstones.isEmpty && blanket == nil }
}

extension ParticipantConsents {
  /// Applies what `agency` reports the participant to have said, and returns what changed.
  ///
  /// - Throws: ``Refusal`` where another agency captured the release.
  public mutating func apply(
    _ statement: ConsentStatement, from agency: AgencyID
  ) throws(Refusal) -> ConsentChange {
    switch statement {
    case .release(let roi): try register(roi, from: agency)
    case .refusal(let refusal): try register(refusal, from: agency)
    case .revocation(let revocation): revoke(revocation)
    }
  }

  private mutating func register(
    _ roi: ReleaseOfInformation, from agency: AgencyID
  ) throws(Refusal) -> ConsentChange {
    let missing = roi.missingElements
    var state: RoiState = missing.isEmpty ? .active : .draft
    if tombstones.contains(roi.id) { state = .revoked }
    var revokedToward: [Party] = []
    if let known = records.first(where: { $0.roi.id == roi.id }) {
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
        if state != .superseded { state = .revoked }
      } else {
        revokedToward += blanket.recipients.filter { !revokedToward.contains($0) }
      }
    }
    // One that comes late, after the release that replaced it, is replaced on arrival.
    if state == .active, records.contains(where: { $0.hasReplaced(roi.id) }) {
      state = .superseded
    }
    var change = ConsentChange(position: position + 1)
    change.records.append(
      RoiRecord(
        roi: roi, state: state, capturedBy: agency, revokedToward: revokedToward,
        position: change.position, missing: missing))
    let wasSigned = state == .active || (missing.isEmpty && tombstones.contains(roi.id))
    if wasSigned, let older = roi.supersedes, older != roi.id,
      var superseded = records.first(where: { $0.roi.id == older }), superseded.state == .active
    {
      superseded.state = .superseded
      superseded.position = change.position
      change.records.append(superseded)
    }
    take(change)
    return change
  }

  private mutating func register(
    _ refusal: RoiRefusal, from agency: AgencyID
  ) throws(Refusal) -> ConsentChange {
    if let known = records.first(where: { $0.roi.id == refusal.id }) {
      guard known.capturedBy == agency else { throw Refusal(.notCapturer) }
      // Whoever signed and then says no revokes; a refusal is only of what was never signed.
      if known.state != .draft { return ConsentChange(position: position) }
    }
    // Versions count from 1; what is signed later under this id replaces it whatever its version.
    let unsigned = ReleaseOfInformation(
      id: refusal.id, version: 1, kind: .field, disclosers: [], recipients: [], information: [],
      purposes: [], signedAt: nil, expiry: nil)
    var change = ConsentChange(position: position + 1)
    change.records.append(
      RoiRecord(
        roi: unsigned, state: refusal.reason == .refused ? .refused : .draft,
        capturedBy: agency, position: change.position, missing: [refusal.reason.rawValue]))
    take(change)
    return change
  }

  private mutating func revoke(_ revocation: RoiRevocation) -> ConsentChange {
    var change = ConsentChange(position: position + 1)
    for var record in records where revocation.id == nil || record.roi.id == revocation.id {
      switch record.state {
      case .active, .draft, .superseded: break
      case .refused, .revoked: continue
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
      guard let signed = records[index].roi.signedAt, records[index].state == .active else {
        continue
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
  }

  /// Agencies that a release in force names to settle whether a match is this person.
  public func identityStewards(in registry: Registry, at now: WallTime) -> [AgencyID] {
    var stewards: [AgencyID] = []
    for record in records {
      for id in record.roi.identityStewards where !stewards.contains(id) {
        guard let agency = registry.agencies[id],
          case .inForce = record.standing(toward: agency, at: now)
        else { continue }
        stewards.append(id)
      }
    }
    return stewards
  }

  /// When the next release that is signed and not yet begun begins.
  public func nextStart(after now: WallTime) -> WallTime? {
    records.filter { $0.state == .active }.compactMap { $0.roi.startsAt ?? $0.roi.signedAt }
      .filter { $0 > now }.min()
  }
}

extension RoiRecord {
  /// Was signed in the place of the release `older`.
  fileprivate func hasReplaced(_ older: RoiID) -> Bool {
    guard roi.supersedes == older, roi.id != older, missing.isEmpty else { return false }
    switch state {
    case .active, .revoked, .superseded: return true
    case .draft, .refused: return false
    }
  }
}

extension ReleaseOfInformation {
  /// Codes of the elements of 42 CFR 2.31(a) that its kind requires and it lacks; a release with
  /// any missing stays a draft.
  public var missingElements: [String] {
    var missing: [String] = []
    if disclosers.isEmpty { missing.append("discloser") }
    if recipients.isEmpty { missing.append("recipient") }
    if information.isEmpty || information.contains(where: { $0.categories.isEmpty }) {
      missing.append("information")
    }
    if purposes.isEmpty { missing.append("purpose") }
    if signedAt == nil { missing.append("signature-date") }
    if formImageHash.count != 32 { missing.append("signed-form") }
    switch expiry {
    case nil: missing.append("expiry")
    case .never? where kind != .treatmentPaymentOperations: missing.append("expiry")
    case .at(let end)?:
      if let signedAt, end <= signedAt { missing.append("expiry") }
    case .event(let name)? where name.isEmpty: missing.append("expiry")
    case .never?, .event?: break
    }
    if signer != .patient && signerEvidence.isEmpty { missing.append("signer-evidence") }
    // 42 CFR 2.31(d): use in proceedings cannot be combined with anything else.
    if kind != .proceedings && purposes.contains(where: \.isAdverse) {
      missing.append("separate-consent-for-proceedings")
    }
    return missing
  }
}
