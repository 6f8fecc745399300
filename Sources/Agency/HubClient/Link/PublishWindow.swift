import HubModel

/// One sequence's numbers on their way to the router: a few frames in flight, go back to the last
/// receipt when one is lost.
///
/// | event              | what follows                                                     |
/// |--------------------|------------------------------------------------------------------|
/// | welcome(through)   | everything after it is sent (again)                              |
/// | sent               | one frame more in flight                                         |
/// | receipt, further   | frames up to it are done                                         |
/// | receipt, no further| the router misses something: go back, but not at every such word |
/// | no receipt in time | go back                                                          |
/// | low space          | go back and hold                                                 |
struct PublishWindow: Equatable {
  /// More would only wait in the router's queue: four frames keep it busy while one is flushed.
  static let framesInFlight = 4

  private struct Frame: Equatable {
    let last: UInt64
    let at: Tick
  }

  enum Progress: Equatable { case further, none }

  private(set) var receipted: UInt64 = 0
  private(set) var sent: UInt64 = 0
  private var inFlight: [Frame] = []
  private var heldUntil: Tick?
  private var wentBack: Tick?

  /// When the oldest frame in flight was sent.
  var waitingSince: Tick? { inFlight.first?.at }
  var isIdle: Bool { inFlight.isEmpty }

  mutating func begin(through: UInt64) {
    self = PublishWindow()
    receipted = through
    sent = through
  }

  func hasRoom(at now: Tick) -> Bool {
    if let heldUntil, now < heldUntil { return false }
    return inFlight.count < Self.framesInFlight
  }

  mutating func didSend(through last: UInt64, at now: Tick) {
    sent = last
    inFlight.append(Frame(last: last, at: now))
  }

  mutating func receive(through: UInt64) -> Progress {
    guard through > receipted else { return .none }
    receipted = through
    // A frame from before going back may have arrived after all.
    sent = max(sent, through)
    inFlight.removeAll { $0.last <= through }
    return .further
  }

  mutating func goBack(at now: Tick) {
    sent = receipted
    inFlight = []
    wentBack = now
  }

  /// Goes back unless that was done less than `pause` ago.
  mutating func goBack(at now: Tick, pause: Span) {
    if let wentBack, now - wentBack < pause { return }
    goBack(at: now)
  }

  mutating func hold(until: Tick, at now: Tick) {
    goBack(at: now)
    heldUntil = until
  }

  /// Until when it holds, if it does.
  var resumesAt: Tick? { heldUntil }
}
