public import HubModel

/// The warm hand-off as the viewer knows it, with its clock.
///
/// The state is folded anew from the request and its answers, in the order the view learnt them,
/// so that every view that knows the same request and answers comes to the same attempt, even
/// where an answer reached one of them after its clock had gone off. Attempts count from the
/// request's own `requested-at`, and answers stand at the time their sender wrote them (neither
/// ever later than the view learnt of it: a clock that runs fast cannot put off an alert).
///
/// In the table, `unanswered` is any attempt; `x` is passed over, `=` stays.
///
/// | phase        | acknowledged | declined           | arrived | completed | clock          |
/// |--------------|--------------|--------------------|---------|-----------|----------------|
/// | requested    | acknowledged | declined, attempt+1| arrived | completed | unanswered(+1) |
/// | unanswered   | acknowledged | declined, attempt+1| arrived | completed | unanswered(+1) |
/// | declined     | acknowledged | declined, attempt+1| arrived | completed | unanswered(+1) |
/// | acknowledged | =            | declined, attempt+1¹| arrived| completed | –              |
/// | arrived      | x            | x                  | =       | completed | –              |
/// | completed    | x            | x                  | x       | =         | –              |
///
/// ¹ Whoever acknowledged withdraws, or the message does not say who: asking once too often is
/// safer than leaving someone to wait. A refusal that names another responder is passed over.
/// A later acknowledgement, arrival or completion brings its own details (responder, ETA,
/// outcome). The last attempt that the agreement allows is followed by none.
public struct HandoffState: Hashable, Sendable, Codable {
  public enum Phase: Hashable, Sendable, Codable {
    case requested, acknowledged, declined, arrived, completed
    case unanswered(attempt: Int)

    /// Somebody still has to say that they are coming.
    public var isWaiting: Bool {
      switch self {
      case .requested, .declined, .unanswered: true
      case .acknowledged, .arrived, .completed: false
      }
    }
  }

  public enum Event: String, CaseIterable, Hashable, Sendable, Codable {
    case acknowledged, declined, arrived, completed
  }

  struct Request: Hashable, Sendable, Codable {
    let id: MessageKey
    /// As the sender says.
    let requestedAt: WallTime
    /// From when attempts count.
    let asked: WallTime
    let callback: String?
    let meetingPlace: String?
  }

  struct Answer: Hashable, Sendable, Codable {
    let event: Event
    let to: MessageKey?
    let at: WallTime
    let responder: String?
    let etaMinutes: Int?
    let outcome: String?
  }

  /// More answers than this to one request are an accident; the oldest are forgotten.
  static let mostAnswers = 32
  /// An ETA beyond a day is a slip of the keyboard.
  static let etaMinutes = 0...1_440

  public internal(set) var phase: Phase = .requested
  /// How many times the next on call was asked: 0 while the first still may answer.
  public internal(set) var attempt = 0
  public internal(set) var responder: String?
  public internal(set) var etaMinutes: Int?
  /// When the responder means to be there.
  public internal(set) var eta: WallTime?
  /// `accepted`, `declined` or `left`, once completed.
  public internal(set) var outcome: String?
  var request: Request?
  var answers: [Answer] = []
  /// When the next attempt is due, while somebody has to answer.
  var nextAttempt: WallTime?
  /// Attempts that the viewer was told of.
  var told = 0
  /// The clock has gone off up to here.
  var clockedTo: WallTime?

  init() {}

  public var requestedAt: WallTime? { request?.requestedAt }
  public var callback: String? { request?.callback }
  public var meetingPlace: String? { request?.meetingPlace }

  /// One cell of the table above.
  ///
  /// - Parameter isOther: the answer names a responder, and another one acknowledged.
  public static func step(_ phase: Phase, _ event: Event, isOther: Bool = false) -> Step<Phase> {
    switch phase {
    case .requested, .unanswered, .declined:
      switch event {
      case .acknowledged: return .move(.acknowledged)
      case .declined: return .move(.declined)
      case .arrived: return .move(.arrived)
      case .completed: return .move(.completed)
      }
    case .acknowledged:
      switch event {
      case .acknowledged: return .stay
      case .declined: return isOther ? .ignore(.otherResponder) : .move(.declined)
      case .arrived: return .move(.arrived)
      case .completed: return .move(.completed)
      }
    case .arrived:
      switch event {
      case .acknowledged, .declined: return .ignore(.late)
      case .arrived: return .stay
      case .completed: return .move(.completed)
      }
    case .completed:
      switch event {
      case .acknowledged, .declined, .arrived: return .ignore(.ended)
      case .completed: return .stay
      }
    }
  }
}
