/// One recorded version of the program agreement.
public struct AgreementVersionReport: Codable, Hashable, Sendable {
  public enum State: String, Codable, Hashable, Sendable {
    case inForce = "in-force"
    /// Recorded; its date has not come.
    case scheduled
    /// Was in force, until a later version replaced it.
    case replaced
    /// A later version was in force before its date.
    case passedOver = "passed-over"
  }
  public var version: UInt32
  public var state: State
  /// SHA-256 of the file, 64 hexadecimal digits.
  public var hash: String
  /// Unix milliseconds of the turn in which it was recorded.
  public var recordedAt: Int64
  /// Unix milliseconds from which on it was to be in force.
  public var effective: Int64
  /// Unix milliseconds of the turn in which it came into force; nil if it never did.
  public var activatedAt: Int64?
  public init(
    version: UInt32, state: State, hash: String, recordedAt: Int64, effective: Int64,
    activatedAt: Int64?
  ) {
    self.version = version
    self.state = state
    self.hash = hash
    self.recordedAt = recordedAt
    self.effective = effective
    self.activatedAt = activatedAt
  }
}
