import HubModel

/// The last day in steps of five minutes, for the plots of the status page: in memory, of a fixed
/// size, and gone with a restart. A monitoring system keeps more.
struct DayRing: Sendable {
  static let step = Span.minutes(5)
  static let capacity = 288

  /// How things stood at one instant, and what was counted since the one before.
  struct Point: Hashable, Sendable {
    var at: WallTime
    var released = 0
    var withheld = 0
    var heldNew = 0
    var errors = 0
    var waiting = 0
    var oldestSeconds = 0
    var escrow = 0
    /// Mean of the commits in between.
    var commitMilliseconds = 0.0
  }

  /// Running totals, from which two points make their difference.
  struct Totals: Hashable, Sendable {
    var released = 0
    var withheld = 0
    var held = 0
    var errors = 0
    var commits: UInt64 = 0
    var commitSeconds = 0.0
  }

  private(set) var points: [Point] = []
  private var last: Totals?

  /// The oldest point goes once a whole day is there. The first has no counts: nobody saw what was
  /// before it.
  mutating func add(_ point: Point, _ totals: Totals) {
    var point = point
    if let last {
      point.released = max(0, totals.released - last.released)
      point.withheld = max(0, totals.withheld - last.withheld)
      point.heldNew = max(0, totals.held - last.held)
      point.errors = max(0, totals.errors - last.errors)
      let commits = totals.commits - min(totals.commits, last.commits)
      if commits > 0 {
        point.commitMilliseconds =
          (totals.commitSeconds - last.commitSeconds) * 1_000 / Double(commits)
      }
    }
    last = totals
    if points.count == Self.capacity { points.removeFirst() }
    points.append(point)
  }
}
