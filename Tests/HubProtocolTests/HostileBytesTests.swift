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

  /// An envelope with everything that is required, then changed.
  static func envelope(_ change: (inout Accord_V1_Envelope) -> Void) -> [UInt8] {
    var frame = Accord_V1_Envelope(as: Samples.minimal)
    change(&frame)
    return frame.written()
  }

  static let seal = Accord_V1_Envelope(as: Samples.message()).seal

  static func token(_ value: [UInt8]) -> Accord_V1_IdentityToken {
    Accord_V1_IdentityToken(IdentityToken(.stateID, value))
  }

  static func segment(_ change: (inout Accord_V1_Segment) -> Void) -> [UInt8] {
    var segment = Accord_V1_Segment()
    segment.category = "hold"
    change(&segment)
    return envelope { $0.segments = [segment] }
  }

  static func field(
    _ name: String, _ value: Accord_V1_Field.OneOf_Value?
  ) -> (inout Accord_V1_Segment) -> Void {
    var field = Accord_V1_Field()
    field.name = name
    field.value = value
    return { $0.fields = [field] }
  }

  static let envelopes: [Hostile] = [
    Hostile("nothing", [], .malformedFrame, at: "id"),
    Hostile("a cut varint", [0x80], .malformedFrame),
    Hostile("an endless varint", .init(repeating: 0x80, count: 40), .malformedFrame),
    Hostile("field number 0", [0x02, 0x00], .malformedFrame),
    Hostile("an endless group", [0x0b], .malformedFrame),
    Hostile("an end without a group", [0x0c], .malformedFrame),
    Hostile("groups in groups", .init(repeating: 0x0b, count: 100_000), .malformedFrame),
    Hostile("a length beyond the end", [0x0a, 0x7f, 1], .malformedFrame),
    Hostile(
      "a length of 2^63", [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
      .malformedFrame),
    Hostile("an id of 15 bytes", [0x0a, 15] + .init(repeating: 1, count: 15), .malformedFrame,
      at: "id"),
    Hostile("a number where text belongs", envelope { $0.type = "" } + [0x18, 1], .unknownTopic,
      at: "type"),
    Hostile("text that is not UTF-8", [0x1a, 2, 0xc3, 0x28], .malformedFrame),
    Hostile("an unknown topic", envelope { $0.type = "hold.vanished" }, .unknownTopic,
      at: "type"),
    Hostile("a topic by another case", envelope { $0.type = "Hold.Opened" }, .unknownTopic,
      at: "type"),
    Hostile("no program", envelope { $0.program = "" }, .wrongProgram, at: "program"),
    Hostile("an unknown purpose", envelope { $0.purpose = "curiosity" }, .wrongPurpose,
      at: "purpose"),
    Hostile("an alias with capitals", envelope { $0.participant = "Alice" }, .malformedFrame,
      at: "participant"),
    Hostile("an id with a combining accent", envelope { $0.subject = "case-e\u{301}" },
      .malformedFrame, at: "subject"),
    Hostile("an id of 64 bytes", envelope { $0.release = String(repeating: "a", count: 64) },
      .malformedFrame, at: "release"),
    Hostile("a time past year 9999", envelope { $0.time = .max }, .malformedFrame, at: "time"),
    Hostile("seventeen recipients",
      envelope { $0.audience = .init(repeating: "da", count: 17) }, .messageTooLarge,
      at: "audience"),
    Hostile("an empty recipient", envelope { $0.audience = [""] }, .malformedFrame,
      at: "audience"),
    Hostile("nine tokens",
      envelope { $0.tokens = .init(repeating: token(Samples.hash(1)), count: 9) },
      .messageTooLarge, at: "tokens"),
    Hostile("a short token", envelope { $0.tokens = [token([1])] }, .malformedFrame,
      at: "tokens[0].value"),
    Hostile("seventeen segments",
      envelope {
        $0.segments = .init(repeating: .with { $0.category = "hold" }, count: 17)
      }, .tooManySegments),
    Hostile("a release of version 0",
      envelope { $0.releaseSigned = .with { $0.id = "roi-1" } }, .malformedFrame,
      at: "release_signed.version"),
    Hostile("a seal for other segments", envelope { $0.seal = seal },
      .malformedFrame, at: "seal.segments"),
    Hostile("a seal of an unknown scheme", envelope { $0.seal.scheme = 2 }, .malformedFrame,
      at: "seal.scheme"),
    Hostile("a seal without a header",
      envelope {
        $0.seal = seal
        $0.seal.clearHeader()
      }, .malformedFrame, at: "seal.header"),
    Hostile("a path of 33 siblings",
      envelope {
        $0.seal = seal
        $0.seal.header.siblings = .init(repeating: 0, count: 33 * 32)
      }, .malformedFrame, at: "seal.siblings"),
    Hostile("a path that ends within a sibling",
      envelope {
        $0.seal = seal
        $0.seal.header.siblings = .init(repeating: 0, count: 6 * 32 - 1)
      }, .malformedFrame, at: "seal.siblings"),
  ]

  static let segments: [Hostile] = [
    Hostile("no category", segment { $0.category = "" }, .wrongCategory,
      at: "segments[0].category"),
    Hostile("an unknown category", segment { $0.category = "gossip" }, .wrongCategory,
      at: "segments[0].category"),
    Hostile("an unknown label", segment { $0.labels = ["harmless"] }, .malformedFrame,
      at: "segments[0].labels"),
    Hostile("31 April", segment { $0.authored = "2025-04-31" }, .malformedFrame,
      at: "segments[0].authored"),
    Hostile("a signed year", segment { $0.authored = "+025-04-30" }, .malformedFrame,
      at: "segments[0].authored"),
    Hostile("a cut date", segment { $0.authored = "2025-04-3" }, .malformedFrame,
      at: "segments[0].authored"),
    Hostile("a date and more", segment { $0.authored = "2025-04-300" }, .malformedFrame,
      at: "segments[0].authored"),
    Hostile("a date in other digits", segment { $0.authored = "２０25-04-30" }, .malformedFrame,
      at: "segments[0].authored"),
    Hostile("65 fields",
      segment {
        $0.fields = .init(repeating: Accord_V1_Field(Field("hold", .code("a"))), count: 65)
      }, .messageTooLarge, at: "segments[0].fields"),
    Hostile("a field without a name", segment(field("", .code("a"))), .malformedFrame,
      at: "segments[0].fields[0].name"),
    Hostile("a field without a value", segment(field("hold", nil)), .malformedFrame,
      at: "segments[0].fields[0].value"),
    Hostile("a sentence as a code", segment(field("hold", .code("he was drunk"))),
      .wrongFieldType, at: "segments[0].fields[0].code"),
    Hostile("4,097 bytes of text",
      segment(field("hold", .text(String(repeating: "x", count: 4_097)))), .fieldTooLong,
      at: "segments[0].fields[0].text"),
    Hostile("a time that would overflow", segment(field("at", .time(.min))), .malformedFrame,
      at: "segments[0].fields[0].time"),
    Hostile("a date that is none", segment(field("on", .date(""))), .malformedFrame,
      at: "segments[0].fields[0].date"),
    Hostile("a salt of 15 bytes", segment { $0.salt = .init(repeating: 0, count: 15) },
      .malformedFrame, at: "segments[0].salt"),
  ]

  static func release(_ change: (inout Accord_V1_Release) -> Void) -> [UInt8] {
    var frame = Accord_V1_Release(Samples.endless)
    change(&frame)
    return frame.written()
  }

  static let releases: [Hostile] = [
    Hostile("nothing", [], .malformedFrame, at: "id"),
    Hostile("an unknown kind", release { $0.kind = "verbal" }, .malformedFrame, at: "kind"),
    Hostile("never, but not", release { $0.neverExpires = false }, .malformedFrame,
      at: "never_expires"),
    Hostile("an event without a name", release { $0.expiresOnEvent = "" }, .malformedFrame,
      at: "expires_on_event"),
    Hostile("an unknown purpose", release { $0.purposes = ["any"] }, .malformedFrame,
      at: "purposes"),
    Hostile("an unknown category in its scope",
      release { $0.information = [.with { $0.categories = ["everything"] }] }, .wrongCategory,
      at: "information[0].categories"),
    Hostile("a party that is nobody", release { $0.recipients = [.init()] }, .malformedFrame,
      at: "recipients[0].party"),
    Hostile("an agency without a name", release { $0.recipients = [.with { $0.agency = "" }] },
      .malformedFrame, at: "recipients[0].agency"),
    Hostile("an unknown role", release { $0.disclosers = [.with { $0.role = "anyone" }] },
      .malformedFrame, at: "disclosers[0].role"),
    Hostile("a refusal of nothing", release { $0.refusals = [.init()] }, .malformedFrame,
      at: "refusals.information"),
    Hostile("a hash of 31 bytes",
      release { $0.formImageHash = .init(repeating: 1, count: 31) }, .malformedFrame,
      at: "form_image_hash"),
    Hostile("65 recipients",
      release { $0.recipients = .init(repeating: .with { $0.agency = "da" }, count: 65) },
      .messageTooLarge, at: "recipients"),
    Hostile("65 statements", release { $0.statements = .init(repeating: "a", count: 65) },
      .messageTooLarge, at: "statements"),
  ]

  static let frames: [Hostile] = [
    Hostile("nothing", [], .malformedFrame, at: "frame"),
    Hostile("more than a frame", .init(repeating: 0, count: Limits.frameBytes + 1),
      .frameTooLarge),
    Hostile("a hello without its spool", [0x0a, 0], .malformedFrame,
      at: "hello.source_incarnation"),
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

  @Test("What is given twice is read as every protobuf reader does: the last counts, lists join")
  func givenTwice() throws {
    #expect(try Submission(decoding: [0x2a, 2, 0x08, 7, 0x2a, 2, 0x08, 9]) == .ping(echo: 9))
    let first = FrozenFrame.minimal(
      .roiRevoked, .revocation(.init(id: RoiID("roi-1"), recipients: [.role(.prosecutor)])))
    let second = FrozenFrame.minimal(
      .roiRevoked, .revocation(.init(id: RoiID("roi-2"), recipients: [.role(.sheriff)])))
    let both = try Message(
      decoding: first.encoded() + second.encoded(), source: Samples.agency)
    #expect(
      both.consent
        == .revocation(
          .init(id: RoiID("roi-2"), recipients: [.role(.prosecutor), .role(.sheriff)])))
  }

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
      + [(StoredEnvelope.content(of: Samples.message()), .payload)]
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
        guard let value = try? StoredEnvelope.message(header: header, content: bytes) else {
          return false
        }
        let payload = StoredEnvelope.content(of: value)
        #expect((try? StoredEnvelope.message(header: header, content: payload)) == value)
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
