import AdapterKit
import DiversionWorkflow
import GRDB
import HubModel

/// The desk's list of holds: seven parts, in the order in which they want attention, each a range
/// of an index, read a page at a time from where the page before ended.
struct HoldList {
  enum Part: Int, CaseIterable, Sendable {
    case reviewDue, dueToday, dueSoon, conditionsMet, toOpen, open, ended

    var name: String {
      switch self {
      case .reviewDue: "review-due"
      case .dueToday: "due-today"
      case .dueSoon: "due-soon"
      case .conditionsMet: "conditions-met"
      case .toOpen: "to-open"
      case .open: "open"
      case .ended: "ended"
      }
    }

    var words: String {
      switch self {
      case .reviewDue: "Review due"
      case .dueToday: "Due today"
      case .dueSoon: "Due soon"
      case .conditionsMet: "Conditions met"
      case .toOpen: "To open"
      case .open: "Open"
      case .ended: "Ended"
      }
    }
  }

  /// Where a page ended.
  struct Place: Hashable {
    var part: Part
    var key: Int64
    var caseID: String

    var text: String { "\(part.rawValue) \(key) \(caseID)" }

    init(part: Part, key: Int64, caseID: String) {
      self.part = part
      self.key = key
      self.caseID = caseID
    }

    init?(_ text: String) {
      let words = text.split(separator: " ", maxSplits: 2)
      guard words.count == 3, let number = Int(words[0]), let part = Part(rawValue: number),
        let key = Int64(words[1])
      else { return nil }
      self.init(part: part, key: key, caseID: String(words[2]))
    }
  }

  static let pageSize = 50

  private let now: Int64
  private let today: Int64
  private let soon: Int64

  init(at now: WallTime, under agreement: ProgramAgreement) {
    self.now = now.milliseconds
    let calendar = agreement.calendar
    let date = calendar.date(of: now)
    switch agreement.hold.window {
    case .days:
      today = calendar.end(of: date).milliseconds
      soon = calendar.end(of: date.adding(days: HoldLine.soonDays)).milliseconds
    case .shortened:
      today = now.milliseconds
      let seconds = agreement.hold.reminders.filter { $0 > 0 }.max() ?? 0
      soon = (now + .seconds(Int64(seconds))).milliseconds
    }
  }

  /// The part's rows: a condition on one index.
  private func range(_ part: Part) -> (condition: String, arguments: [Int64]) {
    switch part {
    case .reviewDue: ("isEnded = 0 AND due <= ?", [now])
    case .dueToday: ("isEnded = 0 AND due > ? AND due <= ?", [now, today])
    case .dueSoon: ("isEnded = 0 AND due > ? AND due <= ?", [max(now, today), soon])
    case .conditionsMet: ("isEnded = 0 AND rank = 0 AND due > ?", [soon])
    case .toOpen: ("isEnded = 0 AND rank = 1 AND due > ?", [soon])
    case .open: ("isEnded = 0 AND rank = 2 AND due > ?", [soon])
    case .ended: ("isEnded = 1", [])
    }
  }

  /// How many there are, counting no further than a thousand: nobody reads more exactly.
  func count(_ part: Part, in database: Database) throws -> Int {
    let range = range(part)
    return try Int.fetchOne(
      database,
      sql: """
        SELECT count(*) FROM (SELECT 1 FROM hold_row WHERE \(range.condition) LIMIT 1000)
        """, arguments: StatementArguments(range.arguments)) ?? 0
  }

  /// Case ids with their place, from `after` on.
  private func rows(
    _ part: Part, after: Place?, limit: Int, in database: Database
  ) throws -> [Place] {
    let range = range(part)
    var condition = range.condition
    var arguments = StatementArguments(range.arguments)
    // The last ended come first: the index is read from its end.
    let column = part == .ended ? "at" : "due"
    let (sign, direction) = part == .ended ? ("<", "DESC") : (">", "ASC")
    if let after, after.part == part {
      condition += " AND (\(column), caseID) \(sign) (?, ?)"
      arguments += [after.key, after.caseID]
    }
    arguments += [limit]
    return try Row.fetchAll(
      database,
      sql: """
        SELECT \(column) AS key, caseID FROM hold_row WHERE \(condition)
        ORDER BY \(column) \(direction), caseID \(direction) LIMIT ?
        """, arguments: arguments
    ).map { Place(part: part, key: $0["key"], caseID: $0["caseID"]) }
  }

  /// One page, over the parts that are asked for.
  /// - Returns: the rows, and whether more follow.
  func page(
    _ parts: [Part], after: Place?, in database: Database
  ) throws -> (rows: [Place], hasMore: Bool) {
    var found: [Place] = []
    for part in parts where after.map({ part.rawValue >= $0.part.rawValue }) ?? true {
      let wanted = Self.pageSize + 1 - found.count
      found += try rows(part, after: after, limit: wanted, in: database)
      if found.count > Self.pageSize { break }
    }
    return (Array(found.prefix(Self.pageSize)), found.count > Self.pageSize)
  }

  /// Holds whose window ends on that day.
  static func due(
    on date: CivilDate, _ calendar: SiteCalendar, in database: Database
  ) throws -> [String] {
    try String.fetchAll(
      database,
      sql: """
        SELECT caseID FROM hold_row WHERE isEnded = 0 AND due > ? AND due <= ?
        ORDER BY due, caseID LIMIT 500
        """,
      arguments: [
        calendar.end(of: date.adding(days: -1)).milliseconds, calendar.end(of: date).milliseconds,
      ])
  }

  /// Days to come on which windows end, with how many.
  static func dueDays(
    from now: WallTime, _ calendar: SiteCalendar, in database: Database
  ) throws -> [(date: CivilDate, count: Int)] {
    let ends = try Int64.fetchAll(
      database,
      sql: """
        SELECT due FROM hold_row WHERE isEnded = 0 AND due >= ? AND due < ? ORDER BY due
        """,
      arguments: [
        calendar.time(on: calendar.date(of: now)).milliseconds, Int64.max,
      ])
    let days = Dictionary(grouping: ends) { calendar.date(of: WallTime(milliseconds: $0)) }
    return days.map { ($0.key, $0.value.count) }.sorted { $0.0 < $1.0 }
  }
}
