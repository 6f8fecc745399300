import HubModel
import HubProtocol
import Operations

extension AdminServer {
  func keys() -> AdminResponse {
    let snapshot = live.now
    let admitted = admissions.admitted
    let now = SystemClock().wall()
    let registry = snapshot.registry
    return .keys(
      registry.agencies.values.sorted { $0.id < $1.id }.flatMap { agency in
        agency.keys.map { key in
          let seen = [snapshot.heard[key.fingerprint], admitted[key.fingerprint]]
            .compactMap { $0?.milliseconds }.max()
          return KeyReport(
            agency: agency.id.text, fingerprint: key.fingerprint.text, use: key.use.rawValue,
            state: KeyStanding.state(of: key, in: registry, at: now),
            enrolledAt: key.enrolledAt?.milliseconds, expiresAt: key.expiresAt?.milliseconds,
            lastSeen: seen)
        }
      })
  }
}
