/// What an operator's command asks of the router over its admin socket, as one JSON document.
public enum AdminRequest: Codable, Hashable, Sendable {
  case status
  /// Every hop and fate of one message, by its id (32 hexadecimal digits).
  case message(id: String)
  /// What the log holds of one message, entry by entry; nothing of one that never came.
  case entries(message: String)
  /// What a recipient would get of a participant's, and why; nothing is sent. Leaves a trace.
  case preview(PreviewQuestion)
  /// A release by its id, or, by nil, the newest ones.
  case releases(id: String?)
  /// One release with all that it says.
  case release(id: String)
  case revoke(release: String, reason: String)
  /// What waits in escrow, oldest first, of one agency or of all.
  case held(agency: String?)
  case cutOff(fingerprint: String, reason: String)
  /// The wall clock is right as it is; what was held for it goes on.
  case acceptClock(reason: String)
  /// Two names (`agency/alias`) are one person's, or after all are not.
  case mergeIdentities(first: String, second: String, reason: String)
  case separateIdentity(name: String, reason: String)
  /// What expunging somebody (`agency/alias`) would end, or, confirmed, doing it.
  case expunge(name: String, reason: String, confirmed: Bool)
  /// Looks what retention would remove, or removes it. Answered when it has begun;
  /// ``retentionState`` says how it goes.
  case retention(preview: Bool)
  case retentionState
  /// Begins an archive of what was accepted before an instant (Unix milliseconds; by nil, of what
  /// retention would remove), gives a page of it, and, once it is whole on disk, records it.
  case archive(before: Int64?)
  case archivePage(ticket: String, after: String)
  case archiveDone(ticket: String, sha256: String, messages: Int)
  /// Nothing about somebody (`agency/alias`) may be removed from now on, or it may be again.
  case legalHold(name: String, isOn: Bool, reason: String)
  /// Who is on legal hold. Leaves a trace.
  case legalHolds
  /// Accesses in medical emergencies: those not reviewed yet, or all.
  case emergencies(all: Bool)
  /// A privacy officer has looked at one of them.
  case reviewEmergency(id: String, finding: String)
  /// An order of a court about the participant behind `agency/alias`.
  case recordOrder(CourtOrderDocument, participant: String, reason: String)
  case reloadRegistry
  /// How the router does, and whether its ledger is what it was.
  case health
  case integrity
  /// What is held, or was set aside by its recipient.
  case queue(QueueQuery)
  /// The content of one message. Takes a reason, and leaves a trace.
  case body(message: String, reason: String)
  /// What is held or set aside of a message is decided again; for one recipient, or for all.
  case replay(message: String, recipient: String?, reason: String)
  /// What is held of a message waits no longer.
  case giveBack(message: String, recipient: String?, reason: String)
  /// Maintenance mode begins or ends.
  case drain(Bool, reason: String)
  /// Reads the configuration file again.
  case reload
  /// What happened from an entry of the log on; by nil, where the log ends now.
  case tail(from: UInt64?)
  /// Copies the ledger or the key store to a file that does not exist yet, while the router goes
  /// on. Answered when it has begun; ``backupState`` says how it goes.
  case backup(BackupReport.What, path: String)
  case backupState
  /// Every key of the registry, in force or not.
  case keys
  /// Records an agreement's file and puts it in force, at once or from a date on (Unix
  /// milliseconds); without one, the file's own date counts.
  case activateAgreement(text: String, effective: Int64?)
  /// Every version that was ever recorded, newest first.
  case agreements
  /// One version's file; by nil, that of the version in force.
  case agreement(version: UInt32?)
  /// Totals by fate and audit kind, and the number of no-match rows; what a demo or test sums up.
  case totals
  /// Vouches for the log as it stands now.
  case checkpoint
  /// Begins an export of the log: vouches for it, then gives the export's head.
  case auditHead
  /// A page of an export that has `size` entries.
  case auditPage(from: UInt64, size: UInt64)
  /// What went out about a person (`agency/alias`) under all of their names, between two instants
  /// (Unix milliseconds, the second not included), behind an entry of the log. Leaves a trace.
  case disclosures(participant: String, from: Int64?, to: Int64?, after: UInt64?)
  /// Who holds copies of what went out under a release. Leaves a trace.
  case holders(release: String)
  /// Everything that an agency was handed between two instants (Unix milliseconds, the second not
  /// included), person by person. Leaves a trace.
  case breach(recipient: String, from: Int64, to: Int64, reason: String)
  /// The proof of one disclosure, or, for the auditor, of one withholding.
  case auditProof(message: String, recipient: String, part: UInt16?, withholding: Bool)
}

public enum AdminResponse: Codable, Hashable, Sendable {
  case status(StatusReport)
  case message(MessageReport)
  case releases([ReleaseReport])
  case release(ReleaseDocument)
  case held([HeldReport])
  case emergencies([EmergencyReport])
  case totals(TotalsReport)
  case agreements([AgreementVersionReport])
  case agreement(AgreementVersionReport, text: String)
  case auditPage(AuditPage)
  case entries([LogLeaf])
  case preview(PreviewReport)
  case disclosures(DisclosurePage)
  case holders(HoldersReport)
  case breach(BreachReport)
  /// A release is revoked; who still holds copies of what went out under it.
  case revoked(String, holders: HoldersReport)
  /// An ``AuditProof`` as text.
  case auditProof(String)
  case expungement(ExpungementReport)
  case retention(RetentionReport)
  case archive(ArchivePage)
  case legalHolds(HoldsReport)
  /// An act was done and is in the log.
  case done(String)
  case backup(BackupReport)
  case health(HealthReport)
  case integrity(IntegrityReport)
  case queue([QueueItem])
  case body(BodyReport)
  case tail(TailPage)
  case reloaded(ReloadReport)
  case keys([KeyReport])
  /// What is wrong, and what to do.
  case failed(code: String, remedy: String)
}

public struct StatusReport: Codable, Hashable, Sendable {
  public struct AgencyStatus: Codable, Hashable, Sendable {
    public var agency: String
    public var role: String
    public var isConnected: Bool
    /// Unix milliseconds of the last frame from the agency's consumer; nil if never seen.
    public var lastContact: Int64?
    /// Pending parts, not yet in the window.
    public var depth: Int
    /// Unix milliseconds at which the oldest pending part was accepted.
    public var oldestPending: Int64?
    public var inFlight: Int
    public var held: Int
    public var deliveredThrough: UInt64
    public init(
      agency: String, role: String, isConnected: Bool, lastContact: Int64?, depth: Int,
      oldestPending: Int64?, inFlight: Int, held: Int, deliveredThrough: UInt64
    ) {
      self.agency = agency
      self.role = role
      self.isConnected = isConnected
      self.lastContact = lastContact
      self.depth = depth
      self.oldestPending = oldestPending
      self.inFlight = inFlight
      self.held = held
      self.deliveredThrough = deliveredThrough
    }
  }
  public var program: String
  public var ledgerIncarnation: String
  public var agreementVersion: UInt32
  public var isDemonstration: Bool
  public var now: Int64
  public var agencies: [AgencyStatus]
  /// What somebody must know of the agreement, such as that the configured file is not the
  /// version in force.
  public var agreementNote: String?
  /// Why nothing is released until the operator accepts the clock; nil while all is well.
  public var clockHeld: String?
  /// Accesses in medical emergencies that no privacy officer has looked at.
  public var unreviewedEmergencies: Int
  /// After a restore: releases that wait for the word of the agency that captured them.
  public var unconfirmedReleases: [String: Int]
  /// Keys that end soon, or ended without another in force; one sentence each.
  public var keyWarnings: [String]
  public init(
    program: String, ledgerIncarnation: String, agreementVersion: UInt32, isDemonstration: Bool,
    now: Int64, agencies: [AgencyStatus], agreementNote: String? = nil, clockHeld: String? = nil,
    unreviewedEmergencies: Int = 0, unconfirmedReleases: [String: Int] = [:],
    keyWarnings: [String] = []
  ) {
    self.keyWarnings = keyWarnings
    self.unconfirmedReleases = unconfirmedReleases
    self.agreementNote = agreementNote
    self.program = program
    self.ledgerIncarnation = ledgerIncarnation
    self.agreementVersion = agreementVersion
    self.isDemonstration = isDemonstration
    self.now = now
    self.agencies = agencies
    self.clockHeld = clockHeld
    self.unreviewedEmergencies = unreviewedEmergencies
  }
}

/// Metadata of one message: never its content, never who it is about.
public struct MessageReport: Codable, Hashable, Sendable {
  public struct Part: Codable, Hashable, Sendable {
    public var recipient: String
    public var part: UInt16
    public var categories: [String]
    public var fate: String
    public var number: UInt64?
    public var wasDisclosed: Bool
    public var changedAt: Int64
    public init(
      recipient: String, part: UInt16, categories: [String], fate: String, number: UInt64?,
      wasDisclosed: Bool, changedAt: Int64
    ) {
      self.recipient = recipient
      self.part = part
      self.categories = categories
      self.fate = fate
      self.number = number
      self.wasDisclosed = wasDisclosed
      self.changedAt = changedAt
    }
  }
  /// One audit entry about the message.
  public struct Step: Codable, Hashable, Sendable {
    public var index: UInt64
    public var at: Int64
    public var kind: String
    public var actor: String
    public var recipient: String?
    public var part: UInt16?
    public var number: UInt64?
    public var releases: [String]
    public var reasons: [String]
    public var consentPosition: UInt64
    public init(
      index: UInt64, at: Int64, kind: String, actor: String, recipient: String?, part: UInt16?,
      number: UInt64?, releases: [String], reasons: [String], consentPosition: UInt64
    ) {
      self.index = index
      self.at = at
      self.kind = kind
      self.actor = actor
      self.recipient = recipient
      self.part = part
      self.number = number
      self.releases = releases
      self.reasons = reasons
      self.consentPosition = consentPosition
    }
  }
  public var id: String
  public var topic: String
  public var source: String
  public var caseID: String?
  public var acceptedAt: Int64
  public var basis: String
  public var parts: [Part]
  public var steps: [Step]
  public init(
    id: String, topic: String, source: String, caseID: String?, acceptedAt: Int64, basis: String,
    parts: [Part], steps: [Step]
  ) {
    self.id = id
    self.topic = topic
    self.source = source
    self.caseID = caseID
    self.acceptedAt = acceptedAt
    self.basis = basis
    self.parts = parts
    self.steps = steps
  }
}

public struct ReleaseReport: Codable, Hashable, Sendable {
  public var id: String
  public var version: UInt32
  public var kind: String
  public var state: String
  public var capturedBy: String
  public var recipients: [String]
  public var categories: [String]
  public var purposes: [String]
  public var signedAt: Int64?
  public var expiresAt: Int64?
  public var position: UInt64
  public var missing: [String]
  public init(
    id: String, version: UInt32, kind: String, state: String, capturedBy: String,
    recipients: [String], categories: [String], purposes: [String], signedAt: Int64?,
    expiresAt: Int64?, position: UInt64, missing: [String]
  ) {
    self.id = id
    self.version = version
    self.kind = kind
    self.state = state
    self.capturedBy = capturedBy
    self.recipients = recipients
    self.categories = categories
    self.purposes = purposes
    self.signedAt = signedAt
    self.expiresAt = expiresAt
    self.position = position
    self.missing = missing
  }
}

public struct HeldReport: Codable, Hashable, Sendable {
  public var message: String
  public var topic: String
  public var source: String
  public var recipient: String
  public var acceptedAt: Int64
  /// When the escrow ends.
  public var until: Int64?
  public var release: String?
  public init(
    message: String, topic: String, source: String, recipient: String, acceptedAt: Int64,
    until: Int64?, release: String?
  ) {
    self.message = message
    self.topic = topic
    self.source = source
    self.recipient = recipient
    self.acceptedAt = acceptedAt
    self.until = until
    self.release = release
  }
}

public struct TotalsReport: Codable, Hashable, Sendable {
  public var messages: Int
  public var partsByFate: [String: Int]
  public var auditByKind: [String: Int]
  public var noMatches: Int
  public var ledgerBytes: Int64
  public init(
    messages: Int, partsByFate: [String: Int], auditByKind: [String: Int], noMatches: Int,
    ledgerBytes: Int64
  ) {
    self.messages = messages
    self.partsByFate = partsByFate
    self.auditByKind = auditByKind
    self.noMatches = noMatches
    self.ledgerBytes = ledgerBytes
  }
}

/// A piece of an audit export.
public struct AuditPage: Codable, Hashable, Sendable {
  /// Whole lines.
  public var text: String
  /// Where the next page begins; absent behind the last.
  public var next: UInt64?
  /// Entries that the export holds.
  public var size: UInt64
  public init(text: String, next: UInt64?, size: UInt64) {
    self.text = text
    self.next = next
    self.size = size
  }
}
