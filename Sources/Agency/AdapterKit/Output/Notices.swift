public import GRDB
public import HubModel

/// Printable notices: written once each, kept in the store until the file is there.
public enum Notices {
  /// Puts a notice up to be written as `out/<name>.txt`; the same name again changes nothing.
  public static func add(_ name: String, _ text: String, in database: Database) throws {
    try database.execute(
      sql: "INSERT OR IGNORE INTO notice (name, text) VALUES (?, ?)", arguments: [name, text])
  }

  /// Puts it up again even if one of the name was written before: a repeated alarm.
  public static func replace(_ name: String, _ text: String, in database: Database) throws {
    try database.execute(
      sql: "INSERT OR REPLACE INTO notice (name, text, written) VALUES (?, ?, 0)",
      arguments: [name, text])
  }

  /// Whether a notice of the name was ever put up.
  public static func has(_ name: String, in database: Database) throws -> Bool {
    try Row.fetchOne(database, sql: "SELECT 1 FROM notice WHERE name = ?", arguments: [name]) != nil
  }

  static func unwritten(in database: Database) throws -> [OutputFile] {
    try Row.fetchAll(database, sql: "SELECT name, text FROM notice WHERE written = 0")
      .map { OutputFile(($0["name"] as String) + ".txt", $0["text"]) }
  }

  static func markWritten(_ names: [String], in database: Database) throws {
    for name in names {
      try database.execute(
        sql: "UPDATE notice SET written = 1 WHERE name = ?",
        arguments: [String(name.dropLast(4))])
    }
  }
}

/// The words of a notice: what happened, what it means for you, what to do now.
public struct NoticeText: Sendable {
  private var lines: [String]

  public init(_ title: String) { lines = [title, String(repeating: "=", count: title.count), ""] }

  public mutating func say(_ text: String) { lines += [text, ""] }

  public mutating func item(_ label: String, _ value: String?) {
    if let value, !value.isEmpty { lines.append("  \(label): \(value)") }
  }

  public mutating func todo(_ text: String) { lines += ["", "What to do now: \(text)", ""] }

  /// What must stand on every consented disclosure (42 CFR 2.32).
  public mutating func close(with notice: DisclosureNotice?, _ dates: NoticeDates) {
    guard let notice else { return }
    lines += ["", "-----"]
    for scope in notice.scopes {
      let until = scope.expiresAt.map { dates.day(of: $0) } ?? scope.expiryEvent
      lines.append(
        "Told under release \(scope.release), version \(scope.version), for "
          + scope.purposes.map(\.rawValue).sorted().joined(separator: ", ")
          + (until.isEmpty ? "" : ", until \(until)") + ".")
    }
    if !notice.statement.isEmpty { lines.append(notice.statement) }
  }

  public var text: String { lines.joined(separator: "\n") + "\n" }
}

/// Dates as people say them, in the agency's calendar.
public struct NoticeDates: Sendable {
  public let calendar: SiteCalendar
  public init(calendar: SiteCalendar) { self.calendar = calendar }

  private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// `Fri 4 Dec 2026`.
  public func day(_ date: CivilDate) -> String {
    let parts = date.components
    return "\(Self.days[date.weekday]) \(parts.day) \(Self.months[parts.month - 1]) \(parts.year)"
  }

  public func day(of time: WallTime) -> String { day(calendar.date(of: time)) }

  /// `Fri 4 Dec 2026 14:05`.
  public func moment(_ time: WallTime) -> String {
    let date = calendar.date(of: time)
    let minutes = (time.milliseconds - calendar.time(on: date).milliseconds) / 60_000
    func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
    return "\(day(date)) \(two(minutes / 60)):\(two(minutes % 60))"
  }

  /// `6 days left`, `due today`, `2 days past`.
  public func left(until due: WallTime, at now: WallTime) -> String {
    let days = calendar.date(of: due).day - calendar.date(of: now).day
    switch days {
    case 0: return "due today"
    case 1: return "1 day left"
    case 2...: return "\(days) days left"
    case -1: return "1 day past"
    default: return "\(-days) days past"
    }
  }
}
