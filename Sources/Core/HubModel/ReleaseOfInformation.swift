/// A party that a release names: one agency, or whoever holds a role in the program.
public enum Party: Hashable, Sendable {
  case agency(AgencyID)
  case role(Role)
  /// A person at an agency, by that agency's own reference.
  case person(AgencyID, reference: String)

  public func includes(_ agency: AgencyID, role: Role) -> Bool {
    switch self {
    case .agency(let named): named == agency
    case .role(let named): named == role
    case .person(let named, _): named == agency
    }
  }
}

/// Which information a release (or a refusal in it) is about.
public struct InformationScope: Hashable, Sendable {
  public var categories: WordSet<InformationCategory>
  /// Sensitivity that the person agreed to include; a labelled segment needs all its labels here.
  public var labels: WordSet<SensitivityLabel>
  public var authoredFrom: CivilDate?
  public var authoredThrough: CivilDate?
  /// Empty: whoever wrote it.
  public var authors: [AgencyID]

  public init(
    categories: WordSet<InformationCategory>, labels: WordSet<SensitivityLabel> = [],
    authoredFrom: CivilDate? = nil, authoredThrough: CivilDate? = nil, authors: [AgencyID] = []
  ) {
    self.categories = categories
    self.labels = labels
    self.authoredFrom = authoredFrom
    self.authoredThrough = authoredThrough
    self.authors = authors
  }
}

/// A release of information: who may tell whom what about a participant, for what, until when.
/// The elements are those of 42 CFR 2.31(a) and 45 CFR 164.508(c).
public struct ReleaseOfInformation: Hashable, Sendable {
  /// Kinds that may not be combined stand apart (42 CFR 2.31(b), (d); 164.508(b)(3)).
  public enum Kind: String, CaseIterable, Hashable, Sendable {
    /// Signed at the scene; covers only what is printed on it.
    case field
    /// The program's multi-party release, signed at intake.
    case multiParty = "multi-party"
    /// Treatment, payment and operations, 42 CFR 2.31(a)(4)(i).
    case treatmentPaymentOperations = "tpo"
    /// 42 CFR 2.35.
    case criminalJustice = "criminal-justice"
    /// 42 CFR 2.31(d).
    case proceedings
    case sudCounsellingNotes = "sud-counselling-notes"
    case psychotherapyNotes = "psychotherapy-notes"
  }

  public enum SignerCapacity: String, CaseIterable, Hashable, Sendable {
    case patient, parent, guardian
    case adjudicatedRepresentative = "adjudicated-representative"
    case decedentRepresentative = "decedent-representative"
  }

  public enum Expiry: Hashable, Sendable {
    case at(WallTime)
    /// A named event, reported by a message.
    case event(String)
    /// Lawful for `treatmentPaymentOperations` alone.
    case never
  }

  public struct Refusal: Hashable, Sendable {
    public var recipients: [Party]
    public var information: InformationScope
    public init(recipients: [Party], information: InformationScope) {
      self.recipients = recipients
      self.information = information
    }
  }

  public var id: RoiID
  /// From 1; an amendment is the next version.
  public var version: UInt32
  public var kind: Kind
  public var disclosers: [Party]
  public var recipients: [Party]
  public var information: [InformationScope]
  public var refusals: [Refusal]
  public var purposes: WordSet<Purpose>
  public var signedAt: WallTime?
  public var signer: SignerCapacity
  /// Where the evidence of a representative's authority is filed.
  public var signerEvidence: String
  public var startsAt: WallTime?
  public var expiry: Expiry?
  /// The event from which on a 2.35 release may be revoked; empty: at any time.
  public var revocableFrom: String
  /// The door through which the person came; decides whether 42 CFR 2.35 can apply.
  public var track: String
  /// What depends on signing (treatment, payment, enrolment, eligibility), by code. Such a
  /// release stands alone (45 CFR 164.508(b)(3)(iii)).
  public var conditionedOn: Set<String>
  public var formTemplate: String
  /// SHA-256 of the signed image: 32 bytes.
  public var formImageHash: [UInt8]
  /// Codes of the statements that the form prints (right to revoke, redisclosure …).
  public var statements: Set<String> {
    didSet { printed = Self.known(statements) }
  }
  /// Of ``statements``, those that a rule may ask for: every decision that permits looks for them.
  public private(set) var printed: WordSet<FormStatement>
  public var jurisdictions: [String]
  public var witness: String
  public var supersedes: RoiID?
  /// Whether information recorded before the signature is covered.
  public var coversEarlier: Bool
  /// Who may be asked whether a possible match is this person.
  public var identityStewards: [AgencyID]
  /// Whether former recipients may be told to stop using what they hold after a revocation.
  public var stopUseNotice: Bool
  public var redisclosure: String

  public init(
    id: RoiID, version: UInt32 = 1, kind: Kind, disclosers: [Party], recipients: [Party],
    information: [InformationScope], purposes: WordSet<Purpose>, signedAt: WallTime?,
    expiry: Expiry?, signer: SignerCapacity = .patient, formImageHash: [UInt8] = [],
    statements: Set<String> = []
  ) {
    self.id = id
    self.version = version
    self.kind = kind
    self.disclosers = disclosers
    self.recipients = recipients
    self.information = information
    self.refusals = []
    self.purposes = purposes
    self.signedAt = signedAt
    self.signer = signer
    self.signerEvidence = ""
    self.startsAt = nil
    self.expiry = expiry
    self.revocableFrom = ""
    self.track = ""
    self.conditionedOn = []
    self.formTemplate = ""
    self.formImageHash = formImageHash
    self.statements = statements
    self.printed = Self.known(statements)
    self.jurisdictions = []
    self.witness = ""
    self.supersedes = nil
    self.coversEarlier = true
    self.identityStewards = []
    self.stopUseNotice = false
    self.redisclosure = ""
  }

  private static func known(_ statements: Set<String>) -> WordSet<FormStatement> {
    WordSet(statements.lazy.compactMap { FormStatement(rawValue: $0) })
  }
}

/// The person was asked and did not sign.
public struct RoiRefusal: Hashable, Sendable {
  public enum Reason: String, CaseIterable, Hashable, Sendable {
    /// Said no: what waits on the release is withheld at once.
    case refused
    /// Could not decide then: what waits goes on waiting until its deadline.
    case incapacity
  }
  public var id: RoiID
  public var reason: Reason
  public init(id: RoiID, reason: Reason) {
    self.id = id
    self.reason = reason
  }
}

/// A release is withdrawn, wholly or toward some recipients.
public struct RoiRevocation: Hashable, Sendable {
  /// `nil`: every release of the participant (design §10.4).
  public var id: RoiID?
  /// Empty: toward everyone.
  public var recipients: [Party]
  public init(id: RoiID?, recipients: [Party] = []) {
    self.id = id
    self.recipients = recipients
  }
}

/// Where a release stands in its life. Only `active` permits.
public enum RoiState: String, CaseIterable, Hashable, Sendable {
  /// An element is missing, or nobody has signed.
  case draft
  case active
  case refused
  case revoked
  case superseded
  // `expired` is not stored: it follows from the clock at each decision.
}


/// Everything was revoked, wholly or toward some recipients, at one moment. A release that was
/// signed by then and arrives later is as dead as those that were there.
public struct BlanketRevocation: Hashable, Sendable {
  /// Empty: toward everyone.
  public var recipients: [Party]
  /// When the router took it in: at the latest the moment at which the person said it, so what
  /// bears a later signature was signed by somebody who knew.
  public var at: WallTime
  public init(recipients: [Party], at: WallTime) {
    self.recipients = recipients
    self.at = at
  }
}
