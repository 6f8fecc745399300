import HubModel

/// One recipient's release lane: its numbers, its window, its place in the queue.
///
/// | event            | open?  | what follows                                             |
/// |------------------|--------|----------------------------------------------------------|
/// | hello            | no     | nothing is sent until the adapter has its lane open      |
/// | resume(next)     | yes    | acknowledges through next−1, sends the window again      |
/// | acknowledge      | as is  | the window moves                                         |
/// | silence, cut-off | no     | the queue waits in the ledger                            |
public struct Lane: Equatable, Sendable {
  /// A delivery that is out and unacknowledged.
  struct InFlight: Equatable, Sendable {
    var part: PartRecord
    /// Unknown after a restart.
    var topic: Topic?
  }

  var next: UInt64 = 1
  var acknowledged: UInt64 = 0
  var queueTail: UInt64 = 1
  /// In number order, without gaps, from `acknowledged + 1` to `next - 1`.
  var window: [InFlight] = []
  var consumer: Session?
  var isOpen = false
  /// The window is being sent again from this number on.
  var resendFrom: UInt64?
  /// The ledger may hold pending parts for this recipient.
  var mayHavePending = true

  init() {}

  init(recovered: Recovered.Lane) {
    next = recovered.next
    acknowledged = recovered.acknowledged
    queueTail = recovered.queueTail
    window = recovered.window.map { InFlight(part: $0, topic: nil) }
  }

  mutating func close() {
    consumer = nil
    isOpen = false
    resendFrom = nil
  }

  /// In-flight deliveries that acknowledging `through` would take out of the window.
  func acknowledging(_ through: UInt64) -> ArraySlice<InFlight> {
    guard through > acknowledged else { return [] }
    return window.prefix(Int(min(through - acknowledged, UInt64(window.count))))
  }

  /// Takes the first `count` out of the window: all through the number `last` are applied.
  mutating func drop(_ count: Int, through last: UInt64) {
    window.removeFirst(count)
    acknowledged = last
    if let from = resendFrom, from <= last { resendFrom = last + 1 }
  }
}
