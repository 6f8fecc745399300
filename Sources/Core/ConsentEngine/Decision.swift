public import HubModel

/// Why something was decided as it was: a stable code, ordered as found.
public enum Reason: String, CaseHashed {
  // Authorities
  case releaseCovers = "release.covers"
  case operational = "authority.operational"
  case ownView = "authority.own-view"
  case ownMessage = "authority.own-message"
  case agreementException = "authority.agreement-exception"
  case courtOrder = "authority.court-order"  // 42 CFR 2.61–2.67
  case emergency = "authority.emergency"  // 42 CFR 2.51
  // Law
  case adversePurpose = "law.adverse-purpose"  // 42 USC 290dd-2(c); 42 CFR 2.12(d)(1)
  case privileged = "law.privileged"
  case criminalHistory = "law.criminal-history"  // 28 CFR 20.33
  case negativeStatus = "law.negative-status"  // 42 USC 290dd-2(c)
  case separateConsent = "law.separate-consent"  // 42 CFR 2.31(b); 45 CFR 164.508(b)(3)
  case attachmentToJustice = "law.attachment-to-justice"  // golden rule of LEAD
  case personInOperational = "law.person-in-operational"
  case notNeeded = "law.not-needed"  // 42 CFR 2.13(a)
  case part2Exception = "law.part-2-exception"  // 42 CFR 2.13(a)
  case notInCustody = "law.not-in-custody"  // 45 CFR 164.512(k)(5)
  case statePack = "law.state-pack"
  // Agreement
  case noPath = "agreement.no-path"
  case outcomeNotSet = "agreement.outcome-not-set"
  case notAddressed = "agreement.not-addressed"
  // The participant's releases
  case noParticipant = "release.no-participant"
  case none = "release.none"
  case awaited = "release.awaited"
  case notSigned = "release.not-signed"
  case notStarted = "release.not-started"
  case expired = "release.expired"
  case refused = "release.refused"
  case revoked = "release.revoked"
  case superseded = "release.superseded"
  case suspended = "release.suspended"  // 42 CFR 2.31(a)(6), (c)
  case unconfirmed = "release.unconfirmed"
  case voided = "release.voided"  // 42 CFR 2.31(c)(4)
  case elementMissing = "release.element-missing"  // 42 CFR 2.31(c)(2)
  case explicitRefusal = "release.explicit-refusal"
  case onwardEnded = "release.onward-ended"  // 42 CFR 2.33(b)
  case onwardWaits = "release.onward-waits"  // 42 CFR 2.33(b)
  case kindTooNarrow = "release.kind-too-narrow"
  case discloserNotNamed = "release.discloser-not-named"
  case recipientNotNamed = "release.recipient-not-named"
  case purposeNotNamed = "release.purpose-not-named"
  case informationNotNamed = "release.information-not-named"
}

/// By what right something is released.
public enum Authority: Hashable, Sendable {
  /// Releases in force, by version.
  case releases([AuditEntry.ReleaseVersion])
  /// Names no person.
  case operational
  /// A reminder that follows from the recipient's own view and the clock alone.
  case ownView
  /// The fate of the recipient's own message.
  case ownMessage
  /// An exception of the program agreement, with its legal basis.
  case agreementException(legalBasis: String)
  /// An order of a court.
  case courtOrder
  /// A medical emergency.
  case emergency
}

/// The engine's word that these segments may go to this recipient, as of this instant.
///
/// Nothing outside this module can make one, and the router never keeps one: every send, resend
/// and replay asks again.
public struct Permit: Sendable {
  public let message: MessageID
  public let recipient: AgencyID
  public let segments: SegmentSet
  public let authority: Authority
  public let consentPosition: UInt64
  private let noticeBasis: NoticeBasis?

  /// What must travel with the disclosure (42 CFR 2.32). Put together when it is asked for: most
  /// decisions are made to know whether, and only a delivery needs it.
  public var notice: DisclosureNotice? {
    noticeBasis.map { basis in
      DisclosureNotice(
        statement: basis.statement,
        scopes: basis.permitting.map { DisclosureNotice.Scope(of: basis.records[$0].roi) })
    }
  }
  /// Of that notice: the statement, empty where none goes with it.
  public var statement: String { noticeBasis?.statement ?? "" }

  /// All releases as they were at the decision, and which of them permit.
  struct NoticeBasis {
    let statement: String
    let records: [RoiRecord]
    let permitting: [Int]
  }

  init(
    message: MessageID, recipient: AgencyID, segments: SegmentSet, authority: Authority,
    noticeBasis: NoticeBasis?, consentPosition: UInt64
  ) {
    self.message = message
    self.recipient = recipient
    self.segments = segments
    self.authority = authority
    self.noticeBasis = noticeBasis
    self.consentPosition = consentPosition
  }
}

/// The engine's answer. Every segment asked about is in exactly one of the three.
public struct Decision: Sendable {
  /// Present where any segment may be released.
  public let permit: Permit?
  /// Not covered yet: wait in escrow.
  public let held: SegmentSet
  /// Refused, revoked or forbidden: no waiting.
  public let withheld: SegmentSet
  /// All reasons found, without repetition, in the order of the segments and layers.
  public let reasons: WordList<Reason>
  /// Of `reasons`, those that hold, and those that withhold.
  public let holding: WordList<Reason>
  public let withholding: WordList<Reason>
  /// Releases that decided, permitting or refusing.
  public let deciding: [AuditEntry.ReleaseVersion]
  public let consentPosition: UInt64

  public var permitted: SegmentSet { permit?.segments ?? SegmentSet(bits: 0) }
}
