import HubModel

/// What people have said about consent, in the order in which the ledger took it, by the plainest
/// reading of the rules. Shares no code with the engine: it judges it.
struct SaidConsent {
  private struct Form {
    var roi: ReleaseOfInformation
    var person: String
    var isWhole: Bool
    var saidNo = false
    var isRevoked = false
    var isReplaced = false
    var revokedToward: [Party] = []

    var isInForce: Bool { isWhole && !saidNo && !isRevoked && !isReplaced }
    func isTaken(from agency: Registry.Agency) -> Bool {
      revokedToward.contains { SaidConsent.names($0, agency) }
    }
  }

  private var forms: [RoiID: Form] = [:]
  /// Taken back before they came.
  private var dead: Set<RoiID> = []

  static func names(_ party: Party, _ agency: Registry.Agency) -> Bool {
    switch party {
    case .agency(let id), .person(let id, _): id == agency.id
    case .role(let role): role == agency.role
    }
  }

  // MARK: Hearing

  mutating func hear(_ statement: ConsentStatement, of person: String) {
    switch statement {
    case .release(let roi): sign(roi, person)
    case .refusal(let refusal): refuse(refusal, person)
    case .revocation(let revocation): revoke(revocation, person)
    // The simulated county says none of these.
    case .event: break
    }
  }

  private mutating func sign(_ roi: ReleaseOfInformation, _ person: String) {
    var form = Form(roi: roi, person: person, isWhole: roi.formImageHash.count == 32)
    if let known = forms[roi.id] {
      if known.roi.version > roi.version { return }
      let wasDraft = !known.isWhole && !known.isRevoked && !known.isReplaced
      if known.roi.version == roi.version && !wasDraft { return }
      form.isRevoked = known.isRevoked
      form.isReplaced = known.isReplaced
      form.revokedToward = known.revokedToward
    }
    if dead.contains(roi.id) { form.isRevoked = true }
    let wasReplacedBefore = forms.values.contains {
      $0.isWhole && !$0.saidNo && $0.roi.supersedes == roi.id && $0.roi.id != roi.id
        && $0.person == person
    }
    if form.isWhole && wasReplacedBefore { form.isReplaced = true }
    forms[roi.id] = form
    let replaces = form.isInForce || (form.isWhole && dead.contains(roi.id))
    if replaces, let older = roi.supersedes, older != roi.id, let old = forms[older],
      old.person == person, old.isWhole, !old.saidNo
    {
      forms[older]?.isReplaced = true
    }
  }

  private mutating func refuse(_ refusal: RoiRefusal, _ person: String) {
    if let known = forms[refusal.id], known.isWhole || known.saidNo || known.isRevoked { return }
    let empty = ReleaseOfInformation(
      id: refusal.id, version: 0, kind: .field, disclosers: [], recipients: [], information: [],
      purposes: [], signedAt: nil, expiry: nil)
    var form = Form(roi: empty, person: person, isWhole: false)
    form.saidNo = refusal.reason == .refused
    forms[refusal.id] = form
  }

  private mutating func revoke(_ revocation: RoiRevocation, _ person: String) {
    for id in forms.keys where revocation.id == id || revocation.id == nil {
      guard let form = forms[id], revocation.id != nil || form.person == person, !form.saidNo,
        !form.isRevoked
      else { continue }
      if revocation.recipients.isEmpty { forms[id]?.isRevoked = true }
      forms[id]?.revokedToward += revocation.recipients
    }
    if let id = revocation.id, forms[id] == nil { dead.insert(id) }
  }

  // MARK: Answering

  /// Whether this segment of what `sender` said may go to `recipient` at `now`.
  func allows(
    _ segment: Segment, of message: Message, about person: String, from sender: Registry.Agency,
    to recipient: Registry.Agency, at now: WallTime
  ) -> Bool {
    var labels = segment.labels
    if sender.isPart2Program { labels.insert(.part2) }
    var heard = forms.values.filter { $0.person == person }
    if let named = message.release {
      guard !dead.contains(named), let form = forms[named], !form.isRevoked,
        !form.isTaken(from: recipient)
      else { return false }
      let line = line(from: named)
      heard = heard.filter { line.contains($0.roi.id) }
    }
    let isRefused = heard.contains { form in
      !form.isReplaced && !form.saidNo
        && form.roi.refusals.contains { refusal in
          refusal.recipients.contains { Self.names($0, recipient) }
            && refusal.information.categories.contains(segment.category)
        }
    }
    if isRefused { return false }
    return heard.contains { form in
      guard form.isInForce, !form.isTaken(from: recipient), case .at(let end)? = form.roi.expiry,
        let signed = form.roi.signedAt, signed <= now, now < end
      else { return false }
      let isPrinted = segment.category == .hold || segment.category == .handoffDetails
      if form.roi.kind == .field && !isPrinted { return false }
      return form.roi.disclosers.contains { Self.names($0, sender) }
        && form.roi.recipients.contains { Self.names($0, recipient) }
        && form.roi.purposes.contains(message.purpose)
        && form.roi.information.contains {
          $0.categories.contains(segment.category) && labels.isSubset(of: $0.labels)
        }
    }
  }

  private func line(from id: RoiID) -> Set<RoiID> {
    var line: Set<RoiID> = [id]
    for _ in forms {
      for form in forms.values {
        if let older = form.roi.supersedes, line.contains(older) { line.insert(form.roi.id) }
      }
    }
    return line
  }
}
