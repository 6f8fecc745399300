/// Who is on legal hold.
public struct HoldsReport: Codable, Hashable, Sendable {
  public struct Person: Codable, Hashable, Sendable {
    /// Unix milliseconds.
    public var since: Int64
    /// As it was given when the hold was placed.
    public var reason: String?
    /// `agency/alias`, one for each agency that knows them.
    public var names: [String]
    public init(since: Int64, reason: String?, names: [String]) {
      self.since = since
      self.reason = reason
      self.names = names
    }
  }

  /// The longest held first.
  public var people: [Person]
  /// Names that nobody is known by since the ledger was put back to a backup: whoever comes by one
  /// is put on hold again.
  public var awaitedNames: Int

  public init(people: [Person], awaitedNames: Int) {
    self.people = people
    self.awaitedNames = awaitedNames
  }
}
