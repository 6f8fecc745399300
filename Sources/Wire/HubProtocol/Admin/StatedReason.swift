/// Why somebody does something over the admin socket. It goes into the log, which keeps it for
/// good and shows it on terminals: so it is short, and has no characters that steer one.
public enum StatedReason {
  /// What a reason must be, for those who are told that theirs is none.
  public static let rule = "1 to 200 characters on one line"

  public static func isOne(_ text: String) -> Bool {
    (1...200).contains(text.count) && text.utf8.count <= 800
      && text.unicodeScalars.contains { !$0.properties.isWhitespace }
      && !text.unicodeScalars.contains { scalar in
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
        default: false
        }
      }
  }
}

extension AdminRequest {
  /// What the request says of why it is made; `nil` for those that need no reason.
  public var reason: String? {
    switch self {
    case .revoke(_, let reason), .cutOff(_, let reason), .acceptClock(let reason),
      .mergeIdentities(_, _, let reason), .separateIdentity(_, let reason),
      .expunge(_, let reason, _), .recordOrder(_, _, let reason), .body(_, let reason),
      .replay(_, _, let reason), .giveBack(_, _, let reason), .drain(_, let reason),
      .breach(_, _, _, let reason), .legalHold(_, _, let reason):
      reason
    case .reviewEmergency(_, let finding): finding
    case .status, .message, .entries, .preview, .releases, .release, .held, .retention,
      .retentionState, .archive, .archivePage, .archiveDone, .emergencies, .reloadRegistry,
      .health, .integrity, .queue, .reload, .tail, .backup, .backupState, .keys,
      .activateAgreement, .agreements, .agreement, .totals, .checkpoint, .auditHead, .auditPage,
      .disclosures, .holders, .auditProof, .legalHolds:
      nil
    }
  }
}
