import HubModel
import Testing

/// Every row of the catalogue, both ways: what it asks for passes, and each departure is refused
/// with its own code and place.
@Suite struct ValidationTests {
  static let specs = Topic.allCases.compactMap { Catalogue.spec(of: $0) }
  static let published = specs.filter { !$0.publishers.isEmpty }

  static func value(_ type: TopicSpec.FieldType) -> FieldValue {
    switch type {
    case .code: .code("code-1")
    case .text: .text("Some text")
    case .integer: .integer(3)
    case .date: .date(CivilDate(day: 20_577))
    case .time: .time(WallTime(milliseconds: 1_777_900_000_000))
    case .flag: .flag(true)
    }
  }

  static func consent(_ topic: Topic) -> ConsentStatement? {
    let id = RoiID("roi-1")!
    switch topic {
    case .roiSigned, .roiAmended, .roiConfirmed:
      return .release(
        ReleaseOfInformation(
          id: id, kind: .field, disclosers: [.role(.sheriff)], recipients: [.role(.prosecutor)],
          information: [InformationScope(categories: [.hold])], purposes: [.diversion],
          signedAt: nil, expiry: nil))
    case .roiRefused: return .refusal(RoiRefusal(id: id, reason: .refused))
    case .roiSuspended: return .event(RoiEvent(.suspended))
    case .roiResumed: return .event(RoiEvent(.resumed))
    case .roiVoided: return .event(RoiEvent(.voided))
    case .roiEvent: return .event(RoiEvent(.occurred, event: "discharged"))
    case .roiRevoked: return .revocation(RoiRevocation(id: id))
    default: return nil
    }
  }

  /// A sound message with the fields that `take` picks, one segment for each category.
  static func message(
    _ spec: TopicSpec, take: (TopicSpec.FieldSpec) -> Bool = { _ in true }
  ) -> Message {
    var segments: [Segment] = []
    for field in spec.fields where take(field) {
      let made = Field(field.name, value(field.type))
      if let index = segments.firstIndex(where: { $0.category == field.category }) {
        segments[index].fields.append(made)
      } else {
        segments.append(Segment(field.category, fields: [made]))
      }
    }
    if segments.isEmpty, let first = spec.fields.first { segments = [Segment(first.category)] }
    return Message(
      id: MessageID(high: 1, low: 1), topic: spec.topic, source: AgencyID("agency")!,
      program: ProgramID("program")!, sentAt: WallTime(milliseconds: 0), purpose: spec.purpose,
      participant: spec.needsParticipant ? ParticipantAlias("p-1")! : nil,
      caseID: spec.needsCase ? CaseID("case-1")! : nil, segments: segments,
      consent: consent(spec.topic))
  }

  func refusal(_ message: Message, _ role: Role) -> Refusal? {
    do throws(Refusal) {
      try message.validate(publisher: role)
      return nil
    } catch {
      return error
    }
  }

  @Test("A full and a bare message pass for every publisher, and for nobody else",
    arguments: specs)
  func publishers(spec: TopicSpec) {
    for role in Role.allCases {
      let expected = spec.publishers.contains(role) ? nil : Refusal(.notPublisher)
      #expect(refusal(Self.message(spec), role) == expected, "\(role)")
      #expect(refusal(Self.message(spec, take: \.required), role) == expected, "\(role)")
    }
  }

  @Test("A required field that is missing is named", arguments: published)
  func required(spec: TopicSpec) throws {
    let role = try #require(spec.publishers.first)
    for field in spec.fields where field.required {
      let bare = Self.message(spec) { $0.name != field.name }
      #expect(refusal(bare, role) == Refusal(.missingField, at: field.name))
    }
  }

  @Test("A field of another type or category, unknown or repeated is named", arguments: published)
  func fields(spec: TopicSpec) throws {
    let role = try #require(spec.publishers.first)
    for field in spec.fields {
      let wrong: FieldValue = field.type == .flag ? .integer(1) : .flag(true)
      let other: InformationCategory =
        field.category == .psychotherapyNotes ? .hold : .psychotherapyNotes
      var message = Self.message(spec) { $0.name != field.name }
      message.segments.insert(Segment(field.category, fields: [Field(field.name, wrong)]), at: 0)
      #expect(refusal(message, role) == Refusal(.wrongFieldType, at: field.name))
      message.segments[0] = Segment(other, fields: [Field(field.name, Self.value(field.type))])
      #expect(refusal(message, role) == Refusal(.wrongCategory, at: field.name))
      let twice = Field(field.name, Self.value(field.type))
      message.segments[0] = Segment(field.category, fields: [twice, twice])
      #expect(
        refusal(message, role) == (field.repeats ? nil : Refusal(.repeatedField, at: field.name)))
    }
    var strange = Self.message(spec)
    strange.segments.append(Segment(.operational, fields: [Field("remark", .text("free"))]))
    #expect(refusal(strange, role) == Refusal(.unknownField, at: "remark"))
  }

  @Test("Codes are short and printable, texts bounded", arguments: published)
  func values(spec: TopicSpec) throws {
    let role = try #require(spec.publishers.first)
    for field in spec.fields {
      var message = Self.message(spec) { $0.name != field.name }
      func with(_ value: FieldValue) -> Refusal? {
        message.segments.append(Segment(field.category, fields: [Field(field.name, value)]))
        defer { message.segments.removeLast() }
        return refusal(message, role)
      }
      if field.type == .code {
        let long = String(repeating: "x", count: 65)
        for code in ["", "two words", "naïve", "line\n", long] {
          #expect(with(.code(code)) == Refusal(.wrongFieldType, at: field.name))
        }
        #expect(with(.code(String(repeating: "x", count: 64))) == nil)
      } else if field.type == .text {
        let most = String(repeating: "x", count: Limits.fieldBytes)
        #expect(with(.text(most)) == nil)
        #expect(with(.text(most + "x")) == Refusal(.fieldTooLong, at: field.name))
      }
    }
  }

  @Test("A message says whom and which case it is about, exactly where its topic asks",
    arguments: published)
  func subject(spec: TopicSpec) throws {
    let role = try #require(spec.publishers.first)
    var message = Self.message(spec)
    message.participant = nil
    #expect(refusal(message, role)?.code == (spec.needsParticipant ? .participantMissing : nil))
    message = Self.message(spec)
    message.caseID = nil
    #expect(refusal(message, role)?.code == (spec.needsCase ? .caseMissing : nil))
    let token = IdentityToken(.stateID, Array(repeating: 7, count: 32))
    let isBare = spec.disclosure == .operational
    message = Self.message(spec)
    message.participant = ParticipantAlias("p-1")!
    #expect(refusal(message, role)?.code == (isBare ? .participantForbidden : nil))
    message = Self.message(spec)
    message.tokens = [token]
    #expect(refusal(message, role)?.code == (isBare ? .participantForbidden : nil))
    message.tokens = Array(repeating: token, count: Limits.identityTokens + 1)
    #expect(refusal(message, role) == Refusal(.messageTooLarge, at: "tokens"))
  }

  @Test("Purpose, privilege, attachment, audience and segments are checked", arguments: published)
  func bounds(spec: TopicSpec) throws {
    let role = try #require(spec.publishers.first)
    for purpose in Purpose.allCases where purpose != spec.purpose {
      var message = Self.message(spec)
      message.purpose = purpose
      #expect(refusal(message, role)?.code == .wrongPurpose)
    }
    var message = Self.message(spec)
    message.segments.append(Segment(.operational, labels: [.privileged]))
    #expect(refusal(message, role)?.code == .privilegedContent)
    message = Self.message(spec)
    message.segments.append(Segment(.operational, attachment: [1]))
    #expect(refusal(message, role)?.code == (spec.mayAttach ? nil : .attachmentForbidden))
    message = Self.message(spec)
    let named = AgencyID("agency")!
    message.audience = Array(repeating: named, count: Limits.audience + 1)
    #expect(refusal(message, role) == Refusal(.messageTooLarge, at: "audience"))
    message = Self.message(spec)
    message.segments += Array(repeating: Segment(.operational), count: Limits.segments + 1)
    #expect(refusal(message, role)?.code == .tooManySegments)
    message.segments = []
    #expect(
      refusal(message, role)?.code
        == (spec.disclosure == .control ? Self.firstMissing(spec) : .noSegments))
  }

  static func firstMissing(_ spec: TopicSpec) -> ErrorCode? {
    spec.fields.contains(where: \.required) ? .missingField : nil
  }

  @Test("A release travels on its own topics, and there only", arguments: published)
  func consents(spec: TopicSpec) throws {
    let role = try #require(spec.publishers.first)
    let statements = [
      Topic.roiSigned, .roiRefused, .roiRevoked, .roiSuspended, .roiResumed, .roiVoided, .roiEvent,
    ].compactMap(Self.consent)
    for statement in statements {
      var message = Self.message(spec)
      let fits = message.consent.map { Self.kind($0) == Self.kind(statement) }
      message.consent = statement
      let expected: ErrorCode? =
        switch fits {
        case true?: nil
        case false?: .consentMissing
        case nil: .consentForbidden
        }
      #expect(refusal(message, role)?.code == expected)
    }
    var message = Self.message(spec)
    let carries = message.consent != nil
    message.consent = nil
    #expect(refusal(message, role)?.code == (carries ? .consentMissing : nil))
  }

  static func kind(_ statement: ConsentStatement) -> String {
    switch statement {
    case .release: "release"
    case .refusal: "refusal"
    case .revocation: "revocation"
    case .event(let event): event.kind.rawValue
    }
  }

  @Test("The void is no topic that anybody may publish", arguments: Role.allCases)
  func void(role: Role) throws {
    var message = Self.message(try #require(Catalogue.spec(of: .holdRequested)))
    message.topic = .void
    #expect(refusal(message, role)?.code == .unknownTopic)
  }

  @Test("A refusal quotes an unknown field's name only as far as a log can bear")
  func hostileName() throws {
    let spec = try #require(Catalogue.spec(of: .holdRequested))
    var message = Self.message(spec)
    let name = "name\n\u{1b}[31m" + String(repeating: "é", count: 100)
    message.segments[0].fields.append(Field(name, .flag(true)))
    let place = try #require(refusal(message, .sheriff)).place
    #expect(place.utf8.count <= 40)
    #expect(place.utf8.allSatisfy { $0 > 32 && $0 < 127 })
  }

  @Test("A message's description tells nothing of a person")
  func redaction() throws {
    let spec = try #require(Catalogue.spec(of: .handoffDetails))
    var message = Self.message(spec)
    message.segments[0].fields = [Field("last-name", .text("Quillfeather"))]
    for text in ["\(message)", String(reflecting: message), "\(message.segments)"] {
      #expect(!text.contains("Quillfeather"))
      #expect(!text.contains("p-1"))
    }
    var dumped = ""
    dump(message, to: &dumped)
    #expect(!dumped.contains("Quillfeather"))
  }
}
