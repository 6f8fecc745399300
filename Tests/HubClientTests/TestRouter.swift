import HubModel
import HubProtocol
import Synchronization
import Testing
import ZeroMQ

/// A router's two lanes with real sockets and CURVE, doing what its script says.
final class TestRouter: Sendable {
  struct Script: Sendable {
    var agency = AgencyID("lakewood-bh")!
    var role = Role.behavioralHealth
    var ledger = Incarnation("ledger-one")!
    var releasePort: UInt16 = 0
    var window = 64
    var dataThrough: UInt64 = 0
    var controlThrough: UInt64 = 0
    var acknowledgedThrough: UInt64 = 0
    var dataHorizon: UInt64 = 0
    var head: UInt64 = 0
    var senders = [
      Reply.Sender(AgencyID("lakewood-so")!, maySendUnsealed: true, keys: [])
    ]
    /// Links of the checkpoint chain, from the first on.
    var commitments: [[UInt8]] = []
    /// Frames that get no answer, as if they were lost.
    var publishesToLose = 0
    var isMute = false
    var refusals: [UInt64: ErrorCode] = [:]
    /// Answers the next publish instead of a receipt.
    var rejection: ErrorCode?
    /// The one sequence that `rejection` is for, if it is not for whichever comes first.
    var rejected: SubmitSequence?
    /// When each publish came, by the router's own thread: a test may be late to look.
    var publishes: [(sequence: SubmitSequence, at: ContinuousClock.Instant)] = []
    /// Refuses data, and takes control, for as long as it is so.
    var isShortOfSpace = false
    var retryAfter: Span?
  }

  private enum Command: Sendable {
    case deliver([UInt8], topic: String)
    case reply(Reply)
  }

  let site: TestSite
  let submissions: AsyncStream<Submission>
  private let script: Mutex<Script>
  private let commands = Mutex<[Command]>([])
  private let stopping = Atomic(false)
  private let waker: Waker
  private let thread = Mutex<OwnedThread?>(nil)

  init(_ site: TestSite, _ script: Script = Script()) throws {
    self.site = site
    var script = script
    script.releasePort = site.releasePort
    self.script = Mutex(script)
    waker = try Waker()
    let (stream, continuation) = AsyncStream.makeStream(of: Submission.self)
    submissions = stream
    let context = try Context()
    let key = site.agencyKeys.publicKey
    let authenticator = try Authenticator(
      context: context, admit: { _, candidate, _ in candidate == key ? "agency" : nil })
    let submit = try Self.listen(context, .router, site.server, "submit", at: site.submitPort)
    let release = try Self.listen(context, .xpub, site.server, "release", at: site.releasePort)
    let started = try OwnedThread(name: "test-router") { [self] in
      serve(submit, release, telling: continuation)
      submit.close()
      release.close()
      authenticator.stop()
      continuation.finish()
    }
    thread.withLock { $0 = started }
  }

  private static func listen(
    _ context: Context, _ kind: SocketKind, _ keys: CurveKeyPair, _ domain: String, at port: UInt16
  ) throws -> Socket {
    let socket = try Socket(context, kind)
    if kind == .xpub { try socket.set(.xpubVerbose(true)) }
    try socket.beCurveServer(secretKey: keys.secretKey, domain: domain)
    try socket.bind("tcp://127.0.0.1:\(port)", patienceMilliseconds: 10_000)
    return socket
  }

  /// Closes both lanes and returns when their thread is gone.
  func stop() {
    stopping.store(true, ordering: .releasing)
    waker.wake()
    thread.withLock { $0 }?.join()
  }

  func change(_ body: (inout Script) -> Void) { script.withLock { body(&$0) } }
  var now: Script { script.withLock { $0 } }

  func deliver(_ delivery: Delivery) {
    deliver(frame: delivery.encoded(), topic: delivery.topic.rawValue)
  }
  func deliver(frame: [UInt8], topic: String) { enqueue(.deliver(frame, topic: topic)) }
  func reply(_ reply: Reply) { enqueue(.reply(reply)) }

  private func enqueue(_ command: Command) {
    commands.withLock { $0.append(command) }
    waker.wake()
  }

  // MARK: The thread

  private func serve(
    _ submit: Socket, _ release: Socket, telling told: AsyncStream<Submission>.Continuation
  ) {
    var peer: [UInt8] = []
    do {
      while !stopping.load(ordering: .acquiring) {
        _ = try Poller.poll(
          [submit, release], extraDescriptors: [waker.descriptor], timeoutMilliseconds: -1)
        waker.drain()
        while let message = try release.receive(wait: false) {
          guard message.frames[0].first == 1 else { continue }
          _ = try release.send([Array("accord.lane".utf8), []], wait: false)
        }
        for command in commands.withLock({ list in
          defer { list = [] }
          return list
        }) {
          switch command {
          case .deliver(let frame, let topic):
            _ = try release.send([Array(topic.utf8), frame], wait: false)
          case .reply(let reply): _ = try submit.send([peer, reply.encoded()], wait: false)
          }
        }
        while let message = try submit.receive(wait: false) {
          peer = message.frames[0]
          let submission = try Submission(decoding: message.frames[1])
          let answer = script.withLock { Self.answer(to: submission, by: &$0) }
          if let answer { _ = try submit.send([peer, answer.encoded()], wait: false) }
          told.yield(submission)
        }
      }
    } catch {
      Issue.record(error)
    }
  }

  private static func answer(to submission: Submission, by script: inout Script) -> Reply? {
    if script.isMute { return nil }
    switch submission {
    case .hello:
      return .welcome(
        Reply.Welcome(
          version: Submission.wireVersion, agency: script.agency, role: script.role,
          program: TestSite.program, ledger: script.ledger, releasePort: script.releasePort,
          window: script.window, dataThrough: script.dataThrough,
          controlThrough: script.controlThrough,
          acknowledgedThrough: script.acknowledgedThrough, senders: script.senders))
    case .publish(let publish):
      script.publishes.append((publish.sequence, .now))
      if script.publishesToLose > 0 {
        script.publishesToLose -= 1
        return nil
      }
      if script.isShortOfSpace, publish.sequence == .data {
        return .rejection(Refusal(.lowSpace, at: "data"), after: script.retryAfter)
      }
      if let code = script.rejection, script.rejected ?? publish.sequence == publish.sequence {
        script.rejection = nil
        return .rejection(
          Refusal(code, at: publish.sequence == .data ? "data" : "control"),
          after: script.retryAfter)
      }
      return .receipt(take(publish, by: &script))
    case .acknowledge(let frame):
      script.acknowledgedThrough = max(script.acknowledgedThrough, frame.through)
      return nil
    case .resume: return nil
    case .ping(let echo, let chain):
      return .pong(
        Reply.Pong(
          echo: echo, head: script.head, time: WallTime(milliseconds: 0),
          dataHorizon: script.dataHorizon, controlHorizon: 0, ledger: script.ledger,
          chain: chain.map { script.chain(after: $0) }))
    }
  }

  private static func take(
    _ publish: Submission.Publish, by script: inout Script
  ) -> Reply.Receipt {
    var through = publish.sequence == .data ? script.dataThrough : script.controlThrough
    var refused: [Reply.Receipt.Refused] = []
    if publish.first <= through + 1 {
      for offset in publish.items.indices {
        let number = publish.first + UInt64(offset)
        guard number > through else { continue }
        through = number
        if let code = script.refusals[number] {
          refused.append(.init(number: number, refusal: Refusal(code, at: "callback")))
        }
      }
    }
    switch publish.sequence {
    case .data: script.dataThrough = through
    case .control: script.controlThrough = through
    }
    return Reply.Receipt(sequence: publish.sequence, through: through, refused: refused)
  }
}

extension TestRouter.Script {
  /// What an honest router tells of its links.
  func chain(after last: UInt64) -> ChainExtension {
    var value = CheckpointChain.start(origin: Checkpoint.origin(of: TestSite.program))
    for (index, commitment) in commitments.enumerated() {
      value = CheckpointChain.value(
        after: value, number: UInt64(index) + 1, commitment: commitment)
    }
    let head = UInt64(commitments.count)
    return ChainExtension(
      through: head, value: head == 0 ? [] : value,
      commitments: last < head ? Array(commitments[Int(last)...]) : [])
  }
}
