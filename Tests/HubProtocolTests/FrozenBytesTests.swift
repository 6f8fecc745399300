import HubModel
import Testing

@testable import HubProtocol

/// A frame or stored form, and how it is written and read.
struct FrozenFrame: Sendable, CustomTestStringConvertible {
  let name: String
  let write: @Sendable () -> [UInt8]
  /// Whether the bytes are read as the value that was written.
  let reads: @Sendable ([UInt8]) throws -> Bool
  var testDescription: String { name }

  init(_ name: String, _ message: Message) {
    self.name = name
    write = { message.encoded() }
    reads = { try Message(decoding: $0, source: Samples.agency) == message }
  }

  init(_ name: String, _ release: ReleaseOfInformation) {
    self.name = name
    write = { release.encoded() }
    reads = { try ReleaseOfInformation(decoding: $0) == release }
  }

  init(_ name: String, _ delivery: Delivery) {
    self.name = name
    write = { delivery.encoded() }
    reads = { try Delivery(decoding: $0) == delivery }
  }

  init(_ name: String, _ submission: Submission) {
    self.name = name
    write = { submission.encoded() }
    reads = { try Submission(decoding: $0, source: Samples.agency) == submission }
  }

  init(_ name: String, _ reply: Reply) {
    self.name = name
    write = { reply.encoded() }
    reads = { try Reply(decoding: $0) == reply }
  }

  init(
    _ name: String, write: @escaping @Sendable () -> [UInt8],
    reads: @escaping @Sendable ([UInt8]) throws -> Bool
  ) {
    self.name = name
    self.write = write
    self.reads = reads
  }

  static func minimal(_ topic: Topic, _ consent: ConsentStatement) -> Message {
    var message = Samples.minimal
    message.topic = topic
    message.consent = consent
    return message
  }

  static let all = messages + frames

  static let messages: [FrozenFrame] = [
    FrozenFrame("message", Samples.message()),
    FrozenFrame("minimal", Samples.minimal),
    FrozenFrame("signed", minimal(.roiSigned, .release(Samples.endless))),
    FrozenFrame(
      "refused", minimal(.roiRefused, .refusal(.init(id: RoiID("roi-1")!, reason: .incapacity)))),
    FrozenFrame(
      "revoked",
      minimal(
        .roiRevoked,
        .revocation(.init(id: RoiID("roi-1"), recipients: [.role(.prosecutor)])))),
    FrozenFrame("release", Samples.release),
    FrozenFrame("evented", Samples.evented),
    FrozenFrame("endless", Samples.endless),
    FrozenFrame("void", Samples.deliveries[0]),
    FrozenFrame(
      "delivery",
      Delivery(
        incarnation: Samples.ledger, number: 1 << 40,
        content: .init(
          message: Samples.minimal, part: 65_535, notice: Samples.deliveries[2].content?.notice))),
    FrozenFrame(
      "header", write: { StoredEnvelope.header(of: Samples.message()) },
      reads: {
        try StoredEnvelope.message(
          header: $0, content: StoredEnvelope.content(of: Samples.message()))
          == Samples.message()
      }),
    FrozenFrame(
      "payload", write: { StoredEnvelope.content(of: Samples.message()) },
      reads: {
        try StoredEnvelope.message(
          header: StoredEnvelope.header(of: Samples.message()), content: $0) == Samples.message()
      }),
  ]

  static let frames: [FrozenFrame] = [
    FrozenFrame("hello", Samples.submissions[0]),
    FrozenFrame("first hello", Samples.submissions[1]),
    FrozenFrame(
      "publish", .publish(.init(sequence: .data, first: 1, items: [.message(Samples.minimal)]))),
    FrozenFrame("empty publish", Samples.submissions[3]),
    FrozenFrame("acknowledge", Samples.submissions[4]),
    FrozenFrame("acknowledge none", Samples.submissions[5]),
    FrozenFrame("resume", Samples.submissions[6]),
    FrozenFrame("ping", Samples.submissions[7]),
    FrozenFrame("ping of 0", Samples.submissions[8]),
    FrozenFrame("welcome", Samples.replies[0]),
    FrozenFrame("receipt", Samples.replies[1]),
    FrozenFrame("receipt with refusals", Samples.replies[2]),
    FrozenFrame("pong", Samples.replies[3]),
    FrozenFrame("rejection", Samples.replies[4]),
    FrozenFrame("rejection at a place", Samples.replies[5]),
  ]
}

@Suite("The bytes of the contract do not change")
struct FrozenBytesTests {
  @Test("A value is written as the frozen bytes", arguments: FrozenFrame.all)
  func writes(_ frame: FrozenFrame) {
    #expect(Hex.encode(frame.write()) == FrozenBytes.hex[frame.name])
  }

  @Test("Frozen bytes are read as the value", arguments: FrozenFrame.all)
  func reads(_ frame: FrozenFrame) throws {
    let bytes = try #require(FrozenBytes.hex[frame.name].flatMap { Hex.decode($0) })
    #expect(try frame.reads(bytes))
  }
}
