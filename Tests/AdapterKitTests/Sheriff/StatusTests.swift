import Foundation
import HubModel
import Testing

@testable import AdapterKit
@testable import accord_sheriff

@Suite("What comes back to the sheriff")
struct StatusTests {
  let desk: SheriffDesk
  init() throws {
    desk = try SheriffDesk("{duty-line: 555-0142}")
    try desk.take("referrals", "form.json", JSONEncoder().encode(ReferralTests.form))
    desk.place.forgetMessages()
  }

  func outcome(_ fate: Fate, _ message: String = "m-1") throws {
    try desk.deliver(
      .outcome, "lr-1",
      [
        Field("message", .code(message)), Field("topic", .code("hold.requested")),
        Field("recipient", .code("lakewood-prosecutor")), Field("fate", .code(fate.rawValue)),
      ])
  }

  @Test("Status names referral, incident and state, never a person")
  func status() throws {
    try desk.deliver(
      .handoffAcknowledged, "lr-1",
      [Field("responder", .code("cm-1")), Field("eta-minutes", .integer(12))])
    try desk.deliver(
      .holdOpened, "lr-1",
      [
        Field("hold", .code("h-1")), Field("due-on", .date(CivilDate(day: 20_632))),
        Field("rule", .code("14-days-from-referral")),
      ])
    let text = try desk.statusTable
    #expect(text.contains("\"acknowledged by cm-1, 12 min away\""))
    #expect(text.contains("\"opened, due Sun 28 Jun 2026 (14-days-from-referral)\""))
    #expect(!text.contains("Clay"))
  }

  @Test("What is about no referral of ours changes nothing")
  func foreign() throws {
    let before = try desk.statusTable
    try desk.deliver(.handoffAcknowledged, "lr-9", [Field("responder", .code("cm-1"))])
    #expect(try desk.statusTable == before)
  }

  @Test("A held request warns loudly, again with each reminder, until it is confirmed")
  func heldWarning() throws {
    try outcome(.held)
    let name = "NOT-SENT-lr-1-hold.requested"
    let first = try #require(try desk.notices[name])
    #expect(first.contains("lakewood-prosecutor has not received"))
    #expect(first.contains("Call 555-0142, or add the release"))
    #expect(first.contains("accord-sheriff confirm m-1"))
    #expect(try desk.openWarnings == 1)
    try outcome(.held)
    #expect(try desk.notices[name] != first)
    try desk.command(["command": "confirm", "message": "m-1"])
    #expect(desk.news("message") == ["delivery.outcome-confirmed m-1"])
    #expect(try desk.openWarnings == 0)
    #expect(try desk.statusTable.contains("WAITS FOR A RELEASE"))
  }

  @Test("A warning that is over says so")
  func sentAfterAll() throws {
    try outcome(.held)
    try outcome(.delivered)
    #expect(try desk.notices["NOT-SENT-lr-1-hold.requested"]?.contains("SENT AFTER ALL") == true)
    #expect(try desk.openWarnings == 0)
    #expect(try desk.statusTable.contains("prosecutor has the request"))
  }

  @Test("A confirmed warning counts again when the message's fate turns worse")
  func worse() throws {
    try outcome(.held)
    try desk.command(["command": "confirm", "message": "m-1"])
    try outcome(.withheld)
    #expect(try desk.openWarnings == 1)
  }

  @Test("A hand-off that nobody answers warns; the warning is lifted when somebody does")
  func unanswered() throws {
    try desk.deliver(.handoffUnanswered, "lr-1", [Field("attempt", .integer(2))])
    #expect(try desk.notices["NOT-ANSWERED-lr-1"]?.contains("555-0142") == true)
    try desk.deliver(.handoffAcknowledged, "lr-1", [Field("responder", .code("cm-2"))])
    #expect(try desk.notices["NOT-ANSWERED-lr-1"]?.contains("after all") == true)
  }

  @Test(
    "A command with a slip in it is refused, by field",
    arguments: [
      (["command": "confirm", "message": "m-9"], "message"),
      (["command": "confirm", "massage": "m-1"], "massage"),
      (["command": "handoff-complete", "referral_id": "lr-9", "outcome": "left"], "referral_id"),
      (["command": "handoff-complete", "referral_id": "lr-1", "outcome": "ran"], "outcome"),
      (["command": "look-up", "name": "Clay"], "command"),
      (["message": "m-1"], "command"),
    ])
  func badCommand(fields: [String: String], field: String) throws {
    let error = try #require(throws: IntakeError.self) { try desk.command(fields) }
    #expect(error.field == field)
    #expect(desk.place.messages.isEmpty)
  }

  @Test("How a hand-off ended goes out under the referral's own release")
  func complete() throws {
    try desk.command(["command": "handoff-complete", "referral_id": "lr-1", "outcome": "accepted"])
    let message = try #require(desk.place.messages.first)
    #expect(message.topic == .handoffCompleted)
    #expect(message.release == RoiID("lr-1-field"))
    #expect(message.code("outcome") == "accepted")
  }
}
