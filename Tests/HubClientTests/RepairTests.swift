import GRDB
import HubClient
import HubModel
import HubProtocol
import Testing

@Suite("Doing again what went wrong", .timeLimit(.minutes(5)), .serialized)
struct RepairTests {
  @Test("A dead letter goes again under its own id, and is taken once its reason is mended")
  func deadLetter() async throws {
    let site = try TestSite()
    let router = try TestRouter(site)
    router.change { $0.refusals = [1: .notPublisher] }
    let store = try site.store()
    let message = Sample.data()
    try store.publish(message, role: .behavioralHealth)
    let link = site.link(store)
    var events = Watch(link.events())
    try link.start()
    try await events.next(.refused(.data, number: 1, .notPublisher))
    let refusal = Refusal(.notPublisher, at: "callback")
    #expect(try store.submissionState(of: message.id) == .refused(refusal))
    let content = try store.read {
      try store.content(ofDeadLetter: message.id, from: message.source, in: $0)
    }
    #expect(content != nil)
    let isKnown = try store.write {
      try store.sendAgain(message.id, from: message.source, as: .behavioralHealth, in: $0)
    }
    #expect(isKnown)
    try await events.next(.receipted(.data, through: 2))
    #expect(try store.deadLetters().isEmpty)
    #expect(try store.submissionState(of: message.id) == .receipted)
    // There is nothing to send again any more.
    let again = try store.write {
      try store.sendAgain(message.id, from: message.source, as: .behavioralHealth, in: $0)
    }
    #expect(!again)
    link.stop()
    router.stop()
  }

  @Test("A delivery that was set aside is applied once, however often it is tried")
  func setAside() async throws {
    let site = try TestSite()
    let router = try TestRouter(site)
    let store = try site.store()
    let link = site.link(store)
    var seen = Watch(router.submissions)
    var events = Watch(link.events())
    try link.start()
    _ = try await seen.resume()
    router.deliver(Sample.delivery(1, place: "fail"))
    try await events.next(.quarantined(number: 1))
    struct Other: DeliveryHandler {
      let isMended: Bool
      func apply(_ content: Delivery.Content, number: UInt64, in database: Database) throws {
        guard isMended else { throw Refusal(.malformedFrame) }
        try database.execute(
          sql: "INSERT INTO note (number) VALUES (?)", arguments: [Int64(number)])
      }
      func afterCommit() {}
    }
    // Not mended yet: it stays, and leaves nothing behind.
    #expect(throws: Refusal.self) {
      try store.write { try store.applyAgain(1, with: Other(isMended: false), in: $0) }
    }
    #expect(try store.quarantined().count == 1 && store.notes == [])
    #expect(try store.write { try store.applyAgain(1, with: Other(isMended: true), in: $0) })
    #expect(try store.quarantined().isEmpty)
    #expect(try store.notes == [1])
    #expect(try !store.write { try store.applyAgain(1, with: Other(isMended: true), in: $0) })
    #expect(try store.notes == [1])
    link.stop()
    router.stop()
  }

  @Test("What somebody has dealt with otherwise is forgotten, with its content")
  func dismissed() async throws {
    let site = try TestSite()
    let router = try TestRouter(site)
    router.change { $0.refusals = [1: .notPublisher] }
    let store = try site.store()
    let message = Sample.data()
    try store.publish(message, role: .behavioralHealth)
    let link = site.link(store)
    var events = Watch(link.events())
    try link.start()
    try await events.next(.refused(.data, number: 1, .notPublisher))
    #expect(try store.write { try store.dismiss(deadLetter: message.id, in: $0) })
    #expect(try !store.write { try store.dismiss(deadLetter: message.id, in: $0) })
    #expect(try !store.write { try store.dismiss(setAside: 7, in: $0) })
    #expect(try store.deadLetters().isEmpty)
    link.stop()
    router.stop()
  }

  @Test("Latency and the hub's clock are told once a pong came")
  func times() async throws {
    let site = try TestSite()
    let router = try TestRouter(site)
    let store = try site.store()
    let link = site.link(store)
    #expect(link.state.roundTrip == nil && link.state.clockOffset == nil)
    try link.start()
    while link.state.roundTrip == nil { await Task.yield() }
    #expect((link.state.roundTrip ?? .seconds(9)) < .seconds(9))
    #expect(link.state.clockOffset != nil)
    link.stop()
    router.stop()
  }
}
