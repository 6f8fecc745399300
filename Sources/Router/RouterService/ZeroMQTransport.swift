import HubModel
import HubProtocol
import Logging
import Operations
import RouterCore
import ZeroMQ

/// The turn's transport: one `ROUTER` for the submit lane and one plain `XPUB` for each agency.
/// Owned by the router's one thread.
final class ZeroMQTransport: Transport {
  private let context: Context
  private let host: String
  /// Where the lane of an agency with a validated tunnel is bound instead.
  private let tunnels: [AgencyID: String]
  private let window: Int
  private let secretKey: CurveSecretKey
  private let inbox: Inbox
  private let log: Logger
  private let clock: SystemClock
  private let metrics: TurnMetrics
  private let submit: SubmitLane
  private var intake: Intake
  /// Whose key is whose, as of the last binding of the lanes.
  private var registry: Registry
  private var lanes: [ReleaseLane] = []
  /// Of the last turn, to operators who wait.
  private var answers: [(ticket: UInt64, answer: Inbox.Answered)] = []
  /// Lanes that the last turn asked to close and bind again.
  private(set) var rebinding: [AgencyID] = []

  init(
    context: Context, configuration: RouterConfiguration, secretKey: CurveSecretKey,
    inbox: Inbox, clock: SystemClock, registry: Registry, metrics: TurnMetrics, log: Logger
  ) throws {
    self.metrics = metrics
    self.clock = clock
    self.registry = registry
    intake = Intake(
      Intake.Bounds(rate: configuration.submitRate, burst: configuration.submitBurst))
    self.context = context
    host = configuration.listenHost
    tunnels = Dictionary(
      configuration.criminalJusticeRoutes.map { ($0.agency, $0.bind) },
      uniquingKeysWith: { first, _ in first })
    window = configuration.window
    self.secretKey = secretKey
    self.inbox = inbox
    self.log = log
    // Behind a tunnel an agency finds both lanes at the tunnel's address.
    let everywhere = ["0.0.0.0", "[::]", "::"].contains(host)
    let addresses = everywhere ? [host] : Set(tunnels.values).union([host]).sorted()
    submit = try SubmitLane(
      at: addresses.map { Self.endpoint($0, configuration.submitPort) }, secretKey: secretKey,
      in: context)
  }

  func close() {
    submit.close()
    for lane in lanes { lane.close() }
    lanes = []
  }

  // MARK: Release lanes

  /// Makes the lanes those of the registry; called at start.
  func open() throws {
    for agency in registry.agencies.values.sorted(by: { $0.id < $1.id }) { try open(agency) }
  }

  /// Closes the lanes that the last turn named, and binds those that the registry still has:
  /// no connection made under an old key survives.
  func rebind(_ registry: Registry) throws {
    self.registry = registry
    for agency in rebinding {
      for lane in lanes where lane.agency == agency { lane.close() }
      lanes.removeAll { $0.agency == agency }
      if let entry = registry.agencies[agency] { try open(entry) }
      log.notice("release lane bound again", metadata: ["agency": "\(agency)"])
    }
    rebinding = []
  }

  private func open(_ agency: Registry.Agency) throws {
    let endpoint = Self.endpoint(tunnels[agency.id] ?? host, agency.releasePort)
    lanes.append(
      try ReleaseLane(
        agency.id, at: endpoint, window: window, secretKey: secretKey, in: context))
  }

  /// Ends every connection of the submit lane; the adapters come back by themselves.
  func bindSubmitLaneAgain() throws { try submit.bindAgain() }

  private static func endpoint(_ address: String, _ port: UInt16) -> String {
    let isBareIPv6 = address.contains(":") && !address.hasPrefix("[")
    return isBareIPv6 ? "tcp://[\(address)]:\(port)" : "tcp://\(address):\(port)"
  }

  /// While the disk is nearly full, nobody may use up what is kept for everybody.
  func note(isLowOnSpace: Bool) { intake.isLowOnSpace = isLowOnSpace }

  // MARK: Turn

  func poll(atMost count: Int, waiting wait: Span) throws -> [Event] {
    let polled = lanes
    let sockets = [submit.polled] + polled.map(\.polled)
    let ready = try Poller.poll(
      sockets, extraDescriptors: [inbox.waker.descriptor],
      timeoutMilliseconds: intake.isEmpty ? Int(wait.milliseconds) : 0)
    var events: [Event] = []
    let now = clock.tick()
    for index in ready {
      switch index {
      case 0: try receive(at: now)
      case sockets.count:
        events += inbox.take()
        if let bounds = inbox.takeBounds() { intake.change(bounds) }
      default: try greet(polled[index - 1])
      }
    }
    events += intake.batch(atMost: count).map(Self.decoded)
    intake.takeNotices(at: now).forEach(report)
    metrics.took(events: events.count)
    return events
  }

  private static func decoded(_ frame: RawFrame) -> Event {
    do throws(Refusal) {
      return .submission(frame.session, try Submission(decoding: frame.bytes))
    } catch {
      return .malformed(frame.session, error)
    }
  }

  /// Frames, and bytes of them, that are taken off the socket at a time.
  private static let framesAtOnce = 512
  private static let bytesAtOnce = 16 << 20

  /// Takes what came off the socket. Whose it is, and whether it is too much, is seen before
  /// anything is decoded.
  private func receive(at now: Tick) throws {
    var bytes = 0
    var frames = 0
    while frames < Self.framesAtOnce, bytes < Self.bytesAtOnce,
      let message = try submit.receive()
    {
      frames += 1
      bytes += message.frames.reduce(0) { $0 + $1.count }
      // No user id: the ZAP handler did not vouch for it, so nobody said it. The turn asks the
      // registry again: a key may be cut off while its frame waits.
      guard let userID = message.userID, let fingerprint = KeyFingerprint(userID),
        let agency = registry.holder(of: fingerprint)?.agency.id
      else { continue }
      guard message.frames.count == 2, !message.isOversize else {
        metrics.limited(agency)
        intake.note(misuseBy: agency, at: now)
        continue
      }
      let session = Session(connection: message.frames[0], fingerprint: fingerprint)
      let frame = RawFrame(session: session, bytes: message.frames[1])
      switch intake.offer(frame, of: agency, at: now) {
      case .taken: break
      case .dropped: metrics.limited(agency)
      case .refused(let refusal, let after):
        metrics.limited(agency)
        try send([.reply(session, .rejection(refusal, after: after))])
      }
    }
  }

  private func report(_ notice: Intake.Notice) {
    switch notice {
    case .limited(let agency):
      log.warning(
        "an agency sends more than its share; the rest waits in its spool",
        metadata: ["agency": "\(agency)", "remedy": "see submit-rate in router.yaml"])
    case .misuse(let agency):
      log.warning(
        """
        under an agency's key somebody sends what no adapter does: messages of many frames, or \
        more subscriptions than there are topics
        """,
        metadata: ["agency": "\(agency)", "remedy": "ask who runs it, or cut off the key"])
    case .withinShare(let agency, let count):
      log.notice(
        "an agency is within its share again",
        metadata: ["agency": "\(agency)", "refused-frames": "\(count)"])
    }
  }

  /// Lets an agency begin anew that asks for more than a lane holds; it holds up itself alone.
  private func greet(_ lane: ReleaseLane) throws {
    guard try !lane.greet() else { return }
    lane.close()
    lanes.removeAll { $0 === lane }
    rebinding.append(lane.agency)
    metrics.limited(lane.agency)
    intake.note(misuseBy: lane.agency, at: clock.tick())
  }

  func send(_ sends: [Send]) throws {
    for output in sends {
      switch output {
      case .reply(let session, let reply):
        let result = try submit.send(reply, to: session)
        if result != .sent {
          log.debug(
            "reply not taken", metadata: ["key": "\(session.fingerprint)", "why": "\(result)"])
        }
      case .deliver(let permitted): try release(permitted.delivery, to: permitted.recipient)
      case .void(let agency, let delivery): try release(delivery, to: agency)
      case .rebind(let agency): rebinding.append(agency)
      case .administered(let ticket, let refusal):
        answers.append((ticket, refusal.map(Inbox.Answered.refused) ?? .done))
      case .previewed(let ticket, let preview): answers.append((ticket, .previewed(preview)))
      }
    }
  }

  var hasAnswers: Bool { !answers.isEmpty }

  /// Tells operators what came of their acts. After everybody may see what they changed: who asks
  /// next must not be shown what was before.
  func answerOperators() {
    for (ticket, answer) in answers { inbox.answer(ticket, answer) }
    answers = []
  }

  /// Never waits. What a full pipe does not take is lost here and found again: the recipient sees
  /// the gap, or the head in its pong, and asks from there.
  private func release(_ delivery: Delivery, to agency: AgencyID) throws {
    guard let lane = lanes.first(where: { $0.agency == agency }) else { return }
    let result = try lane.send(
      topic: Array(delivery.topic.rawValue.utf8), delivery.encoded()[...])
    guard log.logLevel <= .debug, let content = delivery.content else { return }
    log.debug(
      "delivery handed over",
      metadata: [
        "message": "\(content.message.id)", "agency": "\(agency)",
        "number": "\(delivery.number)", "result": "\(result)",
      ])
  }
}
