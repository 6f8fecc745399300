/// How the run of retention that was asked for last goes, or went.
public struct RetentionReport: Codable, Hashable, Sendable {
  public enum State: String, Codable, Hashable, Sendable { case none, running, done }
  public var state: State
  /// Nothing is removed: a look at what would be.
  public var isPreview: Bool
  /// Unix milliseconds.
  public var began: Int64
  /// What is done at the moment, by the ledger's word for it.
  public var stage: String
  /// Before which instant each kind is old, by its key in the configuration; Unix milliseconds.
  public var before: [String: Int64]
  public var messages: Int
  public var contentBytes: Int64
  public var bookings: Int
  public var people: Int
  public var freedBytes: Int64
  /// People about whom nothing is removed.
  public var onLegalHold: Int

  public init(_ state: State, isPreview: Bool = false, began: Int64 = 0, stage: String = "") {
    self.state = state
    self.isPreview = isPreview
    self.began = began
    self.stage = stage
    before = [:]
    messages = 0
    contentBytes = 0
    bookings = 0
    people = 0
    freedBytes = 0
    onLegalHold = 0
  }
}
