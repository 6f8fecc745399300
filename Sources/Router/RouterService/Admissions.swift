import HubModel
import Operations
import Synchronization
import ZeroMQ

/// Who may connect where, as of now: read by the ZAP handler's thread, replaced by the router's.
///
/// A name is a domain and a key; what it gives is the user id (the key's fingerprint) that every
/// frame of the connection then carries.
final class Admissions: Sendable {
  static let submitDomain = "accord.submit"
  static func releaseDomain(of agency: AgencyID) -> String { "accord.release.\(agency)" }

  private struct Door: Hashable {
    let domain: String
    let key: CurvePublicKey
  }

  private struct Holder {
    let fingerprint: KeyFingerprint
    let agency: AgencyID
  }

  private let doors = Mutex<[Door: Holder]>([:])
  /// When each key was let in last; as many as the registry ever named.
  private let seen = Mutex<[KeyFingerprint: WallTime]>([:])
  private let tunnels: [AgencyID: CriminalJusticeRoute]
  private let today: @Sendable () -> CivilDate

  /// - Parameters:
  ///   - routes: an agency with a tunnel comes in through it or not at all.
  ///   - today: asked at each connection, since a certificate's standard may end meanwhile.
  init(routes: [CriminalJusticeRoute], today: @escaping @Sendable () -> CivilDate) {
    tunnels = Dictionary(routes.map { ($0.agency, $0) }, uniquingKeysWith: { first, _ in first })
    self.today = today
  }

  /// Opens exactly the doors of `registry`: the submit lane to every key in force but listeners,
  /// each release lane to the keys of its own agency but publishers.
  func replace(with registry: Registry) {
    var open: [Door: Holder] = [:]
    for agency in registry.agencies.values {
      for key in agency.keys where registry.isInForce(key.fingerprint) {
        guard let curve = CurvePublicKey(bytes: key.curve) else { continue }
        let holder = Holder(fingerprint: key.fingerprint, agency: agency.id)
        if key.use != .listener { open[Door(domain: Self.submitDomain, key: curve)] = holder }
        if key.use != .publisher {
          open[Door(domain: Self.releaseDomain(of: agency.id), key: curve)] = holder
        }
      }
    }
    doors.withLock { $0 = open }
  }

  /// When each key was let in last, since the router started.
  var admitted: [KeyFingerprint: WallTime] { seen.withLock { $0 } }

  /// - Parameter address: of the peer, as the transport saw it.
  func admit(_ domain: String, _ key: CurvePublicKey, from address: String) -> KeyFingerprint? {
    guard let holder = doors.withLock({ $0[Door(domain: domain, key: key)] }) else { return nil }
    if let tunnel = tunnels[holder.agency], !tunnel.admits(address, on: today()) { return nil }
    let now = SystemClock().wall()
    seen.withLock { $0[holder.fingerprint] = now }
    return holder.fingerprint
  }
}
