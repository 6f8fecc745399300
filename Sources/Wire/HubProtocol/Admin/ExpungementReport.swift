/// What there is of a person who is to be expunged; never what it says.
public struct ExpungementReport: Codable, Hashable, Sendable {
  /// Participants that count as this person.
  public var participants: Int
  public var messages: Int
  /// Parts that wait for a recipient or a release.
  public var waiting: Int
  /// Releases in force.
  public var releases: Int
  /// When something was last done about the person, Unix milliseconds. While a release is in force
  /// that is now.
  public var lastDone: Int64
  /// When the retention of their records ends, Unix milliseconds.
  public var retainedUntil: Int64
  /// The site's setting refuses to expunge before that, and it is not over.
  public var isRefused: Bool

  /// Six years, with the leap days that they may have: 45 CFR 164.316(b)(2), 164.530(j).
  public static let retentionMilliseconds: Int64 = 2_192 * 86_400_000

  public init(participants: Int, messages: Int, waiting: Int, releases: Int, lastDone: Int64) {
    self.participants = participants
    self.messages = messages
    self.waiting = waiting
    self.releases = releases
    self.lastDone = lastDone
    retainedUntil = lastDone + Self.retentionMilliseconds
    isRefused = false
  }
}
