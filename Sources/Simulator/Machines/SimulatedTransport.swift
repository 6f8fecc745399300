import HubModel
import HubProtocol
import RouterCore

/// The turn's transport on the simulated network: real frames both ways.
final class SimulatedTransport: Transport {
  private unowned let router: SimulatedRouter
  private unowned let world: World
  private var events: [Event] = []
  private var sendsLeft: Int?
  /// For planted bugs: the last content that went out under each number.
  private var sent: [AgencyID: [UInt64: [UInt8]]] = [:]

  init(_ router: SimulatedRouter, world: World) {
    self.router = router
    self.world = world
  }

  func begin(
    _ frames: [(Session, [UInt8])], _ acts: [AdministrativeAct], _ chained: ChainPoint?,
    isLow: Bool?, diesAfter sends: Int?
  ) {
    events = acts.enumerated().map { .administration($1, ticket: UInt64($0)) }
    if let chained { events.append(.chained(chained)) }
    if let isLow, world.bug != .ignoresLowSpace { events.append(.space(isLow: isLow)) }
    for (session, frame) in frames {
      do {
        var submission = try Submission(decoding: frame)
        world.bug?.change(received: &submission)
        events.append(.submission(session, submission))
      } catch {
        events.append(.malformed(session, error))
      }
    }
    sendsLeft = sends
  }

  func poll(atMost count: Int, waiting wait: Span) throws -> [Event] {
    defer { events = [] }
    return events
  }

  func send(_ sends: [Send]) throws {
    for output in sends {
      if let left = sendsLeft {
        guard left > 0 else { throw Killed() }
        sendsLeft = left - 1
      }
      send(output)
    }
  }

  private func send(_ output: Send) {
    switch output {
    case .reply(let session, let reply):
      guard let link = world.links.first(where: { $0.session == session }) else { return }
      link.reply(reply.encoded(), to: session)
    case .deliver(let permitted):
      let said = permitted.delivery.content.flatMap { world.history.said[$0.message.id]?.message }
      var delivery = permitted.delivery
      world.bug?.change(&delivery, of: said)
      let frame = delivery.encoded()
      let isAgain =
        sent[permitted.recipient, default: [:]].updateValue(frame, forKey: delivery.number) != nil
      count(permitted.delivery, of: said, isAgain)
      let recipient = world.bug?.changed(recipient: permitted.recipient) ?? permitted.recipient
      put(frame, permitted.delivery.topic, to: recipient)
    case .void(let agency, let delivery):
      let cached = world.bug == .permitsAreCached ? sent[agency]?[delivery.number] : nil
      put(cached ?? delivery.encoded(), delivery.topic, to: agency)
    case .rebind(let agency):
      if world.bug == .forgetsRebind { return }
      world.links.first { $0.agency == agency }?.rebind()
    case .administered, .previewed: break
    }
  }

  private func count(_ delivery: Delivery, of said: Message?, _ isAgain: Bool) {
    guard !isAgain else {
      world.tally.resends += 1
      return
    }
    guard let message = delivery.content?.message else { return }
    if message.topic == .outcome { world.tally.outcomes += 1 }
    if let said, message.segments.count < said.segments.count { world.tally.inPart += 1 }
  }

  private func put(_ frame: [UInt8], _ topic: Topic, to agency: AgencyID) {
    world.tally.deliveries += 1
    world.history.sent(
      frame, to: agency, at: router.clock.now(), skew: router.clock.skew)
    world.links.first { $0.agency == agency }?
      .deliver(topic: Array(topic.rawValue.utf8), frame)
  }
}
