public import HubModel

/// The names under which a release of information is written as a FHIR R4 Consent. They are URNs,
/// so that they claim no web address; the article on releases lists what each means.
enum ReleaseProfile {
  static let root = "urn:accord:fhir:"
  static let profile = root + "profile:release"

  /// Systems of identifiers.
  static let agency = root + "agency"
  static let role = root + "role"
  /// Persons by an agency's own reference; the agency's id follows.
  static let person = root + "person:"
  static let release = root + "release"
  static let referral = root + "referral"
  static let signer = root + "signer"
  static let stateID = root + "state-id"

  /// Systems of codes.
  static let kind = root + "kind"
  static let information = root + "information"
  static let label = root + "label"
  static let purpose = root + "purpose"

  /// What the consent is taken under: FHIR demands a policy, and a policy rule of opt-in would say
  /// that whatever no provision names is permitted.
  static let policy = "https://www.ecfr.gov/current/title-42/section-2.31"

  /// Extensions that may be passed over.
  enum Extension: String, CaseIterable {
    case version, state, signer, witness, statement, jurisdiction, supersedes, redisclosure, track
    case signerEvidence = "signer-evidence"
    case formTemplate = "form-template"
    case conditionedOn = "conditioned-on"
    case identitySteward = "identity-steward"
    case stopUseNotice = "stop-use-notice"
    case revocableFrom = "revocable-from"
    case neverExpires = "never-expires"

    var url: String { root + "extension:" + rawValue }
    var isList: Bool {
      switch self {
      case .statement, .jurisdiction, .conditionedOn, .identitySteward: true
      default: false
      }
    }
    var value: String {
      switch self {
      case .version: "valuePositiveInt"
      case .state, .signer: "valueCode"
      case .stopUseNotice, .neverExpires: "valueBoolean"
      default: "valueString"
      }
    }
  }

  /// SHA-256 of the signed form; FHIR's own `hash` holds SHA-1.
  static let imageHash = root + "extension:form-image-sha256"

  /// Extensions that narrow: who does not know them must not use the consent.
  static let expiresWith = root + "modifier:expires-with-event"
  static let onlyLater = root + "modifier:recorded-after-signature"
  static let modifiers: Set<String> = [expiresWith, onlyLater]

  static let actions: Set<String> = ["access", "use", "disclose"]

  /// Purposes for which HL7 has a word; the rest are the hub's own.
  static let purposes: [Purpose: String] = [
    .treatment: "TREAT", .payment: "HPAYMT", .operations: "HOPERAT",
    .emergencyTreatment: "ETREAT",
  ]

  static func coding(_ purpose: Purpose) -> Coding {
    purposes[purpose].map { Coding(system: CodeSystem.actReason, code: $0) }
      ?? Coding(system: Self.purpose, code: purpose.rawValue)
  }

  static let labels: [SensitivityLabel: String] = [.part2: "42CFRPart2", .mentalHealth: "MH"]

  static func coding(_ label: SensitivityLabel) -> Coding {
    labels[label].map { Coding(system: CodeSystem.actCode, code: $0) }
      ?? Coding(system: Self.label, code: label.rawValue)
  }

  static func coding(_ category: InformationCategory) -> Coding {
    Coding(system: information, code: category.rawValue)
  }

  static func word<Word: CaseIterable>(
    _ coding: Coding, _ spelled: (Word) -> Coding
  ) -> Word? { Word.allCases.first { spelled($0) == coding } }

  static func status(_ state: HeldRelease.State) -> Consent.Status {
    switch state {
    case .draft: .draft
    case .active: .active
    case .refused: .rejected
    case .revoked, .superseded, .suspended, .ended: .inactive
    case .voided: .enteredInError
    }
  }
}

/// A release as a router holds it.
public struct HeldRelease: Hashable, Sendable {
  public enum State: String, CaseIterable, Sendable {
    case draft, active, refused, revoked, superseded
    /// Stopped until somebody has written down or withdrawn what was said.
    case suspended
    /// Materially false, or never given.
    case voided
    /// The event with which it ends was reported.
    case ended
  }

  public var release: ReleaseOfInformation
  public var state: State
  public var capturedBy: AgencyID
  /// Recipients toward whom it was revoked while it stays in force for others.
  public var revokedToward: [HubModel.Party]

  public init(
    _ release: ReleaseOfInformation, state: State, capturedBy: AgencyID,
    revokedToward: [HubModel.Party] = []
  ) {
    self.release = release
    self.state = state
    self.capturedBy = capturedBy
    self.revokedToward = revokedToward
  }

  /// The same with everything in one order where order means nothing, and a start that is the
  /// signature's left out.
  public var normalized: HeldRelease {
    var held = self
    let key: (HubModel.Party) -> String = { "\($0)" }
    held.release.disclosers.sort { key($0) < key($1) }
    held.release.recipients.sort { key($0) < key($1) }
    held.revokedToward.sort { key($0) < key($1) }
    held.release.information = held.release.information.map(\.normalized)
      .sorted { $0.order < $1.order }
    held.release.refusals = held.release.refusals.map {
      .init(
        recipients: $0.recipients.sorted { key($0) < key($1) },
        information: $0.information.normalized)
    }
    held.release.identityStewards.sort()
    if held.release.startsAt == held.release.signedAt { held.release.startsAt = nil }
    return held
  }
}

extension InformationScope {
  fileprivate var normalized: InformationScope {
    var scope = self
    scope.authors.sort()
    return scope
  }

  fileprivate var order: String {
    categories.map(\.rawValue).sorted().joined(separator: " ")
  }
}
