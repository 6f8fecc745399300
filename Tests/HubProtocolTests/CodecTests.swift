import Foundation
import HubModel
import SwiftProtobuf
import Testing

@testable import HubProtocol

@Suite("What is sent is what is read")
struct CodecTests {
  @Test("A submitted message comes back whole, its source the one the key gave")
  func messages() throws {
    for message in Samples.messages {
      let decoded = try HubModel.Message(
        decoding: message.encoded(), source: AgencyID("someone-else")!)
      var expected = message
      expected.source = AgencyID("someone-else")!
      #expect(decoded == expected)
    }
  }

  @Test("What a submitted message claims as its source is not looked at")
  func claimedSource() throws {
    var envelope = try Accord_V1_Envelope(serializedBytes: Samples.minimal.encoded())
    envelope.source = "NOT an id"
    let decoded = try HubModel.Message(
      decoding: try envelope.serializedBytes(), source: Samples.agency)
    #expect(decoded == Samples.minimal)
  }

  @Test("Every frame of the submit lane comes back whole")
  func submissions() throws {
    for submission in Samples.submissions {
      let decoded = try Submission(decoding: submission.encoded(), source: Samples.agency)
      #expect(decoded == submission)
    }
  }

  @Test("Every reply comes back whole")
  func replies() throws {
    for reply in Samples.replies {
      #expect(try Reply(decoding: reply.encoded()) == reply)
    }
  }

  @Test("Every delivery comes back whole, its message's source included")
  func deliveries() throws {
    for delivery in Samples.deliveries {
      #expect(try Delivery(decoding: delivery.encoded()) == delivery)
    }
  }

  @Test("A stored release comes back whole")
  func releases() throws {
    for release in [Samples.release, Samples.evented, Samples.endless] {
      #expect(try ReleaseOfInformation(decoding: release.encoded()) == release)
    }
  }

  @Test("The numbers of an acknowledgement are read packed or not")
  func unpackedNumbers() throws {
    let bytes = try #require(Hex.decode("1a180a0b6c65646765722d3766336110ac02180118ab0218ac02"))
    #expect(try Submission(decoding: bytes) == Samples.submissions[4])
  }

  @Test("What is written from the inside out is what the contract's own types write")
  func writtenFromInside() throws {
    let event = Samples.message(
      .roiEvent, consent: .event(RoiEvent(.occurred, event: "case-closed")))
    for message in Samples.messages + [event] {
      var seals = [message, message]
      seals[1].seal = nil
      for message in seals {
        let bytes = message.encoded()
        #expect(try Accord_V1_Envelope(reading: bytes).written() == bytes)
        let content = StoredEnvelope.content(of: message)
        #expect(try Accord_V1_Payload(reading: content).written() == content)
        let header = StoredEnvelope.header(of: message)
        #expect(try Accord_V1_Envelope(reading: header).written() == header)
      }
    }
    for delivery in Samples.deliveries {
      let bytes = delivery.encoded()
      #expect(try Accord_V1_Delivery(reading: bytes).written() == bytes)
    }
  }

  @Test("The generated code finds every field where the contract puts it")
  func fieldsOfTheContract() throws {
    let envelope = try Accord_V1_Envelope(serializedBytes: Samples.message().encoded())
    #expect(envelope.type == "referral.submitted")
    #expect(envelope.source == "")
    #expect(envelope.subject == "case-2025-00042")
    #expect(envelope.segments[1].fields[3].integer == -25)
    #expect(envelope.segments[1].fields[2].date == "1984-02-29")
    #expect(envelope.segments[1].fields[4].value == .flag(false))
    #expect(envelope.segments[0].labels == ["criminal-history", "domestic-violence"])
    #expect(envelope.seal.segments[0].slot == 3)
    let delivery = try Accord_V1_Delivery(serializedBytes: Samples.deliveries[2].encoded())
    #expect(delivery.message.source == "lakewood-sheriff")
    #expect(delivery.scopes[0].hasSignedAt && delivery.scopes[0].signedAt == 0)
    #expect(!delivery.scopes[1].hasSignedAt)
  }

  @Test("Fields that this version does not know are passed over")
  func unknownFields() throws {
    // Field 200 as a number, 201 as bytes, 202 and 203 as fixed words.
    let unknown: [UInt8] =
      [0xc0, 0x0c, 0x05] + [0xca, 0x0c, 0x02, 1, 2]
      + [0xd5, 0x0c, 1, 2, 3, 4] + [0xd9, 0x0c, 1, 2, 3, 4, 5, 6, 7, 8]
    let message = Samples.message()
    #expect(
      try HubModel.Message(decoding: unknown + message.encoded() + unknown, source: Samples.agency)
        == message)
    for submission in Samples.submissions {
      #expect(
        try Submission(decoding: unknown + submission.encoded() + unknown, source: Samples.agency)
          == submission)
    }
    for delivery in Samples.deliveries {
      #expect(try Delivery(decoding: delivery.encoded() + unknown) == delivery)
    }
    for reply in Samples.replies {
      #expect(try Reply(decoding: unknown + reply.encoded()) == reply)
    }
  }

  @Test("A message that cannot be read spoils nobody else in its publish")
  func undecodableItem() throws {
    let good = Samples.message().encoded()
    let frame = EncodedPublish.frame(
      sequence: .data, first: 10, messages: [good, [0xff], [], good])
    guard case .publish(let publish) = try Submission(decoding: frame, source: Samples.agency)
    else { return #expect(Bool(false), "not a publish") }
    #expect(publish.first == 10)
    #expect(
      publish.items == [
        .message(Samples.message()), .undecodable(Refusal(.malformedFrame)),
        .undecodable(Refusal(.malformedFrame, at: "id")), .message(Samples.message()),
      ])
  }

  @Test("A frame built from spooled bytes is the frame built from the messages")
  func encodedPublish() {
    let submission = Submission.publish(
      .init(sequence: .control, first: 4, items: Samples.messages.map { .message($0) }))
    #expect(
      EncodedPublish.frame(
        sequence: .control, first: 4, messages: Samples.messages.map { $0.encoded() })
        == submission.encoded())
  }

  @Test("A spool learns how many messages fit a frame, and the frame is then within its limit")
  func fitting() {
    let large = [UInt8](repeating: 0, count: Limits.messageBytes)
    let count = EncodedPublish.count(fitting: Array(repeating: large.count, count: 9))
    #expect(count == 3)
    let frame = EncodedPublish.frame(
      sequence: .control, first: UInt64(Int64.max) - 2_000,
      messages: Array(repeating: large, count: count))
    #expect(frame.count <= Limits.frameBytes)
    #expect(EncodedPublish.count(fitting: repeatElement(1, count: 5_000)) == 1_024)
    #expect(EncodedPublish.count(fitting: []) == 0)
  }

  @Test("A delivery has the message's own trace; what its sender wrote there goes nowhere")
  func trace() throws {
    let message = Samples.message()
    var envelope = Accord_V1_Envelope(as: message)
    envelope.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    envelope.tracestate = "vendor=" + String(repeating: "x", count: 600)
    let read = try Message(decoding: envelope.written(), source: message.source)
    #expect(read == message)
    let delivery = Delivery(
      incarnation: Samples.ledger, number: 1,
      content: .init(message: read, part: 0, notice: nil))
    let frame = try Accord_V1_Delivery(reading: delivery.encoded())
    #expect(
      frame.message.traceparent == "00-01935b2caa001234fedcba9876543210-fedcba9876543210-01")
    #expect(frame.message.tracestate == "")
    #expect(try Delivery(decoding: delivery.encoded()) == delivery)
  }

  @Test("Header and payload apart are the message; without its payload only metadata is left")
  func storedEnvelope() throws {
    for message in Samples.messages {
      let header = StoredEnvelope.header(of: message)
      let content = StoredEnvelope.content(of: message)
      #expect(try StoredEnvelope.message(header: header, content: content) == message)
      var erased = message
      erased.participant = nil
      erased.tokens = []
      erased.consent = nil
      erased.seal = nil
      for index in erased.segments.indices {
        erased.segments[index].fields = []
        erased.segments[index].attachment = []
        erased.segments[index].salt = []
      }
      #expect(try StoredEnvelope.message(header: header, content: nil) == erased)
      #expect(header.firstRange(of: Array("long long".utf8)) == nil)
    }
  }

  @Test("A content of another message, or one that is sealed, is not taken")
  func foreignPayload() throws {
    let header = StoredEnvelope.header(of: Samples.message())
    #expect(throws: Refusal(.malformedFrame, at: "payload.segments")) {
      try StoredEnvelope.message(
        header: header, content: StoredEnvelope.content(of: Samples.minimal))
    }
    let sealed = SealedContent(
      keyID: MessageID(high: 1, low: 2), nonce: [UInt8](repeating: 3, count: 12),
      ciphertext: Data([1, 2, 3]), tag: Data(repeating: 4, count: 16))
    #expect(throws: Refusal.self) {
      try StoredEnvelope.message(header: header, content: sealed.encoded())
    }
    #expect(SealedContent(decoding: sealed.encoded())?.ciphertext == sealed.ciphertext)
    #expect(SealedContent(decoding: sealed.encoded())?.keyID == sealed.keyID)
    #expect(SealedContent(decoding: Array(sealed.encoded().dropLast())) == nil)
    #expect(SealedContent(decoding: []) == nil)
  }
}
