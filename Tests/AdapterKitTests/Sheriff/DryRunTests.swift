import Foundation
import GRDB
import HubModel
import Testing

@testable import AdapterKit
@testable import accord_sheriff

@Suite("Checking a file without sending it")
struct DryRunTests {
  func check(
    _ desk: SheriffDesk, _ name: String, _ text: String, _ folder: String
  ) throws -> DryRun {
    let path = desk.place.root.appendingPathComponent(name)
    try Data(text.utf8).write(to: path)
    return try DryRun(
      SheriffAdapter.self, file: path.path, folder: folder,
      configuration: desk.adapter.setting.configuration)
  }

  @Test("A check shows what would be sent, and neither sends nor keeps nor shows a name")
  func referral() throws {
    let desk = try SheriffDesk()
    let form = ReferralTests.form.merging(ReferralTests.signed) { $1 }
    let text = String(decoding: try JSONEncoder().encode(form), as: UTF8.self)
    let result = try check(desk, "form.json", text, "referrals")
    #expect(result.sendings.map(\.topic) == ReferralTests.whole.map(\.rawValue))
    #expect(result.exitCode == 0)
    #expect(result.text.contains("would send handoff.requested of referral lr-1"))
    #expect(!result.text.contains("Clay"))
    #expect(desk.place.messages.isEmpty)
    let kept = try desk.adapter.setting.store.read {
      try Int.fetchOne($0, sql: "SELECT count(*) FROM referral")
    }
    #expect(kept == 0)
    #expect(try check(desk, "form.json", text, "referrals").sendings.count == 5)
  }

  @Test("A roster is compared with what the daemon knows")
  func roster() throws {
    let desk = try SheriffDesk()
    try desk.roster(RosterTests.full([1, 2]), "roster-20260617-1000.csv")
    let result = try check(
      desk, "roster-20260617-1015.csv", RosterTests.full([2, 3]), "roster")
    #expect(result.sendings.map(\.topic) == ["booking.created", "booking.released"])
  }

  @Test("A bad file says what is wrong by line and field")
  func bad() throws {
    let desk = try SheriffDesk()
    let result = try check(desk, "r.csv", "number,last\n1,Clay\n", "roster")
    #expect(result.exitCode == 2)
    #expect(result.problems.first?.contains("field booking_no: no such column") == true)
    #expect(result.sendings.isEmpty)
  }

  @Test("Forms and rosters are told apart by what is in them")
  func kinds() throws {
    let form = Data("referral number,door\nlr-1,x\n".utf8)
    #expect(AccordSheriff.Check.kind(of: form, name: "a.csv", SheriffSettings()) == .referrals)
    let roster = Data(RosterTests.full([1]).utf8)
    #expect(AccordSheriff.Check.kind(of: roster, name: "a.csv", SheriffSettings()) == .roster)
  }
}
