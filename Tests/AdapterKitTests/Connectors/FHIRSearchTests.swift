import Foundation
import HubModel
import Logging
import Synchronization
import Testing

@testable import AdapterKit
@testable import accord_sheriff

extension Peer {
  /// Writes as the records system's own people would.
  func write(_ type: String, _ id: String, _ json: Data, token: String) throws {
    var request = CurlRequest(url: "http://127.0.0.1:\(port)/fhir/\(type)/\(id)")
    request.method = "PUT"
    request.headers = ["Authorization: Bearer \(token)"]
    request.body = json
    let reply = try request.perform()
    #expect(reply.status < 300, "\(String(decoding: reply.body, as: UTF8.self))")
  }

  /// What its next searches do.
  func misbehave(_ faults: String) throws {
    var request = CurlRequest(url: "http://127.0.0.1:\(port)/next")
    request.method = "PUT"
    request.body = Data(faults.utf8)
    #expect(try request.perform().status == 200)
  }
}

@Suite("A records system's FHIR server that is asked at intervals")
struct FHIRSearchTests {
  let desk: SheriffDesk
  let round: DoorRound
  let peer: Peer
  let reader: PollingConnector
  let now = WallTime(milliseconds: 1_781_722_800_000)

  init() async throws {
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
      """, files: ["mapping.yaml": FHIRTests.mapping, "token": "abc"])
    round = try DoorRound(desk)
    peer = try await Peer("fhir_server.py", ["abc"], needsPackages: true, in: desk.place.root)
    let setting = desk.adapter.setting
    let found = try #require(setting.connectors.all.first)
    reader = PollingConnector(
      name: found.name, folder: found.folder,
      source: FHIRSearch(server: Self.server(peer), type: "Task", search: "code=booking"),
      interval: .seconds(1), overlap: .minutes(10), store: setting.store, log: setting.log)
  }

  static func server(_ peer: Peer, token: String = "abc") -> FHIRServer {
    FHIRServer(base: "http://127.0.0.1:\(peer.port)/fhir", token: token)
  }

  func write(_ number: Int, _ status: String) throws {
    let task = """
      {"resourceType":"Task","id":"t-\(number)","status":"\(status)","intent":"order",
       "extension":[{"url":"https://ehr.example/queue","valueString":"7"}],
       "contained":[{"resourceType":"Organization","id":"o","name":"Ward 3"}],
       "identifier":[{"system":"urn:other","value":"9"},
                     {"system":"urn:jail:booking","value":"B-\(number)"}],
       "input":[{"type":{"text":"last"},"valueString":"Clay"},
                {"type":{"text":"first"},"valueString":"Ana"}]}
      """
    try peer.write("Task", "t-\(number)", Data(task.utf8), token: "abc")
  }

  func look(_ later: Span = .seconds(0)) async throws -> Int {
    try await round.open { try await reader.look($0, at: now + later) }
  }

  func failure() async -> PolledFailure? {
    do {
      _ = try await look()
      return nil
    } catch {
      return error as? PolledFailure
    }
  }

  @Test("Resources that changed are taken once each, page by page, by the mapping")
  func inward() async throws {
    for number in 1...5 { try write(number, "in-progress") }
    #expect(try await look() == 5)
    #expect(desk.news() == (1...5).map { "booking.created B-\($0)" })
    try write(2, "completed")
    #expect(try await look(.minutes(20)) == 1)
    #expect(desk.news() == ["booking.released B-2"])
    #expect(try await look(.minutes(40)) == 0)
  }

  @Test("Twice: a resource that was written again unchanged is a new row, and no news")
  func twice() async throws {
    try write(1, "in-progress")
    #expect(try await look() == 1)
    #expect(desk.news() == ["booking.created B-1"])
    try write(1, "in-progress")
    #expect(try await look(.minutes(20)) == 1)
    #expect(desk.news() == [])
  }

  @Test("Out of order: a server that does not sort is put right, or refused where it cannot be")
  func unsorted() async throws {
    for number in 1...3 { try write(number, "in-progress") }
    try peer.misbehave(#"["unsorted", "unsorted"]"#)
    #expect(try await look() == 3)
    #expect(desk.news() == (1...3).map { "booking.created B-\($0)" })
    try peer.misbehave(#"["unsorted"]"#)
    let cut = #expect(throws: PolledFailure.self) {
      try FHIRSearch(server: Self.server(peer), type: "Task", search: nil)
        .read(from: nil, limit: 2)
    }
    #expect(cut?.description.contains("does not sort") == true)
  }

  @Test(
    "In part: an answer that ends early, or a page that is missing, counts as none",
    arguments: [#"["cut"]"#, #"["fine", 503]"#, #"["fine", "cut"]"#])
  func partial(faults: String) async throws {
    for number in 1...3 { try write(number, "in-progress") }
    try peer.misbehave(faults)
    #expect(await failure() != nil)
    #expect(desk.news() == [])
    #expect(try await look() == 3)
    #expect(desk.news() == (1...3).map { "booking.created B-\($0)" })
  }

  @Test("A search whose answer has not changed is not sent again")
  func unchanged() async throws {
    try write(1, "in-progress")
    #expect(try await peer.next()["status"] as? Int == 201)
    #expect(try await look() == 1)
    #expect(try await look(.minutes(20)) == 0)
    #expect(try await look(.minutes(40)) == 0)
    #expect(try await peer.next()["unchanged"] != nil)
    try write(2, "in-progress")
    #expect(try await look(.minutes(60)) == 1)
    #expect(desk.news() == ["booking.created B-1", "booking.created B-2"])
  }

  @Test("What a server says of a refusal is told by FHIR's own words, never by its own")
  func words() async throws {
    let odd = FHIRSearch(server: Self.server(peer), type: "Task", search: "colour=blue")
    let refused = #expect(throws: PolledFailure.self) { try odd.read(from: nil, limit: 10) }
    #expect(refused?.description == "the server refused with 400 (not-supported)")
    try peer.misbehave("[503]")
    let busy = await failure()
    #expect(busy?.description == "the server answered 503 (transient)")
    #expect(busy?.pause == .seconds(120))
    try peer.misbehave(#"["circle", "circle"]"#)
    #expect(await failure()?.description.contains("circle") == true)
    let wrong = FHIRSearch(server: Self.server(peer, token: "no"), type: "Task", search: nil)
    let failure = #expect(throws: PolledFailure.self) { try wrong.read(from: nil, limit: 10) }
    #expect(failure?.description == "the server answered 401 (login)")
  }

  @Test("Only FHIR's codes and plain places are taken from an OperationOutcome", arguments: [
    (#"{"severity":"error","code":"value","expression":["Task.input[0].value"]}"#,
      "value at Task.input[0].value"),
    (#"{"severity":"error","code":"value","expression":["Patient.name.where(family='Clay')"]}"#,
      "value"),
    (#"{"severity":"fatal","code":"Clay"}"#, nil),
    (#"{"severity":"warning","code":"value"}"#, nil),
    (#"{"severity":"error","code":"value","details":{"text":"Clay"}}"#, "value"),
  ])
  func outcomes(issue: String, words: String?) {
    let text = #"{"resourceType":"OperationOutcome","issue":[\#(issue)]}"#
    #expect(FHIROutcome.words(of: Data(text.utf8)) == words)
  }

  @Test("The token goes to no other server, whatever a page says")
  func elsewhere() async throws {
    for number in 1...3 { try write(number, "in-progress") }
    var other = Self.server(peer)
    // The server names itself by its number, so its next page is elsewhere for whoever asked by
    // name.
    other.base = other.base.replacing("127.0.0.1", with: "localhost")
    let failure = #expect(throws: PolledFailure.self) {
      try FHIRSearch(server: other, type: "Task", search: nil).read(from: nil, limit: 10)
    }
    #expect(failure?.description == "the next page is on another server")
  }

  @Test("A token that was renewed in its file is the one that is shown next")
  func renewed() async throws {
    let file = desk.place.root.appendingPathComponent("renewed-token").path
    func renew(_ token: String) throws {
      try Data((token + "\n").utf8).write(to: URL(fileURLWithPath: file))
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
    }
    var server = Self.server(peer, token: "old")
    server.tokenFile = file
    let search = FHIRSearch(server: server, type: "Task", search: nil)
    #expect(throws: PolledFailure.self) { try search.read(from: nil, limit: 10) }
    try renew("ended")
    #expect(throws: PolledFailure.self) { try search.read(from: nil, limit: 10) }
    try renew("abc")
    #expect(try search.read(from: nil, limit: 10) == [])
  }

  @Test("The wait grows with each failure, as far as five minutes, and as the server asks")
  func waits() {
    func wait(_ failures: Int, _ interval: Span, _ asked: Span? = nil) -> Span {
      PollingConnector.wait(after: failures, interval: interval, asked: asked)
    }
    #expect(wait(1, .seconds(10)) == .seconds(10))
    #expect(wait(3, .seconds(10)) == .seconds(40))
    #expect(wait(60, .seconds(10)) == .minutes(5))
    #expect(wait(60, .hours(2)) == .hours(2))
    #expect(wait(1, .seconds(10), .minutes(20)) == .minutes(20))
    #expect(wait(1, .seconds(10), .days(2)) == .hours(1))
  }
}
