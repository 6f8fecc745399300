import DiversionWorkflow
import HubModel
import Testing

/// Every cell of the three tables, written out a second time by hand.
@Suite struct StateTableTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let event: String
    let cells: [Substring]
    var testDescription: String { event }
  }

  static func rows(_ table: String) -> [Row] {
    table.split(separator: "\n").map { line in
      let words = line.split(separator: " ")
      return Row(event: String(words[0]), cells: Array(words.dropFirst()))
    }
  }

  // Short names keep the tables on the page; `X` moves to the event's own phase.
  static let referralPhases: [ReferralState.Phase?] = [
    nil, .received, .screened, .pendingApproval, .approved, .waitlisted, .assigned, .contacted,
    .intakeStarted, .enrolled, .active, .inactive, .closed, .ineligible, .declined,
  ]
  static let referralTargets: [ReferralState.Event: ReferralState.Phase] = [
    .submitted: .received, .screenedEligible: .screened, .screenedIneligible: .ineligible,
    .pending: .pendingApproval, .approved: .approved, .ineligible: .ineligible,
    .declined: .declined, .waitlisted: .waitlisted, .assigned: .assigned,
    .contacted: .contacted, .intakeStarted: .intakeStarted, .intakeCompleted: .enrolled,
    .engaged: .active, .disengaged: .inactive, .closed: .closed,
  ]
  // unknown rec scr pen app wai ass con ist enr act ina clo ine dec
  static let referral = rows(
    """
    submitted           X = = = = = = = = = = = X X X
    screened-eligible   X X = x x x x x x x x x x x x
    screened-ineligible X X X X x x x x x x x x x = x
    pending             X X X = x x x x x x x x x x x
    approved            X X X X = x x x x x x x X X X
    ineligible          X X X X X X X X X x x x x = X
    declined            X X X X X X X X X x x x x X =
    waitlisted          X X X X X = X x x x x X X X X
    assigned            X X X X X X = x x x x X X X X
    contacted           X X X X X X X = = = = = = = =
    intake-started      X X X X X X X X = x x X X X X
    intake-completed    X X X X X X X X X = = X X X X
    engaged             X X X X X X X X X X = X X X X
    disengaged          X X X X X X X X X X X = x x x
    closed              X X X X X X X X X X X X = X X
    """)

  @Test("A referral moves as its table says", arguments: referral)
  func referralRow(row: Row) throws {
    let event = try #require(ReferralState.Event(rawValue: row.event))
    let target = try #require(Self.referralTargets[event])
    try #require(row.cells.count == Self.referralPhases.count)
    for (phase, cell) in zip(Self.referralPhases, row.cells) {
      let expected = cell == "X" ? "\(target)" : String(cell)
      #expect(shown(ReferralState.step(phase, event)) == expected, "from \(phase as Any)")
    }
  }

  // unknown requested open extended under-review released filed withdrawn voided
  static let hold = rows(
    """
    requested    requested   =           =           =           =        x        x x x
    opened       open        open        =           =           open     x        x x x
    extended     extended    extended    extended    =           extended x        x x x
    window-ended x           underReview underReview underReview =        x        x x x
    released     released released released released released = released released released
    filed        filed filed filed filed filed filed = filed filed
    withdrawn    withdrawn withdrawn withdrawn withdrawn withdrawn withdrawn withdrawn = withdrawn
    voided       voided voided voided voided voided voided voided voided =
    """)

  @Test("A hold moves as its table says", arguments: hold)
  func holdRow(row: Row) throws {
    let event = try #require(HoldState.Event(rawValue: row.event))
    let phases: [HoldState.Phase?] = [nil] + HoldState.Phase.allCases
    try #require(row.cells.count == phases.count)
    for (phase, cell) in zip(phases, row.cells) {
      #expect(shown(HoldState.step(phase, event)) == String(cell), "from \(phase as Any)")
    }
  }

  // requested unanswered declined acknowledged arrived completed
  static let handoff = rows(
    """
    acknowledged acknowledged acknowledged acknowledged = x x
    declined     declined     declined     declined     declined x x
    arrived      arrived      arrived      arrived      arrived = x
    completed    completed    completed    completed    completed completed =
    """)

  @Test("A hand-off moves as its table says", arguments: handoff)
  func handoffRow(row: Row) throws {
    let event = try #require(HandoffState.Event(rawValue: row.event))
    let phases: [HandoffState.Phase] = [
      .requested, .unanswered(attempt: 1), .declined, .acknowledged, .arrived, .completed,
    ]
    try #require(row.cells.count == phases.count)
    for (phase, cell) in zip(phases, row.cells) {
      #expect(shown(HandoffState.step(phase, event)) == String(cell), "from \(phase)")
    }
  }

  @Test("Every event has a row")
  func complete() {
    #expect(Set(Self.referral.map(\.event)) == Set(ReferralState.Event.allCases.map(\.rawValue)))
    #expect(Set(Self.hold.map(\.event)) == Set(HoldState.Event.allCases.map(\.rawValue)))
    #expect(Set(Self.handoff.map(\.event)) == Set(HandoffState.Event.allCases.map(\.rawValue)))
    #expect(Set(Self.referralPhases.compactMap { $0 }) == Set(ReferralState.Phase.allCases))
  }

  @Test("Somebody else's refusal does not undo an acknowledgement")
  func otherResponder() {
    #expect(
      HandoffState.step(.acknowledged, .declined, isOther: true) == .ignore(.otherResponder))
  }
}
