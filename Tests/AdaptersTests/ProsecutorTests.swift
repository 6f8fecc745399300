import AdapterKit
import Foundation
import HubModel
import Testing

@testable import accord_prosecutor

@Suite struct ProsecutorTests {
  private func site(_ section: String = "{}") throws -> AgencySite<ProsecutorAdapter> {
    try AgencySite(
      ProsecutorAdapter.self, agency: "lakewood-prosecutor", role: .prosecutor, section: section)
  }

  private func request(
    _ caseID: String = "lr-26-0011", incident: String = "26-040920",
    referred: String = "2026-03-01T20:00:00-08:00"
  ) -> Message {
    delivery(
      .holdRequested, from: "lakewood-sheriff", case: caseID, participant: "p-\(caseID)",
      release: "\(caseID)-field", .hold,
      [
        Field("incident", .code(incident)), Field("referred-at", .time(time(referred))),
        Field("ori", .code("ZZ0290000")), Field("offence", .code("11.204")),
        Field("offence", .code("9.41")), Field("offence-level", .code("misdemeanor")),
        Field("officer", .code("446")), Field("callback", .code("555-0128")),
        Field("last-name", .text("Hale")), Field("first-name", .text("David")),
      ])
  }

  private func intake(_ caseID: String = "lr-26-0011") -> Message {
    delivery(
      .intakeCompleted, from: "harbor-behavioral", case: caseID, participant: "p-\(caseID)",
      .participation, [Field("completed-on", .date(CivilDate("2026-03-02")!))])
  }

  @Test("A hold request becomes a row with its date and rule, and a notice with its scope")
  func holdRequested() throws {
    let site = try site()
    try site.deliver(request(), notice: disclosureNotice())
    let row = try #require(try site.table("holds.csv").first)
    #expect(row["incident_no"] == "26-040920")
    #expect(row["offenses"] == "11.204;9.41")
    #expect(row["status"] == "to open")
    // 14 days from Sunday 1 March end with Sunday 15 March, so with Monday the 16th.
    #expect(row["due_on"] == "2026-03-16")
    #expect(row["left"] == "14 days left")
    #expect(row["rule"] == "14-days-from-referral")
    let notice = try site.notice("notices/lr-26-0011-hold-requested")
    #expect(notice.hasPrefix("HOLD ON FILING"))
    #expect(notice.contains("26-040920"))
    #expect(notice.contains("Mon 16 Mar 2026"))
    #expect(notice.contains("release lr-26-0011-field, version 1"))
    #expect(notice.contains("prohibits unauthorized use or disclosure"))
  }

  @Test("An opened hold is published under the release of its request, with date, rule, conditions")
  func opened() throws {
    let site = try site()
    let request = request()
    try site.deliver(request)
    let report = try site.command("decide", ["event": "opened", "incident_no": "26-040920"])
    #expect(report.rejected.isEmpty)
    let message = try #require(try site.sent(.holdOpened).first)
    #expect(message.release?.text == "lr-26-0011-field")
    #expect(message.participant?.text == "p-lr-26-0011")
    #expect(message.inReplyTo == request.id)
    #expect(message.code("hold")?.hasPrefix("h-") == true)
    #expect(message.date("due-on") == CivilDate("2026-03-16"))
    #expect(message.code("rule") == "14-days-from-referral")
    let conditions = message.segments.flatMap(\.fields).filter { $0.name == "condition" }
    #expect(conditions.map(\.value) == [.code("intake-completed"), .code("roi-signed")])
    #expect(try site.table("holds.csv").first?["status"] == "open")
  }

  @Test("A completed intake shows what is met, and never what is not")
  func conditions() throws {
    let site = try site("\n  contacts:\n    harbor-behavioral: duty desk 555-0130")
    try site.deliver(request())
    try site.command("decide", ["event": "opened", "incident_no": "26-040920"])
    let before = try site.output("holds.csv")
    #expect(!before.contains("intake-completed"))
    #expect(!(try site.output("holds.json")).contains("intake-completed"))
    try site.deliver(intake(), notice: disclosureNotice("roi-26-0011"))
    let row = try #require(try site.table("holds.csv").first)
    #expect(row["status"] == "conditions met")
    #expect(row["conditions_met"] == "intake-completed;roi-signed")
    #expect(row["provider_contact"] == "duty desk 555-0130")
    let notice = try site.notice("notices/lr-26-0011-conditions-met")
    #expect(notice.contains("CONDITIONS MET"))
    #expect(notice.contains("release roi-26-0011"))
  }

  @Test("A status that would tell of failure is not kept", arguments: ["not-engaged", "inactive"])
  func negativeStatus(word: String) throws {
    let site = try site()
    try site.deliver(request())
    try site.deliver(
      delivery(
        .participantStatus, from: "harbor-behavioral", case: "lr-26-0011",
        participant: "p-lr-26-0011", .engagement, [Field("status", .code(word))]))
    #expect(!(try site.output("holds.csv")).contains(word))
    #expect(!(try site.output("holds.json")).contains(word))
    #expect(try site.notices().values.allSatisfy { !$0.contains(word) })
  }

  @Test("A status of the person stands with their holds, though it names no case")
  func statusOfPerson() throws {
    let site = try site()
    try site.deliver(request())
    try site.deliver(
      delivery(
        .participantStatus, from: "harbor-behavioral", participant: "p-lr-26-0011", .engagement,
        [Field("status", .code("engaged"))]))
    #expect(try site.table("holds.csv").first?["progress"] == "engaged")
  }

  @Test("The end of the window asks in neutral words, the same whatever the provider told")
  func reviewDue() throws {
    func notice(after extra: [Message]) throws -> String {
      let site = try site()
      try site.deliver(request())
      for message in extra { try site.deliver(message) }
      try site.deliver(
        delivery(
          .holdReviewDue, from: "hub", case: "lr-26-0011", .hold,
          [
            Field("incident", .code("26-040920")),
            Field("due-at", .time(time("2026-03-16T23:59:59.999-07:00"))),
            Field("days-left", .integer(0)),
          ]))
      #expect(try site.table("holds.csv").first?["status"] == "review due")
      return try site.notice("notices/lr-26-0011-review-due")
    }
    let plain = try notice(after: [])
    #expect(plain.contains("REVIEW DUE"))
    #expect(plain.contains("nothing is filed by itself"))
    let status = delivery(
      .participantStatus, from: "harbor-behavioral", case: "lr-26-0011",
      participant: "p-lr-26-0011", .engagement, [Field("status", .code("not-engaged"))])
    #expect(try notice(after: [status]) == plain)
  }

  @Test("What needs action stands first: review due, due today, due soon, conditions met, open")
  func order() throws {
    let site = try site()
    let referrals = [
      ("lr-1", "2026-02-20T12:00:00-08:00"), ("lr-2", "2026-02-01T12:00:00-08:00"),
      ("lr-3", "2026-02-16T12:00:00-08:00"), ("lr-4", "2026-03-01T12:00:00-08:00"),
      ("lr-5", "2026-02-19T12:00:00-08:00"), ("lr-6", "2026-02-28T12:00:00-08:00"),
    ]
    for (caseID, referred) in referrals {
      try site.deliver(request(caseID, incident: "26-\(caseID)", referred: referred))
    }
    for incident in ["lr-4", "lr-6"] {
      try site.command("decide", ["event": "opened", "incident_no": "26-\(incident)"])
    }
    try site.deliver(intake("lr-4"))
    try site.command(
      "decide", ["event": "voided", "incident_no": "26-lr-1", "reason": "entered-in-error"])
    let rows = try site.table("holds.csv")
    #expect(
      rows.map { $0["referral_id"] } == ["lr-2", "lr-3", "lr-5", "lr-4", "lr-6", "lr-1"])
    #expect(
      rows.map { $0["status"] } == [
        "review due", "due today", "due soon", "conditions met", "open", "voided",
      ])
  }

  @Test("Every row of the sample's decisions becomes its message")
  func sampleDecisions() throws {
    let site = try site()
    let rows = try Sample.rows("prosecutor/decisions.csv")
    for (index, incident) in Set(rows.compactMap { $0.optional("incident_no") }).enumerated() {
      try site.deliver(
        request("lr-s-\(index)", incident: incident, referred: "2026-01-15T12:00:00-08:00"))
    }
    let bytes = try Sample.data("prosecutor/decisions.csv")
    let report = try site.drop("decisions", "decisions.csv", bytes)
    #expect(report.rejected == [])
    #expect(report.taken == rows.count)
    let sent = try site.sent()
    #expect(
      sent.map(\.topic.rawValue) == rows.map { "hold.\($0.optional("event") ?? "")" })
    for (message, row) in zip(sent, rows) {
      #expect(message.code("hold") == row.optional("hold_no"))
      #expect(message.code("disposition") == row.optional("disposition"))
      if let due = row.optional("due_on") { #expect(message.date("due-on") == CivilDate(due)) }
      if let rule = row.optional("due_rule") { #expect(message.code("rule") == rule) }
    }
    // The same decisions in tomorrow's longer export are not said twice.
    try site.drop("decisions", "again.csv", bytes + Data("\n".utf8))
    #expect(try site.sent().count == rows.count)
  }

  @Test("A bad line is named by line and field, and the rest goes on")
  func badLines() throws {
    let site = try site()
    try site.deliver(request())
    let report = try site.drop(
      "decisions", "bad.csv",
      """
      decision_no,hold_no,incident_no,event,decided_at,due_on,due_rule,disposition,decided_by
      d-1,,99-000000,opened,2026-03-02T09:00:00-08:00,,,,DLO
      d-2,,26-040920,reopened,2026-03-02T09:00:00-08:00,,,,DLO
      d-3,,26-040920,extended,2026-03-02T09:00:00-08:00,,,,DLO
      d-4,,26-040920,opened,2026-03-02T09:00:00-08:00,03/32/2026,,,DLO
      d-5,,26-040920,filed,2026-03-02T09:00:00-08:00,,,,DLO
      d-6,,26-040920,opened,2026-03-02T09:00:00-08:00,,,,DLO

      """)
    #expect(report.taken == 1)
    #expect(report.rejected.map(\.line) == [2, 3, 4, 5, 6])
    #expect(
      report.rejected.map(\.field) == ["incident_no", "event", "due_on", "due_on", "disposition"])
    #expect(try site.sent().map(\.topic) == [.holdOpened])
  }

  @Test("After the end of a hold no decision changes it")
  func ended() throws {
    let site = try site()
    try site.deliver(request())
    try site.command(
      "decide", ["event": "released", "incident_no": "26-040920", "reason": "conditions-met"])
    let report = try site.command(
      "decide", ["event": "filed", "incident_no": "26-040920", "reason": "slip"])
    #expect(report.rejected.map(\.field) == ["event"])
    #expect(try site.sent().map(\.topic) == [.holdReleased])
  }

  @Test("A file is checked as the daemon would read it, and nothing is sent")
  func check() throws {
    let path = "/tmp/accord-check-\(UUID().uuidString.prefix(8)).csv"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try "incident_no,event\n26-040920,opened\n26-040920,reopened\n".write(
      toFile: path, atomically: true, encoding: .utf8)
    let site = try site()
    try site.deliver(request())
    let check = try DryRun(
      ProsecutorAdapter.self, file: path, folder: "decisions",
      configuration: site.setting.configuration)
    #expect(check.records == 1)
    #expect(check.problems.count == 1)
    #expect(check.problems.first?.hasPrefix("line 3") == true, "\(check.problems)")
    #expect(try site.sent().isEmpty)
    #expect(check.exitCode == 1)
  }
}
