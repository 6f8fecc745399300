import AdapterKit
import Foundation
import GRDB
import HubClient
import HubModel
import Operations
import Testing

@testable import Desk
@testable import accord_prosecutor

/// The prosecutor's desk on a store of its own.
@Suite(.serialized) struct ProsecutorDeskTests {
  private func request(_ number: Int, referred: WallTime) -> Message {
    delivery(
      .holdRequested, from: "lakewood-sheriff", case: "lr-\(number)", participant: "p-\(number)",
      release: "lr-\(number)-field", at: referred, .hold,
      [
        Field("incident", .code("26-\(100_000 + number)")), Field("referred-at", .time(referred)),
        Field("offence", .code("11.204")), Field("last-name", .text("Hale \(number)")),
        Field("first-name", .text("David")),
      ])
  }

  private func site() throws -> AgencySite<ProsecutorAdapter> {
    try AgencySite(
      ProsecutorAdapter.self, agency: "lakewood-prosecutor", role: .prosecutor,
      section: "{}\ndesk:\n  plain: true\n  name: Prosecutor")
  }

  private func fill(_ site: AgencySite<ProsecutorAdapter>, _ count: Int, at now: WallTime) throws {
    try site.setting.store.write { database in
      for number in 0..<count {
        // Over twenty days, so that every part of the list has some.
        let referred = now + .hours(-Int64(number % 480))
        let content = Delivery.Content(message: request(number, referred: referred), part: 0)
        try site.adapter.apply(content, at: referred, in: database)
      }
    }
  }

  @Test("Every hold stands in exactly one part of the list, pages follow without gap or repeat")
  func pages() throws {
    let site = try site()
    let now = AgencySite<ProsecutorAdapter>.morning
    try fill(site, 700, at: now)
    let list = HoldList(at: now, under: site.adapter.cases.agreement)
    let (seen, order) = try site.setting.store.read { database in
      var seen: [HoldList.Place] = []
      var after: HoldList.Place?
      while true {
        let page = try list.page(HoldList.Part.allCases, after: after, in: database)
        seen += page.rows
        after = page.rows.last.flatMap { HoldList.Place($0.text) }
        if !page.hasMore { break }
      }
      let order = try HoldLine.all(
        in: database, cases: site.adapter.cases, contacts: [:], at: now)
      return (seen, order)
    }
    #expect(seen.count == 700)
    #expect(Set(seen.map(\.caseID)).count == 700)
    // The same order as the list in files has.
    #expect(seen.map(\.caseID) == order.map(\.referral))
    let words = Dictionary(uniqueKeysWithValues: order.map { ($0.referral, $0.status) })
    for place in seen {
      #expect(words[place.caseID] == place.part.name.replacing("-", with: " "))
    }
  }

  @Test("A held case in the office's filing queue is a conflict, however its number is typed")
  func queue() throws {
    let site = try site()
    let now = AgencySite<ProsecutorAdapter>.morning
    try fill(site, 3, at: now)
    func conflicts() throws -> [String] {
      try site.setting.store.read { try FilingQueue.conflicts(in: $0).map(\.caseID) }
    }
    let header = "Incident Number,Case Number,Filing Date\n"
    try site.drop("filing-queue", "q1.csv", header + "26 100001,C-1,2026-03-05\n99-1,C-2,\n")
    #expect(try conflicts() == ["lr-1"])
    #expect(try site.setting.store.read { try site.adapter.openWarnings(in: $0) } == 1)
    #expect(try site.notice("notices/lr-1-filing-queue").hasPrefix("STOP"))
    // A hold that comes after the queue was read is held against it too.
    try site.drop("filing-queue", "q2.csv", header + "26-100002,C-1,\n26-100777,C-9,\n")
    try site.deliver(request(777, referred: now), at: now)
    #expect(try conflicts() == ["lr-2", "lr-777"])
    // A queue that cannot be read changes nothing; an empty one clears it.
    let report = try site.drop("filing-queue", "q3.csv", header + ",C-1,\n")
    #expect(!report.rejected.isEmpty)
    #expect(try conflicts().count == 2)
    try site.command(
      "decide", ["event": "voided", "incident_no": "26-100002", "reason": "duplicate"], at: now)
    #expect(try conflicts() == ["lr-777"])
    try site.drop("filing-queue", "q4.csv", header)
    #expect(try conflicts() == [])
  }

  @Test("A desk's decision goes the way of a file's, whole or not at all, and names no staff")
  func taken() throws {
    let site = try site()
    let now = AgencySite<ProsecutorAdapter>.morning
    try fill(site, 1, at: now)
    let host = AdapterHost(
      adapter: site.adapter, setting: site.setting, news: AdapterNews(),
      linkState: { LinkState() }, wake: {})
    var values = [
      "command": "decide", "event": "extended", "incident_no": "26-100000", "reason": "more-time",
      "decided_by": "pat",
    ]
    let error = #expect(throws: IntakeError.self) { try host.take(values, at: now) }
    #expect(error?.field == "due_on")
    #expect(try site.sent().isEmpty)
    values["due_on"] = "2026-04-30"
    // What cannot be kept beside it takes the decision back too.
    #expect(throws: CancellationError.self) {
      try host.take(values, at: now) { _ in throw CancellationError() }
    }
    #expect(try site.sent().isEmpty)
    try host.take(values, at: now)
    let message = try #require(try site.sent(.holdExtended).first)
    #expect(message.date("due-on") == CivilDate("2026-04-30"))
    #expect(!message.segments.flatMap(\.fields).contains { "\($0.value)".contains("pat") })
    let by = try site.setting.store.read { database in
      try String.fetchOne(database, sql: "SELECT by FROM hold_event ORDER BY seq DESC")
    }
    #expect(by == "pat")
  }

  /// As many more holds as there are, times `copies`, as the database copies them.
  private func copy(_ copies: Int, in site: AgencySite<ProsecutorAdapter>) throws {
    let rest = """
      ori, offences, level, officer, callback, complainantConsent, lastName, firstName, birthDate,
      referredAt, provider, progress
      """
    try site.setting.store.write { database in
      try database.execute(
        sql: """
          CREATE TEMP TABLE copy AS WITH RECURSIVE n(i) AS
            (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(copies)) SELECT i FROM n;
          INSERT INTO case_view SELECT case_id || '-' || i, view FROM case_view, copy;
          INSERT INTO hold_row SELECT caseID || '-' || i, incidentKey || i, isEnded, rank, due, at
            FROM hold_row, copy;
          INSERT INTO hold_file (caseID, participant, release, request, incident, \(rest))
            SELECT caseID || '-' || i, participant, release, request, incident || i, \(rest)
            FROM hold_file, copy;
          """)
    }
  }

  @Test("95 of 100 pages of the list take among ten thousand holds little longer than among 400")
  func quick() throws {
    let site = try site()
    let now = AgencySite<ProsecutorAdapter>.morning
    try fill(site, 400, at: now)
    let host = AdapterHost(
      adapter: site.adapter, setting: site.setting, news: AdapterNews(),
      linkState: { LinkState() }, wake: {})
    let settings = try #require(try DeskSettings.load(site.setting.configuration))
    let pages = ProsecutorDesk(try DeskOffice(host, settings: settings))
    let few = try ownTimes(of: pages, at: now)
    try copy(24, in: site)
    let count = try pages.office.read {
      try Int.fetchOne($0, sql: "SELECT count(*) FROM hold_row")
    }
    #expect(count == 10_000)
    let many = try ownTimes(of: pages, at: now)
    #expect(many < 2 * few, "95 of 100 pages take \(many) ms, among 400 holds \(few) ms")
  }

  /// What 95 of a hundred pages of the list take, onward through it and from the start again.
  private func ownTimes(of pages: ProsecutorDesk, at now: WallTime) throws -> Double {
    let role = try #require(DeskRoles.all(of: .prosecutor).first)
    var query = Form()
    var times: [Double] = []
    for _ in 0..<100 {
      let visit = Visit(
        account: Account(name: "pat", display: "Pat", role: role.name, staff: nil), role: role,
        now: now, path: [:], query: query, form: Form(), isLocked: false, formToken: "0",
        address: "/holds")
      let started = Self.ownTime()
      let page = try pages.holds(visit)
      let alarm = try pages.alarm(visit)
      times.append(Self.ownTime() - started)
      #expect(alarm == nil)
      #expect(page.body.text.contains("Hale"))
      let next = page.body.text.firstMatch(of: /after=([^'&]+)/)
      query = next.map { Form(["after": String($0.1)]) } ?? Form()
    }
    return times.sorted()[94]
  }

  /// What this thread has worked, in ms: other work on the machine does not count.
  private static func ownTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1_000 + Double(time.tv_nsec) / 1e6
  }
}
