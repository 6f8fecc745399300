/// What a person may do at a desk.
public enum DeskRight: String, Sendable, Hashable, CaseIterable {
  case look, decide, answer, capture, refer, assign
  /// See who looked at whose page.
  case audit
}

/// A role of an agency's people: `attorney`, `clerk`. Given with the account.
public struct DeskRole: Sendable, Hashable {
  public let name: String
  public let words: String
  public let rights: Set<DeskRight>

  public init(_ name: String, _ words: String, _ rights: Set<DeskRight>) {
    self.name = name
    self.words = words
    self.rights = rights
  }
}
