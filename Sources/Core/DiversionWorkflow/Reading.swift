import HubModel

/// What one message means to the three machines; a message may move several.
struct Reading {
  enum Handoff {
    case request
    case answer(HandoffState.Event)
    case unanswered(Int)
  }
  var referral: ReferralState.Event?
  var hold: HoldState.Event?
  var handoff: Handoff?
  var problem: Ignored.Reason?

  var isEmpty: Bool { referral == nil && hold == nil && handoff == nil && problem == nil }

  init(
    referral: ReferralState.Event? = nil, hold: HoldState.Event? = nil, handoff: Handoff? = nil,
    problem: Ignored.Reason? = nil
  ) {
    self.referral = referral
    self.hold = hold
    self.handoff = handoff
    self.problem = problem
  }

  /// Reads the message by its topic. Topics that move no machine read as nothing.
  init(_ message: Message) {
    switch message.topic {
    case .referralSubmitted: self.init(referral: .submitted)
    case .referralScreened: self = Self.screened(message)
    case .referralDecided: self = Self.decided(message)
    case .referralAssigned: self.init(referral: .assigned)
    case .referralWaitlisted: self.init(referral: .waitlisted)
    case .handoffRequested: self.init(handoff: .request)
    case .handoffAcknowledged: self.init(handoff: .answer(.acknowledged))
    case .handoffDeclined: self.init(handoff: .answer(.declined))
    case .handoffArrived: self.init(referral: .contacted, handoff: .answer(.arrived))
    case .handoffUnanswered:
      self.init(handoff: .unanswered(Int(clamping: message.integer("attempt") ?? 0)))
    case .handoffCompleted: self = Self.completed(message)
    case .holdRequested: self.init(hold: .requested)
    case .holdOpened: self.init(hold: .opened)
    case .holdExtended: self.init(hold: .extended)
    case .holdReleased: self.init(hold: .released)
    case .holdFiled: self.init(hold: .filed)
    case .holdWithdrawn: self.init(hold: .withdrawn)
    case .holdVoided: self.init(hold: .voided)
    case .holdReviewDue: self.init(hold: .windowEnded)
    case .intakeCompleted: self.init(referral: .intakeCompleted)
    case .participantStatus: self = Self.status(message)
    case .contactLogged: self.init(referral: .contacted)
    // "Not completed" moves nothing: no machine may say it, not even by a phase.
    case .intakeNotCompleted, .handoffDetails, .holdDueSoon, .roiSigned, .roiAmended, .roiRefused,
      .roiRevoked, .roiSuspended, .roiResumed, .roiVoided, .roiConfirmed, .roiEvent, .roiExpiring,
      .emergencyDeclared, .emergencyOpened,
      .bookingCreated, .bookingReleased, .warrantStatus, .caseEvent, .defenceAssigned,
      .identityCandidate, .identityConfirmed, .identityRejected, .outcome, .outcomeConfirmed,
      .void:
      self.init()
    }
  }

  private static func screened(_ message: Message) -> Reading {
    switch message.flag("eligible") {
    case true?: Reading(referral: .screenedEligible)
    case false?: Reading(referral: .screenedIneligible)
    case nil: Reading(problem: .unknownCode)
    }
  }

  private static func decided(_ message: Message) -> Reading {
    switch message.code("decision") {
    case "approved": Reading(referral: .approved)
    case "ineligible": Reading(referral: .ineligible)
    case "declined": Reading(referral: .declined)
    case "pending": Reading(referral: .pending)
    default: Reading(problem: .unknownCode)
    }
  }

  private static func completed(_ message: Message) -> Reading {
    switch message.code("outcome") {
    case "accepted": Reading(referral: .contacted, handoff: .answer(.completed))
    case "declined": Reading(referral: .declined, handoff: .answer(.completed))
    case "left": Reading(handoff: .answer(.completed))
    default: Reading(handoff: .answer(.completed), problem: .unknownCode)
    }
  }

  private static func status(_ message: Message) -> Reading {
    switch message.code("status") {
    case "intake-started": Reading(referral: .intakeStarted)
    case "engaged", "active": Reading(referral: .engaged)
    case "not-engaged", "inactive": Reading(referral: .disengaged)
    case "closed": Reading(referral: .closed)
    default: Reading(problem: .unknownCode)
    }
  }
}
