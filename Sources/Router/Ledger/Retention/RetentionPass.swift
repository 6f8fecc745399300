public import HubModel

/// One run of retention over the ledger, or, dry, one look at what a run would remove. It goes on
/// in chunks between the router's turns; a real one is written down with each chunk, so that one
/// that a crash ended goes on where it was.
public struct RetentionPass: Codable, Hashable, Sendable {
  /// What is done, one kind after the other.
  public enum Stage: String, Codable, CaseIterable, Sendable {
    case content, bookings, people
    /// What expunged people left, which nobody can read.
    case remains
    /// Free pages go back to the file system.
    case space
    case done
  }

  /// Before which instant each kind is old; Unix milliseconds.
  public struct Cutoffs: Codable, Hashable, Sendable {
    public var content: Int64
    public var bookings: Int64
    public var people: Int64
    public init(content: WallTime, bookings: WallTime, people: WallTime) {
      self.content = content.milliseconds
      self.bookings = bookings.milliseconds
      self.people = people.milliseconds
    }
  }

  /// What was removed, or would be.
  public struct Totals: Codable, Hashable, Sendable {
    public var messages = 0
    /// Of those messages' sealed content.
    public var contentBytes: Int64 = 0
    public var bookings = 0
    public var people = 0
    /// By which the file became smaller.
    public var freedBytes: Int64 = 0
  }

  public let began: Int64
  public let isDry: Bool
  /// Who asked: `timer`, or an operator as the admin socket knows them.
  public let by: String
  public let cutoffs: Cutoffs
  public internal(set) var stage = Stage.content
  public internal(set) var totals = Totals()
  /// The last row that was looked at in this stage.
  var after: [UInt8] = []

  public init(began: WallTime, isDry: Bool, by: String, cutoffs: Cutoffs) {
    self.began = began.milliseconds
    self.isDry = isDry
    self.by = by
    self.cutoffs = cutoffs
  }

  public var isDone: Bool { stage == .done }

  /// On to the next kind; a dry one stops before what only a real one leaves behind.
  mutating func advance() {
    after = []
    let next: Stage =
      switch stage {
      case .content: .bookings
      case .bookings: .people
      case .people: isDry ? .done : .remains
      case .remains: .space
      case .space, .done: .done
      }
    stage = next
  }

  /// For the log: counts, and nothing of anybody.
  var detail: String {
    "content=\(totals.messages) content-bytes=\(totals.contentBytes) bookings=\(totals.bookings) "
      + "people=\(totals.people) freed-bytes=\(totals.freedBytes) by=\(by)"
  }
}

/// A person whose records' retention is over, to be expunged by a turn.
public struct DueParticipant: Hashable, Sendable {
  public let participant: ParticipantID
  /// Of their consents, when the ledger was asked.
  public let position: UInt64
}
