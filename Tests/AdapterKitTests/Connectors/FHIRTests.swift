import Foundation
import GRDB
import HubModel
import Logging
import Testing

@testable import AdapterKit
@testable import accord_sheriff

@Suite("A records system that speaks FHIR R4")
struct FHIRTests {
  let desk: SheriffDesk
  let round: DoorRound
  let now = WallTime(milliseconds: 1_781_722_800_000)

  static let mapping = """
    format: json
    fields:
      booking_no: identifier[system=urn:jail:booking].value
      event: status
      changed_at: meta.lastUpdated
      last_name: input[0].valueString
      first_name: input[1].valueString
    codes: {event: {in-progress: booked, completed: released}}
    """

  init() throws {
    desk = try SheriffDesk(
      place: Workplace(),
      """
      {}
      connectors:
        ehr-in:
          kind: fhir
          folder: roster
          server: http://127.0.0.1:8080/fhir
          resource: Task
          search: code=booking
          token-file: token
          mapping: mapping.yaml
        ehr-out:
          kind: fhir-out
          server: https://ehr.example/fhir/
          token-file: token
          topics: [handoff.requested, referral.submitted, hold.opened]
      """, files: ["mapping.yaml": Self.mapping, "token": "abc"])
    round = try DoorRound(desk)
  }

  func server(_ peer: Peer, token: String = "abc") -> FHIRServer {
    FHIRServer(base: "http://127.0.0.1:\(peer.port)/fhir", token: token)
  }

  func outbox(_ server: FHIRServer) throws -> FHIROutbox {
    let setting = desk.adapter.setting
    let own = try #require(setting.outboxes.first)
    #expect(own.server.base == "https://ehr.example/fhir")
    return FHIROutbox(
      connector: own.connector, server: server, topics: own.topics, store: setting.store,
      log: setting.log)
  }

  func content(_ topic: Topic, _ fields: [Field], part: UInt16 = 0) -> Delivery.Content {
    let setting = desk.adapter.setting
    return Delivery.Content(
      message: setting.message(
        topic, at: now, participant: ParticipantAlias("p-1"), caseID: CaseID("lr-26-1"),
        segments: [Segment(.hold, fields: fields)]), part: part,
      notice: DisclosureNotice(
        statement: "42 CFR part 2 prohibits unauthorized use or disclosure of these records.",
        scopes: []))
  }

  func put(_ contents: [Delivery.Content], _ outbox: FHIROutbox) throws {
    try desk.adapter.setting.store.write { database in
      for content in contents { try outbox.take(content, at: now, in: database) }
    }
  }

  static let fields = [
    Field("meeting-place", .text("Plaza")), Field("referred-at", .time(WallTime(milliseconds: 0))),
    Field("due-on", .date(CivilDate(day: 20_000))), Field("attempt", .integer(2)),
    Field("flagged", .flag(true)), Field("callback", .code("555-0128")),
  ]

  @Test("Deliveries become a Task, a ServiceRequest and a Communication, valid by the structure")
  func out() async throws {
    let peer = try await Peer("fhir_server.py", ["abc"], needsPackages: true, in: desk.place.root)
    let outbox = try outbox(server(peer))
    let contents = [
      content(.handoffRequested, Self.fields), content(.referralSubmitted, []),
      content(.holdOpened, Self.fields), content(.holdFiled, Self.fields),
    ]
    try put(contents, outbox)
    try put(contents, outbox)
    #expect(try outbox.pass(at: now) == 3)
    for kind in ["Task", "ServiceRequest", "Communication"] {
      let put = try await peer.next()
      #expect(put["kind"] as? String == kind, "\(put)")
      #expect(put["status"] as? Int == 201)
      let trace = TraceContext(header: put["trace"] as? String ?? "")
      #expect(contents.contains { $0.message.id.description == trace?.traceID })
      let resource = try #require(put["resource"] as? [String: Any])
      #expect("\(resource["note"] ?? "")".contains("42 CFR part 2"))
      let subject = resource["subject"] ?? resource["for"]
      #expect("\(subject ?? "")".contains("p-1"))
    }
    #expect(try outbox.pass(at: now) == 0)
  }

  @Test("The same delivery finds its own resource again; a server in trouble is asked later")
  func again() async throws {
    let peer = try await Peer(
      "fhir_server.py", ["abc", "503"], needsPackages: true, in: desk.place.root)
    let outbox = try outbox(server(peer))
    let hold = content(.holdOpened, Self.fields)
    try put([hold], outbox)
    #expect(try outbox.pass(at: now) == 0)
    #expect(try outbox.pass(at: now + .seconds(1)) == 0)
    #expect(try outbox.pass(at: now + .seconds(6)) == 1)
    #expect(try await peer.next()["status"] as? Int == 201)
    // As after a crash between the answer and the note of it.
    try put([hold], outbox)
    #expect(try outbox.pass(at: now) == 1)
    #expect(try await peer.next()["status"] as? Int == 200)
  }

  @Test("What somebody made of a resource since is theirs: it is not put back to how it came")
  func theirs() async throws {
    let peer = try await Peer("fhir_server.py", ["abc"], needsPackages: true, in: desk.place.root)
    let outbox = try outbox(server(peer))
    let request = content(.handoffRequested, Self.fields)
    try put([request], outbox)
    #expect(try outbox.pass(at: now) == 1)
    var task = try #require(try await peer.next()["resource"] as? [String: Any])
    #expect(task["status"] as? String == "requested")
    task["status"] = "accepted"
    let id = try #require(task["id"] as? String)
    try peer.write("Task", id, JSONSerialization.data(withJSONObject: task), token: "abc")
    #expect(try await peer.next()["status"] as? Int == 200)
    try put([request], outbox)
    #expect(try outbox.pass(at: now) == 1)
    let kept = try #require(try await peer.next()["resource"] as? [String: Any])
    #expect(kept["status"] as? String == "accepted")
  }

  @Test("What a server refuses for good waits for somebody to look, and holds up nothing")
  func refused() async throws {
    let peer = try await Peer(
      "fhir_server.py", ["abc", "422"], needsPackages: true, in: desk.place.root)
    let outbox = try outbox(server(peer))
    try put([content(.holdOpened, Self.fields), content(.holdOpened, [])], outbox)
    #expect(try outbox.pass(at: now) == 1)
    let store = desk.adapter.setting.store
    let alarms = try store.read { try Alarms.open(in: $0) }
    #expect(alarms.map(\.kind) == [.setAside])
    let problem = try store.read {
      try String.fetchOne($0, sql: "SELECT problem FROM fhir_outbox")
    }
    #expect(problem == "the server refused with 422 (required at Task.status)")
  }
}
