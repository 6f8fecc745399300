/// The Policy Coordinating Group's communications agreement: who may ever tell whom what, and the
/// site's windows, deadlines and rules. A checked, versioned file; the hub acts only on an
/// activated version.
public struct ProgramAgreement: Hashable, Sendable {
  /// One line of the agreement: `from` may tell `to` messages of `topic`.
  public struct Path: Hashable, Sendable {
    public let topic: Topic
    public let from: Role
    public let to: Role
    public init(_ topic: Topic, from: Role, to: Role) {
      self.topic = topic
      self.from = from
      self.to = to
    }

    /// In one piece: every decision looks a path up.
    public func hash(into hasher: inout Hasher) {
      hasher.combine(UInt32(topic.ordinal) << 16 | UInt32(from.ordinal) << 8 | UInt32(to.ordinal))
    }
  }

  /// A path that the agreement opens without a release, with the law that allows it.
  public struct Exception: Hashable, Sendable {
    public let path: Path
    public let legalBasis: String
    /// Only while the recipient has the person in custody (45 CFR 164.512(k)(5)).
    public let whileInCustody: Bool
    public init(path: Path, legalBasis: String, whileInCustody: Bool = false) {
      self.path = path
      self.legalBasis = legalBasis
      self.whileInCustody = whileInCustody
    }
  }

  /// What a sender learns of a message's fate.
  public enum OutcomeSetting: String, Hashable, Sendable { case none, full }

  public enum Window: Hashable, Sendable {
    /// Whole days of the site's calendar, counted from the day of the referral; it ends with the
    /// last of them.
    case days(Int)
    /// For demonstrations alone: an agreement that uses it must say that it is one.
    case shortened(Span)
  }

  public struct Hold: Hashable, Sendable {
    public var window: Window
    /// Shown with every due date: "14 days from referral".
    public var rule: String
    /// Codes of what must be met (`intake-completed`, `roi-signed`, …).
    public var conditions: [String]
    /// A window that would end on a weekend or holiday ends on the next business day.
    public var endsOnBusinessDay: Bool
    /// Days before the end on which a reminder is due (shortened windows: seconds).
    public var reminders: [Int]
    /// Local minute of the day at which reminders go out.
    public var reminderMinute: Int
    public init(
      window: Window, rule: String, conditions: [String], endsOnBusinessDay: Bool = false,
      reminders: [Int] = [7, 3, 1, 0], reminderMinute: Int = 8 * 60
    ) {
      self.window = window
      self.rule = rule
      self.conditions = conditions
      self.endsOnBusinessDay = endsOnBusinessDay
      self.reminders = reminders
      self.reminderMinute = reminderMinute
    }
  }

  public struct Handoff: Hashable, Sendable {
    /// Time in which somebody must acknowledge before the next on call is asked.
    public var acknowledgeWithin: Span
    /// Times that it is asked again before only the program office can help.
    public var attempts: Int
    public init(acknowledgeWithin: Span, attempts: Int) {
      self.acknowledgeWithin = acknowledgeWithin
      self.attempts = attempts
    }
  }

  public struct Escrow: Hashable, Sendable {
    /// How long a message waits for its release, from its acceptance.
    public var deadline: Span
    /// Topics whose held messages tell their sender at once and again.
    public var timeCritical: WordSet<Topic>
    public var remindEvery: Span
    /// How long a possible match waits for the identity steward.
    public var candidateDeadline: Span
    public init(
      deadline: Span, timeCritical: WordSet<Topic>, remindEvery: Span, candidateDeadline: Span
    ) {
      self.deadline = deadline
      self.timeCritical = timeCritical
      self.remindEvery = remindEvery
      self.candidateDeadline = candidateDeadline
    }
  }

  /// Decides referrals while no agency holds the program office's role.
  public struct Referral: Hashable, Sendable {
    /// Offence codes that may be diverted; empty: any.
    public var divertibleOffences: Set<String>
    public var rule: String
    public init(divertibleOffences: Set<String>, rule: String) {
      self.divertibleOffences = divertibleOffences
      self.rule = rule
    }
  }

  public var program: ProgramID
  public var version: UInt32
  /// SHA-256 of the file's bytes: 32 bytes.
  public var contentHash: [UInt8]
  public var paths: Set<Path>
  public var exceptions: [Exception]
  public var outcomes: [Topic: OutcomeSetting]
  public var hold: Hold
  public var handoff: Handoff
  public var escrow: Escrow
  public var referral: Referral
  /// Days before a release's expiry at which whoever captured it is told.
  public var roiExpiringDays: Int
  public var calendar: SiteCalendar
  /// Read out in "not sent: … call …".
  public var dutyLine: String
  /// What the county's counsel decided.
  public var switches: SiteSwitches
  /// Windows are shortened; every surface says so.
  public var isDemonstration: Bool

  public init(
    program: ProgramID, version: UInt32, contentHash: [UInt8], paths: Set<Path>,
    exceptions: [Exception] = [], outcomes: [Topic: OutcomeSetting], hold: Hold,
    handoff: Handoff, escrow: Escrow, referral: Referral, roiExpiringDays: Int = 14,
    calendar: SiteCalendar, dutyLine: String, switches: SiteSwitches = SiteSwitches(),
    isDemonstration: Bool = false
  ) {
    self.program = program
    self.version = version
    self.contentHash = contentHash
    self.paths = paths
    self.exceptions = exceptions
    self.outcomes = outcomes
    self.hold = hold
    self.handoff = handoff
    self.escrow = escrow
    self.referral = referral
    self.roiExpiringDays = roiExpiringDays
    self.calendar = calendar
    self.dutyLine = dutyLine
    self.switches = switches
    self.isDemonstration = isDemonstration
  }

  public func allows(_ topic: Topic, from: Role, to: Role) -> Bool {
    paths.contains(Path(topic, from: from, to: to))
  }

  /// Roles that the agreement lets hear `topic` from `from`, in the order of their declaration.
  public func audience(of topic: Topic, from: Role) -> [Role] {
    Role.allCases.filter { allows(topic, from: from, to: $0) }
  }

  public func outcome(of topic: Topic) -> OutcomeSetting { outcomes[topic] ?? .none }

  /// Whether its sender may be told what becomes of the message, as of one that goes by its own
  /// release.
  ///
  /// Then that release alone opens it. What others know of the person, that there is an emergency,
  /// an order of a court or custody, would be told with the answer.
  public func isAnswered(_ message: Message) -> Bool {
    message.release != nil && outcome(of: message.topic) == .full
  }
}
