/// The versions of the wire contract that a program speaks: its newest, and the one before.
///
/// Whoever connects says its newest; the other answers with the newest that both speak. So peers
/// that are one version apart go on together while a county upgrades, in either order; two apart,
/// the one that is asked refuses, and says so.
public struct ProtocolVersions: Hashable, Sendable {
  public let newest: UInt32

  public init(newest: UInt32) { self.newest = newest }

  public static let current = ProtocolVersions(newest: Submission.wireVersion)

  /// There was none before the first.
  public var oldest: UInt32 { max(1, newest &- 1) }

  /// - Parameter peer: the newest that the other speaks.
  /// - Returns: the version in which both go on; `nil` where they are too far apart.
  public func agreed(with peer: UInt32) -> UInt32? {
    let common = min(newest, peer)
    return common >= 1 && max(newest, peer) - common <= 1 ? common : nil
  }

  /// Whether an answer in this version can be understood.
  public func speaks(_ version: UInt32) -> Bool { (oldest...newest).contains(version) }
}
