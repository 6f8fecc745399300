import HubModel

/// The participant's layer: permits union, a specific refusal subtracts, and what is not covered
/// waits unless it was refused or revoked.
func judgeByReleases(
  _ segment: Segment, of request: ReleaseRequest, consents: ParticipantConsents,
  at now: WallTime
) -> Verdict {
  let candidates: [RoiRecord]
  if let named = request.message.release {
    if consents.tombstones.contains(named) { return .withhold([.revoked], []) }
    candidates = consents.lineage(of: named)
    // Whoever takes back the release that the referral names stops what stands on it, even
    // where another release has replaced it.
    if let taken = candidates.first(where: { $0.roi.id == named }),
      taken.isRevoked(toward: request.recipient)
    {
      return .withhold([.revoked], [taken])
    }
    if candidates.isEmpty { return .hold([.awaited]) }
  } else {
    candidates = consents.records
    if candidates.isEmpty { return .hold([.none]) }
  }

  var covering: [RoiRecord] = []
  var ended: [(RoiRecord, Reason)] = []
  var reasons: [Reason] = []
  for record in candidates {
    if let gap = record.gap(for: segment, of: request) {
      // A bare refusal names no scope: it answers the one question that was asked, for the
      // messages that name it, and says nothing of others.
      if record.state == .refused, record.roi.id == request.message.release {
        ended.append((record, .refused))
      }
      switch record.state {
      case .refused: reasons.append(.refused)
      case .draft: reasons.append(.notSigned)
      case .active, .revoked, .superseded: reasons.append(gap)
      }
      continue
    }
    switch record.standing(toward: request.recipient, at: now) {
    case .inForce: covering.append(record)
    case .ended(let reason): ended.append((record, reason))
    case .notInForce(let reason): reasons.append(reason)
    }
  }
  // Refusals hold whichever release they stand in, and neither a later release nor the end of
  // their own erases them. A message that names a release is decided on that one's line alone
  // (design §10.1): its receipt must not tell of what was signed elsewhere.
  let heard = request.message.release == nil ? consents.records : candidates
  if let refusing = heard.first(where: { $0.stillRefuses && $0.refuses(segment, of: request) }) {
    return .withhold([.explicitRefusal], [refusing])
  }
  if !covering.isEmpty {
    return .permit(
      .releases([]), covering, .releaseCovers,
      needsStatement: request.labels(of: segment).contains(.part2))
  }
  if let first = ended.first { return .withhold([first.1], [first.0]) }
  return .hold(reasons.isEmpty ? [.none] : reasons)
}

extension ParticipantConsents {
  /// The release of that id and those that superseded it.
  func lineage(of id: RoiID) -> [RoiRecord] {
    var ids: Set<RoiID> = [id]
    var grew = true
    while grew {
      grew = false
      for record in records {
        if let older = record.roi.supersedes, ids.contains(older), !ids.contains(record.roi.id) {
          ids.insert(record.roi.id)
          grew = true
        }
      }
    }
    return records.filter { ids.contains($0.roi.id) }
  }
}

extension RoiRecord {
  enum Standing {
    case inForce
    /// The person took it back, or said no.
    case ended(Reason)
    case notInForce(Reason)
  }

  /// Whether the release stands at `now`, toward this recipient.
  func standing(toward recipient: Registry.Agency, at now: WallTime) -> Standing {
    switch state {
    case .draft: return .notInForce(.notSigned)
    case .refused: return .ended(.refused)
    case .revoked: return .ended(.revoked)
    case .superseded: return .notInForce(.superseded)
    case .active: break
    }
    if isRevoked(toward: recipient) { return .ended(.revoked) }
    if let starts = roi.startsAt ?? roi.signedAt, now < starts { return .notInForce(.notStarted) }
    switch roi.expiry {
    case .at(let end): return now < end ? .inForce : .notInForce(.expired)
    case .event, .never: return .inForce
    case nil: return .notInForce(.notSigned)
    }
  }

  /// Taken back, wholly or toward this recipient.
  func isRevoked(toward recipient: Registry.Agency) -> Bool {
    state == .revoked
      || revokedToward.contains { $0.includes(recipient.id, role: recipient.role) }
  }

  /// A refusal outlasts the expiry and the revocation of the release that it was signed in: the
  /// end of a release never widens what may be told. Replacing or amending the form undoes it.
  var stillRefuses: Bool {
    switch state {
    case .active, .revoked, .draft: true
    case .superseded, .refused: false
    }
  }

  /// The first element that keeps the release from covering the segment; `nil` if it covers.
  func gap(for segment: Segment, of request: ReleaseRequest) -> Reason? {
    guard roi.kind.suffices(for: request) else { return .kindTooNarrow }
    let discloser = request.discloser
    guard roi.disclosers.contains(where: { $0.includes(discloser.id, role: discloser.role) })
    else { return .discloserNotNamed }
    let recipient = request.recipient
    guard roi.recipients.contains(where: { $0.includes(recipient.id, role: recipient.role) })
    else { return .recipientNotNamed }
    guard roi.purposes.contains(request.message.purpose) else { return .purposeNotNamed }
    let labels = request.labels(of: segment)
    let covered = roi.information.contains {
      $0.covers(segment, labels: labels, author: discloser.id)
    }
    guard covered else { return .informationNotNamed }
    if !roi.coversEarlier {
      // Undated information cannot be shown to be later than the signature.
      guard let authored = segment.authored, let signed = roi.signedAt,
        authored >= SiteCalendar.utc.date(of: signed)
      else { return .informationNotNamed }
    }
    return nil
  }

  func refuses(_ segment: Segment, of request: ReleaseRequest) -> Bool {
    let recipient = request.recipient
    return roi.refusals.contains { refusal in
      refusal.recipients.contains { $0.includes(recipient.id, role: recipient.role) }
        && refusal.information.mentions(
          segment, labels: request.labels(of: segment), author: request.discloser.id)
    }
  }
}

extension ReleaseOfInformation.Kind {
  /// Whether a release of this kind can serve the request at all.
  func suffices(for request: ReleaseRequest) -> Bool {
    switch self {
    case .field:
      return Catalogue.spec(of: request.message.topic)?.disclosure == .fieldRelease
    case .multiParty: return true
    case .treatmentPaymentOperations:
      // Sheriff, prosecutor and defender are never recipients under it.
      guard request.recipient.role == .behavioralHealth else { return false }
      switch request.message.purpose {
      case .treatment, .payment, .operations, .careCoordination: return true
      case .diversion, .legalDefence, .identityResolution, .programEvaluation,
        .emergencyTreatment, .charging, .investigation, .warrant, .revocationHearing:
        return false
      }
    case .criminalJustice, .proceedings, .sudCounsellingNotes, .psychotherapyNotes:
      // Kinds with conditions of their own permit nothing until those are built in.
      return false
    }
  }
}

extension InformationScope {
  /// Every label of the segment must have been agreed to, not just one of them.
  func covers(_ segment: Segment, labels: Set<SensitivityLabel>, author: AgencyID) -> Bool {
    categories.contains(segment.category) && labels.isSubset(of: self.labels)
      && matchesOrigin(of: segment, author: author)
  }

  /// For a refusal: any label named is enough, and none named means whatever the label.
  func mentions(
    _ segment: Segment, labels applying: Set<SensitivityLabel>, author: AgencyID
  ) -> Bool {
    categories.contains(segment.category)
      && (labels.isEmpty || !labels.isDisjoint(with: applying))
      && (authors.isEmpty || authors.contains(author))
  }

  private func matchesOrigin(of segment: Segment, author: AgencyID) -> Bool {
    if !authors.isEmpty && !authors.contains(author) { return false }
    guard authoredFrom != nil || authoredThrough != nil else { return true }
    // Undated information cannot be shown to lie in the range.
    guard let authored = segment.authored else { return false }
    if let from = authoredFrom, authored < from { return false }
    if let through = authoredThrough, authored > through { return false }
    return true
  }
}

extension DisclosureNotice.Scope {
  init(of roi: ReleaseOfInformation) {
    var expiresAt: WallTime?
    var event = ""
    switch roi.expiry {
    case .at(let time)?: expiresAt = time
    case .event(let name)?: event = name
    case .never?, nil: break
    }
    self.init(
      release: roi.id, version: roi.version, signedAt: roi.signedAt, expiresAt: expiresAt,
      expiryEvent: event, purposes: roi.purposes,
      categories: roi.information.reduce(into: []) { $0.formUnion($1.categories) })
  }
}
