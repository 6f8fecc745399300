import HubModel

/// All that was said, ordered and opened before a question, and what counsel asked meanwhile.
struct OracleHistory: Sendable {
  var sayings: [OracleSaying]
  var law = SiteSwitches()
  var orders: [CourtOrder] = []
  var emergencies: [EmergencyAccess] = []

  /// Runs it through the engine, and past the oracle.
  var heard: ParticipantConsents { ConsentEngineTests.heard(sayings, under: law) }
  var log: OracleLog { OracleLog(sayings, under: law) }
}

extension OracleCases {
  static let events = ["discharge", "disposition", "final-disposition", "patient-deceased"]
  /// Before the plainest form's signature, at it, and after it.
  static let times = [now, now - 1_000, now - 2_000]

  static func history(_ choices: inout Choices) -> OracleHistory {
    let law = law(&choices)
    var history = OracleHistory(sayings: sayings(&choices, under: law), law: law)
    if choices.chance(18) {
      history.orders = (0...(choices.chance(15) ? 1 : 0)).map { _ in order(&choices) }
    }
    if choices.chance(12) {
      history.emergencies = (0...(choices.chance(15) ? 1 : 0)).map { _ in emergency(&choices) }
    }
    return history
  }

  /// What counsel decided: mostly nothing.
  static func law(_ choices: inout Choices) -> SiteSwitches {
    if !choices.chance(40) { return SiteSwitches() }
    return SiteSwitches(
      hubIsIntermediary: choices.chance(20),
      criminalJusticeTracks: choices.chance(60)
        ? [choices.one(of: ["arrest-diversion", "social-contact"])] : [],
      states: Set(choices.some(of: ["us-wa", "us-mi"], each: 25)),
      negativeStatusToJustice: choices.chance(40))
  }

  static func event(_ choices: inout Choices) -> RoiEvent {
    let kind = choices.one(of: [RoiEvent.Kind.suspended, .occurred, .voided, .resumed])
    let id: RoiID? = choices.chance(25) ? nil : Self.id(&choices)
    return RoiEvent(kind, id: id, event: kind == .occurred ? choices.one(of: events) : "")
  }

  static func order(_ choices: inout Choices) -> CourtOrder {
    var order = CourtOrder(
      id: RoiID("order-1") ?? ids[0],
      kind: choices.chance(70)
        ? choices.one(of: [.prosecution, .noncriminal])
        : choices.one(of: CourtOrder.Kind.allCases),
      issuedAt: now - 1_000, expiresAt: now + .days(1),
      disclosers: choices.chance(30) ? [party(&choices)] : agencies.map { .agency($0.id) },
      recipients: [party(&choices), party(&choices)],
      information: (0...(choices.chance(15) ? 1 : 0)).map { _ in scope(&choices) },
      hasFindings: !choices.chance(6), hasNotice: !choices.chance(6))
    if choices.chance(10) { order.expiresAt = choices.one(of: [now, now + 1]) }
    if choices.chance(8) { order.issuedAt = choices.one(of: [now, now + 1]) }
    if choices.chance(25) {
      order.information[0].categories.formUnion([.sudCounsellingNotes, .psychotherapyNotes])
      order.coversCommunications = choices.chance(50)
    }
    return order
  }

  static func emergency(_ choices: inout Choices) -> EmergencyAccess {
    var access = EmergencyAccess(
      id: RoiID("emergency-1") ?? ids[0],
      recipient: choices.one(of: choices.chance(15) ? agencies : [harbor, cedar]).id,
      recipientName: "Dr. Field", affiliation: "Harbor", discloser: "shift lead",
      nature: "overdose", openedAt: now - 1_000, closesAt: now + .hours(4))
    if choices.chance(20) {
      switch choices.pick(4) {
      case 0: access.recipientName = ""
      case 1: access.affiliation = ""
      case 2: access.discloser = ""
      default: access.nature = ""
      }
    }
    if choices.chance(15) { access.closesAt = choices.one(of: [now, now + 1]) }
    if choices.chance(10) { access.openedAt = choices.one(of: [now, now + 1]) }
    return access
  }

  /// What a form may print, depend on and name beside the plain elements; mostly as it should.
  static func furnish(
    _ form: inout ReleaseOfInformation, _ choices: inout Choices, under law: SiteSwitches
  ) {
    if form.kind == .criminalJustice {
      form.track = choices.chance(10) ? "social-contact" : "arrest-diversion"
      form.revocableFrom = choices.chance(8) ? "" : "disposition"
      if !choices.chance(10) {
        form.recipients = [.person(prosecutor.id, reference: "7")]
        if choices.chance(50) { form.recipients.append(.person(sheriff.id, reference: "9")) }
      }
    }
    if choices.chance(law.hubIsIntermediary ? 85 : 4) { form.recipients.append(.agency(.hub)) }
    if law.hubIsIntermediary, !choices.chance(25) {
      form.recipients.removeAll { if case .role = $0 { true } else { false } }
    }
    if choices.chance(6) {
      form.statements.remove(choices.one(of: FormStatement.codes.sorted()))
    }
    if choices.chance(5) {
      form.conditionedOn = ["treatment"]
      if choices.chance(60) {
        form.recipients = Array(form.recipients.prefix(1))
        form.purposes = [form.purposes.sorted { $0.rawValue < $1.rawValue }[0]]
        if law.hubIsIntermediary { form.recipients.append(.agency(.hub)) }
      }
    }
    if choices.chance(8) {
      form.jurisdictions = choices.some(of: ["us-mi", "us-wa", "us-xx"], each: 50)
    }
    if choices.chance(8) { form.formTemplate = "MDHHS-5515 12-18" }
    if choices.chance(6) {
      for index in form.information.indices { form.information[index].labels = [.domesticViolence] }
    }
  }
}

extension WallTime {
  static func - (time: WallTime, milliseconds: Int64) -> WallTime {
    WallTime(milliseconds: time.milliseconds - milliseconds)
  }
  static func + (time: WallTime, milliseconds: Int64) -> WallTime {
    WallTime(milliseconds: time.milliseconds + milliseconds)
  }
}
