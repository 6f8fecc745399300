public import HubModel

/// What a machine's clocks showed at one instant.
public struct ClockMark: Hashable, Sendable {
  public var wall: WallTime
  /// Names one boot of the machine; empty where that is unknown.
  public var boot: String
  /// Wall time less the time since boot. Slewing moves both clocks alike, so only setting the
  /// wall clock changes it.
  public var sinceBoot: Span
  public init(wall: WallTime, boot: String, sinceBoot: Span) {
    self.wall = wall
    self.boot = boot
    self.sinceBoot = sinceBoot
  }
}

/// Why the wall clock is not believed.
public enum ClockFault: Hashable, Sendable, CustomStringConvertible {
  /// It was set back, by so much against the time since boot.
  case setBack(Span)
  case setAhead(Span)
  /// It shows less than the ledger has seen already.
  case behindLedger(Span)

  public var description: String {
    switch self {
    case .setBack(let span): "set back by \(span.milliseconds) ms against the time since boot"
    case .setAhead(let span): "set ahead by \(span.milliseconds) ms against the time since boot"
    case .behindLedger(let span): "\(span.milliseconds) ms behind what the ledger last saw"
    }
  }
}

/// Watches wall time, by which consent starts and ends, against time that nobody can set.
///
/// | state   | event                                  | next    | what follows                    |
/// |---------|----------------------------------------|---------|---------------------------------|
/// | good    | shift within the bounds                | good    | a mark now and then             |
/// | good    | shift out of bounds, or behind ledger  | held    | in the log; nothing is released |
/// | held    | any                                    | held    | revocations and cut-offs work   |
/// | held    | operator accepts                       | good    | from now on measured from here  |
struct ClockGuard: Equatable, Sendable {
  private(set) var fault: ClockFault?
  /// The fault is in the log.
  var isLogged = false
  private var start: ClockMark?
  /// Wall time less ticks, when it was last believed.
  private var anchor: Span?
  /// The same, at the first turn.
  private var origin: Span?
  private var marked: WallTime?
  /// By how much the first look's wall time was known to be wrong, against what the ledger saw.
  private var error: Int64 = 0

  var isHeld: Bool { fault != nil }

  init() {}

  /// - Parameters:
  ///   - start: what the clocks show now; `nil` where nobody measured.
  ///   - last: what the ledger saw last.
  init(start: ClockMark?, last: ClockMark?) {
    self.start = start
    guard let start, let last else { return }
    if start.boot == last.boot, !start.boot.isEmpty {
      let shift = start.sinceBoot.milliseconds - last.sinceBoot.milliseconds
      fault = Self.fault(of: shift)
      if fault != nil { error = shift }
    }
    let behind = last.wall.milliseconds - start.wall.milliseconds
    if fault == nil, behind > Limits.clockBack.milliseconds {
      fault = .behindLedger(Span(milliseconds: behind))
      error = -behind
    }
  }

  private static func fault(of shift: Int64) -> ClockFault? {
    if shift < -Limits.clockBack.milliseconds { return .setBack(Span(milliseconds: -shift)) }
    if shift > Limits.clockAhead.milliseconds { return .setAhead(Span(milliseconds: shift)) }
    return nil
  }

  private static func offset(_ now: WallTime, _ tick: Tick) -> Span {
    Span(milliseconds: now.milliseconds - tick.milliseconds)
  }

  /// Compares the clocks once more.
  mutating func look(at now: WallTime, _ tick: Tick) {
    let offset = Self.offset(now, tick)
    origin = origin ?? offset
    guard let anchor else {
      self.anchor = offset
      return
    }
    if fault == nil { fault = Self.fault(of: offset.milliseconds - anchor.milliseconds) }
  }

  /// Between which two times it is: the wall clock's, and, while that is in doubt, the one that it
  /// would show had nobody set it. Whatever ends something counts from the later of the two, what
  /// opens something from the earlier: who corrects the clock afterwards widens nothing.
  func bounds(_ now: WallTime, _ tick: Tick) -> ClosedRange<WallTime> {
    guard fault != nil, let anchor else { return now...now }
    let believed = WallTime(milliseconds: tick.milliseconds + anchor.milliseconds - error)
    return min(now, believed)...max(now, believed)
  }

  /// Somebody has looked: the clock is right as it is.
  mutating func accept(_ now: WallTime, _ tick: Tick) {
    fault = nil
    error = 0
    isLogged = false
    anchor = Self.offset(now, tick)
    marked = nil
  }

  /// What is to be written down with this commit, if it is time to.
  mutating func mark(_ now: WallTime, _ tick: Tick) -> ClockMark? {
    guard let start, let origin, fault == nil else { return nil }
    if let marked, now - marked < Limits.clockMarkEvery, now >= marked { return nil }
    marked = now
    let shift = Self.offset(now, tick).milliseconds - origin.milliseconds
    return ClockMark(
      wall: now, boot: start.boot,
      sinceBoot: Span(milliseconds: start.sinceBoot.milliseconds + shift))
  }
}
