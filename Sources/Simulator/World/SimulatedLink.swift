import HubClient
import HubModel
import HubProtocol
import RouterCore

/// The network between one agency and the router: in order while a connection lives, as TCP is;
/// everything in flight is lost with it.
final class SimulatedLink {
  let agency: AgencyID
  private(set) var fingerprint: KeyFingerprint
  /// What the agency uses from its next connection on.
  var nextKey: KeyFingerprint?
  /// The key that opened the release lane.
  private var laneKey: KeyFingerprint?
  /// Whoever else listens to the agency's lane, by their keys.
  private var listeners: Set<KeyFingerprint> = []
  /// Counts connections, so that what belongs to an earlier one is known.
  private(set) var connection: UInt64 = 0
  private(set) var lane: UInt64 = 0
  private(set) var isUp = false
  private(set) var laneIsUp = false
  var isCut = false
  private var wantsUp = false
  private var wantsLane = false

  var events: [LinkWireEvent] = []
  var replies: [LinkFrames] = []
  var deliveries: [LinkFrames] = []
  /// The latest arrival of each direction: nothing overtakes on one connection.
  private var latest: [Int] = [0, 0, 0]

  private unowned let world: World

  init(agency: AgencyID, key: KeyFingerprint, world: World) {
    self.agency = agency
    fingerprint = key
    self.world = world
  }

  func mend() {
    isCut = false
    guard isUp else { return }
    // What both ends took for a connection died in the meantime.
    drop(told: true)
  }

  private(set) var session: Session?

  // MARK: The agency's end

  func connect() {
    wantsUp = true
    attempt()
  }

  func disconnect() {
    wantsUp = false
    wantsLane = false
    drop(told: false)
  }

  /// Tries until it is up, as libzmq does by itself.
  private func attempt() {
    guard wantsUp, !isUp else { return }
    world.after(Span(milliseconds: Int64(world.random.within(2...80)))) { [self] in
      guard wantsUp, !isUp else { return }
      guard !isCut, world.router.isUp else {
        world.after(Span(milliseconds: 500)) { [self] in attempt() }
        return
      }
      if let key = nextKey {
        fingerprint = key
        nextKey = nil
      }
      guard !world.router.isCutOff(fingerprint) else {
        events.append(.refused)
        wantsUp = false
        world.wake(agency)
        return
      }
      connection += 1
      isUp = true
      session = Session(
        connection: Array("\(agency)/\(connection)".utf8), fingerprint: fingerprint)
      events.append(.secured)
      world.wake(agency)
      if wantsLane { openLane() }
    }
  }

  func openLane() {
    wantsLane = true
    lane += 1
    laneIsUp = false
    deliveries = []
    let mine = lane
    world.after(Span(milliseconds: Int64(world.random.within(2...60)))) { [self] in
      guard mine == lane, wantsLane, isUp, !isCut, world.router.isUp,
        !world.router.isCutOff(fingerprint)
      else { return }
      laneIsUp = true
      laneKey = fingerprint
      // The router greets a subscription.
      carry(.delivery) { [self] in
        deliveries.append(LinkFrames(frames: [Array("accord.lane".utf8), []]))
      }
    }
  }

  func closeLane() {
    wantsLane = false
    laneIsUp = false
    lane += 1
    deliveries = []
  }

  func submit(_ frame: [UInt8]) -> Bool {
    guard isUp, !isCut else { return isUp }
    guard let session else { return false }
    carry(.submission) { [self] in world.router.receive(frame, from: session) }
    return true
  }

  // MARK: The router's end

  func reply(_ frame: [UInt8], to session: Session) {
    guard isUp, !isCut, session == self.session else { return }
    carry(.reply) { [self] in
      replies.append(LinkFrames(frames: [frame]))
      world.wake(agency)
    }
  }

  func deliver(topic: [UInt8], _ frame: [UInt8]) {
    // Who listens hears it, whether the agency does or not.
    let ended = world.history.operators.ended
    if laneKey.map(ended.contains) ?? false || !listeners.isDisjoint(with: ended) {
      world.history.note("a key of \(agency) that was cut off was sent something")
    }
    guard laneIsUp, isUp, !isCut else { return }
    // A full pipe drops, and nobody is told.
    if world.faults.drops(&world.random) {
      world.tally.framesLost += 1
      return
    }
    let copies = world.faults.doubles(&world.random) ? 2 : 1
    for _ in 0..<copies {
      carry(.delivery) { [self] in
        deliveries.append(LinkFrames(frames: [topic, frame]))
        world.wake(agency)
      }
    }
  }

  /// The router closed and bound its lane again; a good key reconnects by itself.
  func rebind() {
    listeners = []
    laneKey = nil
    laneIsUp = false
    if wantsLane { openLane() }
  }

  /// A thief listens too, by a key that is let in so far.
  func listen(with key: KeyFingerprint) {
    if world.router.isUp { listeners.insert(key) }
  }

  /// The router is gone, and every connection with it.
  func dropAll() {
    listeners = []
    laneKey = nil
    drop(told: true)
  }

  // MARK: The network's own doings

  /// The connection breaks. The agency notices when its kernel does; the router never is told.
  func drop(told: Bool) {
    guard isUp || laneIsUp else { return }
    isUp = false
    laneIsUp = false
    connection += 1
    lane += 1
    replies = []
    deliveries = []
    latest = [0, 0, 0]
    guard told else { return }
    world.after(Span(milliseconds: Int64(world.random.within(1...3_000)))) { [self] in
      guard wantsUp, !isUp else { return }
      events.append(.lost)
      world.wake(agency)
      attempt()
    }
  }

  private enum Direction: Int { case submission, reply, delivery }

  private func carry(_ direction: Direction, _ arrive: @escaping () -> Void) {
    let (connection, lane) = (connection, lane)
    let now = Int(world.now.milliseconds)
    var arrival = now + world.faults.delay(&world.random)
    if !world.faults.overtakes(&world.random) {
      arrival = max(arrival, latest[direction.rawValue])
      latest[direction.rawValue] = arrival
    }
    world.after(Span(milliseconds: Int64(arrival - now))) { [self] in
      guard connection == self.connection, !isCut else { return }
      if direction == .delivery && lane != self.lane { return }
      arrive()
    }
  }
}

/// One agency's end of its link, as the client's loop sees it.
final class SimulatedWire: LinkWire {
  private let link: SimulatedLink
  private let bug: PlantedBug?
  var isWoken = false

  init(_ link: SimulatedLink, bug: PlantedBug?) {
    self.link = link
    self.bug = bug
  }

  func connect() throws { link.connect() }
  func disconnect() { link.disconnect() }
  func nextEvent() throws -> LinkWireEvent? {
    link.events.isEmpty ? nil : link.events.removeFirst()
  }
  func send(_ frame: [UInt8]) throws -> Bool {
    link.submit(bug?.changed(submission: frame) ?? frame)
  }
  func receiveReply() throws -> LinkFrames? {
    link.replies.isEmpty ? nil : link.replies.removeFirst()
  }
  func openLane(_ welcome: Reply.Welcome) throws { link.openLane() }
  func closeLane() { link.closeLane() }
  func receiveDelivery() throws -> LinkFrames? {
    link.deliveries.isEmpty ? nil : link.deliveries.removeFirst()
  }
  func wait(_ atMost: Span) throws -> Bool {
    defer { isWoken = false }
    return isWoken
  }
}
