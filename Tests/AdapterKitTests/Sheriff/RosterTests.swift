import Foundation
import GRDB
import HubModel
import Testing

@testable import AdapterKit
@testable import accord_sheriff

@Suite("The jail's roster")
struct RosterTests {
  static let header =
    "booking_no,inmate_no,last_name,first_name,dob,sid,booked_at,offense_class,next_court\n"

  static func line(
    _ number: Int, sid: String = "", inmate: Int? = nil, court: String = ""
  ) -> String {
    "26-\(number),\(inmate ?? 1_000 + number),Clay\(number),Ann,1990-01-01,\(sid),"
      + "2026-06-16 10:00,F,\(court)\n"
  }

  static func full(_ numbers: some Sequence<Int>) -> String {
    header + numbers.map { line($0) }.joined()
  }

  @Test("A first roster books everyone; the next books and releases the difference")
  func difference() throws {
    let desk = try SheriffDesk()
    try desk.roster(Self.full([1, 2]), "roster-20260617-0900.csv")
    #expect(desk.news() == ["booking.created 26-1", "booking.created 26-2"])
    try desk.roster(Self.full([2, 3]), "roster-20260617-0915.csv")
    #expect(desk.news() == ["booking.created 26-3", "booking.released 26-1"])
    try desk.roster(Self.full([2, 3]), "roster-20260617-0930.csv")
    #expect(desk.news().isEmpty)
  }

  @Test("A booking carries tokens and codes, never a name or a participant")
  func noPerson() throws {
    let desk = try SheriffDesk("{facility: north}")
    try desk.roster(Self.header + Self.line(1, sid: "ZZ1", court: "06/20/2026"))
    let message = try #require(desk.place.messages.first)
    #expect(message.participant == nil)
    #expect(message.caseID == nil)
    #expect(Set(message.tokens.map(\.kind)) == [.stateID, .nameAndBirthDate, .inmateNumber])
    #expect(message.code("facility") == "north")
    #expect(message.code("offence-class") == "F")
    #expect(message.date("court-date") == CivilDate("2026-06-20"))
    #expect(message.time("at") == WallTime(iso8601: "2026-06-16T10:00:00-07:00"))
    #expect(message.segments.allSatisfy { $0.fields.allSatisfy { $0.value.type != .text } })
  }

  @Test("An older roster that comes late releases nobody and books whom it alone saw")
  func lateRoster() throws {
    let desk = try SheriffDesk()
    try desk.roster(Self.full([1, 2, 3]), "roster-20260617-1030.csv")
    _ = desk.news()
    let report = try desk.roster(Self.full([1, 4]), "roster-20260617-1015.csv")
    #expect(desk.news() == ["booking.created 26-4"])
    #expect(report.remarks.contains { $0.contains("nobody was counted as released") })
    try desk.roster(Self.full([1, 2, 3]), "roster-20260617-1045.csv")
    #expect(desk.news() == ["booking.released 26-4"])
  }

  @Test("A roster cannot release whom a change record booked after it was made")
  func bookedLater() throws {
    let desk = try SheriffDesk()
    try desk.roster(
      "event,changed_at," + Self.header + "A,2026-06-17 10:20," + Self.line(9), "changes.csv")
    _ = desk.news()
    try desk.roster(Self.full([1]), "roster-20260617-1015.csv")
    #expect(desk.news() == ["booking.created 26-1"])
    try desk.roster(Self.full([1]), "roster-20260617-1030.csv")
    #expect(desk.news() == ["booking.released 26-9"])
  }

  @Test("Who was missing from one roster by mistake is inside again with the next")
  func reinstated() throws {
    let desk = try SheriffDesk()
    for (minute, people) in [("00", [1, 2]), ("15", [1]), ("30", [1, 2])] {
      try desk.roster(Self.full(people), "roster-20260617-10\(minute).csv")
    }
    #expect(
      desk.news() == [
        "booking.created 26-1", "booking.created 26-2", "booking.released 26-2",
        "booking.created 26-2 again",
      ])
  }

  @Test("A roster that lost too much of the jail is not believed, until somebody accepts it")
  func shrunken() throws {
    let desk = try SheriffDesk("{largest-shrink-percent: 30}")
    try desk.roster(Self.full(1...20), "roster-20260617-1000.csv")
    _ = desk.news()
    let name = "roster-20260617-1015.csv"
    let error = try #require(throws: IntakeError.self) {
      try desk.roster(Self.full(1...12), name)
    }
    #expect(error.description.contains("misses 8 of the 20"))
    #expect(error.remedy.contains("accept-roster \(name)"))
    #expect(desk.news().isEmpty)
    try desk.command(["command": "accept-roster", "file": name])
    try desk.roster(Self.full(1...12), name)
    #expect(desk.news().count == 8)
  }

  @Test("A cut roster, and one with nobody in it, release nobody")
  func cut() throws {
    let desk = try SheriffDesk()
    try desk.roster(Self.full([1, 2]), "roster-20260617-1000.csv")
    _ = desk.news()
    #expect(throws: IntakeError.self) { try desk.roster(Self.header) }
    #expect(throws: IntakeError.self) { try desk.roster(Self.full([1]) + "26-2,10") }
    #expect(desk.news().isEmpty)
  }

  @Test("While a line does not show whose it is, nobody is counted as released")
  func unreadableLine() throws {
    let desk = try SheriffDesk()
    try desk.roster(Self.full([1, 2]), "roster-20260617-1000.csv")
    _ = desk.news()
    let report = try desk.roster(
      Self.full([1]) + "26-2,x,\"Clay\" B,Ann,,,,,\n", "roster-20260617-1015.csv")
    #expect(desk.news().isEmpty)
    #expect(report.rejected.map(\.line) == [3])
  }

  @Test("A bad record of somebody inside is named, and does not release them")
  func badRecord() throws {
    let desk = try SheriffDesk()
    try desk.roster(Self.full([1, 2]), "roster-20260617-1000.csv")
    _ = desk.news()
    let bad = Self.line(2).replacing("1990-01-01", with: "31/31/1990")
    let report = try desk.roster(Self.full([1]) + bad, "roster-20260617-1015.csv")
    #expect(report.rejected.map(\.line) == [3])
    #expect(report.rejected.map(\.field) == ["dob"])
    #expect(desk.news().isEmpty)
  }

  @Test("An inmate number that changes is a correction that carries both numbers, once")
  func inmateNumberChanges() throws {
    let desk = try SheriffDesk()
    try desk.roster(Self.header + Self.line(1, inmate: 11), "roster-20260617-1000.csv")
    let first = try #require(desk.place.messages.last?.tokens.first { $0.kind == .inmateNumber })
    try desk.roster(Self.header + Self.line(1, inmate: 12), "roster-20260617-1015.csv")
    let numbers = try #require(desk.place.messages.last).tokens.filter { $0.kind == .inmateNumber }
    #expect(numbers.count == 2)
    #expect(numbers.contains(first))
    _ = desk.news()
    try desk.roster(Self.header + Self.line(1, inmate: 12), "roster-20260617-1030.csv")
    #expect(desk.news().isEmpty)
  }

  @Test("A state id or court date learned later is a correction; a blank takes nothing away")
  func corrections() throws {
    let desk = try SheriffDesk()
    let states = [
      Self.line(1), Self.line(1, sid: "ZZ1"), Self.line(1), Self.line(1, court: "TBD"),
      Self.line(1, court: "2026-07-01"),
    ]
    for (index, line) in states.enumerated() {
      try desk.roster(Self.header + line, "roster-20260617-100\(index).csv")
    }
    #expect(
      desk.news() == [
        "booking.created 26-1", "booking.created 26-1 again", "booking.created 26-1 again",
      ])
    try desk.roster(Self.header + Self.line(2), "roster-20260617-1010.csv")
    let released = try #require(desk.place.messages.last)
    #expect(released.topic == .bookingReleased)
    #expect(released.tokens.contains { $0.kind == .stateID })
  }

  @Test("A vendor's own headers, names in one column, and his words for events are understood")
  func vendor() throws {
    let desk = try SheriffDesk(
      "{date-order: day-first, columns: {booking_no: Ref}, events: {LEFT: released}}")
    try desk.roster(
      """
      Action;Ref;Inmate ID;Inmate Name;Birth Date;SID Number;Booking Date
      BOOKED;26/1;77;CLAY, ANN MARIE;31/01/1990;ZZ1;16-JUN-2026 2:10 PM
      left;26/1;77;CLAY, ANN MARIE;31/01/1990;ZZ1;16-JUN-2026 2:10 PM

      """, "export.txt")
    #expect(desk.news() == ["booking.created 26/1", "booking.released 26/1"])
  }
}
