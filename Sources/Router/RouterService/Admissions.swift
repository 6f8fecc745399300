import HubModel
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

  private let doors = Mutex<[Door: KeyFingerprint]>([:])

  /// Opens exactly the doors of `registry`: the submit lane to every key in force, each release
  /// lane to the keys of its own agency.
  func replace(with registry: Registry) {
    var open: [Door: KeyFingerprint] = [:]
    for agency in registry.agencies.values {
      for key in agency.keys where !registry.cutOff.contains(key.fingerprint) {
        guard let curve = CurvePublicKey(bytes: key.curve) else { continue }
        open[Door(domain: Self.submitDomain, key: curve)] = key.fingerprint
        open[Door(domain: Self.releaseDomain(of: agency.id), key: curve)] = key.fingerprint
      }
    }
    doors.withLock { $0 = open }
  }

  func admit(_ domain: String, _ key: CurvePublicKey) -> KeyFingerprint? {
    doors.withLock { $0[Door(domain: domain, key: key)] }
  }
}
