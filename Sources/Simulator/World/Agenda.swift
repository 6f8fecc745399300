import HubModel

/// What is to happen, in the order of virtual time; what falls on one instant keeps the order in
/// which it was put down, so that a seed gives one run.
struct Agenda {
  private struct Entry {
    let at: Int64
    let order: UInt64
    let act: () -> Void
    func precedes(_ other: Entry) -> Bool { (at, order) < (other.at, other.order) }
  }

  private var heap: [Entry] = []
  private var count: UInt64 = 0

  var isEmpty: Bool { heap.isEmpty }
  var next: Tick? { heap.first.map { Tick(milliseconds: $0.at) } }

  mutating func add(at time: Tick, _ act: @escaping () -> Void) {
    count += 1
    heap.append(Entry(at: time.milliseconds, order: count, act: act))
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child].precedes(heap[parent]) else { break }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  mutating func take() -> (() -> Void)? {
    guard let first = heap.first else { return nil }
    let last = heap.removeLast()
    if !heap.isEmpty {
      heap[0] = last
      sink()
    }
    return first.act
  }

  private mutating func sink() {
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
        if heap[child].precedes(heap[least]) { least = child }
      }
      if least == parent { return }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
