import HubModel

/// What operators have asked and the ledger has taken: agreements, keys and space, by the
/// plainest reading.
final class OperatorsPage {
  private(set) var paths: Set<ProgramAgreement.Path> = []
  private var versions: [UInt32: (agreement: ProgramAgreement, effective: WallTime?)] = [:]
  /// Keys that were let in once and are not any more.
  private(set) var ended: Set<KeyFingerprint> = []
  private var admitted: Set<KeyFingerprint> = []
  var isLowOnSpace = false

  // MARK: Agreement

  /// A version that an operator has brought.
  func learn(_ agreement: ProgramAgreement, effective: WallTime?) {
    versions[agreement.version] = (agreement, effective)
  }

  func agreement(_ version: UInt32) -> ProgramAgreement? { versions[version]?.agreement }

  /// From when on it is to be in force; `nil`: at once.
  func date(of version: UInt32) -> WallTime? { versions[version]?.effective }

  /// The ledger was put back to where these were open.
  func goBack(to paths: Set<ProgramAgreement.Path>) { self.paths = paths }

  /// The version that operators brought last, in force or not.
  var newest: ProgramAgreement? {
    versions.max { $0.key < $1.key }?.value.agreement
  }

  /// - Returns: what is wrong with it.
  func follow(_ version: UInt32, at now: WallTime) -> String? {
    guard let known = versions[version] else {
      return "an agreement is in force that nobody brought"
    }
    paths = known.agreement.paths
    guard let date = known.effective, now < date else { return nil }
    return "an agreement is in force before its date"
  }

  // MARK: Keys

  func admit(_ registry: Registry) {
    let now = Set(registry.agencies.values.flatMap { $0.keys.map(\.fingerprint) })
    ended.formUnion(admitted.subtracting(now))
    admitted = now
  }

  func end(_ key: KeyFingerprint) { ended.insert(key) }
}
