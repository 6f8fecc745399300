public import HubModel

/// What an event does to a machine that stands in some phase.
public enum Step<Phase: Hashable & Sendable>: Hashable, Sendable {
  case move(Phase)
  /// Nothing to change: the event is expected here, and its details may fill gaps.
  case stay
  /// The event makes no sense here; it is passed over and said so.
  case ignore(Ignored.Reason)
}

/// A message that a view passed over, in whole or in part: for the log, so it names no value.
public struct Ignored: Hashable, Sendable, CustomStringConvertible {
  public enum Reason: String, CaseIterable, Hashable, Sendable {
    /// The message belongs to another case.
    case otherCase = "other-case"
    /// The view learnt this very message before.
    case duplicate
    /// What it would change came to its end before.
    case ended
    /// The case stands further on already.
    case late
    /// Its phase cannot be reached from here at all.
    case impossible
    /// It is about another incident than the hold that still runs: a new incident opens a case of
    /// its own and never ends an old hold.
    case otherIncident = "other-incident"
    /// It answers another hand-off request than the latest.
    case otherRequest = "other-request"
    /// Somebody else's refusal does not undo an acknowledgement.
    case otherResponder = "other-responder"
    /// A code that the catalogue's list does not have.
    case unknownCode = "unknown-code"
    /// A date outside the years 1970 to 9999.
    case implausibleTime = "implausible-time"
    /// No date by which the hold ends could be told from what the viewer knows.
    case noDueDate = "no-due-date"
  }
  public let topic: Topic
  public let reason: Reason
  public init(_ topic: Topic, _ reason: Reason) {
    self.topic = topic
    self.reason = reason
  }
  public var description: String { "\(topic) passed over: \(reason.rawValue)" }
}

/// What came of learning one message.
public struct Lesson: Hashable, Sendable {
  public var notices: [CaseNotice]
  public var ignored: [Ignored]
  public init(notices: [CaseNotice] = [], ignored: [Ignored] = []) {
    self.notices = notices
    self.ignored = ignored
  }
}

/// A message's id, as a stored view keeps it.
struct MessageKey: Hashable, Sendable, Codable {
  let high: UInt64
  let low: UInt64
  init(_ id: MessageID) {
    high = id.high
    low = id.low
  }
}

extension WallTime {
  /// Within the years 1970 to 9999. Dates of messages are a sender's word: outside these bounds
  /// calendar arithmetic could overflow, so they are not used.
  var isPlausible: Bool { (0...253_402_300_799_999).contains(milliseconds) }
}

extension CivilDate {
  var isPlausible: Bool { (0...2_932_896).contains(day) }
}
