public import HubModel

/// One referral as the viewer knows it.
///
/// A view sees only what was released to it, so every step forward may skip others. A step back is
/// passed over as late, except for the exits and the ways to reopen a referral, which are cheap on
/// purpose: services have no fixed end. The way is: received, screened, pending-approval,
/// approved, waitlisted, assigned, contacted, intake-started, then enrolled and active.
///
/// In the table `fwd` moves to the event's own phase where that lies ahead and is passed over
/// where it lies behind, `to` moves to it from anywhere, `=` stays, `x` is passed over. An event
/// that names the present phase stays; a referral that the view knows nothing of enters the
/// event's own phase.
///
/// | event (its own phase)            | before enrolled    | in¹ | out²| closed | no³ |
/// |----------------------------------|--------------------|-----|-----|--------|-----|
/// | submitted (received)             | =                  | =   | =   | to  | to  |
/// | screened-eligible (screened)     | fwd                | x   | x   | x   | x   |
/// | screened-ineligible (ineligible) | to before approved | x   | x   | x   | x   |
/// | pending (pending-approval)       | fwd                | x   | x   | x   | x   |
/// | approved                         | fwd                | x   | x   | to  | to  |
/// | ineligible, declined             | to                 | x   | x   | x   | to  |
/// | waitlisted                       | fwd; from assigned | x   | to  | to  | to  |
/// | assigned                         | fwd                | x   | to  | to  | to  |
/// | contacted                        | fwd, else =        | =   | =   | =   | =   |
/// | intake-started                   | fwd                | x   | to  | to  | to  |
/// | intake-completed (enrolled)      | to                 | =   | to  | to  | to  |
/// | engaged (active)                 | to                 | to  | to  | to  | to  |
/// | disengaged (inactive)            | to                 | to  | =   | x   | x   |
/// | closed                           | to                 | to  | to  | =   | to  |
///
/// ¹ enrolled, active. ² inactive. ³ ineligible, declined.
public struct ReferralState: Hashable, Sendable, Codable {
  /// How the person came to LEAD.
  public enum Door: String, CaseIterable, Hashable, Sendable, Codable {
    case arrestDiversion = "arrest-diversion"
    case socialContact = "social-contact"
    case community
  }

  public enum Phase: String, CaseIterable, Hashable, Sendable, Codable {
    case received, screened, ineligible, declined
    case pendingApproval = "pending-approval"
    case approved, waitlisted, assigned, contacted
    case intakeStarted = "intake-started"
    case enrolled, active, inactive, closed
  }

  public enum Event: String, CaseIterable, Hashable, Sendable {
    case submitted
    case screenedEligible = "screened-eligible"
    case screenedIneligible = "screened-ineligible"
    case pending, approved, ineligible, declined, waitlisted, assigned, contacted
    case intakeStarted = "intake-started"
    case intakeCompleted = "intake-completed"
    case engaged, disengaged, closed
  }

  public internal(set) var phase: Phase
  public internal(set) var door: Door?
  public internal(set) var referredAt: WallTime?
  public internal(set) var incident: String?
  public internal(set) var assignedTo: String?
  var offences: [String] = []
  /// The viewer submitted it: only then does the site's rule decide it in this view.
  var isOwn = false
  var isDecidedBySite = false

  init(_ phase: Phase) { self.phase = phase }

  /// One row of the table above; `nil` is a referral that the view knows nothing of.
  public static func step(_ phase: Phase?, _ event: Event) -> Step<Phase> {
    guard let phase else { return .move(event.target) }
    switch event {
    case .submitted: return phase.isExit ? .move(.received) : .stay
    case .screenedEligible, .pending: return forward(phase, event.target)
    case .screenedIneligible:
      if phase == .ineligible { return .stay }
      return phase < .approved ? .move(.ineligible) : .ignore(.late)
    case .approved: return phase.isExit ? .move(.approved) : forward(phase, .approved)
    case .ineligible, .declined:
      if phase == event.target { return .stay }
      let mayLeave = phase < .enrolled || phase == .ineligible || phase == .declined
      return mayLeave ? .move(event.target) : .ignore(.late)
    case .waitlisted:
      let returns = phase.isExit || phase == .inactive || phase == .assigned
      return returns ? .move(.waitlisted) : forward(phase, .waitlisted)
    case .assigned, .intakeStarted:
      let reopens = phase.isExit || phase == .inactive
      return reopens ? .move(event.target) : forward(phase, event.target)
    case .contacted: return phase < .contacted ? .move(.contacted) : .stay
    case .intakeCompleted:
      return phase == .enrolled || phase == .active ? .stay : .move(.enrolled)
    case .engaged: return phase == .active ? .stay : .move(.active)
    case .disengaged:
      if phase == .inactive { return .stay }
      return phase.isExit ? .ignore(.late) : .move(.inactive)
    case .closed: return phase == .closed ? .stay : .move(.closed)
    }
  }

  private static func forward(_ phase: Phase, _ target: Phase) -> Step<Phase> {
    if phase == target { return .stay }
    return phase < target ? .move(target) : .ignore(.late)
  }

  /// What the site's rule says, while nobody holds the program office's role: a referral for
  /// offences that may all be diverted, or for none, is approved. `nil` where it cannot be said: an
  /// arrest without an offence code, at a site that lists offences, is left to people.
  func siteDecision(under rule: ProgramAgreement.Referral) -> String? {
    if rule.divertibleOffences.isEmpty { return "approved" }
    if offences.isEmpty { return door == .arrestDiversion ? nil : "approved" }
    return offences.allSatisfy(rule.divertibleOffences.contains) ? "approved" : "ineligible"
  }
}

extension ReferralState.Phase {
  /// Place on the way into the program; `nil` off the way.
  private var place: Int? {
    switch self {
    case .received: 0
    case .screened: 1
    case .pendingApproval: 2
    case .approved: 3
    case .waitlisted: 4
    case .assigned: 5
    case .contacted: 6
    case .intakeStarted: 7
    case .enrolled: 8
    case .active: 9
    case .ineligible, .declined, .inactive, .closed: nil
    }
  }

  /// Comes before `right` on the way; phases off the way come before nothing.
  fileprivate static func < (left: Self, right: Self) -> Bool {
    guard let left = left.place, let right = right.place else { return false }
    return left < right
  }

  /// The referral came to an end that a new decision may undo.
  public var isExit: Bool {
    switch self {
    case .ineligible, .declined, .closed: true
    case .received, .screened, .pendingApproval, .approved, .waitlisted, .assigned, .contacted,
      .intakeStarted, .enrolled, .active, .inactive:
      false
    }
  }
}

extension ReferralState.Event {
  /// The phase that a view enters by the event when it knew of no referral.
  var target: ReferralState.Phase {
    switch self {
    case .submitted: .received
    case .screenedEligible: .screened
    case .screenedIneligible, .ineligible: .ineligible
    case .pending: .pendingApproval
    case .approved: .approved
    case .declined: .declined
    case .waitlisted: .waitlisted
    case .assigned: .assigned
    case .contacted: .contacted
    case .intakeStarted: .intakeStarted
    case .intakeCompleted: .enrolled
    case .engaged: .active
    case .disengaged: .inactive
    case .closed: .closed
    }
  }
}
