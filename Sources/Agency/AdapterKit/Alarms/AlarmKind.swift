/// What somebody must be told outside the desk. A kind is all that such a notice says: it names
/// nobody and nothing.
public enum AlarmKind: String, CaseIterable, Codable, Sendable {
  /// A hand-off asks for somebody on call.
  case handOff = "hand-off"
  /// Nobody on call has answered.
  case notAnswered = "not-answered"
  /// Something time-critical waits for a release, or was not allowed.
  case notSent = "not-sent"
  /// A prosecutor is asked to hold filing.
  case holdRequested = "hold-requested"
  /// A hold's window ends soon, or has ended.
  case holdDue = "hold-due"
  /// A file was rejected, wholly or in part.
  case fileRejected = "file-rejected"
  /// A delivery could not be applied, or the hub refused a message.
  case setAside = "set-aside"
  /// The hub has not been reached for a while.
  case hubAway = "hub-away"
  /// Sent by hand, to see whether notices arrive.
  case test

  /// Whether its cause goes away without anybody confirming anything.
  var endsByItself: Bool {
    switch self {
    case .handOff, .notAnswered, .notSent, .holdDue, .hubAway: true
    case .holdRequested, .fileRejected, .setAside, .test: false
    }
  }

  /// How a notice counts it: `2 hand-offs wait`.
  func words(_ count: Int) -> String {
    let (one, many) =
      switch self {
      case .handOff: ("hand-off waits", "hand-offs wait")
      case .notAnswered: ("hand-off was not answered", "hand-offs were not answered")
      case .notSent: ("message was not sent", "messages were not sent")
      case .holdRequested: ("hold on filing is asked for", "holds on filing are asked for")
      case .holdDue: ("hold is due", "holds are due")
      case .fileRejected: ("file has to be mended", "files have to be mended")
      case .setAside: ("message was set aside", "messages were set aside")
      case .hubAway: ("time the hub was lost", "times the hub was lost")
      case .test: ("test of this notice", "tests of this notice")
      }
    return "\(count) \(count == 1 ? one : many)"
  }
}
