import ConsentEngine
import HubModel

/// What follows a restore of the ledger, and the backups that limit what one can lose.
extension Turn {
  /// The agency that captured a release sends it again, as it has it: after a restore it counts
  /// from here on.
  ///
  /// What the agency took back since the backup overtakes this in its own control sequence, so an
  /// agency cannot confirm what it has revoked. Another form of the same version, or an older one
  /// than the hub's, confirms nothing.
  mutating func confirm(
    _ statement: ConsentStatement, of participant: ParticipantID, from message: Message
  ) throws(Refusal) {
    guard case .release(let roi) = statement else { throw Refusal(.consentMissing) }
    let owner = facts.releases[roi.id]?.participant ?? participant
    let known = facts.participants[owner]?.consents.records.first { $0.roi.id == roi.id }
    if let known, known.capturedBy == message.source, known.missing.isEmpty,
      known.roi.version > roi.version || (known.roi.version == roi.version && known.roi != roi)
    {
      throw Refusal(.releaseDiffers, at: roi.id.text)
    }
    try applyConsent(statement, of: participant, from: message)
    try applyConsent(
      .event(RoiEvent(.confirmed, id: roi.id)), of: owner, from: message.source)
  }

  /// A backup begins, ends, or fails.
  mutating func note(_ stage: BackupStage) {
    switch stage {
    case .begun: state.isFirstBackupRunning = state.backups.isEmpty
    case .failed: state.isFirstBackupRunning = false
    case .done(let backup):
      state.isFirstBackupRunning = false
      state.backups = Array((state.backups + [backup]).suffix(Limits.backupsRemembered))
      write(.backedUp(backup))
      log(.backupTaken, detail: "\(backup.entries) entries")
    }
  }
}

extension RouterState {
  /// Through which numbers a spool may forget what it submitted.
  ///
  /// Where two backups are known the older one counts, so that one that turns out to be unreadable
  /// costs nothing. Before the first, what is flushed here is as safe as it gets; while the first
  /// is being made nothing more is forgotten, since it may lack what comes meanwhile.
  func horizon(of source: SourceKey) -> SourceCursor {
    if let backup = backups.first { return backup.sources[source] ?? SourceCursor() }
    return isFirstBackupRunning ? SourceCursor() : sources[source] ?? SourceCursor()
  }
}
