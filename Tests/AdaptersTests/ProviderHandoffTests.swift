import AdapterKit
import Foundation
import HubModel
import Synchronization
import Testing

@testable import accord_behavioral_health

/// What the provider's tests share.
enum Provider {
  typealias Site = AgencySite<ProviderAdapter>

  static func site(_ section: String = "{}") throws -> Site {
    try AgencySite(
      ProviderAdapter.self, agency: "harbor-behavioral", role: .behavioralHealth,
      section: section)
  }

  static let rota = """
    starts_at,ends_at,tier,staff_id,staff_name,phone
    2026-03-02T08:00:00-08:00,2026-03-09T08:00:00-08:00,primary,cm-6,Kai Lindgren,555-0185
    2026-03-02T08:00:00-08:00,2026-03-09T08:00:00-08:00,backup,cm-1,Robin Aldous,555-0180
    2026-03-09T08:00:00-07:00,2026-03-16T08:00:00-07:00,primary,cm-2,Sam Okello,555-0181

    """

  static func request(_ caseID: String = "lr-26-0011") -> Message {
    delivery(
      .handoffRequested, from: "lakewood-sheriff", case: caseID, .operational,
      [
        Field("requested-at", .time(time("2026-03-02T09:58:00-08:00"))),
        Field("meeting-place", .text("Elm Park shelter")), Field("callback", .code("555-0128")),
        Field("safety", .code("dog")), Field("door", .code("arrest-diversion")),
      ])
  }

  static func unanswered(_ attempt: Int64, _ caseID: String = "lr-26-0011") -> Message {
    delivery(
      .handoffUnanswered, from: "hub", case: caseID, .operational,
      [
        Field("attempt", .integer(attempt)),
        Field("requested-at", .time(time("2026-03-02T09:58:00-08:00"))),
      ])
  }

  static func details(
    _ caseID: String = "lr-26-0011", participant: String = "p-dana"
  ) -> Message {
    delivery(
      .handoffDetails, from: "lakewood-sheriff", case: caseID, participant: participant,
      release: "\(caseID)-field", .handoffDetails,
      [
        Field("last-name", .text("Hale")), Field("first-name", .text("David")),
        Field("date-of-birth", .date(CivilDate("1990-05-21")!)), Field("language", .code("es")),
        Field("need", .code("phone")),
      ])
  }
}

@Suite struct ProviderHandoffTests {
  @Test("The alert comes at once, names whom to call, and nobody else")
  func alert() throws {
    let site = try Provider.site()
    try site.drop("on-call", "on-call.csv", Provider.rota)
    try site.deliver(Provider.request())
    let alert = try site.notice("alerts/lr-26-0011-0")
    for words in ["Kai Lindgren (cm-6), 555-0185", "Elm Park shelter", "555-0128", "dog"] {
      #expect(alert.contains(words))
    }
    #expect(alert.contains("acknowledge lr-26-0011 --responder cm-6"))
    #expect(!alert.contains("Aldous"))
    let open = try site.output("alerts/open.json")
    #expect(open.contains("\"staff_id\" : \"cm-6\""))
  }

  @Test("An unanswered hand-off goes to the next on call, then round again, each with an alert")
  func escalation() throws {
    let site = try Provider.site()
    try site.drop("on-call", "on-call.csv", Provider.rota)
    try site.deliver(Provider.request())
    try site.deliver(Provider.unanswered(1))
    try site.deliver(Provider.unanswered(2))
    #expect(try site.notice("alerts/lr-26-0011-1").contains("Robin Aldous (cm-1)"))
    #expect(try site.notice("alerts/lr-26-0011-1").contains("You are the next on call"))
    #expect(try site.notice("alerts/lr-26-0011-2").contains("Kai Lindgren (cm-6)"))
    #expect(try site.table("cases.csv").first?["handoff"] == "not answered, attempt 3")
  }

  @Test("The rota of the hour counts; without one the alert says so")
  func rotaByHour() throws {
    let site = try Provider.site()
    try site.deliver(Provider.request("lr-1"))
    #expect(try site.notice("alerts/lr-1-0").contains("NOBODY is on the rota"))
    try site.drop("on-call", "on-call.csv", Provider.rota)
    try site.deliver(Provider.request("lr-2"), at: time("2026-03-10T02:00:00-07:00"))
    #expect(try site.notice("alerts/lr-2-0").contains("Sam Okello (cm-2)"))
  }

  @Test("Bad lines of a rota are named and left out; one without a good line changes nothing")
  func badRota() throws {
    let site = try Provider.site()
    let report = try site.drop(
      "on-call", "on-call.csv",
      Provider.rota + """
        2026-03-10T08:00:00-07:00,2026-03-09T08:00:00-07:00,primary,cm-3,Lee,555-0182
        2026-03-16T08:00:00-07:00,2026-03-23T08:00:00-07:00,primary,,Lee,555-0182
        2026-03-16T08:00:00-07:00,2026-03-23T08:00:00-07:00,primary,cm-3,Lee,

        """)
    #expect(report.taken == 3)
    #expect(report.rejected.map(\.line) == [5, 6, 7])
    #expect(report.rejected.map(\.field) == ["ends_at", "staff_id", "phone"])
    let empty = try site.drop(
      "on-call", "empty.csv", "starts_at,ends_at,tier,staff_id,staff_name,phone\n")
    #expect(empty.rejected.count == 1)
    try site.deliver(Provider.request())
    #expect(try site.notice("alerts/lr-26-0011-0").contains("cm-6"))
  }

  @Test("Who it is comes apart from the alert, with the release's scope")
  func details() throws {
    let site = try Provider.site()
    try site.deliver(Provider.request())
    try site.deliver(Provider.details(), notice: disclosureNotice())
    #expect(!(try site.notice("alerts/lr-26-0011-0")).contains("Hale"))
    let who = try site.notice("alerts/lr-26-0011-who")
    for words in ["David Hale", "Mon 21 May 1990", "es", "phone", "lr-26-0011-field"] {
      #expect(who.contains(words))
    }
    let row = try #require(try site.table("cases.csv").first)
    #expect(row["participant"] == "p-dana")
    #expect(row["name"] == "David Hale")
  }

  @Test("Answers by command name the request they answer, and close the alert")
  func answers() throws {
    let site = try Provider.site()
    let request = Provider.request()
    try site.deliver(request)
    try site.deliver(Provider.details())
    let later = time("2026-03-02T10:02:00-08:00")
    try site.command(
      "acknowledged", ["referral_id": "lr-26-0011", "staff_id": "cm-6", "eta_minutes": "25"])
    #expect(try site.output("alerts/open.json") == "[\n\n]\n")
    try site.command("arrived", ["referral_id": "lr-26-0011", "staff_id": "cm-6"], at: later)
    try site.command(
      "completed", ["referral_id": "lr-26-0011", "outcome": "accepted"], at: later)
    let sent = try site.sent()
    #expect(sent.map(\.topic) == [.handoffAcknowledged, .handoffArrived, .handoffCompleted])
    #expect(sent[0].inReplyTo == request.id)
    #expect(sent[0].participant == nil)
    #expect(sent[0].code("responder") == "cm-6")
    #expect(sent[0].integer("eta-minutes") == 25)
    #expect(sent[2].participant?.text == "p-dana")
    #expect(sent[2].segments.first?.labels == [.part2])
    let row = try #require(try site.table("cases.csv").first)
    #expect(row["handoff"] == "completed")
  }

  @Test("Every row of the sample's answers becomes its message, once")
  func sampleAnswers() throws {
    let site = try Provider.site()
    let rows = try Sample.rows("provider/acknowledgements.csv")
    for caseID in Set(rows.compactMap { $0.optional("referral_id") }).sorted() {
      try site.deliver(Provider.request(caseID))
    }
    let bytes = try Sample.data("provider/acknowledgements.csv")
    #expect(try site.drop("acknowledgements", "acknowledgements.csv", bytes).rejected == [])
    let sent = try site.sent()
    #expect(
      sent.map(\.topic.rawValue) == rows.map { "handoff.\($0.optional("action") ?? "")" })
    for (message, row) in zip(sent, rows) {
      #expect(message.caseID?.text == row.optional("referral_id"))
      #expect(message.integer("eta-minutes").map(String.init) == row.optional("eta_minutes"))
    }
    try site.drop("acknowledgements", "longer.csv", bytes + Data("\n".utf8))
    #expect(try site.sent().count == rows.count)
  }

  @Test("The sample's rota is taken whole")
  func sampleRota() throws {
    for folder in ["provider", "provider-cedar"] {
      let site = try Provider.site()
      let bytes = try Sample.data("\(folder)/on-call.csv")
      let report = try site.drop("on-call", "on-call.csv", bytes)
      #expect(report.rejected == [])
      #expect(report.taken == (try Sample.rows("\(folder)/on-call.csv").count))
    }
  }

  @Test("A bad answer is named by line and field, and the rest goes on")
  func badAnswers() throws {
    let site = try Provider.site()
    try site.deliver(Provider.request())
    let report = try site.drop(
      "acknowledgements", "a.csv",
      """
      referral_id,action,at,tier,staff_id,eta_minutes,outcome
      lr-99,acknowledged,2026-03-02T10:01:00-08:00,primary,cm-6,20,
      lr-26-0011,coming,2026-03-02T10:01:00-08:00,primary,cm-6,20,
      lr-26-0011,acknowledged,2026-03-02T10:01:00-08:00,primary,cm-6,soon,
      lr-26-0011,acknowledged,2026-03-02T10:01:00-08:00,primary,,20,
      lr-26-0011,completed,2026-03-02T10:01:00-08:00,primary,cm-6,,gone
      lr-26-0011,acknowledged,2026-03-02T10:01:00-08:00,primary,cm-6,20,

      """)
    #expect(report.rejected.map(\.line) == [2, 3, 4, 5, 6])
    #expect(
      report.rejected.map(\.field) == [
        "referral_id", "action", "eta_minutes", "staff_id", "outcome",
      ])
    #expect(try site.sent().map(\.topic) == [.handoffAcknowledged])
  }

  // MARK: The pager

  private func alert(_ id: String) -> Alert {
    Alert(
      id: id, caseID: "lr-26-0011", attempt: 1, staff: "cm-1", name: "Robin Aldous",
      phone: "555-0180", at: 0, page: .due)
  }

  /// Runs a shell script as the pager's command and returns whether it ended well.
  private func page(_ script: String, within timeout: Span) async throws -> Bool {
    let path = "/tmp/accord-pager-\(UUID().uuidString.prefix(8))"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try "#!/bin/sh\n\(script)\n".write(toFile: path, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
    let pager = Pager(command: path, timeout: timeout) { _ in }
    return await withCheckedContinuation { continuation in
      pager.page(alert("a")) { continuation.resume(returning: $0) }
    }
  }

  @Test("The pager is told referral, staff code and attempt, and nothing of a person")
  func pagerArguments() async throws {
    let file = "/tmp/accord-paged-\(UUID().uuidString.prefix(8))"
    defer { try? FileManager.default.removeItem(atPath: file) }
    #expect(try await page("echo \"$@\" > \(file)", within: .seconds(20)))
    let said = try String(contentsOfFile: file, encoding: .utf8)
    #expect(said == "lr-26-0011 cm-1 1\n")
  }

  @Test("A pager that fails or hangs is ended and counts as not told")
  func pagerFails() async throws {
    #expect(try await page("exit 3", within: .seconds(20)) == false)
    #expect(try await page("exec sleep 600", within: Span(milliseconds: 50)) == false)
  }

  @Test("A page is tried three times, then shown as failed")
  func pagerTries() throws {
    let site = try Provider.site("\n  alert-command: /bin/false")
    try site.deliver(Provider.request())
    for attempt in 1...3 {
      let due = try site.setting.store.read { try Alert.toPage(in: $0) }
      #expect(due.count == 1, "attempt \(attempt)")
      try site.setting.store.write { database in
        for alert in due { try alert.ended(well: false, in: database) }
      }
    }
    #expect(try site.setting.store.read { try Alert.toPage(in: $0) }.isEmpty)
    #expect(try site.output("alerts/open.json").contains("\"page\" : \"failed\""))
  }
}
