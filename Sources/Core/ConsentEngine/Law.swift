import HubModel

/// The law's closed gates: the reason why a segment may not go to this recipient whatever the
/// participant signed, or `nil`.
func law(_ segment: Segment, of request: ReleaseRequest) -> Reason? {
  let labels = request.labels(of: segment)
  let toJustice = request.recipient.role.isJustice
  // A release is not a waiver of privilege, which is the client's (Model Rule 1.6).
  if labels.contains(.privileged) { return .privileged }
  // 42 USC 290dd-2(c): never toward charging, investigation, warrants or revocation; LEAD's
  // golden rule says the same of everything learned through coordination.
  if request.message.purpose.isAdverse { return .adversePurpose }
  if labels.contains(.criminalHistory) && !toJustice { return .criminalHistory }
  // "Not completed" toward whoever decides on filing would be use against the person.
  if segment.category == .participationNegative && toJustice { return .negativeStatus }
  // Notes need a consent of their own kind, which the field and multi-party releases are not.
  switch segment.category {
  case .sudCounsellingNotes, .psychotherapyNotes: return .separateConsent
  case .operational, .referral, .handoffDetails, .hold, .participation, .participationNegative,
    .engagement, .contact, .booking, .courtCase, .defence, .identity, .release:
    break
  }
  if !segment.attachment.isEmpty && toJustice { return .attachmentToJustice }
  return nil
}

extension Role {
  /// Police and prosecution: whoever could act against the person.
  var isJustice: Bool {
    switch self {
    case .sheriff, .prosecutor: true
    case .publicDefender, .behavioralHealth, .programOffice, .privacyOfficer: false
    }
  }
}

extension RedisclosureStatement {
  /// Statement 1 goes to justice recipients, since it alone tells them of the ban on use.
  static func text(toward role: Role) -> String { role.isJustice ? long : short }
}
