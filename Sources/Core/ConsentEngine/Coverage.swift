import HubModel

/// The participant's layer: permits union, a specific refusal subtracts, and what is not covered
/// waits unless it was refused or revoked.
///
/// This runs at every send, and answers by index: what permits is found again by it.
func judgeByReleases(
  _ question: Question, consents: ParticipantConsents, under agreement: ProgramAgreement
) -> Verdict {
  let request = question.request
  let marks = consents.marks
  let named = request.message.release
  var line: Set<RoiID> = []
  if let named {
    if consents.tombstones.contains(named) { return .withhold(.revoked, []) }
    line = consents.line(of: named)
    // Whoever takes back the release that the referral names stops what stands on it, even
    // where another release has replaced it.
    if let index = consents.records.firstIndex(where: { $0.roi.id == named }),
      consents.records[index].isRevoked(toward: request.recipient, marks)
    {
      return .withhold(.revoked, [index])
    }
  }

  var found = Findings()
  for index in consents.records.indices {
    if named != nil && !line.contains(consents.records[index].roi.id) { continue }
    found.add(consents.records[index], at: index, marks, question, under: agreement)
  }
  // Refusals hold whichever release they stand in, and neither a later release nor the end of
  // their own erases them. A message that names a release is decided on that one's line alone
  // (design §10.1): its receipt must not tell of what was signed elsewhere.
  if !found.refusing.isEmpty {
    let standing = found.refusing.filter { !consents.isReplaced($0) }
    if !standing.isEmpty { return .withhold(.explicitRefusal, standing) }
  }
  if !found.covering.isEmpty {
    return .permit(
      .releases([]), found.covering, .releaseCovers,
      needsStatement: question.labels.contains(.part2))
  }
  if let (index, reason) = found.ended.first { return .withhold(reason, [index]) }
  if found.reasons.isEmpty { return .hold([named == nil ? .none : .awaited]) }
  return .hold(found.reasons)
}

/// What the releases answer, by their index.
private struct Findings {
  var covering: [Int] = []
  var refusing: [Int] = []
  var ended: [(Int, Reason)] = []
  var reasons = WordList<Reason>()

  mutating func add(
    _ record: RoiRecord, at index: Int, _ marks: ConsentMarks, _ question: Question,
    under agreement: ProgramAgreement
  ) {
    if record.refuses(question) { refusing.append(index) }
    // A bare refusal answers the one question that was asked, for the messages that name it, and
    // says nothing of others.
    if record.state == .refused {
      if record.roi.id == question.request.message.release { ended.append((index, .refused)) }
      reasons.append(.refused)
      return
    }
    if let gap = record.gap(for: question, under: agreement) {
      reasons.append(record.state == .draft ? .notSigned : gap)
      return
    }
    switch record.standing(toward: question.request.recipient, marks, at: question.now) {
    case .inForce:
      // Deficient by what counsel asks now, whatever was asked when it was signed
      // (42 CFR 2.31(c)(2)).
      if record.roi.missingElements(under: agreement.switches).isEmpty {
        covering.append(index)
      } else {
        reasons.append(.elementMissing)
      }
    case .ended(let reason): ended.append((index, reason))
    case .notInForce(let reason): reasons.append(reason)
    }
  }
}

extension ParticipantConsents {
  /// The release of that id and those that superseded it, one after another.
  func line(of id: RoiID) -> Set<RoiID> {
    var ids: Set<RoiID> = [id]
    var grew = true
    while grew {
      grew = false
      for index in records.indices {
        if let older = records[index].roi.supersedes, ids.contains(older),
          ids.insert(records[index].roi.id).inserted
        {
          grew = true
        }
      }
    }
    return ids
  }

  /// A complete form has taken the place of the record's. What never stood is not replaced: a
  /// refusal in a deficient form goes on subtracting. And what is false takes no refusal back.
  func isReplaced(_ index: Int) -> Bool {
    guard records[index].missing.isEmpty else { return false }
    let id = records[index].roi.id
    let heirs = records.filter { $0.hasReplaced(id) }
    if heirs.isEmpty { return records[index].state == .superseded }
    return heirs.contains { !marks.voided.contains($0.roi.id) }
  }
}

extension RoiRecord {
  enum Standing {
    case inForce
    /// The person took it back, or said no; or it never was theirs.
    case ended(Reason)
    case notInForce(Reason)
  }

  /// Whether the release stands at `now`, toward this recipient.
  func standing(
    toward recipient: Registry.Agency, _ marks: ConsentMarks, at now: WallTime
  ) -> Standing {
    if isVoid(marks) { return .ended(.voided) }
    switch state {
    case .draft: return .notInForce(.notSigned)
    case .refused: return .ended(.refused)
    case .superseded: return .notInForce(.superseded)
    case .active, .revoked: break
    }
    if isRevoked(toward: recipient, marks) { return .ended(.revoked) }
    if marks.suspended.contains(roi.id) { return .notInForce(.suspended) }
    if marks.unconfirmed.contains(roi.id) { return .notInForce(.unconfirmed) }
    guard let signedAt = roi.signedAt else { return .notInForce(.notSigned) }
    if now < signedAt || now < roi.startsAt ?? signedAt { return .notInForce(.notStarted) }
    switch roi.expiry {
    case .at(let end): return now < end ? .inForce : .notInForce(.expired)
    case .event(let event):
      return marks.has(event, since: signedAt) ? .notInForce(.expired) : .inForce
    case .never: return .inForce
    case nil: return .notInForce(.notSigned)
    }
  }

  /// False, or signed by a person who has died (42 CFR 2.15(b): others decide then).
  func isVoid(_ marks: ConsentMarks) -> Bool {
    marks.voided.contains(roi.id)
      || (roi.signer == .patient && marks.occurred[RoiEvent.death] != nil)
  }

  /// Taken back, wholly or toward this recipient, and no longer bound by 42 CFR 2.35(c).
  func isRevoked(toward recipient: Registry.Agency, _ marks: ConsentMarks) -> Bool {
    let isTakenBack =
      state == .revoked
      || revokedToward.contains { $0.includes(recipient.id, role: recipient.role) }
    return isTakenBack && !isIrrevocable(marks)
  }

  /// A consent of 42 CFR 2.35 holds toward those it names until its event, at the latest until
  /// the final disposition. What became of the form before it could take effect does not count.
  func isIrrevocable(_ marks: ConsentMarks) -> Bool {
    guard roi.kind == .criminalJustice, missing.isEmpty, let signedAt = roi.signedAt else {
      return false
    }
    return !marks.has(roi.revocableFrom, since: signedAt)
      && !marks.has(RoiEvent.finalDisposition, since: signedAt)
  }

  /// Was signed in the place of the release `older`. (Drafts, and what was refused, lack
  /// something.)
  func hasReplaced(_ older: RoiID) -> Bool {
    roi.supersedes == older && roi.id != older && missing.isEmpty
  }

  /// The first element that keeps the release from covering the segment; `nil` if it covers.
  func gap(for question: Question, under agreement: ProgramAgreement) -> Reason? {
    let request = question.request
    guard roi.kind.suffices(for: request, question.category) else { return .kindTooNarrow }
    let discloser = request.discloser
    guard roi.disclosers.contains(where: { $0.includes(discloser.id, role: discloser.role) })
    else { return .discloserNotNamed }
    let recipient = request.recipient
    guard roi.recipients.contains(where: { $0.includes(recipient.id, role: recipient.role) })
    else { return .recipientNotNamed }
    guard roi.purposes.contains(request.message.purpose) else { return .purposeNotNamed }
    guard roi.information.contains(where: { $0.covers(question) }) else {
      return .informationNotNamed
    }
    if !roi.coversEarlier {
      // Undated information cannot be shown to be later than the signature.
      guard let authored = question.authored, let signed = roi.signedAt,
        authored >= agreement.calendar.date(of: signed)
      else { return .informationNotNamed }
    }
    let packs = StatePack.inForce(for: roi, under: agreement.switches)
    let forbids = packs.contains {
      $0.forbids(
        roi, labels: question.labels, to: recipient.role, for: request.message.purpose)
    }
    return forbids ? .statePack : nil
  }

  /// A refusal outlasts the expiry, the revocation and the refusal of the release that it stands
  /// in: the end of a release never widens what may be told. Replacing or amending the form
  /// undoes it.
  func refuses(_ question: Question) -> Bool {
    roi.refusals.contains { refusal in
      let recipient = question.request.recipient
      return refusal.recipients.contains { $0.includes(recipient.id, role: recipient.role) }
        && refusal.information.mentions(question)
    }
  }
}

extension ReleaseOfInformation.Kind {
  /// Whether a release of this kind can serve the request for this category at all.
  func suffices(for request: ReleaseRequest, _ category: InformationCategory) -> Bool {
    let purpose = request.message.purpose
    // Kinds with conditions of their own serve those alone, and are served by no other
    // (42 CFR 2.31(b), (d); 45 CFR 164.508(b)(3)(ii)).
    if purpose.isAdverse { return self == .proceedings }
    if category.isOfNotes { return notes == category }
    switch self {
    case .field:
      return Catalogue.disclosure(of: request.message.topic) == .fieldRelease
    case .multiParty: return true
    case .treatmentPaymentOperations:
      // Sheriff, prosecutor and defender are never recipients under it.
      return request.recipient.role == .behavioralHealth
        && ReleaseOfInformation.treatmentPurposes.contains(purpose)
    case .criminalJustice:
      // Those with a duty to monitor, for the matter at hand (42 CFR 2.35(a), (d)).
      return request.recipient.role.isJustice
        && (purpose == .diversion || purpose == .careCoordination)
    case .proceedings, .sudCounsellingNotes, .psychotherapyNotes: return false
    }
  }
}

extension InformationScope {
  /// Every label of the segment must have been agreed to, not just one of them.
  func covers(_ question: Question) -> Bool {
    categories.contains(question.category) && question.labels.isSubset(of: labels)
      && (authors.isEmpty || question.isWritten(byNobodyBut: authors))
      && matches(question.authored)
  }

  /// For a refusal: any label named is enough, and none named means whatever the label. What has
  /// no date may lie in the range.
  func mentions(_ question: Question) -> Bool {
    guard categories.contains(question.category),
      labels.isEmpty || !labels.isDisjoint(with: question.labels),
      authors.isEmpty || question.isWritten(byOneOf: authors)
    else { return false }
    return question.authored.map(reaches) ?? true
  }

  private func matches(_ authored: CivilDate?) -> Bool {
    guard authoredFrom != nil || authoredThrough != nil else { return true }
    // Undated information cannot be shown to lie in the range.
    return authored.map(reaches) ?? false
  }

  /// Whether what was written on that day lies in the range.
  private func reaches(_ day: CivilDate) -> Bool {
    if let from = authoredFrom, day < from { return false }
    if let through = authoredThrough, day > through { return false }
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
