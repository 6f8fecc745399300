import Foundation
import HubModel
import Testing

@testable import AdapterKit
@testable import accord_sheriff

@Suite("The jail's change records")
struct ChangeRecordTests {
  static let header =
    "event,changed_at,booking_no,inmate_no,last_name,first_name,dob,sid,booked_at,released_at\n"

  static func line(
    _ event: String, _ at: String, sid: String = "", released: String = ""
  ) -> String {
    "\(event),2026-06-17 \(at),26-1,77,Clay,Ann,1990-01-01,\(sid),2026-06-17 09:00,\(released)\n"
  }

  @Test("Booked, updated, released: each once, however often the file comes")
  func once() throws {
    let desk = try SheriffDesk()
    let text =
      Self.header + Self.line("A", "09:10") + Self.line("U", "10:00", sid: "ZZ1")
      + Self.line("R", "12:00", released: "2026-06-17 11:50")
    for name in ["changes-1.csv", "changes-2.csv"] { try desk.roster(text, name) }
    let times = desk.place.messages.compactMap { $0.time("at") }
    #expect(times.last == WallTime(iso8601: "2026-06-17T11:50:00-07:00"))
    #expect(
      desk.news() == [
        "booking.created 26-1", "booking.created 26-1 again", "booking.released 26-1",
      ])
  }

  @Test("A late booking of somebody released meanwhile changes nothing")
  func lateBooking() throws {
    let desk = try SheriffDesk()
    try desk.roster(Self.header + Self.line("R", "12:00"))
    try desk.roster(Self.header + Self.line("A", "09:10"))
    #expect(desk.news() == ["booking.released 26-1"])
  }

  @Test("A late release does not release whom a later roster saw inside")
  func lateRelease() throws {
    let desk = try SheriffDesk()
    try desk.roster(Self.header + Self.line("A", "09:10"))
    let listed = "booking_no,inmate_no,last_name,first_name\n26-1,77,Clay,Ann\n"
    try desk.roster(listed, "roster-20260617-1300.csv")
    try desk.roster(Self.header + Self.line("R", "12:00"), "changes-late.csv")
    #expect(desk.news() == ["booking.created 26-1"])
  }

  @Test("A late update does not put an older value over a newer one")
  func lateUpdate() throws {
    let desk = try SheriffDesk()
    try desk.roster(Self.header + Self.line("A", "09:10", sid: "ZZ2"))
    try desk.roster(Self.header + Self.line("U", "09:05", sid: "ZZ1"))
    #expect(desk.news() == ["booking.created 26-1"])
  }

  @Test("An update after the release tells nobody")
  func updateAfterRelease() throws {
    let desk = try SheriffDesk()
    try desk.roster(
      Self.header + Self.line("A", "09:10") + Self.line("R", "10:00")
        + Self.line("U", "11:00", sid: "ZZ1"))
    #expect(desk.news() == ["booking.created 26-1", "booking.released 26-1"])
  }

  @Test("Bad records are named by line and field, and the rest goes on")
  func bad() throws {
    let desk = try SheriffDesk()
    let report = try desk.roster(
      Self.header + "X,2026-06-17 09:00,26-9,1,A,B,,,,\n" + ",,26-8,1,A,B,,,,\n"
        + "A,soon,26-7,1,A,B,,,,\n" + "A,,,1,A,B,,,,\n" + "A,,26-6,1,,B,,,,\n"
        + Self.line("A", "09:10"))
    #expect(report.taken == 1)
    #expect(report.rejected.map(\.line) == [2, 3, 4, 5, 6])
    #expect(
      report.rejected.map(\.field) == ["event", "event", "changed_at", "booking_no", "last_name"])
    #expect(desk.news() == ["booking.created 26-1"])
  }
}
