public import HubModel

/// The section `retention` of a router's configuration: how long the ledger keeps what.
///
/// What is not here is not removed: the log, fates and decisions, agreements and their history are
/// kept for good, and name nobody once a person is expunged.
public struct RetentionSettings: Hashable, Sendable {
  /// A kind that may be removed when it is old, and for how many days it must be kept.
  public enum Kind: String, CaseIterable, Hashable, Sendable {
    /// What messages said, once nothing of them waits any more.
    case content = "content-days"
    /// Bookings of nobody in the program: that there was one, and when.
    case bookings = "bookings-days"
    /// Everything about a person of whom nothing was done or in effect since: their releases,
    /// names and views, by destroying their keys.
    case people = "people-days"

    /// Days below which nobody may set it.
    public var floor: Int {
      switch self {
      case .content: 90
      case .bookings: 1
      case .people: 2_192
      }
    }

    public var fallback: Int {
      switch self {
      case .content: 2_192
      case .bookings: 365
      case .people: 3_653
      }
    }

    /// Why not less.
    public var rule: String {
      switch self {
      case .content: "an agreement may have messages wait for a release up to 90 days"
      case .bookings: "a booking is looked for again within the day"
      case .people:
        "45 CFR 164.530(j)(2) keeps releases six years from when they were last in effect, and "
          + "45 CFR 164.528(a) and 42 CFR 2.25 have disclosures told six and three years back"
      }
    }
  }

  /// A century.
  public static let longest = 36_525

  public var days: [Kind: Int]
  /// Minutes after midnight, by the site's clock, from which a run begins each day; `nil`: only
  /// when an operator asks.
  public var runAt: Int?
  /// Nothing is removed that no archive holds.
  public var isArchivedFirst: Bool

  public init(
    days: [Kind: Int] = [:], runAt: Int? = defaultRunAt, isArchivedFirst: Bool = false
  ) {
    self.days = days
    self.runAt = runAt
    self.isArchivedFirst = isArchivedFirst
  }

  /// Three in the morning: behind the backups, before the day.
  public static let defaultRunAt = 180

  public subscript(kind: Kind) -> Int { days[kind] ?? kind.fallback }

  public func cutoff(_ kind: Kind, at now: WallTime) -> WallTime {
    WallTime(milliseconds: now.milliseconds - Span.days(Int64(self[kind])).milliseconds)
  }

  static var section: YAMLValue<RetentionSettings> {
    .mapping { fields in
      var settings = RetentionSettings()
      for kind in Kind.allCases {
        let days = fields.value(kind.rawValue, .integer(1...longest), default: kind.fallback)
        if days < kind.floor {
          fields.report(
            kind.rawValue, "must be at least \(kind.floor) days, not \(days): \(kind.rule)")
        }
        settings.days[kind] = days
      }
      settings.runAt = fields.value("run-at", timeOfDay, default: .at(defaultRunAt)).minute
      settings.isArchivedFirst = fields.value("archive-first", .flag, default: false)
      return settings
    }
  }

  private enum RunAt {
    case at(Int)
    case never
    var minute: Int? { if case .at(let minute) = self { minute } else { nil } }
  }

  private static var timeOfDay: YAMLValue<RunAt> {
    .scalar("a time of day as \"03:00\", or never") { text in
      if text == "never" { return .never }
      let parts = text.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 2, parts.allSatisfy({ $0.count == 2 }), let hour = Int(parts[0]),
        let minute = Int(parts[1]), (0..<24).contains(hour), (0..<60).contains(minute)
      else { return nil }
      return .at(hour * 60 + minute)
    }
  }
}
