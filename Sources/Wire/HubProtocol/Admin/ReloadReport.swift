/// What reading the configuration again came to.
public struct ReloadReport: Codable, Hashable, Sendable {
  /// Keys whose values are others than before.
  public var changed: [String]
  /// Of those, in force now.
  public var applied: [String]
  /// Of those, in force once the router was restarted.
  public var needsRestart: [String]
  /// Of the whole configuration, as the log has it.
  public var hash: String
  public init(changed: [String], applied: [String], needsRestart: [String], hash: String) {
    self.changed = changed
    self.applied = applied
    self.needsRestart = needsRestart
    self.hash = hash
  }
}
