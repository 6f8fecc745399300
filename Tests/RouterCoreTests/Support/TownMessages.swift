import HubModel

/// Messages that pass the catalogue's checks.
struct Draft {
  var topic: Topic
  var person: String?
  var caseID: String?
  var release: String?
  var tokens: [IdentityToken] = []
  var audience: [AgencyID] = []
  var inReplyTo: MessageID?
  var segments: [Segment] = []
  var consent: ConsentStatement?
  /// A random part of the id that a test fixes; otherwise the town counts.
  var serial: UInt64?

  init(
    _ topic: Topic, of person: String? = nil, case caseID: String? = nil,
    release: String? = nil, tokens: [IdentityToken] = [], audience: [AgencyID] = [],
    inReplyTo: MessageID? = nil, consent: ConsentStatement? = nil, _ segments: [Segment] = []
  ) {
    self.topic = topic
    self.person = person
    self.caseID = caseID
    self.release = release
    self.tokens = tokens
    self.audience = audience
    self.inReplyTo = inReplyTo
    self.consent = consent
    self.segments = segments
  }

  func message(from agency: AgencyID, at now: WallTime, serial: UInt64) -> Message {
    Message(
      id: MessageID(at: now, random: (serial >> 48, serial)), topic: topic, source: agency,
      program: Town.program, sentAt: now,
      purpose: Catalogue.spec(of: topic)?.purpose ?? .careCoordination,
      participant: person.map { ParticipantAlias("\(agency.text)-\($0)")! }, tokens: tokens,
      caseID: caseID.map { CaseID($0)! }, inReplyTo: inReplyTo,
      release: release.map { RoiID($0)! }, audience: audience, segments: segments,
      consent: consent)
  }

  static func stateID(_ person: String) -> IdentityToken { token(.stateID, "state-\(person)") }
  static func name(_ person: String) -> IdentityToken {
    token(.nameAndBirthDate, "name-\(person)")
  }
  static func inmate(_ number: String) -> IdentityToken {
    token(.inmateNumber, "inmate-\(number)")
  }
  /// As long as a real one, and readable by the judge.
  private static func token(_ kind: IdentityToken.Kind, _ text: String) -> IdentityToken {
    IdentityToken(kind, Array(text.utf8) + Array(repeating: 0, count: 32 - text.utf8.count))
  }

  static func handoff(case caseID: String, at time: WallTime = Town.start) -> Draft {
    Draft(
      .handoffRequested, case: caseID,
      [
        Segment(
          .operational,
          fields: [
            Field("requested-at", .time(time)), Field("meeting-place", .text("5th and Main")),
            Field("callback", .code("555-0199")),
          ])
      ])
  }

  static func details(
    of person: String, case caseID: String, release: String?
  ) -> Draft {
    Draft(
      .handoffDetails, of: person, case: caseID, release: release, tokens: [stateID(person)],
      [
        Segment(
          .handoffDetails,
          fields: [
            Field("last-name", .text("Doe \(person)")), Field("first-name", .text("Jo")),
          ])
      ])
  }

  static func holdRequest(
    of person: String, case caseID: String, release: String?, at time: WallTime = Town.start
  ) -> Draft {
    Draft(
      .holdRequested, of: person, case: caseID, release: release, tokens: [stateID(person)],
      [
        Segment(
          .hold,
          fields: [
            Field("incident", .code("inc-\(caseID)")), Field("referred-at", .time(time)),
          ])
      ])
  }

  static func hold(
    _ topic: Topic = .holdOpened, of person: String, case caseID: String, release: String?
  ) -> Draft {
    Draft(
      topic, of: person, case: caseID, release: release, tokens: [stateID(person)],
      [
        Segment(
          .hold,
          fields: [
            Field("hold", .code("hold-\(caseID)")), Field("incident", .code("inc-\(caseID)")),
          ])
      ])
  }

  static func answer(_ topic: Topic, case caseID: String, to: MessageID?) -> Draft {
    var fields = [Field("responder", .code("on-call-1"))]
    switch topic {
    case .handoffAcknowledged: fields.append(Field("acknowledged-at", .time(Town.start)))
    case .handoffArrived: fields.append(Field("arrived-at", .time(Town.start)))
    default: fields.append(Field("reason", .code("busy")))
    }
    return Draft(
      topic, case: caseID, inReplyTo: to, [Segment(.operational, fields: fields)])
  }

  static func intake(of person: String, case caseID: String) -> Draft {
    Draft(
      .intakeCompleted, of: person, case: caseID, tokens: [stateID(person)],
      [
        Segment(
          .participation, fields: [Field("completed-on", .date(CivilDate(day: 20_000)))])
      ])
  }

  static func status(of person: String, case caseID: String, _ status: String) -> Draft {
    Draft(
      .participantStatus, of: person, case: caseID, tokens: [stateID(person)],
      [Segment(.engagement, fields: [Field("status", .code(status))])])
  }

  static func caseEvent(of person: String, _ event: String) -> Draft {
    Draft(
      .caseEvent, of: person, tokens: [stateID(person)],
      [Segment(.courtCase, fields: [Field("event", .code(event))])])
  }

  static func booking(_ number: String, tokens: [IdentityToken], of alias: String? = nil) -> Draft {
    Draft(
      .bookingCreated, of: alias, tokens: tokens,
      [
        Segment(
          .booking,
          fields: [Field("booking", .code(number)), Field("at", .time(Town.start))])
      ])
  }

  static func answer(candidate id: MessageID, of person: String, confirms: Bool) -> Draft {
    Draft(
      confirms ? .identityConfirmed : .identityRejected, of: person,
      [Segment(.identity, fields: [Field("candidate", .code(id.description))])])
  }

  static func confirm(outcomeOf id: MessageID) -> Draft {
    Draft(
      .outcomeConfirmed,
      [Segment(.operational, fields: [Field("message", .code(id.description))])])
  }

  static func signed(_ roi: ReleaseOfInformation, of person: String) -> Draft {
    Draft(.roiSigned, of: person, tokens: [stateID(person)], consent: .release(roi))
  }
  static func refused(
    _ id: String, _ reason: RoiRefusal.Reason = .refused, of person: String
  ) -> Draft {
    Draft(
      .roiRefused, of: person, tokens: [stateID(person)],
      consent: .refusal(RoiRefusal(id: RoiID(id)!, reason: reason)))
  }
  static func event(_ topic: Topic, _ event: RoiEvent, of person: String) -> Draft {
    Draft(topic, of: person, tokens: [stateID(person)], consent: .event(event))
  }
  static func emergency(of person: String, _ nature: String = "overdose") -> Draft {
    Draft(
      .emergencyDeclared, of: person, tokens: [stateID(person)],
      [
        Segment(
          .release,
          fields: [
            Field("recipient-name", .text("Dr. Field")),
            Field("affiliation", .text("Harbor")), Field("declared-by", .text("shift lead")),
            Field("nature", .text(nature)),
          ])
      ])
  }
  static func occurred(_ event: String, of person: String) -> Draft {
    Draft(
      .roiEvent, of: person, tokens: [stateID(person)],
      consent: .event(RoiEvent(.occurred, event: event)))
  }
  static func revoked(_ id: String?, of person: String, toward: [Party] = []) -> Draft {
    Draft(
      .roiRevoked, of: person, tokens: [stateID(person)],
      consent: .revocation(RoiRevocation(id: id.map { RoiID($0)! }, recipients: toward)))
  }
}
