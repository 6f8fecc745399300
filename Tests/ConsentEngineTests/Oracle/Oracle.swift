import ConsentEngine
import HubModel

/// One question to the engine, with everything that was said before it.
struct OracleCase: Sendable {
  var sayings: [OracleSaying]
  /// What counsel asked of forms when all that was said; what counsel asks now is the agreement's.
  var lawThen = SiteSwitches()
  var orders: [CourtOrder] = []
  var emergencies: [EmergencyAccess] = []
  /// What agencies told of having the person in custody.
  var stays: [OracleStay] = []
  /// `false`: nobody knows whom the message is about.
  var isKnown = true
  var message: Message
  var discloser: Registry.Agency
  var recipient: Registry.Agency
  var agreement: ProgramAgreement
  /// The agreement's, in a list.
  var paths: [ProgramAgreement.Path]
  var asked: [Int]
  var now: WallTime
  var footing = Footing.submitted
  /// What the sender itself was told before, and now tells on.
  var received: [InformationCategory: Received] = [:]

  var history: OracleHistory {
    OracleHistory(sayings: sayings, law: lawThen, orders: orders, emergencies: emergencies)
  }
}

enum OracleVerdict: Equatable {
  case permit(authority: String, papers: [RoiID])
  case hold
  case withhold
}

/// What may be compared of an answer.
struct OracleAnswer: Equatable, CustomStringConvertible {
  var permitted: [Int] = []
  var held: [Int] = []
  var withheld: [Int] = []
  var authorities: [String] = []
  var papers: [RoiID] = []
  /// Papers whose refusal was met.
  var refusing: [RoiID] = []
  /// `nil`: no notice travels; empty: one without the statement of 42 CFR 2.32(a).
  var statement: String?

  var description: String {
    let notice = statement.map { "notice “\($0.prefix(40))”" } ?? "no notice"
    return "permitted \(permitted) held \(held) withheld \(withheld) by \(authorities) "
      + "of \(papers.map(\.text)), refused by \(refusing.map(\.text)), with \(notice)"
  }
}

/// The rules of the design's consent page, one function each, over plain lists.
final class Oracle {
  let asked: OracleCase
  let log: OracleLog
  let message: Message
  let discloser: Registry.Agency
  let recipient: Registry.Agency
  let now: WallTime
  let isOnPath: Bool
  /// What counsel decided, as it stands now.
  var law: SiteSwitches { asked.agreement.switches }

  init(_ asked: OracleCase, _ log: OracleLog) {
    self.asked = asked
    self.log = log
    message = asked.message
    discloser = asked.discloser
    recipient = asked.recipient
    now = asked.now
    isOnPath = Self.isInAgreement(asked)
  }

  func answer() -> OracleAnswer {
    var answer = OracleAnswer()
    var carriesPart2 = false
    for index in asked.asked where index < message.segments.count {
      let segment = message.segments[index]
      for paper in papersThatRefuse(segment) where !answer.refusing.contains(paper) {
        answer.refusing.append(paper)
      }
      switch verdict(segment) {
      case .hold: answer.held.append(index)
      case .withhold: answer.withheld.append(index)
      case .permit(let authority, let papers):
        answer.permitted.append(index)
        if !answer.authorities.contains(authority) { answer.authorities.append(authority) }
        for paper in papers where !answer.papers.contains(paper) { answer.papers.append(paper) }
        for label in labels(segment)
        where label == .part2 && asked.footing == .submitted {
          carriesPart2 = true
        }
      }
    }
    answer.papers.sort()
    answer.authorities.sort()
    answer.refusing.sort()
    answer.statement = rule7_statement(answer, carriesPart2)
    return answer
  }

  /// Three layers; any of them says no.
  func verdict(_ segment: Segment) -> OracleVerdict {
    switch asked.footing {
    case .submitted: return submitted(segment)
    case .ownView: return ownView()
    case .outcome: return outcome(segment)
    case .identityQuestion: return identityQuestion()
    }
  }

  func submitted(_ segment: Segment) -> OracleVerdict {
    if lawForbids(segment) { return .withhold }
    if !isAddressed() { return .withhold }
    // It overrides agreement and participant, never the law nor the sender's address.
    if !tellsItsSender(), rule13_isEmergency(segment) {
      return .permit(authority: "emergency", papers: [])
    }
    if isOperational() {
      if !isOnPath { return .withhold }
      if namesAPerson(segment) { return .withhold }
      return .permit(authority: "operational", papers: [])
    }
    if exception() != nil {
      // An agreement between agencies opens neither Part 2 nor notes nor what is used against
      // the person.
      if labels(segment).contains(.part2) || rule5_rule26_rule30_isAdverse()
        || rule6_rule18_isNotes(segment)
      {
        return .withhold
      }
      return rule8_origin(segment) ?? .permit(authority: "exception", papers: [])
    }
    if !isOnPath { return .withhold }
    if !asked.isKnown { return .withhold }
    // What a court orders, no refusal stops.
    if !tellsItsSender(), rule14_isOrdered(segment) {
      return .permit(authority: "order", papers: [])
    }
    let verdict = participantSays(segment)
    if case .permit = verdict { return rule8_origin(segment) ?? verdict }
    if verdict == .hold, rule5_rule26_rule30_isAdverse() || rule6_rule18_isNotes(segment) {
      return .withhold
    }
    return verdict
  }

  // MARK: Layer 1: law

  func lawForbids(_ segment: Segment) -> Bool {
    rule22_isCriminalHistoryForOutsiders(segment) || rule25_isPrivileged(segment)
      || rule30_isNegativeForJustice(segment) || rule26_isPaperForJustice(segment)
      || rule11_rule20_isMoreThanNeeded(segment)
  }

  /// What the purpose does not need is not told, whatever was signed.
  func rule11_rule20_isMoreThanNeeded(_ segment: Segment) -> Bool {
    if segment.category == .operational { return false }
    // What is used against the person, the order or the consent lists.
    if rule5_rule26_rule30_isAdverse() { return false }
    return !isNeeded(segment.category, for: message.purpose)
  }

  func isNeeded(_ category: InformationCategory, for purpose: Purpose) -> Bool {
    let needed: [InformationCategory]
    switch purpose {
    case .careCoordination:
      if category == .identity { return false }
      needed =
        isJustice(recipient.role)
        ? [
          .referral, .hold, .participation, .participationNegative, .engagement, .booking,
          .courtCase, .defence,
        ] : InformationCategory.allCases
    case .diversion:
      needed =
        [.referral, .hold, .participation, .participationNegative]
        + (isJustice(recipient.role) ? [] : [.handoffDetails])
    case .legalDefence:
      needed =
        [.courtCase, .defence]
        + (isJustice(recipient.role)
          ? [] : [.referral, .hold, .participation, .engagement, .booking])
    case .identityResolution: needed = [.identity]
    case .programEvaluation:
      needed = [.referral, .participation] + (isJustice(recipient.role) ? [] : [.engagement])
    case .treatment:
      needed =
        isJustice(recipient.role)
        ? []
        : [
          .handoffDetails, .participation, .participationNegative, .engagement, .contact,
          .booking, .sudCounsellingNotes, .psychotherapyNotes,
        ]
    case .payment: needed = isJustice(recipient.role) ? [] : [.participation, .engagement]
    case .operations:
      needed =
        isJustice(recipient.role)
        ? [] : [.participation, .participationNegative, .engagement, .contact]
    case .emergencyTreatment:
      needed =
        isJustice(recipient.role)
        ? [] : [.handoffDetails, .participation, .engagement, .contact]
    case .charging, .investigation, .warrant, .revocationHearing: needed = []
    }
    return needed.contains(category)
  }

  func rule5_rule26_rule30_isAdverse() -> Bool { oracleAdverse.contains(message.purpose) }

  func rule6_rule18_isNotes(_ segment: Segment) -> Bool {
    segment.category == .sudCounsellingNotes || segment.category == .psychotherapyNotes
  }

  func rule22_isCriminalHistoryForOutsiders(_ segment: Segment) -> Bool {
    labels(segment).contains(.criminalHistory) && !isJustice(recipient.role)
  }

  func rule25_isPrivileged(_ segment: Segment) -> Bool { labels(segment).contains(.privileged) }

  func rule30_isNegativeForJustice(_ segment: Segment) -> Bool {
    segment.category == .participationNegative && isJustice(recipient.role)
      && !law.negativeStatusToJustice
  }

  /// The golden rule: police and prosecutors get coded values, no documents.
  func rule26_isPaperForJustice(_ segment: Segment) -> Bool {
    segment.attachment.count > 0 && isJustice(recipient.role)
  }

  /// Part 2 follows who obtained it: what a program says is Part 2, whatever it wrote on it.
  func labels(_ segment: Segment) -> [SensitivityLabel] {
    var labels = SensitivityLabel.allCases.filter { label in
      segment.labels.contains(label)
        || asked.footing == .submitted
          && asked.received[segment.category]?.labels.contains(label) ?? false
    }
    return rule31_stick(&labels, to: segment)
  }

  func rule31_stick(
    _ labels: inout [SensitivityLabel], to segment: Segment
  ) -> [SensitivityLabel] {
    if discloser.isPart2Program, segment.category != .operational,
      !labels.contains(.part2)
    {
      labels.append(.part2)
    }
    return labels
  }

  /// What came under a consent goes on only while that consent would still let it come.
  func rule8_origin(_ segment: Segment) -> OracleVerdict? {
    guard let origin = asked.received[segment.category] else { return nil }
    switch origin.standing {
    case .stands: return nil
    case .waits: return .hold
    case .ended: return .withhold
    }
  }

  func isJustice(_ role: Role) -> Bool { role == .sheriff || role == .prosecutor }

  // MARK: Layer 2: agreement

  static func isInAgreement(_ asked: OracleCase) -> Bool {
    let topic = asked.message.topic
    let from = asked.discloser.role
    let to = asked.recipient.role
    for path in asked.paths where path.topic == topic && path.from == from && path.to == to {
      return true
    }
    return false
  }

  func exception() -> ProgramAgreement.Exception? {
    for exception in asked.agreement.exceptions
    where exception.path.topic == message.topic && exception.path.from == discloser.role
      && exception.path.to == recipient.role
    {
      if exception.whileInCustody, tellsItsSender() || !isInCustodyOfWhoAsks() { continue }
      return exception
    }
    return nil
  }

  /// 45 CFR 164.512(k)(5): while the one who asks has the person, by the last that it said of it;
  /// who said both at once said nothing.
  func isInCustodyOfWhoAsks() -> Bool {
    if !asked.isKnown { return false }
    let words = asked.stays.filter { $0.by == recipient.id }
    guard let last = words.map(\.at).max() else { return false }
    for word in words where word.at == last && !word.isBooking { return false }
    return true
  }

  /// Who sends on a release of their own hears what becomes of it; what only others know may not
  /// decide that.
  func tellsItsSender() -> Bool {
    message.release != nil && asked.agreement.outcomes[message.topic] == .full
  }

  func isAddressed() -> Bool {
    if message.audience.isEmpty { return true }
    for agency in message.audience where agency == recipient.id { return true }
    return false
  }

  func isOperational() -> Bool {
    Catalogue.spec(of: message.topic)?.disclosure == .operational
  }

  func namesAPerson(_ segment: Segment) -> Bool {
    message.participant != nil || !message.tokens.isEmpty || segment.category != .operational
      || !segment.labels.isEmpty
  }

  // MARK: Rule 7: what travels along

  func rule7_statement(_ answer: OracleAnswer, _ carriesPart2: Bool) -> String? {
    if answer.permitted.isEmpty { return nil }
    // The scope is a consent's; the statement goes with whatever is Part 2.
    if !carriesPart2 { return answer.authorities.contains("releases") ? "" : nil }
    return isJustice(recipient.role) ? oracleStatement1Start : oracleStatement2
  }
}

/// Statement 2 whole, and how statement 1 begins (42 CFR 2.32(a), 2024 edition).
let oracleStatement2 = "42 CFR part 2 prohibits unauthorized use or disclosure of these records."
let oracleStatement1Start = "This record which has been disclosed to you is protected by Federal"
