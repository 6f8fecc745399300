import Crypto
import Foundation
import GRDB
import HubModel
import Testing

@testable import AdapterKit
@testable import accord_sheriff

@Suite("Records over HTTP")
struct HTTPConnectorTests {
  let desk: SheriffDesk
  let round: DoorRound
  let certificate: TestCertificate
  let client: TestCertificate
  static let token = "0123456789abcdef0123456789abcdef"

  init() throws {
    desk = try SheriffDesk(
      place: Workplace(),
      """
      {}
      connectors:
        cad: {kind: http, folder: roster, port: 7500, token-file: token}
      """, files: ["token": Self.token])
    round = try DoorRound(desk)
    certificate = try TestCertificate(in: desk.place.root)
    client = try TestCertificate(in: desk.place.root, name: "client")
  }

  func connector(isMutual: Bool = false) -> HTTPConnector {
    HTTPConnector(
      name: "cad", folder: "roster", mapping: .events, host: "127.0.0.1", port: 0,
      tls: ConnectorTLS(
        certificate: certificate.certificate, key: certificate.key,
        clients: isMutual ? client.certificate : nil),
      token: isMutual ? nil : Array(SHA256.hash(data: Data(Self.token.utf8))),
      log: desk.adapter.setting.log)
  }

  static func event(_ id: String, _ booking: String) -> String {
    """
    {"specversion":"1.0","id":"\(id)","source":"/cad","type":"jail.booked",
     "data":{"booking_no":"\(booking)","last_name":"Clay","first_name":"Ana","event":"A",
             "changed_at":"2026-06-17T08:00:00-07:00"}}
    """
  }

  /// - Returns: status, and the answer's document.
  func post(
    _ body: String, port: Int, token: String? = token,
    type: String = "application/cloudevents+json", headers: [String] = [],
    identity: TestCertificate? = nil
  ) async throws -> (status: Int, answer: [String: Any]) {
    var request = CurlRequest(url: "https://localhost:\(port)/v1/messages")
    // The listener shares a busy machine's threads with all other tests.
    request.timeoutSeconds = 300
    request.method = "POST"
    request.headers = ["Content-Type: \(type)"] + headers
    if let token { request.headers.append("Authorization: Bearer \(token)") }
    request.body = Data(body.utf8)
    request.authorities = certificate.certificate
    request.identity = identity.map { ($0.certificate, $0.key) }
    let reply = try await request.performAside()
    let document = try JSONSerialization.jsonObject(with: reply.body)
    return (reply.status, try #require(document as? [String: Any]))
  }

  @Test("A caller's trace stays here, beside the messages that came of it; a bad one is none")
  func traces() async throws {
    let listener = connector()
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    try await round.listen({ try await listener.run($0, isOpen: $1) }) { port async throws in
      for (id, headers) in [
        ("1", ["traceparent: 00-\(trace)-00f067aa0ba902b7-01", "tracestate: a=b", "baggage: c=d"]),
        ("2", ["traceparent: 00-\(trace)-0000000000000000-01"]), ("3", []),
      ] {
        let reply = try await post(Self.event(id, "B-\(id)"), port: port, headers: headers)
        #expect(reply.status == 202)
      }
    }
    let ids = desk.place.messages.map(\.id)
    #expect(ids.count == 3)
    try desk.adapter.setting.store.read { database in
      #expect(try TraceLinks.messages(of: trace, in: database) == [ids[0].description])
      #expect(try TraceLinks.trace(of: ids[0], in: database) == trace)
      #expect(try TraceLinks.trace(of: ids[1], in: database) == nil)
      for row in try Row.fetchAll(database, sql: "SELECT body FROM spool") {
        let body = [UInt8](row["body"] as Data)
        for word in [trace, "00f067aa0ba902b7", "a=b", "c=d"] {
          #expect(!body.contains(Array(word.utf8)))
        }
      }
    }
  }

  @Test("An event is taken once, whatever is sent again, and no answer tells what became of it")
  func taken() async throws {
    let listener = connector()
    try await round.listen({ try await listener.run($0, isOpen: $1) }) { port async throws in
      let first = try await post(Self.event("1", "B-1"), port: port)
      #expect(first.status == 202)
      #expect(first.answer["received"] as? Int == 1)
      let again = try await post(Self.event("1", "B-2"), port: port)
      #expect(again.status == 202)
      // Whether it came before, or the adapter itself refuses it, is nothing that a caller learns.
      #expect(NSDictionary(dictionary: again.answer).isEqual(to: first.answer))
      let empty = try await post(Self.event("9", ""), port: port)
      #expect(NSDictionary(dictionary: empty.answer).isEqual(to: first.answer))
      let bad = Self.event("3", "B-3").replacing("1.0", with: "1")
      let batch = "[\(Self.event("2", "B-2")),\(bad)]"
      let part = try await post(batch, port: port, type: "application/cloudevents-batch+json")
      #expect(part.status == 202)
      #expect(part.answer["received"] as? Int == 1)
      #expect(part.answer["refused"] as? Int == 1)
      #expect("\(part.answer["notes"] ?? "")".contains("form 2, field specversion"))
    }
    let news = desk.news()
    #expect(news == ["booking.created B-1", "booking.created B-2"])
  }

  @Test("The attributes may stand in headers, with the data alone as the body")
  func binary() async throws {
    let listener = connector()
    let data = """
      {"booking_no":"B-7","last_name":"Clay","first_name":"Ana","event":"A",
       "changed_at":"2026-06-17T08:00:00-07:00"}
      """
    let headers = [
      "ce-specversion: 1.0", "CE-Id: b%207", "ce-source: /cad", "ce-type: jail.booked",
      "ce-data: ignored", "ce-subject: \"quoted\"",
    ]
    try await round.listen({ try await listener.run($0, isOpen: $1) }) { port async throws in
      func send(_ body: String, _ headers: [String]) async throws -> Int {
        try await post(
          body, port: port, type: "application/json; charset=utf-8", headers: headers
        ).status
      }
      #expect(try await send(data, headers) == 202)
      // The same event in the other form is the same event.
      #expect(try await post(Self.event("b 7", "B-8"), port: port).status == 202)
      let bad = headers.map { $0.replacing("b%207", with: "bad") }
      for broken in ["{", "", "[1]", "\"text\"", "{\"a\":1}}"] {
        #expect(try await send(broken, bad) == 422, "\(broken)")
      }
      #expect(try await send(data, Array(bad.dropFirst())) == 422)
      #expect(try await post(data, port: port, type: "text/csv", headers: headers).status == 415)
    }
    #expect(desk.news() == ["booking.created B-7"])
    let names = desk.place.files("rejected").filter { $0.hasSuffix(".json") }
    #expect(names.count == 6)
    // What is no JSON is kept too, as it came.
    let kept = try names.map { name in
      try Data(contentsOf: desk.place.root.appendingPathComponent("rejected/\(name)"))
    }.compactMap { try JSONSerialization.jsonObject(with: $0) as? [String: Any] }
    #expect(kept.compactMap { $0["data_base64"] as? String }.contains("ew=="))
  }

  @Test("What cannot be taken is refused with its reason, and a body that is wrong is kept")
  func refused() async throws {
    let listener = connector()
    try await round.listen({ try await listener.run($0, isOpen: $1) }) { port async throws in
      let good = Self.event("1", "B-1")
      #expect(try await post(good, port: port, token: nil).status == 401)
      #expect(try await post(good, port: port, token: Self.token + "0").status == 401)
      #expect(try await post(good, port: port, token: String(Self.token.dropLast())).status == 401)
      #expect(try await post(good, port: port, type: "text/plain").status == 415)
      let large = good + String(repeating: " ", count: HTTPConnector.largestBody)
      #expect(try await post(large, port: port).status == 413)
      for body in [
        "", "{", "[]", "7", "[7]", "{}", good.replacing("1.0", with: "0.3"),
        good.replacing("\"/cad\"", with: "\"\""), good.replacing("\"data\"", with: "\"daten\""),
        good.replacing("{\"booking_no\"", with: "{\"a\":{},\"booking_no\""),
      ] {
        let answer = try await post(body, port: port)
        #expect(answer.status == 422, "\(body)")
        #expect((answer.answer["detail"] as? [String])?.isEmpty == false)
        #expect(!"\(answer.answer)".contains("Clay"))
      }
    }
    #expect(desk.news() == [])
    #expect(desk.place.files("rejected").count == 20)
  }

  @Test("With certificates nobody else gets in, and no token is needed")
  func mutual() async throws {
    let listener = connector(isMutual: true)
    try await round.listen({ try await listener.run($0, isOpen: $1) }) { port async throws in
      let event = Self.event("1", "B-1")
      #expect(try await post(event, port: port, token: nil, identity: client).status == 202)
      await #expect(throws: CurlRequest.Failure.self) { try await post(event, port: port) }
      await #expect(throws: CurlRequest.Failure.self) {
        try await post(event, port: port, identity: certificate)
      }
    }
  }

  @Test("The OpenAPI document is there for the asking, and another program finds it valid")
  func openAPI() async throws {
    let listener = connector()
    let bytes = try await round.listen({ try await listener.run($0, isOpen: $1) }) { port in
      var request = CurlRequest(url: "https://localhost:\(port)/v1/openapi.json")
      request.timeoutSeconds = 300
      request.authorities = certificate.certificate
      return try await request.performAside().body
    }
    let file = desk.place.root.appendingPathComponent("openapi.json")
    try bytes.write(to: file)
    let peer = try await Peer(
      "openapi_check.py", [file.path], needsPackages: true, in: desk.place.root)
    let verdict = try await peer.next()
    #expect(verdict["problems"] as? [String] == [])
    let object = try JSONSerialization.jsonObject(with: bytes)
    let document = try #require(object as? [String: Any])
    #expect(document["openapi"] as? String == "3.1.0")
    let paths = try #require(document["paths"] as? [String: [String: [String: Any]]])
    let responses = try #require(paths["/v1/messages"]?["post"]?["responses"] as? [String: Any])
    #expect(responses.keys.sorted() == ["202", "401", "413", "415", "422", "503"])
  }
}
