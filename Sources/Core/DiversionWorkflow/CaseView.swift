public import HubModel

/// What one agency knows of one case: computed from the messages it sent or was given, and the
/// clock, and from nothing else.
///
/// A workflow kept in one place for everybody would leak: "conditions met" is the provider's fact,
/// "nothing on file" infers from silence. So every agency has a view of its own, and a notice can
/// say only what its reader could work out alone (design record in `DiversionWorkflow.docc`).
///
/// Messages may come twice, in any order and contradict each other; none of that stops a view.
/// What it passes over it says in ``Lesson/ignored``.
public struct CaseView: Hashable, Sendable, Codable {
  public let viewer: AgencyID
  public let role: Role
  public let caseID: CaseID
  public internal(set) var referral: ReferralState?
  public internal(set) var hold: HoldState?
  public internal(set) var handoff: HandoffState?
  /// Codes of conditions that the viewer knows to be met, whatever the hold asks for; ascending.
  var met: [String] = []
  var seen: [Seen] = []

  /// A message, or that part of one, that the view has learnt.
  struct Seen: Hashable, Sendable, Codable {
    let id: MessageKey
    /// Of the names of the fields that came with it: another part of a message brings others.
    let fields: UInt64
  }
  /// A message learnt again after so many others counts as new.
  static let mostSeen = 64

  public init(viewer: AgencyID, role: Role, caseID: CaseID) {
    self.viewer = viewer
    self.role = role
    self.caseID = caseID
  }

  /// When `tick` next has something to do.
  public var nextDeadline: WallTime? {
    [hold?.nextDeadline, handoff?.nextDeadline].compactMap { $0 }.min()
  }

  /// Conditions of the hold that the viewer knows to be met. What is *not* met is nobody's to ask:
  /// the view has no such property.
  public var conditionsMet: [String] {
    guard let hold else { return met }
    return hold.conditions.filter(met.contains)
  }

  /// All that the hold asks for is met; `false` also where the viewer simply has not been told.
  public var allConditionsMet: Bool {
    guard let hold, !hold.conditions.isEmpty else { return false }
    return hold.conditions.allSatisfy(met.contains)
  }

  /// The viewer sent `message`, or it was released to them at `time`.
  public mutating func learn(
    _ message: Message, at time: WallTime, under agreement: ProgramAgreement
  ) -> [CaseNotice] {
    study(message, at: time, under: agreement).notices
  }

  /// The clock reached `time`: everything due by then happens, each clock event once. Of hold
  /// reminders that passed during an outage only the latest goes out.
  public mutating func tick(
    at time: WallTime, under agreement: ProgramAgreement
  ) -> [CaseNotice] {
    let asked = handoff?.tick(at: time, under: agreement.handoff) ?? []
    return asked + (hold?.tick(at: time, as: role, under: agreement) ?? [])
  }

  /// Decides the viewer's own referral by the site's rule, once, while it is undecided.
  ///
  /// ``learn(_:at:under:)`` asks it for whoever sent `referral.submitted`; the router drops the
  /// notice where the program office decides. The phase moves when the decision is learnt, not
  /// here.
  public mutating func decideReferral(under agreement: ProgramAgreement) -> CaseNotice? {
    guard var referral, referral.isOwn, !referral.isDecidedBySite, referral.phase == .received,
      let decision = referral.siteDecision(under: agreement.referral)
    else { return nil }
    referral.isDecidedBySite = true
    self.referral = referral
    return .decided(decision, rule: RuleCode.code(agreement.referral.rule) ?? "site-rule")
  }
}
