import HubModel
import HubProtocol
import RouterCore
import Testing

@testable import RouterService

@Suite("The submit lane's fair shares")
struct IntakeTests {
  static let flooder = AgencyID("flooder")!
  static let honest = AgencyID("honest")!
  static let third = AgencyID("third")!
  static let start = Tick(milliseconds: 1_000)

  private func session(_ agency: AgencyID, _ connection: UInt8 = 1) throws -> Session {
    let text = String(repeating: agency == Self.flooder ? "ab" : "cd", count: 26)
    return Session(
      connection: [connection], fingerprint: try #require(KeyFingerprint(text)))
  }

  private func publish(
    _ agency: AgencyID, _ sequence: SubmitSequence = .data, count: Int = 1, connection: UInt8 = 1
  ) throws -> RawFrame {
    let bytes = EncodedPublish.frame(
      sequence: sequence, first: 1, messages: .init(repeating: [1, 2, 3], count: count))
    return RawFrame(session: try session(agency, connection), bytes: bytes)
  }

  private func frame(_ submission: Submission, _ agency: AgencyID) throws -> RawFrame {
    RawFrame(session: try session(agency), bytes: submission.encoded())
  }

  private func intake(rate: Int = 1_000, burst: Int = 10_000) -> Intake {
    Intake(.init(rate: rate, burst: burst))
  }

  @Test("However much one agency has sent, another's frame is in the very next batch")
  func noStarvation() throws {
    var intake = intake(burst: 1_000_000)
    for _ in 0..<Limits.waitingFrames {
      let flood = try publish(Self.flooder, count: 1_000)
      #expect(intake.offer(flood, of: Self.flooder, at: Self.start) == .taken)
    }
    _ = intake.batch(atMost: Limits.turnEvents)
    #expect(intake.offer(try publish(Self.honest), of: Self.honest, at: Self.start) == .taken)
    let batch = intake.batch(atMost: Limits.turnEvents)
    let honest = try session(Self.honest)
    #expect(batch.contains { $0.session == honest })
  }

  @Test("A frame of more messages than a turn takes is taken whole, and nothing behind it")
  func largestFrame() throws {
    var intake = intake()
    let largest = try publish(Self.flooder, count: Limits.messagesPerPublish)
    for _ in 0..<2 { _ = intake.offer(largest, of: Self.flooder, at: Self.start) }
    for _ in 0..<2 { #expect(intake.batch(atMost: Limits.turnEvents).count == 1) }
    #expect(intake.isEmpty)
  }

  @Test("Agencies that always have something get the same number of messages")
  func evenShares() throws {
    var intake = intake(burst: 1_000_000)
    var taken: [AgencyID: Int] = [:]
    for round in 0..<60 {
      // One sends large frames, one small ones; both always have some waiting.
      for _ in 0..<8 {
        _ = intake.offer(
          try publish(Self.flooder, count: 512), of: Self.flooder, at: Self.start)
      }
      for _ in 0..<40 {
        _ = intake.offer(try publish(Self.honest, count: 32), of: Self.honest, at: Self.start)
      }
      guard round > 4 else { continue }
      for frame in intake.batch(atMost: 1_024) {
        let isFlooder = frame.session == (try session(Self.flooder))
        taken[isFlooder ? Self.flooder : Self.honest, default: 0] += isFlooder ? 512 : 32
      }
    }
    let (one, other) = (taken[Self.flooder] ?? 0, taken[Self.honest] ?? 0)
    #expect(abs(one - other) <= 1_024, "\(one) and \(other)")
    #expect(one > 20_000)
  }

  @Test("A revocation passes its own agency's flood of data")
  func reserve() throws {
    var intake = intake(rate: 100, burst: 1_024)
    var verdict = Intake.Verdict.taken
    while verdict == .taken {
      verdict = intake.offer(
        try publish(Self.flooder, count: 100), of: Self.flooder, at: Self.start)
    }
    guard case .refused(let refusal, let after) = verdict else {
      Issue.record("a flood is refused")
      return
    }
    #expect(refusal == Refusal(.rateLimited, at: "data"))
    #expect(after > Span(milliseconds: 0))
    let revocation = try publish(Self.flooder, .control)
    #expect(intake.offer(revocation, of: Self.flooder, at: Self.start) == .taken)
    #expect(intake.batch(atMost: 1_024).first?.bytes == revocation.bytes)
  }

  @Test("On a full disk one agency's control messages leave room for another's")
  func scarce() throws {
    var intake = intake()
    intake.isLowOnSpace = true
    var taken = 0
    for second in Int64(0)..<60 {
      let tick = Tick(milliseconds: Self.start.milliseconds + second * 1_000)
      for _ in 0..<100
      where intake.offer(
        try publish(Self.flooder, .control, count: 4), of: Self.flooder, at: tick) == .taken
      {
        taken += 4
      }
      _ = intake.batch(atMost: 1_024)
    }
    #expect(taken >= Limits.messagesPerPublish, "the largest frame fits")
    // The last one may go beyond by less than itself.
    #expect(taken < Intake.scarceBurst + 60 * Intake.scarceRate + 4)
    let revocation = try publish(Self.honest, .control)
    let later = Tick(milliseconds: Self.start.milliseconds + 60_000)
    #expect(intake.offer(revocation, of: Self.honest, at: later) == .taken)
    intake.isLowOnSpace = false
    #expect(
      intake.offer(try publish(Self.flooder, .control), of: Self.flooder, at: later) == .taken)
  }

  @Test("Who does what no adapter does is told of once in a while")
  func misuse() {
    var intake = intake()
    var told = 0
    for second in Int64(0)..<25 {
      let tick = Tick(milliseconds: Self.start.milliseconds + second * 1_000)
      intake.note(misuseBy: Self.flooder, at: tick)
      told += intake.takeNotices(at: tick).filter { $0 == .misuse(Self.flooder) }.count
    }
    #expect(told == 3)
  }

  @Test("What is refused passes after the time that was told")
  func hint() throws {
    var intake = intake(rate: 100, burst: 1_024)
    let frame = try publish(Self.flooder, count: 600)
    #expect(intake.offer(frame, of: Self.flooder, at: Self.start) == .taken)
    #expect(intake.offer(frame, of: Self.flooder, at: Self.start) == .taken)
    guard case .refused(_, let after) = intake.offer(frame, of: Self.flooder, at: Self.start)
    else {
      Issue.record("the third is beyond the burst")
      return
    }
    _ = intake.batch(atMost: 10_000)
    #expect(intake.offer(frame, of: Self.flooder, at: Self.start + after) == .taken)
  }

  @Test("One answer to a connection, not one to each frame")
  func fewAnswers() throws {
    var intake = intake(rate: 1, burst: 1)
    var answers = 0
    var dropped = 0
    for _ in 0..<1_000 {
      let frame = try publish(Self.flooder, count: 10)
      switch intake.offer(frame, of: Self.flooder, at: Self.start) {
      case .refused: answers += 1
      case .dropped: dropped += 1
      case .taken: break
      }
    }
    #expect(answers == 1)
    #expect(dropped > 900)
  }

  @Test("A flood of new connections neither grows the books nor gets an answer each")
  func manyConnections() throws {
    var intake = intake(rate: 1, burst: 1)
    _ = intake.offer(try publish(Self.flooder, count: 1_000), of: Self.flooder, at: Self.start)
    var answers = 0
    for connection in UInt8.min...UInt8.max {
      let frame = try publish(Self.flooder, connection: connection)
      if case .refused = intake.offer(frame, of: Self.flooder, at: Self.start) { answers += 1 }
    }
    #expect(answers == Limits.sessionsPerAgency)
  }

  @Test("Frames that cost the router much count for much", arguments: ["hello", "resume", "ping"])
  func amplification(kind: String) throws {
    var intake = intake(rate: 1, burst: 1)
    let incarnation = try #require(Incarnation("a"))
    let submission: Submission =
      switch kind {
      case "hello":
        .hello(.init(version: 1, source: incarnation, isConsumer: true, ledger: nil))
      case "resume": .resume(.init(ledger: incarnation, next: 1))
      default: .ping(echo: 1, chain: 1)
      }
    var taken = 0
    for _ in 0..<10_000 {
      let frame = try frame(submission, Self.flooder)
      if intake.offer(frame, of: Self.flooder, at: Self.start) == .taken { taken += 1 }
      _ = intake.batch(atMost: 1_024)
    }
    #expect(taken <= 4_000 / 8 + 1)
    #expect(taken > 10)
  }

  @Test("Every acknowledgement of a window is taken, whatever else was refused")
  func acknowledgements() throws {
    var intake = intake(rate: 1, burst: 1)
    let ledger = try #require(Incarnation("a"))
    for number in 1...UInt64(Limits.largestWindow) {
      let acknowledge = Submission.acknowledge(.init(ledger: ledger, through: number))
      let frame = try frame(acknowledge, Self.flooder)
      #expect(intake.offer(frame, of: Self.flooder, at: Self.start) == .taken)
    }
  }

  @Test("A greeting does not overtake what an earlier life of the spool sent: that is gone")
  func greeting() throws {
    var intake = intake()
    _ = intake.offer(try publish(Self.honest), of: Self.honest, at: Self.start)
    let other = try publish(Self.honest, connection: 2)
    _ = intake.offer(other, of: Self.honest, at: Self.start)
    let source = try #require(Incarnation("b"))
    let hello = try frame(
      .hello(.init(version: 1, source: source, isConsumer: false, ledger: nil)), Self.honest)
    _ = intake.offer(hello, of: Self.honest, at: Self.start)
    #expect(intake.batch(atMost: 100).map(\.bytes) == [hello.bytes, other.bytes])
  }

  @Test("Bytes that wait are bounded for each agency")
  func bytes() throws {
    var intake = intake(burst: 1_000_000)
    let session = try session(Self.flooder)
    let large = RawFrame(session: session, bytes: .init(repeating: 0xff, count: 4 << 20))
    var taken = 0
    for _ in 0..<100 where intake.offer(large, of: Self.flooder, at: Self.start) == .taken {
      taken += 1
    }
    #expect(taken == Limits.waitingBytes / (4 << 20))
    #expect(intake.offer(try publish(Self.honest), of: Self.honest, at: Self.start) == .taken)
  }

  @Test("The operator hears once that it began and once that it is over")
  func notices() throws {
    var intake = intake(rate: 1_000, burst: 1_024)
    for _ in 0..<5 {
      _ = intake.offer(try publish(Self.flooder, count: 1_000), of: Self.flooder, at: Self.start)
    }
    #expect(intake.takeNotices(at: Self.start) == [.limited(Self.flooder)])
    #expect(intake.takeNotices(at: Self.start + .seconds(5)) == [])
    #expect(
      intake.takeNotices(at: Self.start + .seconds(10))
        == [.withinShare(Self.flooder, framesRefused: 3)])
    #expect(intake.takeNotices(at: Self.start + .seconds(20)) == [])
  }

  @Test("A flood of what overtakes leaves half of each batch to the data")
  func urgentFlood() throws {
    var intake = intake(burst: 1_000_000)
    for _ in 0..<600 {
      let flood = try publish(Self.flooder, .control, count: 10)
      _ = intake.offer(flood, of: Self.flooder, at: Self.start)
    }
    let data = try publish(Self.honest)
    _ = intake.offer(data, of: Self.honest, at: Self.start)
    #expect(intake.batch(atMost: 1_024).contains { $0.bytes == data.bytes })
  }
}

@Suite("The outline of a submit frame")
struct OutlineTests {
  @Test("Agrees with the decoder about every kind")
  func kinds() throws {
    let life = try #require(Incarnation("a"))
    let all: [(Submission, SubmissionOutline.Kind)] = [
      (.hello(.init(version: 1, source: life, isConsumer: true, ledger: nil)), .hello),
      (.publish(.init(sequence: .data, first: 1, items: [])), .data),
      (.publish(.init(sequence: .control, first: 1, items: [])), .control),
      (.acknowledge(.init(ledger: life, through: 1)), .acknowledge),
      (.resume(.init(ledger: life, next: 1)), .resume),
      (.ping(echo: 7), .ping),
    ]
    for (submission, kind) in all {
      #expect(SubmissionOutline(of: submission.encoded()).kind == kind)
    }
    let frame = EncodedPublish.frame(
      sequence: .control, first: 9, messages: .init(repeating: [0], count: 17))
    #expect(SubmissionOutline(of: frame).messages == 17)
  }

  @Test("Nobody overtakes by a frame of two faces or a broken one")
  func twoFaces() {
    let control = EncodedPublish.frame(sequence: .control, first: 1, messages: [])
    let data = EncodedPublish.frame(sequence: .data, first: 1, messages: [[1]])
    for frame in [control + data, data + control, control + [0x80], [], [0x12, 0x7f], [0xff]] {
      #expect(SubmissionOutline(of: frame).kind == .unclear)
    }
    // A sequence whose lower half alone says control, one that is no number, and a message that is
    // none: the decoder passes over the last two.
    let long: [UInt8] = [0x12, 6, 0x08, 0x81, 0x80, 0x80, 0x80, 0x10]
    for frame in [long, [0x12, 3, 0x0a, 1, 1], [0x12, 2, 0x18, 1]] {
      #expect(SubmissionOutline(of: frame).kind == .unclear)
    }
    // The last word on the sequence counts, as it does for the decoder.
    let twice: [UInt8] = [0x12, 4, 0x08, 1, 0x08, 0]
    #expect(SubmissionOutline(of: twice).kind == .data)
  }
}
