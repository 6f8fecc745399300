/// A piece of an archive.
public struct ArchivePage: Codable, Hashable, Sendable {
  /// Whole lines.
  public var text: String
  /// Messages in them.
  public var messages: Int
  /// Names the archive that is being made; nobody but who began it goes on with it.
  public var ticket: String
  /// The message behind which the next page begins; absent behind the last.
  public var next: String?
  public init(text: String, messages: Int, ticket: String, next: String?) {
    self.text = text
    self.messages = messages
    self.ticket = ticket
    self.next = next
  }
}
