import HubClient
import HubModel
import HubProtocol
import Testing

@Suite("Publishing", .timeLimit(.minutes(5)), .serialized)
struct PublishTests {
  @Test("What is spooled while the router is away goes out in order when it comes, control first")
  func spooledWhileAway() async throws {
    let site = try TestSite()
    let store = try site.store()
    let messages = (0..<5).map { _ in Sample.data() }
    for message in messages { try store.publish(message, role: .behavioralHealth) }
    let control = Sample.control()
    try store.publish(control, role: .behavioralHealth)
    let link = site.link(store)
    var events = Watch(link.events())
    try link.start()
    #expect(!link.state.isConnected)

    let router = try TestRouter(site)
    var seen = Watch(router.submissions)
    let first = try await seen.publish()
    #expect(first.sequence == .control)
    #expect(first.ids == [control.id])
    let second = try await seen.publish()
    #expect(second.sequence == .data)
    #expect(second.first == 1)
    #expect(second.ids == messages.map(\.id))

    try await events.next(.connected)
    try await events.next(.receipted(.data, through: 5))
    for message in messages + [control] {
      #expect(try store.submissionState(of: message.id) == .receipted)
    }
    link.stop()
    router.stop()
  }

  @Test("What waits is counted while the router is away, whenever it was spooled")
  func countedWhileAway() async throws {
    let site = try TestSite()
    let store = try site.store()
    let link = site.link(store)
    try link.start()
    try store.publish(Sample.data(), role: .behavioralHealth)
    try store.publish(Sample.control(), role: .behavioralHealth)
    link.wake()
    while link.state.dataDepth == 0 || link.state.controlDepth == 0 { await Task.yield() }
    #expect(!link.state.isConnected)
    #expect(link.state.dataDepth == 1 && link.state.controlDepth == 1)
    link.stop()
  }

  @Test("A message is not yet in effect until its receipt, and goes out at once on an open link")
  func stateOfASubmission() async throws {
    let site = try TestSite()
    let router = try TestRouter(site)
    let store = try site.store()
    let link = site.link(store)
    var events = Watch(link.events())
    try link.start()
    try await events.next(.connected)
    router.change { $0.publishesToLose = 1 }
    let message = Sample.data()
    try store.publish(message, role: .behavioralHealth)
    #expect(try store.submissionState(of: message.id) == .spooled)
    #expect(try store.submissionState(of: Sample.id()) == nil)
    // Lost on its way, it is sent again.
    try await events.next(.receipted(.data, through: 1))
    #expect(try store.submissionState(of: message.id) == .receipted)
    #expect(link.state.dataDepth == 0)
    link.stop()
    router.stop()
  }

  @Test("Content is kept until the router's backup horizon has passed it, then forgotten")
  func horizon() async throws {
    let site = try TestSite()
    let router = try TestRouter(site)
    let store = try site.store()
    let link = site.link(store)
    var events = Watch(link.events())
    var seen = Watch(router.submissions)
    try link.start()
    let messages = (0..<4).map { _ in Sample.data() }
    for message in messages { try store.publish(message, role: .behavioralHealth) }
    try await events.next(.receipted(.data, through: 4))
    try await seen.ping()
    try await seen.ping()
    #expect(try store.count("true", in: "spool") == 4)

    router.change { $0.dataHorizon = 3 }
    // A later ping comes when the pong with the horizon has been dealt with.
    var pings = 0
    while try store.count("true", in: "spool") != 1, pings < 100 {
      try await seen.ping()
      pings += 1
    }
    #expect(try store.count("true", in: "spool") == 1)
    #expect(try store.submissionState(of: messages[0].id) == .receipted)
    link.stop()
    router.stop()
  }

  @Test("A refused message becomes a dead letter with its code and place; the others go on")
  func refused() async throws {
    let site = try TestSite()
    let router = try TestRouter(site)
    router.change { $0.refusals = [2: .unknownField, 3: .duplicateMessage] }
    let store = try site.store()
    let messages = (0..<4).map { _ in Sample.data() }
    for message in messages { try store.publish(message, role: .behavioralHealth) }
    let link = site.link(store)
    var events = Watch(link.events())
    try link.start()
    try await events.next(.refused(.data, number: 2, .unknownField))

    let refusal = Refusal(.unknownField, at: "callback")
    #expect(try store.submissionState(of: messages[1].id) == .refused(refusal))
    // The router has it already: nothing is lost, so nothing is dead.
    #expect(try store.submissionState(of: messages[2].id) == .receipted)
    #expect(try store.submissionState(of: messages[3].id) == .receipted)
    let letters = try store.deadLetters()
    #expect(letters.map(\.message) == [messages[1].id])
    #expect(letters.map(\.number) == [2])
    #expect(letters.map(\.refusal) == [refusal])
    link.stop()
    router.stop()
  }

  @Test("A router that forgot the session is greeted again, and gets what it did not confirm")
  func helloRequired() async throws {
    let site = try TestSite()
    let router = try TestRouter(site)
    let store = try site.store()
    let link = site.link(store)
    var events = Watch(link.events())
    var seen = Watch(router.submissions)
    try link.start()
    try await events.next(.connected)
    let source = try await seen.hello().source
    router.change { $0.rejection = .helloRequired }
    let message = Sample.data()
    try store.publish(message, role: .behavioralHealth)
    #expect(try await seen.publish().ids == [message.id])
    #expect(try await seen.hello().source == source)
    #expect(try await seen.publish().ids == [message.id])
    try await events.next(.rejected(.helloRequired))
    try await events.next(.receipted(.data, through: 1))
    #expect(link.state.lastRejection?.code == .helloRequired)
    link.stop()
    router.stop()
  }

  @Test("A router short of space gets the data again later, and control at once")
  func lowSpace() async throws {
    let site = try TestSite()
    let router = try TestRouter(site)
    let store = try site.store()
    let link = site.link(store)
    var events = Watch(link.events())
    try link.start()
    try await events.next(.connected)
    router.change { $0.isShortOfSpace = true }
    try store.publish(Sample.data(), role: .behavioralHealth)
    try await events.next(.rejected(.lowSpace))
    try store.publish(Sample.control(), role: .behavioralHealth)
    try await events.next(.receipted(.control, through: 1))
    router.change { $0.isShortOfSpace = false }
    try await events.next(.receipted(.data, through: 1))
    link.stop()
    router.stop()
  }

  @Test(
    "What the router has no room for now is sent again, not before it said, and not lost",
    arguments: [SubmitSequence.data, .control])
  func rateLimited(sequence: SubmitSequence) async throws {
    let site = try TestSite()
    let router = try TestRouter(site)
    let store = try site.store()
    let link = site.link(store)
    var events = Watch(link.events())
    try link.start()
    try await events.next(.connected)
    router.change {
      $0.rejection = .rateLimited
      $0.rejected = sequence
      $0.retryAfter = Span(milliseconds: 400)
    }
    try store.write { database in
      for message in [Sample.data(), Sample.control()] {
        try store.spool(message, role: .behavioralHealth, in: database)
      }
    }
    // The other sequence does not wait for it.
    try await events.next(.receipted(sequence == .data ? .control : .data, through: 1))
    try await events.next(.receipted(sequence, through: 1))
    let times = router.now.publishes.filter { $0.sequence == sequence }.map(\.at)
    try #require(times.count == 2)
    #expect(times[0].duration(to: times[1]) >= .milliseconds(400))
    link.stop()
    router.stop()
  }

  @Test("Frames hold no more messages than configured, and few are in flight at a time")
  func backPressure() async throws {
    let site = try TestSite()
    let router = try TestRouter(site)
    router.change { $0.publishesToLose = 4 }
    let store = try site.store()
    let count = 2_000
    let messages = (0..<count).map { _ in Sample.data() }
    try store.write { database in
      for message in messages { try store.spool(message, role: .behavioralHealth, in: database) }
    }
    let link = site.link(store)
    var events = Watch(link.events())
    var seen = Watch(router.submissions)
    try link.start()
    // Four frames of 256, unanswered; then the same again and the rest.
    var firsts: [UInt64] = []
    for _ in 0..<5 {
      let publish = try await seen.publish()
      #expect(publish.items.count == 256)
      firsts.append(publish.first)
    }
    #expect(firsts == [1, 257, 513, 769, 1])
    try await events.next(.receipted(.data, through: UInt64(count)))
    link.stop()
    router.stop()
  }

  @Test("Where this store was put back, its spool begins a new life and loses nothing")
  func storePutBack() async throws {
    let site = try TestSite()
    let router = try TestRouter(site)
    router.change { $0.dataThrough = 7 }
    let store = try site.store()
    let message = Sample.data()
    try store.publish(message, role: .behavioralHealth)
    let link = site.link(store)
    var events = Watch(link.events())
    var seen = Watch(router.submissions)
    try link.start()
    let old = try await seen.hello().source
    try await events.next(.sourceRenewed)
    router.change { $0.dataThrough = 0 }
    var source = try await seen.hello().source
    #expect(source != old)
    var publish: Submission.Publish?
    while publish == nil {
      publish = try await seen.next { submission -> Submission.Publish?? in
        switch submission {
        case .hello(let hello):
          source = hello.source
          return nil
        case .publish(let found): return .some(found)
        default: return nil
        }
      }
    }
    #expect(publish?.first == 1)
    #expect(publish?.ids == [message.id])
    link.stop()
    router.stop()
  }

  @Test("A key that is cut off is told so, and tries again")
  func unknownKey() async throws {
    let site = try TestSite()
    let router = try TestRouter(site)
    let store = try site.store()
    let link = site.link(store, keys: try .generate())
    var events = Watch(link.events())
    try link.start()
    try await events.next(.rejected(.unknownKey))
    try await events.next(.rejected(.unknownKey))
    #expect(!link.state.isConnected)
    link.stop()
    router.stop()
  }

  @Test("Three silent heartbeats end a connection; another one is made")
  func silence() async throws {
    let site = try TestSite()
    let router = try TestRouter(site)
    let store = try site.store()
    let link = site.link(store)
    var events = Watch(link.events())
    try link.start()
    try await events.next(.connected)
    router.change { $0.isMute = true }
    try await events.next(.disconnected)
    #expect(!link.state.isConnected)
    router.change { $0.isMute = false }
    try await events.next(.connected)
    link.stop()
    router.stop()
  }
}
