import HubModel
import Testing

@testable import HubProtocol

@Suite("No bytes, however hostile, do more than be refused")
struct HostileBytesTests {
  /// What must be refused, and with which code and place.
  struct Hostile: CustomTestStringConvertible, Sendable {
    let rule: String
    let bytes: [UInt8]
    let refusal: Refusal
    init(_ rule: String, _ bytes: [UInt8], _ code: ErrorCode, at place: String = "") {
      self.rule = rule
      self.bytes = bytes
      refusal = Refusal(code, at: place)
    }
    var testDescription: String { rule }
  }

  static func field(_ number: Int, _ text: String) -> [UInt8] {
    [UInt8(number << 3 | 2), UInt8(text.utf8.count)] + Array(text.utf8)
  }

  /// An envelope with everything that is required, before `extra`.
  static func envelope(_ extra: (inout WireWriter) -> Void) -> [UInt8] {
    var writer = WireWriter()
    Samples.minimal.write(.whole, source: nil, into: &writer)
    extra(&writer)
    return writer.bytes
  }

  static func segment(_ extra: (inout WireWriter) -> Void) -> [UInt8] {
    envelope {
      $0.nested(15) {
        $0.text(1, "hold")
        extra(&$0)
      }
    }
  }

  static let envelopes: [Hostile] = [
    Hostile("nothing", [], .malformedFrame, at: "id"),
    Hostile("a cut varint", [0x80], .malformedFrame),
    Hostile("an endless varint", .init(repeating: 0x80, count: 40), .malformedFrame),
    Hostile("field number 0", [0x02, 0x00], .malformedFrame),
    Hostile("a group", [0x0b, 0x0c], .malformedFrame),
    Hostile(
      "a length beyond the end", [0x0a, 0x7f, 1], .malformedFrame, at: "id"),
    Hostile(
      "a length of 2^63", [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
      .malformedFrame, at: "id"),
    Hostile("an id of 15 bytes", [0x0a, 15] + .init(repeating: 1, count: 15), .malformedFrame,
      at: "id"),
    Hostile("a number where text belongs", [0x18, 1], .malformedFrame, at: "type"),
    Hostile("text that is not UTF-8", [0x1a, 2, 0xc3, 0x28], .malformedFrame, at: "type"),
    Hostile("an unknown topic", envelope { $0.text(3, "hold.vanished") }, .unknownTopic,
      at: "type"),
    Hostile("a topic by another case", envelope { $0.text(3, "Hold.Opened") }, .unknownTopic,
      at: "type"),
    Hostile("an unknown purpose", envelope { $0.text(8, "curiosity") }, .wrongPurpose,
      at: "purpose"),
    Hostile("an alias with capitals", envelope { $0.text(7, "Alice") }, .malformedFrame,
      at: "participant"),
    Hostile("an id with a combining accent", envelope { $0.text(5, "case-e\u{301}") },
      .malformedFrame, at: "subject"),
    Hostile("an id of 64 bytes", envelope { $0.text(10, String(repeating: "a", count: 64)) },
      .malformedFrame, at: "release"),
    Hostile("a time past year 9999", envelope { $0.signed(4, .max) }, .malformedFrame,
      at: "time"),
    Hostile("seventeen recipients",
      envelope { writer in for _ in 0..<17 { writer.text(11, "da") } }, .messageTooLarge,
      at: "audience"),
    Hostile("an empty recipient", envelope { $0.text(11, "", present: true) }, .malformedFrame,
      at: "audience"),
    Hostile("nine tokens",
      envelope { writer in
        for _ in 0..<9 {
          writer.nested(14) {
            $0.text(1, "state-id")
            $0.blob(2, Samples.hash(1))
          }
        }
      }, .messageTooLarge, at: "tokens"),
    Hostile("a short token",
      envelope {
        $0.nested(14) {
          $0.text(1, "state-id")
          $0.blob(2, [1])
        }
      }, .malformedFrame, at: "tokens[0].value"),
    Hostile("seventeen segments",
      envelope { writer in for _ in 0..<17 { writer.nested(15) { $0.text(1, "hold") } } },
      .tooManySegments),
    Hostile("two consent statements",
      envelope {
        $0.nested(18) { $0.text(1, "roi-1") }
        $0.nested(18) { $0.text(1, "roi-2") }
      }, .malformedFrame, at: "consent"),
    Hostile("a seal for other segments",
      envelope { $0.nested(19) { Samples.seal.write(into: &$0) } }, .malformedFrame,
      at: "seal.segments"),
    Hostile("a seal of an unknown scheme", envelope { $0.nested(19) { $0.number(1, 2) } },
      .malformedFrame, at: "seal.scheme"),
  ]

  static let segments: [Hostile] = [
    Hostile("no category", envelope { $0.nested(15) { _ in } }, .wrongCategory,
      at: "segments[0].category"),
    Hostile("an unknown category", segment { $0.text(1, "gossip") }, .wrongCategory,
      at: "segments[0].category"),
    Hostile("an unknown label", segment { $0.text(2, "harmless") }, .malformedFrame,
      at: "segments[0].labels"),
    Hostile("31 April", segment { $0.text(3, "2025-04-31") }, .malformedFrame,
      at: "segments[0].authored"),
    Hostile("a signed year", segment { $0.text(3, "+025-04-30") }, .malformedFrame,
      at: "segments[0].authored"),
    Hostile("a date in other digits", segment { $0.text(3, "２０25-04-30") }, .malformedFrame,
      at: "segments[0].authored"),
    Hostile("65 fields",
      segment { writer in
        for _ in 0..<65 { writer.nested(4) { Field("hold", .code("a")).write(into: &$0) } }
      }, .messageTooLarge, at: "segments[0].fields"),
    Hostile("a field without a name",
      segment { $0.nested(4) { $0.text(2, "a") } }, .malformedFrame,
      at: "segments[0].fields[0].name"),
    Hostile("a field without a value",
      segment { $0.nested(4) { $0.text(1, "hold") } }, .malformedFrame,
      at: "segments[0].fields[0].value"),
    Hostile("a sentence as a code",
      segment { $0.nested(4) { Field("hold", .code("he was drunk")).write(into: &$0) } },
      .wrongFieldType, at: "segments[0].fields[0].code"),
    Hostile("4,097 bytes of text",
      segment {
        $0.nested(4) {
          Field("hold", .text(String(repeating: "x", count: 4_097))).write(into: &$0)
        }
      }, .fieldTooLong, at: "segments[0].fields[0].text"),
    Hostile("a time that would overflow",
      segment {
        $0.nested(4) {
          $0.text(1, "at")
          $0.signed(6, .min)
        }
      }, .malformedFrame, at: "segments[0].fields[0].time"),
    Hostile("a salt of 15 bytes",
      segment { $0.blob(7, .init(repeating: 0, count: 15)) }, .malformedFrame,
      at: "segments[0].salt"),
  ]

  static func release(_ extra: (inout WireWriter) -> Void) -> [UInt8] {
    var writer = WireWriter()
    Samples.endless.write(into: &writer)
    extra(&writer)
    return writer.bytes
  }

  static let releases: [Hostile] = [
    Hostile("nothing", [], .malformedFrame, at: "id"),
    Hostile("an unknown kind", release { $0.text(3, "verbal") }, .malformedFrame, at: "kind"),
    Hostile("version 0", release { $0.number(2, 0, present: true) }, .malformedFrame,
      at: "version"),
    Hostile("two ends", release { $0.signed(13, 1) }, .malformedFrame, at: "expiry"),
    Hostile("never, but not", Array(field(1, "roi") + [0x78, 0]), .malformedFrame,
      at: "never_expires"),
    Hostile("an unknown purpose", release { $0.text(8, "any") }, .malformedFrame,
      at: "purposes"),
    Hostile("an unknown category in its scope",
      release { $0.nested(6) { $0.text(1, "everything") } }, .wrongCategory,
      at: "information[0].categories"),
    Hostile("a party that is nobody", release { $0.nested(5) { _ in } }, .malformedFrame,
      at: "recipients[0].party"),
    Hostile("a party that is two",
      release {
        $0.nested(5) {
          $0.text(1, "da")
          $0.text(2, "prosecutor")
        }
      }, .malformedFrame, at: "recipients[0].party"),
    Hostile("an unknown role", release { $0.nested(4) { $0.text(2, "anyone") } },
      .malformedFrame, at: "disclosers[0].role"),
    Hostile("a hash of 31 bytes", release { $0.blob(18, .init(repeating: 1, count: 31)) },
      .malformedFrame, at: "form_image_hash"),
    Hostile("65 recipients",
      release { writer in for _ in 0..<65 { writer.nested(5) { $0.text(1, "da") } } },
      .messageTooLarge, at: "recipients"),
  ]

  static let frames: [Hostile] = [
    Hostile("nothing", [], .malformedFrame, at: "frame"),
    Hostile("two frames in one", [0x2a, 0, 0x2a, 0], .malformedFrame, at: "frame"),
    Hostile("more than a frame", .init(repeating: 0, count: Limits.frameBytes + 1),
      .frameTooLarge),
    Hostile("a hello without its spool", [0x0a, 0], .malformedFrame,
      at: "hello.source_incarnation"),
    Hostile("a version of 2^32", [0x0a, 6, 0x08, 0x80, 0x80, 0x80, 0x80, 0x10],
      .malformedFrame, at: "hello.version"),
    Hostile("an unknown sequence", [0x12, 4, 0x08, 2, 0x10, 1], .malformedFrame,
      at: "publish.sequence"),
    Hostile("a publish from 0", [0x12, 0], .malformedFrame, at: "publish.first"),
    Hostile("1,025 messages",
      EncodedPublish.frame(sequence: .data, first: 1, messages: .init(repeating: [], count: 1_025)),
      .frameTooLarge, at: "publish.messages"),
    Hostile("numbers that would overflow",
      EncodedPublish.frame(sequence: .data, first: .max, messages: []), .malformedFrame,
      at: "publish.first"),
    Hostile("quarantined beyond what is acknowledged",
      Submission.acknowledge(
        .init(ledger: Samples.ledger, through: 4, quarantined: [5])).encoded(),
      .malformedFrame, at: "acknowledge.quarantined"),
    Hostile("a resume from 0", Submission.resume(.init(ledger: Samples.ledger, next: 0)).encoded(),
      .malformedFrame, at: "resume.next"),
  ]

  @Test("An envelope is refused with its code and place", arguments: envelopes + segments)
  func envelope(_ hostile: Hostile) {
    #expect(throws: hostile.refusal) {
      try Message(decoding: hostile.bytes, source: Samples.agency)
    }
  }

  @Test("A release is refused with its code and place", arguments: releases)
  func release(_ hostile: Hostile) {
    #expect(throws: hostile.refusal) { try ReleaseOfInformation(decoding: hostile.bytes) }
  }

  @Test("A frame is refused with its code and place", arguments: frames)
  func frame(_ hostile: Hostile) {
    #expect(throws: hostile.refusal) { try Submission(decoding: hostile.bytes) }
  }

  @Test("A message over its limit is refused alone")
  func largeMessage() throws {
    let frame = EncodedPublish.frame(
      sequence: .data, first: 1,
      messages: [.init(repeating: 0, count: Limits.messageBytes + 1), Samples.minimal.encoded()])
    guard case .publish(let publish) = try Submission(decoding: frame, source: Samples.agency)
    else { return #expect(Bool(false), "not a publish") }
    #expect(
      publish.items == [.undecodable(Refusal(.messageTooLarge)), .message(Samples.minimal)])
  }

  @Test("Damaged frames are refused, or read as something that is stable", arguments: 1...8)
  func mutations(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    let frames = Samples.submissions.map { ($0.encoded(), Lane.submission) }
      + Samples.replies.map { ($0.encoded(), .reply) }
      + Samples.deliveries.map { ($0.encoded(), .delivery) }
      + Samples.messages.map { ($0.encoded(), .message) }
      + [(StoredEnvelope.payload(of: Samples.message()), .payload)]
      + [(Samples.release.encoded(), .release)]
    var survivors = 0
    for _ in 0..<1_000 {
      let (bytes, lane) = frames.randomElement(using: &random)!
      if lane.isStable(mutated(bytes, using: &random)) { survivors += 1 }
    }
    #expect(survivors > 0, "no damaged frame was read: the damage is too heavy to test much")
  }

  enum Lane: Sendable {
    case submission, reply, delivery, message, payload, release

    /// Whether the bytes are read; then, what is read must be written and read again the same.
    func isStable(_ bytes: [UInt8]) -> Bool {
      switch self {
      case .submission:
        guard let value = try? Submission(decoding: bytes) else { return false }
        if case .publish(let publish) = value,
          publish.items.contains(where: { if case .undecodable = $0 { true } else { false } }) {
          return true
        }
        #expect((try? Submission(decoding: value.encoded())) == value)
      case .reply:
        guard let value = try? Reply(decoding: bytes) else { return false }
        #expect((try? Reply(decoding: value.encoded())) == value)
      case .delivery:
        guard let value = try? Delivery(decoding: bytes) else { return false }
        #expect((try? Delivery(decoding: value.encoded())) == value)
      case .message:
        guard let value = try? Message(decoding: bytes, source: Samples.agency) else {
          return false
        }
        #expect((try? Message(decoding: value.encoded(), source: Samples.agency)) == value)
      case .payload:
        let header = StoredEnvelope.header(of: Samples.message())
        guard let value = try? StoredEnvelope.message(header: header, payload: bytes) else {
          return false
        }
        let payload = StoredEnvelope.payload(of: value)
        #expect((try? StoredEnvelope.message(header: header, payload: payload)) == value)
      case .release:
        guard let value = try? ReleaseOfInformation(decoding: bytes) else { return false }
        #expect((try? ReleaseOfInformation(decoding: value.encoded())) == value)
      }
      return true
    }
  }

  private func mutated(_ bytes: [UInt8], using random: inout SeededGenerator) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
      let index = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<6, using: &random) {
      case 0: bytes[index] = UInt8.random(in: .min ... .max, using: &random)
      case 1: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 2: bytes.removeLast(bytes.count - index)
      case 3: bytes.insert(UInt8.random(in: .min ... .max, using: &random), at: index)
      case 4: bytes.remove(at: index)
      default:
        let end = min(bytes.count, index + Int.random(in: 1...40, using: &random))
        bytes.insert(contentsOf: bytes[index..<end], at: index)
      }
    }
    return bytes
  }
}
