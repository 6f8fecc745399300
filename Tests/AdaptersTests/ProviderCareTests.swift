import AdapterKit
import Foundation
import HubModel
import Testing

@testable import accord_behavioral_health

@Suite struct ProviderCareTests {
  /// A site that was told of the people of these referrals.
  private func site(knowing cases: Set<String>) throws -> Provider.Site {
    let site = try Provider.site()
    for caseID in cases.sorted() {
      try site.deliver(Provider.details(caseID, participant: "p-\(caseID)"))
    }
    return site
  }

  private func cases(in file: String) throws -> Set<String> {
    Set(try Sample.rows(file).compactMap { $0.optional("referral_id") })
  }

  @Test("Every row of the sample's intakes and statuses becomes its message, once")
  func sampleReports() throws {
    let file = "provider/intake-completed.csv"
    let status = "provider/status.csv"
    let site = try site(knowing: cases(in: file).union(cases(in: status)))
    let rows = try Sample.rows(file)
    #expect(try site.drop("intake", "i.csv", Sample.data(file)).rejected == [])
    let intakes = try site.sent(.intakeCompleted)
    #expect(intakes.count == rows.count)
    for (message, row) in zip(intakes, rows) {
      #expect(message.participant?.text == "p-\(try row.required("referral_id"))")
      #expect(message.date("completed-on")?.description == row.optional("completed_on"))
      #expect(message.code("hold") == row.optional("hold_no"))
      #expect(message.segments.first?.labels == [.part2])
    }
    #expect(try site.drop("status", "s.csv", Sample.data(status)).rejected == [])
    let words = try Sample.rows(status).map { $0.optional("status") }
    #expect(try site.sent(.participantStatus).map { $0.code("status") } == words)
    let before = try site.sent().count
    try site.drop("intake", "again.csv", Sample.data(file) + Data("\n".utf8))
    try site.drop("status", "again.csv", Sample.data(status) + Data("\n".utf8))
    #expect(try site.sent().count == before)
  }

  @Test("Not completed is a record of its own, which no prosecutor's topic carries")
  func notCompleted() throws {
    let site = try site(knowing: ["lr-1"])
    try site.command("intake-not-completed", ["referral_id": "lr-1"])
    let message = try #require(try site.sent().first)
    #expect(message.topic == .intakeNotCompleted)
    #expect(message.segments.map(\.category) == [.participationNegative])
  }

  @Test("Contacts go out with kind and day, and no words")
  func contact() throws {
    let site = try site(knowing: ["lr-1"])
    try site.drop("contacts", "c.csv", "referral_id,kind,on\nlr-1,visit,2026-03-01\n")
    let message = try #require(try site.sent(.contactLogged).first)
    #expect(message.code("kind") == "visit")
    #expect(message.date("on") == CivilDate("2026-03-01"))
  }

  @Test("What is said of somebody unknown is rejected by line")
  func unknown() throws {
    let site = try site(knowing: ["lr-1"])
    let report = try site.drop(
      "intake", "i.csv",
      "referral_id,completed_on\nlr-2,2026-03-01\nlr-1,2026-03-41\nlr-1,2026-03-01\n")
    #expect(report.rejected.map(\.line) == [2, 3])
    #expect(report.rejected.map(\.field) == ["referral_id", "completed_on"])
    #expect(try site.sent().count == 1)
  }

  @Test("A booking of a participant alerts by the agency's own name for the person")
  func booking() throws {
    let site = try site(knowing: ["lr-1"])
    let message = delivery(
      .bookingCreated, from: "lakewood-sheriff", participant: "p-lr-1", .booking,
      [
        Field("booking", .code("26-90009")),
        Field("at", .time(AgencySite<ProviderAdapter>.morning)),
      ])
    try site.deliver(message, notice: disclosureNotice("roi-26-0001"))
    let alert = try site.notice("alerts/booking-\(message.id)")
    for words in ["A PARTICIPANT WAS BOOKED", "26-90009", "David Hale", "release roi-26-0001"] {
      #expect(alert.contains(words))
    }
  }

  @Test("A question of identity is asked once, answered once, and named by its number")
  func identity() throws {
    let site = try site(knowing: ["lr-1"])
    let candidate = String(repeating: "0a", count: 16)
    let question = delivery(
      .identityCandidate, from: "hub", participant: "p-lr-1", .identity,
      [
        Field("candidate", .code(candidate)), Field("from", .code("lakewood-sheriff")),
        Field("matched-on", .code("name-and-birth-date")),
      ])
    try site.deliver(question)
    let text = try site.notice("questions/\(candidate)")
    #expect(text.contains("David Hale"))
    #expect(text.contains("identity confirm \(candidate)"))
    try site.command("identity-confirm", ["candidate": candidate])
    let message = try #require(try site.sent().first)
    #expect(message.topic == .identityConfirmed)
    #expect(message.participant?.text == "p-lr-1")
    #expect(message.code("candidate") == candidate)
    let again = try site.drop(
      "identities", "i.csv", "candidate,answer\n\(candidate),reject\nnobody,reject\n")
    #expect(again.rejected.map(\.line) == [2, 3])
    #expect(try site.sent().count == 1)
  }

  @Test("A hold's notices show its end and rule; reminders say the same words")
  func hold() throws {
    let site = try site(knowing: ["lr-1"])
    try site.deliver(
      delivery(
        .holdOpened, from: "lakewood-prosecutor", case: "lr-1", participant: "p-lr-1", .hold,
        [
          Field("hold", .code("h-1")), Field("due-on", .date(CivilDate("2026-03-16")!)),
          Field("rule", .code("14-days-from-referral")),
          Field("condition", .code("intake-completed")),
        ]))
    let notice = try site.notice("notices/lr-1-hold.opened")
    for words in ["Mon 16 Mar 2026", "14 days left", "14-days-from-referral"] {
      #expect(notice.contains(words))
    }
    let row = try #require(try site.table("cases.csv").first)
    #expect(row["hold_no"] == "h-1")
    #expect(row["hold_status"] == "open")
    // The hold's own number goes with the intake.
    try site.command("intake-completed", ["referral_id": "lr-1"])
    #expect(try site.sent(.intakeCompleted).first?.code("hold") == "h-1")
  }

  @Test("A community referral brings its field release first, and asks no one's own people")
  func community() throws {
    for folder in ["provider", "provider-cedar"] {
      let site = try Provider.site()
      let file = "\(folder)/referrals/community-2026.csv"
      let rows = try Sample.rows(file)
      #expect(try site.drop("referrals", "c.csv", Sample.data(file)).rejected == [])
      let outcomes = rows.map { $0.optional("roi_outcome") }
      #expect(
        try site.sent(.roiSigned).count == outcomes.count { $0 == "signed" })
      #expect(
        try site.sent(.roiRefused).count
          == outcomes.count { $0 == "refused" || $0 == "incapacity" })
      let told = try site.sent(.referralSubmitted)
      #expect(told.count == outcomes.count { $0 != "refused" })
      for message in told { #expect(message.release?.text == "\(message.caseID!)-field") }
      let asked = try site.sent(.handoffRequested)
      let others = rows.filter {
        $0.optional("provider") != "harbor-behavioral" && $0.optional("roi_outcome") != "refused"
      }
      #expect(asked.count == others.count)
      for message in asked { #expect(message.participant == nil && message.tokens.isEmpty) }
    }
  }

  @Test("Each sample file is told apart by its columns")
  func check() throws {
    let files: [(String, ProviderFolder)] = [
      ("on-call.csv", .onCall), ("acknowledgements.csv", .acknowledgements),
      ("intake-completed.csv", .intake), ("status.csv", .status),
      ("revocations.csv", .revocations), ("roi/roi-26-0001.json", .releases),
      ("referrals/community-2026.csv", .referrals),
    ]
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    for (name, folder) in files {
      let file = IntakeFile(
        folder: "", name: name,
        bytes: try Data(
          contentsOf: root.appendingPathComponent("deploy/sample/provider/\(name)")))
      #expect(try ProviderFolder.telling(file, TableReader()) == folder)
    }
  }
}
