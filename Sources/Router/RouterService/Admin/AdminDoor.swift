import HubModel
import HubProtocol
import Logging
import Operations
import RouterCore

/// Lets an operator's request in or not, and writes down who asked: the kernel says who it is, the
/// configuration which roles they hold, and one table (``HubProtocol/AdminAct``) what a role may.
final class AdminDoor {
  private let settings: LiveSettings
  private let inbox: Inbox
  private let log: Logger
  private let clock = SystemClock()
  /// When a refusal of the same person's was written down last: whoever repeats it all day must
  /// not fill the log.
  private var refusedAt: [Refused: Tick] = [:]
  private static let refusalEvery = Span.minutes(1)
  private static let mostRemembered = 1_024

  private struct Refused: Hashable {
    let user: UInt32?
    let act: AdminAct
  }

  init(_ settings: LiveSettings, _ inbox: Inbox, _ log: Logger) {
    self.settings = settings
    self.inbox = inbox
    self.log = log
  }

  /// - Returns: why the request is not answered; `nil` where it is.
  func refusal(of act: AdminAct, from peer: AdminPeer?) -> AdminResponse? {
    let held = peer.map { settings.current.roles.roles(of: $0) } ?? []
    guard let peer, let role = held.intersection(act.roles).min(by: { $0.rawValue < $1.rawValue })
    else { return refuse(act, peer, held) }
    guard act.isLogged else { return nil }
    // First the trace: what cannot be written down is not done.
    let who = held.count == AdminRole.allCases.count ? "owner" : role.rawValue
    return note(.administered, "\(act.rawValue) by \(peer) as \(who)")
  }

  private func refuse(
    _ act: AdminAct, _ peer: AdminPeer?, _ held: Set<AdminRole>
  ) -> AdminResponse {
    let who = peer.map { "\($0)" } ?? "nobody known"
    log.warning(
      "an admin request was refused", metadata: ["act": "\(act.rawValue)", "who": "\(who)"])
    let key = Refused(user: peer?.user, act: act)
    let now = clock.tick()
    if refusedAt[key].map({ now - $0 >= Self.refusalEvery }) ?? true {
      if refusedAt.count >= Self.mostRemembered { refusedAt = [:] }
      refusedAt[key] = now
      let roles = held.isEmpty ? "no role" : held.map(\.rawValue).sorted().joined(separator: ",")
      _ = note(.administrationRefused, "\(act.rawValue) by \(who) with \(roles)")
    }
    let needed = act.roles.map(\.rawValue).sorted().joined(separator: " or ")
    return .failed(
      code: "not-allowed",
      remedy: "It takes the role \(needed); the section 'roles' of router.yaml says who holds "
        + "which.")
  }

  private func note(_ kind: AuditEntry.Kind, _ detail: String) -> AdminResponse? {
    switch inbox.ask(.listing(kind, of: nil, detail: detail)) {
    case .done: nil
    case .refused(let refusal): .failed(code: refusal.description, remedy: refusal.code.remedy)
    case .busy, .previewed: .busy
    }
  }
}
