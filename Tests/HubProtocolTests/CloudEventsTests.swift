import Foundation
import HubModel
import Testing

@testable import HubProtocol

@Suite("A message is a readable CloudEvents document, and comes back from it")
struct CloudEventsTests {
  /// As ``Samples/message()``, with fields in the catalogue's order and of its types.
  static func message(consent: ConsentStatement? = nil, topic: Topic = .referralSubmitted)
    -> Message
  {
    var message = Samples.message(topic, consent: consent)
    if topic == .referralSubmitted {
      message.segments = [
        Segment(
          .referral, labels: [.criminalHistory], authored: CivilDate("2025-11-20"),
          fields: [
            Field("door", .code("social-contact")),
            Field("referred-at", .time(WallTime(milliseconds: 1_764_000_000_000))),
            Field("offence", .code("9A.56.050")), Field("offence", .code("69.50.4013")),
          ], salt: Samples.salt(1)),
        Segment(
          .handoffDetails,
          fields: [
            Field("last-name", .text("Núñez")),
            Field("date-of-birth", .date(CivilDate("1984-02-29")!)),
            Field("alias", .text("Nuñez")),
          ], salt: Samples.salt(2)),
      ]
    } else {
      message.segments = []
      message.seal = nil
    }
    return message
  }

  static func edited(_ from: String, _ to: String) throws -> [UInt8] {
    let text = String(decoding: try CloudEventsJSON.document(of: message()), as: UTF8.self)
    try #require(text.contains(from))
    return Array(text.replacingOccurrences(of: from, with: to).utf8)
  }

  @Test("Fields stand under their category by their own names and types")
  func readable() throws {
    let document = try CloudEventsJSON.document(of: Self.message())
    let root = try #require(
      try JSONSerialization.jsonObject(with: Data(document)) as? [String: Any])
    #expect(root["specversion"] as? String == "1.0")
    #expect(root["type"] as? String == "referral.submitted")
    #expect(root["time"] as? String == "2025-11-24T16:00:00.123Z")
    #expect(root["subject"] as? String == "case-2025-00042")
    #expect(root["audience"] as? String == "da care")
    let data = try #require(root["data"] as? [String: Any])
    let referral = try #require(data["referral"] as? [String: Any])
    #expect(referral["door"] as? String == "social-contact")
    #expect(referral["offence"] as? [String] == ["9A.56.050", "69.50.4013"])
    #expect(referral["$labels"] as? [String] == ["criminal-history"])
  }

  @Test("Messages come back whole, seals and consent statements included")
  func roundTrip() throws {
    let statements: [(Topic, ConsentStatement?)] = [
      (.referralSubmitted, nil), (.roiSigned, .release(Samples.release)),
      (.roiSigned, .release(Samples.evented)), (.roiAmended, .release(Samples.endless)),
      (.roiRefused, .refusal(.init(id: RoiID("roi-1")!, reason: .refused))),
      (.roiRevoked, .revocation(.init(id: nil, recipients: [.role(.prosecutor)]))),
    ]
    for (topic, consent) in statements {
      let message = Self.message(consent: consent, topic: topic)
      let document = try CloudEventsJSON.document(of: message)
      #expect(try CloudEventsJSON.message(from: document) == message)
      var foreign = message
      foreign.source = AgencyID("care")!
      #expect(try CloudEventsJSON.message(from: document, source: AgencyID("care")) == foreign)
    }
  }

  @Test("Several segments of a category are a list")
  func segmentList() throws {
    var message = Self.message()
    message.seal = nil
    message.segments.insert(
      Segment(.referral, labels: [.part2], fields: [Field("reason", .code("need"))]), at: 1)
    #expect(try CloudEventsJSON.message(from: CloudEventsJSON.document(of: message)) == message)
  }

  @Test("A seal still covers what went through a document")
  func sealSurvives() throws {
    let message = Self.message()
    let read = try CloudEventsJSON.message(from: CloudEventsJSON.document(of: message))
    #expect(
      SignatureLeaf.hashes(of: read, headerSalt: Samples.salt(3)).segments
        == SignatureLeaf.hashes(of: message, headerSalt: Samples.salt(3)).segments)
  }

  @Test("Deliveries come back whole, void numbers included")
  func deliveries() throws {
    for delivery in Samples.deliveries {
      var delivery = delivery
      if delivery.content != nil { delivery.content?.message = Self.message() }
      let document = try CloudEventsJSON.document(of: delivery)
      #expect(try CloudEventsJSON.delivery(from: document) == delivery)
    }
  }

  @Test(
    "A fault is named by its path",
    arguments: [
      ("\"1.0\"", "\"0.3\"", Refusal(.unsupportedVersion, at: "specversion")),
      ("referral.submitted", "referral.lost", Refusal(.unknownTopic, at: "type")),
      ("\"2025-11-24T16:00:00.123Z\"", "\"yesterday\"", Refusal(.wrongFieldType, at: "time")),
      ("\"social-contact\"", "7", Refusal(.wrongFieldType, at: "data.referral.door")),
      ("\"social-contact\"", "\"a long story\"",
        Refusal(.wrongFieldType, at: "data.referral.door")),
      ("\"door\"", "\"doors\"", Refusal(.unknownField, at: "data.referral.doors")),
      ("\"69.50.4013\"", "null", Refusal(.wrongFieldType, at: "data.referral.offence[1]")),
      ("1984-02-29", "1983-02-29",
        Refusal(.wrongFieldType, at: "data.handoff-details.date-of-birth")),
      ("\"criminal-history\"", "\"harmless\"",
        Refusal(.wrongFieldType, at: "data.referral.$labels[0]")),
      ("\"handoff-details\"", "\"hold\"", Refusal(.wrongCategory, at: "data.hold.last-name")),
      ("\"handoff-details\"", "\"gossip\"", Refusal(.wrongCategory, at: "data")),
      ("\"state-id\"", "\"ssn\"", Refusal(.wrongFieldType, at: "data.$tokens[0].kind")),
    ])
  func faults(_ from: String, _ to: String, _ refusal: Refusal) throws {
    let document = try Self.edited(from, to)
    #expect(throws: refusal) { try CloudEventsJSON.message(from: document) }
  }

  @Test("A misspelt or doubtful release is refused, never narrowed or widened in silence")
  func releaseFaults() throws {
    let document = try CloudEventsJSON.document(
      of: Self.message(consent: .release(Samples.endless), topic: .roiSigned))
    let text = String(decoding: document, as: UTF8.self)
    func refusal(_ from: String, _ to: String) -> Refusal? {
      let changed = text.replacingOccurrences(of: from, with: to)
      #expect(changed != text)
      do throws(Refusal) {
        _ = try CloudEventsJSON.message(from: Array(changed.utf8))
        return nil
      } catch { return error }
    }
    let place = "data.$consent.release"
    #expect(
      refusal("never-expires", "never-expire")
        == Refusal(.unknownField, at: "\(place).never-expire"))
    #expect(
      refusal("\"patient\"", "\"friend\"") == Refusal(.wrongFieldType, at: "\(place).signer"))
    #expect(
      refusal("\"never-expires\" : true", "\"never-expires\" : true, \"expires-on\" : \"x\"")
        == Refusal(.repeatedField, at: "\(place).expires-at"))
  }

  @Test("What is no document, however hostile, is refused",
    arguments: ["", "{", "[]", "7", "{}", "{\"specversion\":1.0}", "\u{0}",
      String(repeating: "[", count: 100_000), "{\"specversion\":\"1.0\",\"id\":\"zz\"}"])
  func hostile(_ text: String) {
    #expect(throws: Refusal.self) { try CloudEventsJSON.message(from: Array(text.utf8)) }
    #expect(throws: Refusal.self) { try CloudEventsJSON.delivery(from: Array(text.utf8)) }
  }

  @Test("What the catalogue does not know is not written either")
  func unwritable() {
    var message = Self.message()
    message.segments[0].fields.append(Field("door", .code("community")))
    #expect(throws: Refusal(.repeatedField, at: "data.referral.door")) {
      try CloudEventsJSON.document(of: message)
    }
    message.segments[0].fields = [Field("gossip", .text("…"))]
    #expect(throws: Refusal(.unknownField, at: "data.referral")) {
      try CloudEventsJSON.document(of: message)
    }
  }

  @Test(
    "Times are read with any offset and written in UTC",
    arguments: [
      ("2025-11-24T08:00:00.1234-08:00", 1_764_000_000_123, "2025-11-24T16:00:00.123Z"),
      ("1969-12-31t23:59:59z", -1_000, "1969-12-31T23:59:59Z"),
      ("2025-11-24T21:30:00+05:30", 1_764_000_000_000, "2025-11-24T16:00:00Z"),
    ])
  func times(_ text: String, _ milliseconds: Int64, _ written: String) {
    let time = RFC3339.time(of: text)
    #expect(time?.milliseconds == milliseconds)
    #expect(time.map { RFC3339.text(of: $0) } == written)
  }

  @Test(
    "What is no time of RFC 3339 is refused",
    arguments: [
      "", "2025-11-24", "2025-11-24T16:00:00", "2025-11-24 16:00:00Z", "2025-11-24T24:00:00Z",
      "2025-11-24T16:60:00Z", "2025-11-24T16:00:00.Z", "2025-11-24T16:00:00+0800",
      "2025-02-30T16:00:00Z", "2025-11-24T16:00:00ZZ", "0001-01-01T00:00:00+23:59",
    ])
  func noTimes(_ text: String) {
    #expect(RFC3339.time(of: text) == nil)
  }
}
