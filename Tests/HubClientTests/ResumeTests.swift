@testable import HubClient
import HubModel
import HubProtocol
import Logging
import Operations
import Synchronization
import Testing
import ZeroMQ

/// A network that lets the link in and then shows it nothing but a gap.
private final class GappyWire: LinkWire {
  var events: [LinkWireEvent] = []
  var replies: [LinkFrames] = []
  var deliveries: [LinkFrames] = []
  var resumes = 0
  private let welcome: Reply

  init(welcome: Reply.Welcome) { self.welcome = .welcome(welcome) }

  func connect() { events.append(.secured) }
  func disconnect() {}
  func nextEvent() -> LinkWireEvent? { events.isEmpty ? nil : events.removeFirst() }
  func receiveReply() -> LinkFrames? { replies.isEmpty ? nil : replies.removeFirst() }
  func receiveDelivery() -> LinkFrames? {
    deliveries.isEmpty ? nil : deliveries.removeFirst()
  }
  func openLane(_ welcome: Reply.Welcome) {
    deliveries.append(LinkFrames(frames: [Array("accord.lane".utf8), []]))
  }
  func closeLane() {}
  func wait(_ atMost: Span) -> Bool { false }

  func send(_ frame: [UInt8]) throws -> Bool {
    switch try Submission(decoding: frame) {
    case .hello: answer(welcome)
    case .ping(let echo, _):
      answer(
        .pong(
          Reply.Pong(
            echo: echo, head: 2, time: WallTime(milliseconds: 0), dataHorizon: 0,
            controlHorizon: 0, ledger: Incarnation("ledger-one")!)))
    case .resume: resumes += 1
    default: break
    }
    return true
  }

  private func answer(_ reply: Reply) {
    replies.append(LinkFrames(frames: [reply.encoded()]))
  }
}

@Suite("Resuming")
struct ResumeTests {
  @Test("A gap that does not close is asked for ever more rarely, and at once after progress")
  func rarely() throws {
    let site = try TestSite()
    let ledger = try #require(Incarnation("ledger-one"))
    let wire = GappyWire(
      welcome: Reply.Welcome(
        version: Submission.wireVersion, agency: AgencyID("lakewood-bh")!,
        role: .behavioralHealth, program: TestSite.program, ledger: ledger,
        releasePort: site.releasePort, window: 64, dataThrough: 0, controlThrough: 0,
        acknowledgedThrough: 0,
        senders: [Reply.Sender(AgencyID("lakewood-so")!, maySendUnsealed: true, keys: [])]))
    let time = Mutex<Int64>(0)
    let clock = SystemClock(virtual: {
      let now = time.withLock { $0 }
      return (WallTime(milliseconds: now), Tick(milliseconds: now))
    })
    let store = try site.store()
    let link = try LinkLoop(
      configuration: LinkConfiguration(
        agency: AgencyID("lakewood-bh")!, role: .behavioralHealth, program: TestSite.program,
        routerHost: "router", routerKey: site.server.publicKey, keys: site.agencyKeys,
        pingEvery: .seconds(2)),
      store: store, handler: RecordingHandler(store: store),
      log: Logger(label: "resume-tests") { _ in SwiftLogNoOpLogHandler() }, wire: wire,
      clock: clock)
    let second = LinkFrames(
      frames: [Array("handoff.requested".utf8), Sample.delivery(2).encoded()])
    func pass(_ milliseconds: Int64) {
      for _ in 0..<(milliseconds / 10) {
        time.withLock { $0 += 10 }
        wire.deliveries.append(second)
        link.step()
      }
    }
    pass(60_000)
    // Four in each second would be 240; doubling up to the heartbeat of 2 s leaves about 33.
    #expect((20...40).contains(wire.resumes), "\(wire.resumes)")
    let before = wire.resumes
    wire.deliveries.append(
      LinkFrames(frames: [Array("handoff.requested".utf8), Sample.delivery(1).encoded()]))
    link.step()
    #expect(try store.notes.first == 1)
    #expect(wire.resumes == before)
  }
}
