/// One key of the registry, as it stands.
public struct KeyReport: Codable, Hashable, Sendable {
  public enum State: String, Codable, Hashable, Sendable {
    case inForce = "in force"
    case endsSoon = "ends soon"
    case ended
    case cutOff = "cut off"
  }
  public var agency: String
  public var fingerprint: String
  /// `consumer`, `publisher` or `listener`.
  public var use: String
  public var state: State
  /// Unix milliseconds.
  public var enrolledAt: Int64?
  public var expiresAt: Int64?
  /// When it was last heard, or let in, since the router started.
  public var lastSeen: Int64?
  public init(
    agency: String, fingerprint: String, use: String, state: State, enrolledAt: Int64?,
    expiresAt: Int64?, lastSeen: Int64?
  ) {
    self.agency = agency
    self.fingerprint = fingerprint
    self.use = use
    self.state = state
    self.enrolledAt = enrolledAt
    self.expiresAt = expiresAt
    self.lastSeen = lastSeen
  }
}
