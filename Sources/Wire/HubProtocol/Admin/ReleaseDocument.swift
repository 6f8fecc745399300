public import HubModel

/// A whole release as the router holds it; never whose it is.
public struct ReleaseDocument: Codable, Hashable, Sendable {
  /// A word of ``RoiState``, or `suspended`, `voided`, `ended` (its event has come).
  public var state: String
  public var capturedBy: String
  /// The release as an encoded `Release` of the wire.
  public var release: [UInt8]
  /// Toward whom it was revoked while it stays in force for others: `["agency", id]`,
  /// `["role", role]` or `["person", agency, reference]`.
  public var revokedToward: [[String]]

  public init(
    _ release: ReleaseOfInformation, state: String, capturedBy: String, revokedToward: [[String]]
  ) {
    self.release = release.encoded()
    self.state = state
    self.capturedBy = capturedBy
    self.revokedToward = revokedToward
  }

  /// - Returns: `nil` where a word is not known.
  public var revokedParties: [Party]? {
    var parties: [Party] = []
    for words in revokedToward {
      switch (words.first, words.count) {
      case ("agency", 2):
        guard let agency = AgencyID(words[1]) else { return nil }
        parties.append(.agency(agency))
      case ("role", 2):
        guard let role = Role(rawValue: words[1]) else { return nil }
        parties.append(.role(role))
      case ("person", 3):
        guard let agency = AgencyID(words[1]) else { return nil }
        parties.append(.person(agency, reference: words[2]))
      default: return nil
      }
    }
    return parties
  }
}
