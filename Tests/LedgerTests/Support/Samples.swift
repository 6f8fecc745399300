import DiversionWorkflow
import HubModel
import RouterCore

// Fictional agencies and people; ids are numbers, so that tests read in order.

extension AgencyID {
  static let sheriff = AgencyID("sheriff")!
  static let prosecutor = AgencyID("prosecutor")!
  static let provider = AgencyID("provider")!
}

extension WallTime {
  static let start = WallTime(milliseconds: 1_800_000_000_000)
  static func after(_ seconds: Int64) -> WallTime { start + .seconds(seconds) }
}

extension MessageID {
  static func numbered(_ number: Int) -> MessageID {
    MessageID(at: .after(Int64(number)), random: (1, UInt64(number)))
  }
}

extension ParticipantID {
  static func numbered(_ number: UInt64) -> ParticipantID {
    ParticipantID(MessageID(high: 0xfeed, low: number))
  }
}

enum Sample {
  static let program = ProgramID("lead")!
  static let caseID = CaseID("case-1")!
  static let roi = RoiID("roi-1")!
  static let source = SourceKey(.sheriff, Incarnation("spool-1")!)

  static func message(
    _ number: Int, of person: ParticipantID? = nil, caseID: CaseID? = nil, text: String = "note",
    basis: MessageBasis = .submitted, about: MessageID? = nil
  ) -> StoredMessage {
    StoredMessage(
      message: Message(
        id: .numbered(number), topic: .handoffDetails, source: .sheriff,
        program: ProgramID("lead")!, sentAt: .after(Int64(number)), purpose: .careCoordination,
        participant: person == nil ? nil : ParticipantAlias("theirs-\(number)")!, caseID: caseID,
        release: roi, audience: [.provider],
        segments: [
          Segment(
            .handoffDetails, labels: [.domesticViolence],
            fields: [Field("last-name", .text(text)), Field("need", .code("housing"))]),
          Segment(.referral, fields: [Field("door", .code("community"))]),
        ]),
      participant: person, basis: basis, acceptedAt: .after(Int64(number)), about: about)
  }

  static func part(
    _ number: Int, to recipient: AgencyID = .provider, part: UInt16 = 0, _ fate: Fate = .pending,
    of person: ParticipantID? = nil, queued: UInt64? = nil, number delivery: UInt64? = nil
  ) -> PartRecord {
    PartRecord(
      key: PartKey(message: .numbered(number), recipient: recipient, part: part),
      segments: SegmentSet([0, 1]), fate: fate, participant: person, queued: queued,
      number: delivery, wasDisclosed: delivery != nil, changedAt: .after(Int64(number)))
  }

  static func release(
    _ id: RoiID = roi, _ state: RoiState = .active, position: UInt64 = 1
  ) -> RoiRecord {
    var release = ReleaseOfInformation(
      id: id, kind: .field, disclosers: [.agency(.sheriff)],
      recipients: [.role(.behavioralHealth), .person(.provider, reference: "desk 4, \"nights\"")],
      information: [InformationScope(categories: [.handoffDetails, .referral])],
      purposes: [.careCoordination], signedAt: .start, expiry: .at(.after(86_400)),
      formImageHash: [UInt8](repeating: 7, count: 32),
      statements: FormStatement.codes)
    release.witness = "a witness"
    return RoiRecord(
      roi: release, state: state, capturedBy: .sheriff,
      revokedToward: [.agency(.prosecutor), .person(.provider, reference: "x\u{0}y")],
      position: position, missing: ["signature"])
  }

  static func view(_ viewer: AgencyID, _ caseID: CaseID = caseID) -> CaseView {
    CaseView(viewer: viewer, role: .behavioralHealth, caseID: caseID)
  }

  static func audit(
    _ kind: AuditEntry.Kind = .released, _ number: Int? = 1, reasons: [String] = ["permitted"]
  ) -> AuditEntry {
    AuditEntry(
      kind, at: .start, actor: .hub, message: number.map { .numbered($0) }, recipient: .provider,
      part: 0, number: 1, segments: SegmentSet([0]), topic: .handoffDetails,
      participant: .numbered(1), consentPosition: 3, agreementVersion: 2,
      releases: [.init(roi, version: 1)], reasons: reasons)
  }
}
