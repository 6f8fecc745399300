import HubModel

/// The law's closed gates: the reason why a segment may not go to this recipient whatever the
/// participant signed, or `nil`.
func law(_ question: Question, under switches: SiteSwitches) -> Reason? {
  let (category, labels) = (question.category, question.labels)
  let recipient = question.request.recipient.role
  // A release is not a waiver of privilege, which is the client's (Model Rule 1.6).
  if labels.contains(.privileged) { return .privileged }
  // 28 CFR 20.33: criminal history leaves the justice side on nobody's release.
  if labels.contains(.criminalHistory) && !recipient.isJustice { return .criminalHistory }
  // "Not completed" toward whoever decides on filing would be use against the person.
  if category == .participationNegative && recipient.isJustice
    && !switches.negativeStatusToJustice
  {
    return .negativeStatus
  }
  if question.hasAttachment && recipient.isJustice { return .attachmentToJustice }
  // An operational message names nobody: there is nothing to be spared.
  if category != .operational,
    !MinimumNecessary.needs(category, for: question.request.message.purpose, by: recipient)
  {
    return .notNeeded
  }
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
