public import HubModel

/// What a new version of the agreement changes, in words for those who sign it.
public struct AgreementDifference: Hashable, Sendable {
  /// What may be told from now on, or without a release from now on.
  public private(set) var widened: [String] = []
  /// What may no longer be told, or no longer without a release.
  public private(set) var narrowed: [String] = []
  /// Windows, rules and names.
  public private(set) var other: [String] = []

  public init(from old: ProgramAgreement, to new: ProgramAgreement) {
    comparePaths(old, new)
    compareOutcomes(old, new)
    compareHold(old.hold, new.hold)
    compareTimes(old, new)
    compareRest(old, new)
  }

  public var isEmpty: Bool { widened.isEmpty && narrowed.isEmpty && other.isEmpty }

  /// One line each, the most important first.
  public var lines: [String] {
    widened.map { "widened: \($0)" } + narrowed.map { "narrowed: \($0)" }
      + other.map { "changed: \($0)" }
  }

  private mutating func comparePaths(_ old: ProgramAgreement, _ new: ProgramAgreement) {
    for path in Self.sorted(new.paths.subtracting(old.paths)) {
      widened.append("\(path.words) (added)")
    }
    for path in Self.sorted(old.paths.subtracting(new.paths)) {
      narrowed.append("\(path.words) (removed)")
    }
    let before = Self.bases(old)
    let after = Self.bases(new)
    for path in Self.sorted(Set(before.keys).union(after.keys)) {
      switch (before[path], after[path]) {
      case (nil, let basis?): widened.append("\(path.words) needs no release any more (\(basis))")
      case (_?, nil): narrowed.append("\(path.words) needs a release again")
      case (let first?, let second?) where first != second:
        other.append("the legal basis of \(path.words), from \(first) to \(second)")
      default: break
      }
    }
  }

  private mutating func compareOutcomes(_ old: ProgramAgreement, _ new: ProgramAgreement) {
    for topic in Topic.allCases where old.outcome(of: topic) != new.outcome(of: topic) {
      switch new.outcome(of: topic) {
      case .full: widened.append("whoever sends \(topic) learns what became of it")
      case .none: narrowed.append("whoever sends \(topic) no longer learns what became of it")
      }
    }
  }

  private mutating func compareHold(_ old: ProgramAgreement.Hold, _ new: ProgramAgreement.Hold) {
    note("the hold's window", Self.words(old.window), Self.words(new.window))
    note("the hold's rule", old.rule, new.rule)
    note("the hold's conditions", Self.list(old.conditions), Self.list(new.conditions))
    note("ends-on-business-day", "\(old.endsOnBusinessDay)", "\(new.endsOnBusinessDay)")
    note("the hold's reminders", Self.list(old.reminders), Self.list(new.reminders))
    note("reminder-time", Self.clock(old.reminderMinute), Self.clock(new.reminderMinute))
  }

  private mutating func compareTimes(_ old: ProgramAgreement, _ new: ProgramAgreement) {
    let (first, second) = (old.handoff, new.handoff)
    note("acknowledge-within", first.acknowledgeWithin.words, second.acknowledgeWithin.words)
    note("the hand-off's attempts", "\(first.attempts)", "\(second.attempts)")
    note("the escrow's deadline", old.escrow.deadline.words, new.escrow.deadline.words)
    note("remind-every", old.escrow.remindEvery.words, new.escrow.remindEvery.words)
    let deadlines = (old.escrow.candidateDeadline, new.escrow.candidateDeadline)
    note("candidate-deadline", deadlines.0.words, deadlines.1.words)
    note(
      "time-critical", Self.list(old.escrow.timeCritical.map(\.rawValue).sorted()),
      Self.list(new.escrow.timeCritical.map(\.rawValue).sorted()))
    note("roi-expiring-days", "\(old.roiExpiringDays)", "\(new.roiExpiringDays)")
  }

  private mutating func compareRest(_ old: ProgramAgreement, _ new: ProgramAgreement) {
    note(
      "divertible-offences", Self.list(old.referral.divertibleOffences.sorted()),
      Self.list(new.referral.divertibleOffences.sorted()))
    note("the referral's rule", old.referral.rule, new.referral.rule)
    note("duty-line", old.dutyLine, new.dutyLine)
    note("demonstration", "\(old.isDemonstration)", "\(new.isDemonstration)")
    note(
      "holidays", Self.list(old.calendar.holidays.sorted()),
      Self.list(new.calendar.holidays.sorted()))
  }

  private mutating func note(_ what: String, _ old: String, _ new: String) {
    if old != new { other.append("\(what), from \(old) to \(new)") }
  }

  // MARK: Words

  private static func sorted(
    _ paths: some Sequence<ProgramAgreement.Path>
  ) -> [ProgramAgreement.Path] {
    paths.sorted { $0.words < $1.words }
  }

  private static func bases(_ agreement: ProgramAgreement) -> [ProgramAgreement.Path: String] {
    Dictionary(
      agreement.exceptions.map {
        ($0.path, $0.legalBasis + ($0.whileInCustody ? ", while in custody" : ""))
      },
      uniquingKeysWith: { first, _ in first })
  }

  private static func words(_ window: ProgramAgreement.Window) -> String {
    switch window {
    case .days(let days): "\(days) days"
    case .shortened(let span): span.words
    }
  }

  private static func list(_ items: [some CustomStringConvertible]) -> String {
    items.isEmpty ? "none" : items.map(\.description).joined(separator: ", ")
  }

  private static func clock(_ minute: Int) -> String {
    [minute / 60, minute % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
  }
}

extension ProgramAgreement.Path {
  /// `hold.requested from sheriff to prosecutor`.
  public var words: String { "\(topic) from \(from.rawValue) to \(to.rawValue)" }
}
