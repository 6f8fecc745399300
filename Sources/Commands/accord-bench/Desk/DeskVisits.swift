import Foundation
import GRDB

/// How long SQLite alone takes to read rows of a store: the median, in milliseconds.
struct BareReading {
  let store: DatabaseQueue

  func time(_ sql: String, _ arguments: StatementArguments = []) throws -> Double {
    var times: [Int64] = []
    for _ in 0..<15 {
      let started = BenchMessage.nanoseconds()
      try store.read { database in
        let rows = try Row.fetchCursor(database, sql: sql, arguments: arguments)
        var bytes = 0
        while let row = try rows.next() {
          for (_, value) in row { bytes += value.isNull ? 0 : 1 }
        }
        guard bytes > 0 else { throw BenchError("nothing to read by \(sql)") }
      }
      times.append(BenchMessage.nanoseconds() - started)
    }
    return Double(times.sorted()[times.count / 2]) / 1e6
  }
}

/// The prosecutor's desk, page by page.
struct ProsecutorVisit {
  private let visitor: DeskVisitor
  private let bare: BareReading
  private let samples: Int
  private let feed: String

  /// Pages that are turned before the later one.
  private static let turned = 20

  init(_ county: DeskCounty, samples: Int) throws {
    visitor = try DeskVisitor(county, .prosecutor)
    bare = BareReading(store: try county.store(.prosecutor))
    self.samples = samples
    guard let feed = try visitor.get("/exports").text.firstMatch(of: /\/calendar\/([0-9a-zA-Z]+)/)
    else { throw BenchError("the desk shows no calendar") }
    self.feed = String(feed.0)
  }

  private static func lines(_ condition: String) -> String {
    """
    SELECT f.*, v.view FROM hold_row r JOIN hold_file f ON f.caseID = r.caseID
    JOIN case_view v ON v.case_id = r.caseID WHERE \(condition)
    """
  }

  func rows() throws -> [DeskFigures.Row] {
    try lists() + others()
  }

  private func lists() throws -> [DeskFigures.Row] {
    let first = Self.lines("isEnded = 0 ORDER BY due, r.caseID LIMIT 50")
    let limit = try bare.time(first)
    var later = "/holds"
    for _ in 0..<Self.turned {
      let page = try visitor.get(later)
      guard let next = try? DeskVisitor.link("/holds?after=", on: page) else { break }
      later = next
    }
    var rows = [
      try measured("an empty page", try bare.time("SELECT 1")) { try visitor.get("/exports") },
      try measured("list", limit) { try visitor.get("/holds") },
      try measured(
        "list, a later page", try bare.time(first + " OFFSET 1000", [])
      ) { try visitor.get(later) },
    ]
    for part in [
      "review-due", "due-today", "due-soon", "conditions-met", "to-open", "open", "ended",
    ] {
      rows.append(try measured(part, limit) { try visitor.get("/holds?show=\(part)") })
    }
    return rows
  }

  private func others() throws -> [DeskFigures.Row] {
    let list = try visitor.get("/holds")
    let token = try DeskVisitor.token(list)
    let hold = try DeskVisitor.link("/hold/", on: list)
    let calendar = try visitor.get(feed).text
    guard let day = calendar.firstMatch(of: /\/holds\?day=[0-9-]+/) else {
      throw BenchError("the calendar has no day")
    }
    let one = try bare.time(Self.lines("incidentKey = '260000007'"))
    return [
      try measured("holds of one day", try bare.time(Self.lines("isEnded = 0 LIMIT 500"))) {
        try visitor.get(String(day.0))
      },
      try measured("search by incident", one) {
        try visitor.post("/find", [("form-token", token), ("incident", "26-0000007")])
      },
      try measured("one hold", one) { try visitor.get(hold) },
      try measured("filing queue", try bare.time("SELECT 1")) { try visitor.get("/queue") },
      try measured("CSV of all", try bare.time(Self.lines("1 ORDER BY due"))) {
        try visitor.post("/exports/holds", [("form-token", token)])
      },
      try measured(
        "calendar", try bare.time("SELECT due FROM hold_row WHERE isEnded = 0 ORDER BY due")
      ) { try visitor.get(feed) },
    ]
  }

  private func measured(
    _ page: String, _ limit: Double, _ ask: () throws -> DeskVisitor.Answer
  ) throws -> DeskFigures.Row {
    try visitor.measured(page, samples: samples, limit: limit, ask)
  }
}

/// The desks of the provider and the public defender: what lists people.
struct OtherVisits {
  private let county: DeskCounty
  private let samples: Int

  init(_ county: DeskCounty, samples: Int) {
    self.county = county
    self.samples = samples
  }

  func rows() throws -> [DeskFigures.Row] { try provider() + defender() }

  private func provider() throws -> [DeskFigures.Row] {
    let visitor = try DeskVisitor(county, .provider)
    let bare = BareReading(store: try county.store(.provider))
    let list = try visitor.get("/people")
    let person = try DeskVisitor.link("/person/", on: list)
    let fifty = try bare.time(
      """
      SELECT c.*, r.*, k.* FROM (SELECT * FROM client ORDER BY lastName, firstName LIMIT 50) c
      LEFT JOIN release_file r ON r.alias = c.alias LEFT JOIN care_case k ON k.alias = c.alias
      """)
    let one = try bare.time("SELECT * FROM client LIMIT 1")
    return [
      try visitor.measured("participants", samples: samples, limit: fifty) {
        try visitor.get("/people")
      },
      try visitor.measured("one participant", samples: samples, limit: one) {
        try visitor.get(person)
      },
      try visitor.measured("accounting", samples: samples, limit: one) {
        try visitor.get(person + "/accounting")
      },
      try visitor.measured("hand-offs", samples: samples, limit: one) {
        try visitor.get("/alerts")
      },
    ]
  }

  private func defender() throws -> [DeskFigures.Row] {
    let visitor = try DeskVisitor(county, .defender)
    let bare = BareReading(store: try county.store(.defender))
    let client = try DeskVisitor.link("/client/", on: try visitor.get("/clients"))
    let fifty = try bare.time("SELECT * FROM client ORDER BY lastEventAt DESC LIMIT 50")
    let one = try bare.time("SELECT * FROM client LIMIT 1")
    return [
      try visitor.measured("clients", samples: samples, limit: fifty) {
        try visitor.get("/clients")
      },
      try visitor.measured("without counsel", samples: samples, limit: fifty) {
        try visitor.get("/clients?show=unassigned")
      },
      try visitor.measured("one client", samples: samples, limit: one) { try visitor.get(client) },
      try visitor.measured("conflicts", samples: samples, limit: one) {
        try visitor.get("/conflicts")
      },
    ]
  }
}
