import HubModel

/// Frames of several agencies that wait for their turn; whoever has had least comes next.
///
/// Start-time fair queueing: each agency has a clock that its frames' costs drive on, and the one
/// that is furthest behind is served. Whoever was away joins where the others are: quiet saves up
/// nothing here (that is the ``Allowance``'s part), and a flood drives on its own clock alone.
struct FairQueue<Element> {
  struct Waiting {
    let element: Element
    let cost: Int
    let bytes: Int
  }

  private struct Line {
    var waiting: [Waiting] = []
    /// Index of the first that still waits: taking from the head moves nothing.
    var head = 0
    var bytes = 0
    var served = 0
    var count: Int { waiting.count - head }
  }

  private var lines: [AgencyID: Line] = [:]
  /// The served clock of whoever was last served.
  private var clock = 0

  var isEmpty: Bool { lines.isEmpty }

  func count(of agency: AgencyID) -> Int { lines[agency]?.count ?? 0 }
  func bytes(of agency: AgencyID) -> Int { lines[agency]?.bytes ?? 0 }

  mutating func append(_ element: Element, cost: Int, bytes: Int, of agency: AgencyID) {
    var line = lines.removeValue(forKey: agency) ?? Line(served: clock)
    line.waiting.append(Waiting(element: element, cost: cost, bytes: bytes))
    line.bytes += bytes
    lines[agency] = line
  }

  /// Forgets some of what waits; the rest keeps its order.
  mutating func remove(of agency: AgencyID, where isObsolete: (Element) -> Bool) {
    guard var line = lines.removeValue(forKey: agency) else { return }
    line.waiting.removeFirst(line.head)
    line.head = 0
    line.waiting.removeAll { isObsolete($0.element) }
    line.bytes = line.waiting.reduce(0) { $0 + $1.bytes }
    if line.count > 0 { lines[agency] = line }
  }

  /// Takes the next frame; the agency's name breaks a tie, so that a test can foretell it.
  mutating func next() -> (agency: AgencyID, waiting: Waiting)? {
    let first = lines.min { ($0.value.served, $0.key) < ($1.value.served, $1.key) }
    guard let agency = first?.key, var line = lines.removeValue(forKey: agency) else { return nil }
    let taken = line.waiting[line.head]
    clock = line.served
    line.head += 1
    line.bytes -= taken.bytes
    line.served += taken.cost
    if line.count > 0 {
      if line.head >= 32, line.head * 2 >= line.waiting.count {
        line.waiting.removeFirst(line.head)
        line.head = 0
      }
      lines[agency] = line
    }
    return (agency, taken)
  }
}

/// What one agency may still send: fills at a steady rate up to a bound.
///
/// A frame is taken while anything is left, and may run into debt: otherwise a frame larger than
/// the bound could never pass.
struct Allowance {
  private(set) var perSecond: Int
  private(set) var most: Int
  /// In thousandths of a unit.
  private var level: Int
  private var at: Tick

  init(perSecond: Int, most: Int, at tick: Tick) {
    self.perSecond = perSecond
    self.most = most
    level = most * 1_000
    at = tick
  }

  /// Another share from now on; what is used of it stays used.
  mutating func change(_ perSecond: Int, _ most: Int) {
    self.perSecond = perSecond
    self.most = most
    level = min(level, most * 1_000)
  }

  /// - Returns: nothing where the cost was taken; else how long to wait.
  mutating func take(_ cost: Int, at tick: Tick) -> Span? {
    let passed = min(max(0, (tick - at).milliseconds), 86_400_000)
    at = max(at, tick)
    level = min(most * 1_000, level + Int(passed) * perSecond)
    guard level <= 0 else {
      level -= cost * 1_000
      return nil
    }
    // As long as it takes to have something worth a frame: an eighth of a second's share.
    let wanted = perSecond * 1_000 / 8 - level
    return Span(milliseconds: Int64(wanted / max(1, perSecond)) + 1)
  }
}
