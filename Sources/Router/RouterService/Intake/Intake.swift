import HubModel
import HubProtocol
import RouterCore

/// A frame as the submit lane brought it, not decoded yet.
struct RawFrame: Sendable {
  let session: Session
  let bytes: [UInt8]
}

/// Stands between the submit lane and the turn: shares the router out among agencies, so that what
/// one of them sends, valid or not, holds up no other.
///
/// | frame                    | allowance              | when it is over                          |
/// |--------------------------|------------------------|------------------------------------------|
/// | publish of data, unclear | the agency's share     | refused; the spool keeps it              |
/// | publish of control       | its reserve            | refused; the spool keeps it              |
/// | hello, resume, ping      | its reserve            | refused; said again in a moment          |
/// | acknowledge              | none: it frees a place | dropped past the queue's bound           |
/// | control, on a full disk  | 2 units of 4 KiB a     | refused; the spool keeps it              |
/// |                          | second, 1,024 at once  |                                          |
///
/// What is taken waits in two fair queues. Control frames and those that keep a connection alive go
/// first, up to half of a batch while data waits; so a flood of data never delays a revocation,
/// its own agency's included, and a flood of pings never stops the data.
struct Intake {
  struct Bounds {
    var rate: Int
    var burst: Int
    /// For what overtakes: a quarter of the share, on top of it.
    var urgentRate: Int { max(200, rate / 4) }
    var urgentBurst: Int { max(4_000, burst / 4) }
    var frames = Limits.waitingFrames
    var bytes = Limits.waitingBytes
    /// Every acknowledgement of the largest window, and as much again.
    var urgentFrames = 2 * Limits.largestWindow
  }

  /// What becomes of a frame.
  enum Verdict: Equatable {
    case taken
    /// Not read any further; the sender is told when to try again.
    case refused(Refusal, after: Span)
    /// Not read any further, and not answered: it was told a moment ago.
    case dropped
  }

  private struct Account {
    var share: Allowance
    var reserve: Allowance
    /// Of the space that is kept for what must always be written.
    var scarce: Allowance
    var toldAt: [Session: Tick] = [:]
    var refused = 0
    var refusedAt: Tick?
  }

  /// Told in the operator's log: once when it begins, once when it is over.
  enum Notice: Equatable {
    case limited(AgencyID)
    /// At most once in ``quiet``.
    case misuse(AgencyID)
    case withinShare(AgencyID, framesRefused: Int)
  }

  /// Between two answers to one connection.
  static let answerEvery = Span(milliseconds: 100)
  /// Without a refusal for so long, it is over.
  static let quiet = Span.seconds(10)
  /// A hello or a resume costs the router about this many messages' work; a ping, a read or two.
  static let connectionCost = 64
  static let pingCost = 8
  /// Longer than any frame that keeps a connection alive.
  static let urgentBytes = 64 << 10

  /// In units of 4 KiB, for each agency, while the disk is nearly full: no single one may use up
  /// what is kept for everybody's revocations. The largest frame still fits.
  static let scarceRate = 2
  static let scarceBurst = Limits.messagesPerPublish

  /// Whether the disk is nearly full.
  var isLowOnSpace = false
  private var bounds: Bounds
  private var accounts: [AgencyID: Account] = [:]
  private var urgent = FairQueue<RawFrame>()
  private var ordinary = FairQueue<RawFrame>()
  private var notices: [Notice] = []
  private var misusedAt: [AgencyID: Tick] = [:]

  init(_ bounds: Bounds) { self.bounds = bounds }

  /// Other shares from now on. Everybody begins with a full one; what waits stays.
  mutating func change(_ bounds: Bounds) {
    self.bounds = bounds
    for (agency, account) in accounts where account.refusedAt == nil { accounts[agency] = nil }
    for agency in accounts.keys { accounts[agency]?.share.change(bounds.rate, bounds.burst) }
  }

  var isEmpty: Bool { urgent.isEmpty && ordinary.isEmpty }

  // MARK: In

  mutating func offer(_ frame: RawFrame, of agency: AgencyID, at tick: Tick) -> Verdict {
    let outline = SubmissionOutline(of: frame.bytes)
    let cost = Self.cost(of: frame, outline)
    if outline.kind == .hello {
      // What the connection sent before may be of another life of its spool: a greeting must not
      // overtake it. The sender goes on from the welcome's numbers.
      ordinary.remove(of: agency) { $0.session == frame.session }
    }
    var account =
      accounts.removeValue(forKey: agency)
      ?? Account(
        share: Allowance(perSecond: bounds.rate, most: bounds.burst, at: tick),
        reserve: Allowance(
          perSecond: bounds.urgentRate, most: bounds.urgentBurst, at: tick),
        scarce: Allowance(perSecond: Self.scarceRate, most: Self.scarceBurst, at: tick))
    defer { accounts[agency] = account }
    let wait: Span?
    if outline.isUrgent(bytes: frame.bytes.count) {
      let isFull =
        urgent.count(of: agency) >= bounds.urgentFrames
        || urgent.bytes(of: agency) + frame.bytes.count > bounds.bytes
      wait = isFull ? Self.answerEvery : take(cost, for: outline.kind, of: &account, at: tick)
      if wait == nil { urgent.append(frame, cost: cost, bytes: frame.bytes.count, of: agency) }
    } else {
      let isFull =
        ordinary.count(of: agency) >= bounds.frames
        || ordinary.bytes(of: agency) + frame.bytes.count > bounds.bytes
      wait = isFull ? Self.answerEvery : account.share.take(cost, at: tick)
      if wait == nil { ordinary.append(frame, cost: cost, bytes: frame.bytes.count, of: agency) }
    }
    guard let wait else { return .taken }
    if account.refusedAt == nil { notices.append(.limited(agency)) }
    account.refused += 1
    account.refusedAt = tick
    return answer(frame.session, outline, after: wait, &account, at: tick)
  }

  /// How long what overtakes has to wait; nothing where it need not.
  private func take(
    _ cost: Int, for kind: SubmissionOutline.Kind, of account: inout Account, at tick: Tick
  ) -> Span? {
    switch kind {
    case .acknowledge: nil
    case .control where isLowOnSpace: account.scarce.take(cost, at: tick)
    default: account.reserve.take(cost, at: tick)
    }
  }

  /// Somebody with the agency's key does what no adapter does.
  mutating func note(misuseBy agency: AgencyID, at tick: Tick) {
    if let last = misusedAt[agency], tick - last < Self.quiet { return }
    misusedAt[agency] = tick
    notices.append(.misuse(agency))
  }

  private func answer(
    _ session: Session, _ outline: SubmissionOutline, after wait: Span, _ account: inout Account,
    at tick: Tick
  ) -> Verdict {
    if let told = account.toldAt[session], tick - told < Self.answerEvery { return .dropped }
    // Connections come and go; those told long ago need not be remembered.
    if account.toldAt.count >= Limits.sessionsPerAgency {
      account.toldAt = account.toldAt.filter { tick - $0.value < Self.answerEvery }
      guard account.toldAt.count < Limits.sessionsPerAgency else { return .dropped }
    }
    account.toldAt[session] = tick
    let place = outline.kind == .unclear ? "data" : outline.kind.rawValue
    return .refused(Refusal(.rateLimited, at: place), after: wait)
  }

  private static func cost(of frame: RawFrame, _ outline: SubmissionOutline) -> Int {
    let size = max(
      1, outline.messages,
      (frame.bytes.count + Limits.submitUnitBytes - 1) / Limits.submitUnitBytes)
    switch outline.kind {
    case .hello, .resume: return max(size, connectionCost)
    case .ping: return max(size, pingCost)
    case .data, .control, .acknowledge, .unclear: return size
    }
  }

  // MARK: Out

  /// The frames of one batch, in the order in which they are to be taken.
  ///
  /// - Parameter most: messages; the last frame may go beyond.
  mutating func batch(atMost most: Int) -> [RawFrame] {
    var frames: [RawFrame] = []
    var used = 0
    let half = ordinary.isEmpty ? most : most / 2
    while used < half, let next = urgent.next() {
      frames.append(next.waiting.element)
      used += next.waiting.cost
    }
    while used < most, let next = ordinary.next() {
      frames.append(next.waiting.element)
      used += next.waiting.cost
    }
    while used < most, let next = urgent.next() {
      frames.append(next.waiting.element)
      used += next.waiting.cost
    }
    return frames
  }

  /// What the operator should hear of since the last call.
  mutating func takeNotices(at tick: Tick) -> [Notice] {
    for (agency, account) in accounts {
      guard let last = account.refusedAt, tick - last >= Self.quiet else { continue }
      notices.append(.withinShare(agency, framesRefused: account.refused))
      accounts[agency]?.refused = 0
      accounts[agency]?.refusedAt = nil
    }
    defer { notices = [] }
    return notices
  }
}

extension SubmissionOutline {
  fileprivate func isUrgent(bytes: Int) -> Bool {
    switch kind {
    case .control: true
    case .hello, .acknowledge, .resume, .ping: bytes <= Intake.urgentBytes
    case .data, .unclear: false
    }
  }
}
