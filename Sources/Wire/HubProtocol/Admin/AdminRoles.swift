/// Who may do what over a router's admin socket.
public enum AdminRole: String, Codable, CaseIterable, Hashable, Sendable {
  /// Keeps the router running.
  case `operator`
  /// Keeps keys, registry and log.
  case securityOfficer = "security-officer"
  /// Answers for what is known of people.
  case privacyOfficer = "privacy-officer"
  /// Sees how it does, and nothing more.
  case observer
}

/// What can be asked over the admin socket, and by whom: the one table. The article *Roles* shows
/// it, and a test compares the two.
///
/// | asked for                     | in the log                                              |
/// |-------------------------------|---------------------------------------------------------|
/// | how it does, and lists        | refusals alone                                          |
/// | an act, or what is of a person| that it was asked, by whom, in which role; and refusals |
public enum AdminAct: String, CaseIterable, Hashable, Sendable {
  case status, health, integrity, totals, message, entries, tail
  case queue, body, replay, giveBack = "give-back"
  case drain, reload
  case releases, release, held, preview, disclosures, holders, breach
  case revoke, expunge
  case retention
  case retentionState = "retention-state"
  case archive
  case archivePage = "archive-page"
  case legalHold = "legal-hold"
  case legalHolds = "legal-holds"
  case mergeIdentities = "merge-identities"
  case separateIdentity = "separate-identity"
  case emergencies
  case reviewEmergency = "review-emergency"
  case recordOrder = "record-order"
  case cutOff = "cut-off"
  case keys
  case reloadRegistry = "reload-registry"
  case acceptClock = "accept-clock"
  case backup
  case backupState = "backup-state"
  case agreements
  case activateAgreement = "activate-agreement"
  case audit, checkpoint

  public var roles: Set<AdminRole> {
    switch self {
    case .status, .health, .totals, .tail, .keys, .agreements, .backupState, .retentionState:
      Set(AdminRole.allCases)
    case .integrity: [.operator, .securityOfficer, .observer]
    case .message, .queue, .held: [.operator, .securityOfficer, .privacyOfficer]
    case .entries: [.operator, .securityOfficer, .privacyOfficer]
    case .replay, .giveBack, .drain, .reload, .backup: [.operator]
    case .acceptClock, .checkpoint: [.operator, .securityOfficer]
    case .cutOff, .reloadRegistry: [.securityOfficer]
    case .audit: [.securityOfficer, .privacyOfficer]
    case .revoke, .retention: [.operator, .privacyOfficer]
    case .breach: [.securityOfficer, .privacyOfficer]
    case .body, .releases, .release, .preview, .disclosures, .holders, .expunge, .legalHold,
      .legalHolds, .archive, .archivePage, .mergeIdentities, .separateIdentity, .emergencies,
      .reviewEmergency, .recordOrder, .activateAgreement:
      [.privacyOfficer]
    }
  }

  /// Whether that it was asked goes into the log. Monitoring asks how it does all day.
  public var isLogged: Bool {
    switch self {
    case .status, .health, .integrity, .totals, .message, .entries, .tail, .queue, .held, .keys,
      .agreements, .backupState, .retentionState, .archivePage, .emergencies, .releases, .audit,
      .checkpoint:
      false
    case .body, .replay, .giveBack, .drain, .reload, .release, .preview, .disclosures, .holders,
      .breach, .revoke, .expunge, .retention, .legalHold, .legalHolds, .mergeIdentities,
      .separateIdentity, .reviewEmergency, .recordOrder, .cutOff, .reloadRegistry, .acceptClock,
      .backup, .activateAgreement, .archive:
      true
    }
  }
}

extension AdminRequest {
  /// What of the table it is.
  public var act: AdminAct {
    switch self {
    case .status: .status
    case .health: .health
    case .integrity: .integrity
    case .totals: .totals
    case .message: .message
    case .entries: .entries
    case .tail: .tail
    case .queue: .queue
    case .body: .body
    case .replay: .replay
    case .giveBack: .giveBack
    case .drain: .drain
    case .reload: .reload
    case .releases: .releases
    case .release: .release
    case .held: .held
    case .preview: .preview
    case .disclosures: .disclosures
    case .holders: .holders
    case .breach: .breach
    case .revoke: .revoke
    case .expunge: .expunge
    case .retention: .retention
    case .retentionState: .retentionState
    case .legalHold: .legalHold
    case .legalHolds: .legalHolds
    case .archive: .archive
    case .archivePage, .archiveDone: .archivePage
    case .mergeIdentities: .mergeIdentities
    case .separateIdentity: .separateIdentity
    case .emergencies: .emergencies
    case .reviewEmergency: .reviewEmergency
    case .recordOrder: .recordOrder
    case .cutOff: .cutOff
    case .keys: .keys
    case .reloadRegistry: .reloadRegistry
    case .acceptClock: .acceptClock
    case .backup: .backup
    case .backupState: .backupState
    case .agreements, .agreement: .agreements
    case .activateAgreement: .activateAgreement
    case .checkpoint: .checkpoint
    case .auditHead, .auditPage, .auditProof: .audit
    }
  }
}
