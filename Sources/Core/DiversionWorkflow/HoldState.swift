public import HubModel

/// One hold on filing as the viewer knows it: one for each incident.
///
/// The last decision that the view learnt wins; a sender's messages come in the order they were
/// sent, so no clock is asked. A hold is opened once: what comes later and says `opened` again
/// corrects it while it is open, and only fills gaps after an extension. An ended hold stays ended
/// (another ending replaces it); only an opening under another id or incident begins a new one. In
/// the table `=` stays, `x` is passed over.
///
/// | phase        | requested | opened | extended | window-ended | an ending  |
/// |--------------|-----------|--------|----------|--------------|------------|
/// | unknown      | requested | open   | extended | x            | that one   |
/// | requested    | =         | open   | extended | under-review | that one   |
/// | open         | =         | =      | extended | under-review | that one   |
/// | extended     | =         | =      | =        | under-review | that one   |
/// | under-review | =         | open   | extended | =            | that one   |
/// | an ending    | x         | x      | x        | x            | the latest |
///
/// Endings: released, filed, withdrawn, voided.
///
/// From under-review, an opening or extension leads back only if it names another date than the
/// one that has passed. The end of the window asks a person; nothing in this machine files.
public struct HoldState: Hashable, Sendable, Codable {
  public enum Phase: String, CaseIterable, Hashable, Sendable, Codable {
    case requested, open, extended
    case underReview = "under-review"
    case released, filed, withdrawn, voided

    /// The prosecutor decided; the clock has stopped.
    public var isEnded: Bool {
      switch self {
      case .requested, .open, .extended, .underReview: false
      case .released, .filed, .withdrawn, .voided: true
      }
    }
  }

  public enum Event: String, CaseIterable, Hashable, Sendable {
    case requested, opened, extended
    case windowEnded = "window-ended"
    case released, filed, withdrawn, voided
  }

  public internal(set) var phase: Phase
  public internal(set) var id: String?
  public internal(set) var incident: String?
  public internal(set) var referredAt: WallTime?
  /// The last instant of the window.
  public internal(set) var due: WallTime?
  public internal(set) var dueOn: CivilDate?
  /// Which rule gave the date, as a code: shown with it.
  public internal(set) var rule: String?
  public internal(set) var disposition: String?
  public internal(set) var decidedOn: CivilDate?
  /// What this hold asks for. Not public: a desk shows what is met, never what is not.
  var conditions: [String] = []
  /// Reminders still to come, ascending.
  var reminders: [WallTime] = []
  /// The end of the present window was told.
  var reviewAsked = false

  init(_ phase: Phase) { self.phase = phase }

  /// One cell of the table above; `nil` is a hold that the view knows nothing of.
  public static func step(_ phase: Phase?, _ event: Event) -> Step<Phase> {
    guard let phase else {
      guard let first = event.target else { return .ignore(.impossible) }
      return .move(first)
    }
    switch event {
    case .requested:
      return phase.isEnded ? .ignore(.ended) : .stay
    case .opened:
      switch phase {
      case .requested, .underReview: return .move(.open)
      case .open, .extended: return .stay
      case .released, .filed, .withdrawn, .voided: return .ignore(.ended)
      }
    case .extended:
      switch phase {
      case .requested, .open, .underReview: return .move(.extended)
      case .extended: return .stay
      case .released, .filed, .withdrawn, .voided: return .ignore(.ended)
      }
    case .windowEnded:
      switch phase {
      case .requested, .open, .extended: return .move(.underReview)
      case .underReview: return .stay
      case .released, .filed, .withdrawn, .voided: return .ignore(.ended)
      }
    case .released, .filed, .withdrawn, .voided:
      guard let target = event.target, target != phase else { return .stay }
      return .move(target)
    }
  }
}

extension HoldState.Event {
  var target: HoldState.Phase? {
    switch self {
    case .requested: .requested
    case .opened: .open
    case .extended: .extended
    case .windowEnded: nil
    case .released: .released
    case .filed: .filed
    case .withdrawn: .withdrawn
    case .voided: .voided
    }
  }

  /// May begin a hold in the place of one that has ended.
  var begins: Bool {
    switch self {
    case .requested, .opened: true
    case .extended, .windowEnded, .released, .filed, .withdrawn, .voided: false
    }
  }

  /// Whether the event's own details replace those known from before, in `phase`.
  func overrides(_ phase: HoldState.Phase?) -> Bool {
    switch self {
    case .requested: phase == nil
    case .opened: phase != .extended
    case .extended, .released, .filed, .withdrawn, .voided: true
    case .windowEnded: false
    }
  }
}

extension Role {
  /// Whom the hold's clock tells. Never police: a reminder would be a query answered.
  var hearsHoldClock: Bool {
    switch self {
    case .prosecutor, .behavioralHealth, .programOffice: true
    case .sheriff, .publicDefender, .privacyOfficer: false
    }
  }
}
