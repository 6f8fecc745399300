import HubModel

/// Keys that come, change and end. What is cut off is cut off for good (`Turn+Administration`).
extension Turn {
  /// Ends every key whose end has come, as a cut-off would: registry first, then the connections.
  /// A clock in doubt ends none; nothing goes out by it either.
  mutating func endKeys() {
    guard !state.clock.isHeld, let next = state.registry.nextEnd, next <= now else { return }
    var rebound: Set<AgencyID> = []
    for (agency, key) in state.registry.endKeys(at: now) {
      for session in state.sessions.keys where session.fingerprint == key.fingerprint {
        forget(session)
      }
      if rebound.insert(agency).inserted { send(.rebind(agency)) }
      // Once for each end, however often the router starts after it.
      guard let end = key.expiresAt, state.loggedEnds[key.fingerprint] != end else { continue }
      state.loggedEnds[key.fingerprint] = end
      write(.keyEnded(key.fingerprint, end))
      log(.keyExpired, detail: "\(agency) \(key.fingerprint)")
    }
  }

  /// One entry for each key that a new registry brings, changes or no longer has.
  mutating func logKeys(of agency: AgencyID, from before: Registry.Agency?) {
    let old = before?.keys ?? []
    let new = state.registry.agencies[agency]?.keys ?? []
    for key in new {
      let known = old.first { $0.fingerprint == key.fingerprint }
      guard known != key else { continue }
      log(known == nil ? .keyEnrolled : .keyChanged, detail: Self.words(key, of: agency))
    }
    for key in old where !new.contains(where: { $0.fingerprint == key.fingerprint }) {
      log(.keyRemoved, detail: Self.words(key, of: agency))
    }
  }

  private static func words(_ key: Registry.Key, of agency: AgencyID) -> String {
    let end = key.expiresAt.map { " until \($0.milliseconds)" } ?? ""
    return "\(agency) \(key.fingerprint) \(key.use.rawValue)\(end)"
  }
}
