import HubClient
import HubModel
import HubProtocol
import Testing

@Suite("Deliveries", .timeLimit(.minutes(5)), .serialized)
struct DeliveryTests {
  @Test("A delivery sent many times is applied once, and acknowledged each time")
  func onceOnly() async throws {
    let site = try TestSite()
    let router = try TestRouter(site)
    let store = try site.store()
    let link = site.link(store)
    var seen = Watch(router.submissions)
    try link.start()
    #expect(try await seen.resume().next == 1)
    let first = Sample.delivery(1)
    for _ in 0..<3 { router.deliver(first) }
    router.deliver(Sample.delivery(2))
    #expect(try await seen.acknowledge(through: 2).quarantined == [])
    router.deliver(first)
    #expect(try await seen.acknowledge(through: 2).through == 2)
    #expect(try store.notes == [1, 2])
    #expect(link.state.appliedThrough == 2)
    link.stop()
    router.stop()
  }

  @Test("A gap is asked for again, and nothing behind it is applied before it is filled")
  func gap() async throws {
    let site = try TestSite()
    let router = try TestRouter(site)
    let store = try site.store()
    let link = site.link(store)
    var seen = Watch(router.submissions)
    try link.start()
    #expect(try await seen.resume().next == 1)
    let all = (1...4).map { Sample.delivery($0) }
    router.deliver(all[0])
    router.deliver(all[2])
    #expect(try await seen.resume().next == 2)
    #expect(try store.notes == [1])
    for delivery in all[1...] { router.deliver(delivery) }
    _ = try await seen.acknowledge(through: 4)
    #expect(try store.notes == [1, 2, 3, 4])
    link.stop()
    router.stop()
  }

  @Test("A lost tail is noticed by the head that a pong tells")
  func lostTail() async throws {
    let site = try TestSite()
    let router = try TestRouter(site)
    let store = try site.store()
    let link = site.link(store)
    var seen = Watch(router.submissions)
    try link.start()
    #expect(try await seen.resume().next == 1)
    router.change { $0.head = 1 }
    #expect(try await seen.resume().next == 1)
    router.deliver(Sample.delivery(1))
    #expect(try await seen.acknowledge().through == 1)
    link.stop()
    router.stop()
  }

  @Test("A void number is counted and nothing is applied")
  func void() async throws {
    let site = try TestSite()
    let router = try TestRouter(site)
    let store = try site.store()
    let link = site.link(store)
    var seen = Watch(router.submissions)
    try link.start()
    _ = try await seen.resume()
    router.deliver(Sample.void(1))
    router.deliver(Sample.delivery(2))
    _ = try await seen.acknowledge(through: 2)
    #expect(try store.notes == [2])
    link.stop()
    router.stop()
  }

  @Test("What the handler cannot apply is set aside whole, its writes undone; the next go on")
  func quarantine() async throws {
    let site = try TestSite()
    let router = try TestRouter(site)
    let store = try site.store()
    let link = site.link(store)
    var seen = Watch(router.submissions)
    var events = Watch(link.events())
    try link.start()
    _ = try await seen.resume()
    let bad = Sample.delivery(2, place: "fail")
    router.deliver(Sample.delivery(1))
    router.deliver(bad)
    router.deliver(Sample.delivery(3, place: "answer"))
    try await events.next(.quarantined(number: 2))
    try await events.next(.applied(through: 3))
    #expect(try store.notes == [1, 3])
    let aside = try store.quarantined()
    #expect(aside.map(\.number) == [2])
    #expect(aside.map(\.reason) == ["error: Unreadable"])
    #expect(aside.map(\.frame) == [bad.encoded()])
    // The answer spooled by number 2 went with it; that of number 3 is on its way.
    let publish = try await seen.publish()
    #expect(publish.first == 1)
    #expect(publish.items.count == 1)
    link.stop()
    router.stop()
  }

  @Test("The router is told what was set aside, again where it may not have heard")
  func quarantineIsTold() async throws {
    let site = try TestSite()
    let router = try TestRouter(site)
    let store = try site.store()
    let link = site.link(store)
    var seen = Watch(router.submissions)
    var events = Watch(link.events())
    try link.start()
    _ = try await seen.resume()
    router.deliver(Sample.delivery(1, place: "fail"))
    #expect(try await seen.acknowledge().quarantined == [1])

    try await events.next(.applied(through: 1))
    router.change { $0.acknowledgedThrough = 0 }
    router.reply(.rejection(Refusal(.helloRequired)))
    _ = try await seen.hello()
    let again = try await seen.acknowledge()
    #expect(again.through == 1)
    #expect(again.quarantined == [1])
    #expect(try await seen.resume().next == 2)
    link.stop()
    router.stop()
  }

  @Test("A delivery that this version cannot read is set aside under its number")
  func unreadable() async throws {
    let site = try TestSite()
    let router = try TestRouter(site)
    let store = try site.store()
    let link = site.link(store)
    var seen = Watch(router.submissions)
    try link.start()
    _ = try await seen.resume()
    // Field 3, the message, is nonsense; incarnation and number stand before it.
    let header = Sample.void(1).encoded()
    router.deliver(frame: header + [0x1a, 2, 0xff, 0xff], topic: "future.topic")
    router.deliver(Sample.delivery(2))
    var told: [UInt64] = []
    var through: UInt64 = 0
    while through < 2 {
      let frame = try await seen.acknowledge()
      told += frame.quarantined
      through = frame.through
    }
    #expect(told == [1])
    #expect(try store.notes == [2])
    #expect(try store.quarantined().map(\.number) == [1])
    link.stop()
    router.stop()
  }

  @Test("After a restart of either side the deliveries go on where they stood")
  func restarts() async throws {
    let site = try TestSite()
    var router = try TestRouter(site)
    let store = try site.store()
    var link = site.link(store)
    var seen = Watch(router.submissions)
    try link.start()
    _ = try await seen.resume()
    router.deliver(Sample.delivery(1))
    _ = try await seen.acknowledge(through: 1)
    link.stop()

    let reopened = try site.store()
    link = site.link(reopened)
    try link.start()
    #expect(try await seen.resume().next == 2)
    router.stop()

    router = try TestRouter(site)
    router.change { $0.acknowledgedThrough = 1 }
    seen = Watch(router.submissions)
    #expect(try await seen.resume().next == 2)
    router.deliver(Sample.delivery(2))
    _ = try await seen.acknowledge(through: 2)
    #expect(try reopened.notes == [1, 2])
    link.stop()
    router.stop()
  }

  @Test("A new life of the ledger waits for a person's word; then nothing is applied twice")
  func incarnation() async throws {
    let site = try TestSite()
    var router = try TestRouter(site)
    let store = try site.store()
    let link = site.link(store)
    var events = Watch(link.events())
    var seen = Watch(router.submissions)
    try link.start()
    _ = try await seen.resume()
    let id = Sample.id()
    router.deliver(Sample.delivery(1, id: id))
    _ = try await seen.acknowledge(through: 1)
    router.stop()

    let restored = Incarnation("ledger-two")!
    router = try TestRouter(site, TestRouter.Script(ledger: restored))
    seen = Watch(router.submissions)
    try await events.next(.incarnationChanged(restored))
    #expect(link.state.unconfirmedLedger == restored)
    #expect(link.state.ledger == Incarnation("ledger-one"))
    #expect(try await seen.hello().ledger == Incarnation("ledger-one"))
    try store.publish(Sample.data(), role: .behavioralHealth)
    try store.publish(Sample.control(), role: .behavioralHealth)
    // A revocation does not wait, data does; and no lane is open.
    #expect(try await seen.publish().sequence == .control)
    try await seen.ping()
    #expect(link.state.dataDepth == 1)

    try link.confirmIncarnation(restored)
    let resume = try await seen.resume()
    #expect(resume.ledger == restored)
    #expect(resume.next == 1)
    try await events.next(.receipted(.data, through: 1))
    router.deliver(Sample.delivery(1, id: id, of: "ledger-two"))
    router.deliver(Sample.delivery(2, of: "ledger-two"))
    _ = try await seen.acknowledge(through: 2)
    #expect(try store.notes == [1, 2])
    #expect(link.state.unconfirmedLedger == nil)
    link.stop()
    router.stop()
  }

  @Test("A store put back to an earlier state says what it missed, and goes on behind it")
  func missed() async throws {
    let site = try TestSite()
    let router = try TestRouter(site)
    let store = try site.store()
    let link = site.link(store)
    var events = Watch(link.events())
    var seen = Watch(router.submissions)
    try link.start()
    _ = try await seen.resume()
    router.change { $0.acknowledgedThrough = 5 }
    router.reply(.rejection(Refusal(.helloRequired)))
    try await events.next(.missed(after: 0, through: 5))
    #expect(try await seen.resume().next == 6)
    link.stop()
    router.stop()
  }

  @Test("A link that is no consumer publishes and opens no lane")
  func publisherOnly() async throws {
    let site = try TestSite()
    let router = try TestRouter(site)
    router.change { $0.acknowledgedThrough = 9 }
    let store = try site.store()
    try store.publish(Sample.data(), role: .behavioralHealth)
    let link = site.link(store, isConsumer: false)
    var seen = Watch(router.submissions)
    try link.start()
    #expect(try await seen.hello().isConsumer == false)
    #expect(try await seen.publish().first == 1)
    let second = try await seen.next { submission -> Bool? in
      switch submission {
      case .resume, .acknowledge: false
      case .ping: true
      default: nil
      }
    }
    #expect(second, "a ping, and no frame of a consumer before it")
    link.stop()
    router.stop()
  }
}
