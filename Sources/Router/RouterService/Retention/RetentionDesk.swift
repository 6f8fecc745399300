import HubModel
import HubProtocol
import Synchronization

/// Where operators ask for a run of retention, and the router's thread says how it goes.
final class RetentionDesk: Sendable {
  struct Order: Sendable {
    var isPreview: Bool
    var by: String
  }

  private struct Desk {
    var order: Order?
    var report = RetentionReport(.none)
  }
  private let desk = Mutex(Desk())
  private let waker: @Sendable () -> Void

  init(wake: @escaping @Sendable () -> Void) { waker = wake }

  var report: RetentionReport { desk.withLock { $0.report } }

  /// - Returns: whether it begins; not while another one goes on.
  func ask(_ order: Order) -> Bool {
    let isFree = desk.withLock { desk in
      guard desk.order == nil, desk.report.state != .running else { return false }
      desk.order = order
      desk.report = RetentionReport(.running, isPreview: order.isPreview)
      return true
    }
    if isFree { waker() }
    return isFree
  }

  func takeOrder() -> Order? {
    desk.withLock { desk in
      defer { desk.order = nil }
      return desk.order
    }
  }

  func tell(_ report: RetentionReport) { desk.withLock { $0.report = report } }
}
