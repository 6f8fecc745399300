import AdapterKit
import Foundation
import HubModel
import Operations
import Testing

@testable import accord_public_defender

@Suite struct PublicDefenderTests {
  private func site(_ section: String = "{}") throws -> AgencySite<DefenderAdapter> {
    try AgencySite(
      DefenderAdapter.self, agency: "lakewood-defender", role: .publicDefender, section: section)
  }

  private func booking(_ number: String, client: String = "p-dana") -> Message {
    delivery(
      .bookingCreated, from: "lakewood-sheriff", participant: client, .booking,
      [
        Field("booking", .code(number)),
        Field("at", .time(time("2026-03-01T22:00:00-08:00"))),
        Field("offence-class", .code("M")),
        Field("court-date", .date(CivilDate("2026-03-09")!)),
      ])
  }

  @Test("A client's booking stands in the list and in a notice with the release's scope")
  func bookingNotice() throws {
    let site = try site()
    try site.deliver(booking("26-00010"), notice: disclosureNotice("roi-26-0016"))
    let row = try #require(try site.table("clients.csv").first)
    #expect(row["client"] == "p-dana")
    #expect(row["booking"] == "26-00010")
    #expect(row["court_date"] == "2026-03-09")
    let notice = try #require(try site.notices().first)
    #expect(notice.key.hasPrefix("notices/booking-created-"))
    #expect(notice.value.contains("A CLIENT WAS BOOKED"))
    #expect(notice.value.contains("release roi-26-0016"))
  }

  @Test("A hold shows its end and the rule behind it")
  func hold() throws {
    let site = try site()
    try site.deliver(
      delivery(
        .holdOpened, from: "lakewood-prosecutor", case: "lr-26-0011", participant: "p-dana",
        .hold,
        [
          Field("hold", .code("h-26-0001")), Field("incident", .code("26-040920")),
          Field("due-on", .date(CivilDate("2026-03-16")!)),
          Field("rule", .code("14-days-from-referral")),
        ]))
    let row = try #require(try site.table("clients.csv").first)
    #expect(row["hold"] == "h-26-0001")
    #expect(row["hold_status"] == "open")
    #expect(row["hold_ends"]?.hasPrefix("Mon 16 Mar 2026") == true)
    let notice = try #require(try site.notices().values.first)
    #expect(notice.contains("14-days-from-referral"))
  }

  @Test("The sample's assignments wait here; one whose client the hub names goes out by itself")
  func sampleAssignments() throws {
    let site = try site()
    let rows = try Sample.rows("defender/assignments.csv")
    let bytes = try Sample.data("defender/assignments.csv")
    let report = try site.drop("assignments", "assignments.csv", bytes)
    #expect(report.rejected == [])
    #expect(report.taken == rows.count)
    // Nobody of them is known to be a participant, so nobody is named to the hub.
    #expect(try site.sent().isEmpty)
    let row = try #require(rows.first { $0.optional("booking_no") != nil })
    try site.deliver(booking(try row.required("booking_no")))
    let message = try #require(try site.sent().first)
    #expect(message.topic == .defenceAssigned)
    #expect(message.participant?.text == "p-dana")
    #expect(message.value("attorney") == .text(try row.required("attorney")))
    #expect(message.code("court-case") == row.optional("case_no"))
    #expect(try site.sent().count == 1)
  }

  @Test("Not a word of the sample's privileged notes is stored or sent")
  func privilegedColumn() throws {
    let site = try site()
    let rows = try Sample.rows("defender/assignments.csv")
    #expect(rows.contains { $0.optional("attorney_notes")?.contains("PRIVILEGED") == true })
    for row in rows.prefix(40) {
      if let number = row.optional("booking_no") {
        try site.deliver(booking(number, client: "p-\(number)"))
      }
    }
    try site.drop("assignments", "assignments.csv", Sample.data("defender/assignments.csv"))
    #expect(try site.sent().count > 1)
    let encoded = try site.sent().flatMap { $0.encoded() }
    #expect(!String(decoding: encoded, as: UTF8.self).contains("PRIVILEGED"))
    let database = try Data(contentsOf: URL(fileURLWithPath: site.setting.store.path))
    let journal = try Data(contentsOf: URL(fileURLWithPath: site.setting.store.path + "-wal"))
    for bytes in [database, journal] { #expect(bytes.range(of: Data("PRIVILEGED".utf8)) == nil) }
  }

  @Test(
    "A form or command with a privileged field is refused with a note",
    arguments: ["privileged", "notes", "attorney_notes", "Work Product", "case-strategy"])
  func privilegedForm(field: String) throws {
    let site = try site("\n  privileged: [theory]")
    for name in [field, "theory"] {
      let form = ["attorney": "R. Osterhaus", "client": "p-dana", name: "client said"]
      let error = #expect(throws: IntakeError.self) {
        try site.drop("assignments", "a.json", JSONEncoder().encode(form))
      }
      #expect(error?.field == name)
      #expect(error?.description.contains("client said") == false)
      #expect(throws: IntakeError.self) { try site.command("assign", form) }
    }
    #expect(try site.sent().isEmpty)
  }

  @Test("A message with privileged content is never spooled")
  func privilegedLabel() throws {
    let site = try site()
    let message = site.setting.message(
      .defenceAssigned, at: AgencySite<DefenderAdapter>.morning,
      participant: ParticipantAlias("p-dana"),
      segments: [
        Segment(.defence, labels: [.privileged], fields: [Field("attorney", .text("R. O."))])
      ])
    let error = #expect(throws: Refusal.self) {
      try site.setting.store.write { try site.adapter.send(message, in: $0) }
    }
    #expect(error?.code == .privilegedContent)
    #expect(throws: Refusal.self) {
      try site.setting.store.write { try site.setting.send(message, in: $0) }
    }
    #expect(try site.sent().isEmpty)
  }

  @Test("A privileged column cannot be mapped to a field that is sent")
  func privilegedMapping() {
    #expect(throws: (any Error).self) {
      try site("\n  columns:\n    attorney: Attorney Notes")
    }
  }

  @Test("The assign command names a client of the list; anyone else is rejected")
  func assign() throws {
    let site = try site()
    try site.deliver(booking("26-00010"))
    try site.command("assign", ["client": "p-dana", "attorney": "T. Quillfeather"])
    #expect(try site.sent().map(\.topic) == [.defenceAssigned])
    #expect(try site.table("clients.csv").first?["attorney"] == "T. Quillfeather")
    let report = try site.command("assign", ["client": "p-nobody", "attorney": "T. Q."])
    #expect(report.rejected.map(\.field) == ["client"])
  }

  @Test("A bad line is named by line and field, and the rest goes on")
  func badLines() throws {
    let site = try site()
    try site.deliver(booking("26-00010"))
    let report = try site.drop(
      "assignments", "bad.csv",
      """
      assignment_no,case_no,incident_no,booking_no,client_last_name,client_dob,attorney
      a-1,,,26-00010,Mason,1978-13-08,M. Abernathy
      a-2,,,,Mason,1978-10-08,M. Abernathy
      a-3,,,26-00010,Mason,1978-10-08,
      a-4,,,26-00010,Mason,1978-10-08,M. Abernathy

      """)
    #expect(report.rejected.map(\.line) == [2, 3, 4])
    #expect(report.rejected.map(\.field) == ["client_dob", "case_no", "attorney"])
    #expect(try site.sent().count == 1)
  }
}

@Suite struct PrivilegedPlacesTests {
  @Test("A mapping file that takes a field from a privileged place keeps the daemon from starting",
    arguments: ["Attorney Notes", "Strategy", "Case Remarks"])
  func places(title: String) throws {
    #expect(throws: ConfigurationError.self) {
      try AgencySite(
        DefenderAdapter.self, agency: "lakewood-defender", role: .publicDefender,
        section: """
          {privileged: [Case Remarks]}
          connectors:
            case-system: {kind: folder, folder: assignments, mapping: mapping.yaml}
          """
      ) { folder in
        let mapping = "format: csv\nfields: {attorney: \(title), case_no: Docket}\n"
        try Data(mapping.utf8).write(to: URL(fileURLWithPath: folder + "/mapping.yaml"))
      }
    }
  }
}
