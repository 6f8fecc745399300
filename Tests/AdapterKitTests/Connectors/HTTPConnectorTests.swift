import Crypto
import Foundation
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
    type: String = "application/cloudevents+json", identity: TestCertificate? = nil
  ) throws -> (status: Int, answer: [String: Any]) {
    var request = CurlRequest(url: "https://localhost:\(port)/v1/messages")
    request.method = "POST"
    request.headers = ["Content-Type: \(type)"]
    if let token { request.headers.append("Authorization: Bearer \(token)") }
    request.body = Data(body.utf8)
    request.authorities = certificate.certificate
    request.identity = identity.map { ($0.certificate, $0.key) }
    let reply = try request.perform()
    let document = try JSONSerialization.jsonObject(with: reply.body)
    return (reply.status, try #require(document as? [String: Any]))
  }

  @Test("An event is taken once, whatever is sent again, and each answer says what became of it")
  func taken() async throws {
    let listener = connector()
    try await round.listen({ try await listener.run($0, isOpen: $1) }) { port in
      let first = try post(Self.event("1", "B-1"), port: port)
      #expect(first.status == 200)
      #expect(first.answer["outcome"] as? String == "taken")
      let again = try post(Self.event("1", "B-2"), port: port)
      #expect(again.status == 200)
      #expect(again.answer["outcome"] as? String == "seen-before")
      let batch = "[\(Self.event("2", "B-2")),\(Self.event("3", "").replacing("B-", with: ""))]"
      let part = try post(batch, port: port, type: "application/cloudevents-batch+json")
      #expect(part.status == 200)
      #expect(part.answer["outcome"] as? String == "taken-in-part")
      #expect(part.answer["refused"] as? Int == 1)
      #expect("\(part.answer["notes"] ?? "")".contains("form 2, field booking_no"))
    }
    let news = desk.news()
    #expect(news == ["booking.created B-1", "booking.created B-2"])
  }

  @Test("What cannot be taken is refused with its reason, and a body that is wrong is kept")
  func refused() async throws {
    let listener = connector()
    try await round.listen({ try await listener.run($0, isOpen: $1) }) { port in
      let good = Self.event("1", "B-1")
      #expect(try post(good, port: port, token: nil).status == 401)
      #expect(try post(good, port: port, token: Self.token + "0").status == 401)
      #expect(try post(good, port: port, token: String(Self.token.dropLast())).status == 401)
      #expect(try post(good, port: port, type: "text/plain").status == 415)
      let large = good + String(repeating: " ", count: HTTPConnector.largestBody)
      #expect(try post(large, port: port).status == 413)
      for body in [
        "", "{", "[]", "7", "[7]", "{}", good.replacing("1.0", with: "0.3"),
        good.replacing("\"/cad\"", with: "\"\""), good.replacing("\"data\"", with: "\"daten\""),
      ] {
        let answer = try post(body, port: port)
        #expect(answer.status == 422, "\(body)")
        #expect((answer.answer["detail"] as? [String])?.isEmpty == false)
        #expect(!"\(answer.answer)".contains("Clay"))
      }
    }
    #expect(desk.news() == [])
    #expect(desk.place.files("rejected").count == 18)
  }

  @Test("With certificates nobody else gets in, and no token is needed")
  func mutual() async throws {
    let listener = connector(isMutual: true)
    try await round.listen({ try await listener.run($0, isOpen: $1) }) { port in
      let event = Self.event("1", "B-1")
      #expect(try post(event, port: port, token: nil, identity: client).status == 200)
      #expect(throws: CurlRequest.Failure.self) { try post(event, port: port) }
      #expect(throws: CurlRequest.Failure.self) {
        try post(event, port: port, identity: certificate)
      }
    }
  }

  @Test("The OpenAPI document describes the one path, and is there for the asking")
  func openAPI() async throws {
    let listener = connector()
    let bytes = try await round.listen({ try await listener.run($0, isOpen: $1) }) { port in
      var request = CurlRequest(url: "https://localhost:\(port)/v1/openapi.json")
      request.authorities = certificate.certificate
      return try request.perform().body
    }
    let object = try JSONSerialization.jsonObject(with: bytes)
    let document = try #require(object as? [String: Any])
    #expect(document["openapi"] as? String == "3.1.0")
    let paths = try #require(document["paths"] as? [String: [String: [String: Any]]])
    let responses = try #require(paths["/v1/messages"]?["post"]?["responses"] as? [String: Any])
    #expect(responses.keys.sorted() == ["200", "401", "413", "415", "422", "503"])
  }
}
