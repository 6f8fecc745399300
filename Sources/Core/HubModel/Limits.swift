/// Every bound of the hub in one place, with the relations between them checked by a test.
public enum Limits {
  public static let identifierBytes = 1...63

  /// One frame on either lane, in bytes.
  public static let frameBytes = 4 << 20
  /// One message as encoded, in bytes.
  public static let messageBytes = 1 << 20
  public static let messagesPerPublish = 1_024
  /// Numbers of a spool's sequence for which a refusal is answered again: four full frames.
  public static let refusalsRemembered: UInt64 = 4_096
  public static let segments = 16
  public static let fieldsPerSegment = 64
  /// One text field, in UTF-8 bytes.
  public static let fieldBytes = 4_096
  public static let identityTokens = 8
  public static let audience = 16
  /// Answers of releases that one entry of the log tells.
  public static let tracedReleases = 32
  /// How far back what is told on is followed to where it came from; past it, it is not told on.
  public static let onwardDepth = 16

  /// Deliveries in flight to one recipient.
  public static let defaultWindow = 64
  public static let largestWindow = 1_024

  /// Events taken in one router turn; its last frame is taken whole and may go beyond. With four
  /// times as many, `accord-bench run` gave a quarter less where all is published at once.
  public static let turnEvents = 256
  /// Due timers taken in one turn, and held parts decided again in one turn.
  public static let turnTimers = 64
  public static let turnRedecisions = 64
  /// Versions of the agreement that wait for their date at once.
  public static let scheduledAgreements = 8
  /// Backups of the ledger that count: what the older of two lacks, the spools keep.
  public static let backupsRemembered = 2
  /// Resent deliveries taken in one turn, for each recipient.
  public static let turnResends = 256

  /// What a frame counts on the submit lane: one for each message, and at least one for each so
  /// many bytes.
  public static let submitUnitBytes = 4_096
  /// Units that one agency may send in a second, for as long as it likes, and at once after a
  /// quiet time: a hundred times what a county sends, and the backlog of weeks within minutes.
  public static let defaultSubmitRate = 2_000
  public static let defaultSubmitBurst = 60_000
  public static let largestSubmitRate = 1_000_000
  /// Frames and bytes of one agency that wait in the router for their turn.
  public static let waitingFrames = 64
  public static let waitingBytes = 8 << 20

  public static let sessionsPerAgency = 16
  public static let agencies = 256
  /// So long before its end a key is warned of; the last week is critical.
  public static let keyWarning = Span.days(30)
  public static let keyAlarm = Span.days(7)
  /// Links of the checkpoint chain told in one pong.
  public static let chainLinks = 256
  /// Tokens may match several people; past this many the match is not a match.
  public static let identityCandidates = 8

  /// How far wall time may fall behind, or run ahead of, the time since boot before the router
  /// holds its releases. Slewing moves both alike; a leap second is one second.
  public static let clockBack = Span.seconds(2)
  public static let clockAhead = Span.seconds(60)
  /// The clocks are written down with a commit at least this long after the last time.
  public static let clockMarkEvery = Span.seconds(10)

  public static let pingEvery = Span.seconds(2)
  /// Silence of five pings after which a session is forgotten: nothing more is handed to a
  /// recipient that is gone, and what comes for it waits, undisclosed.
  public static let sessionSilence = Span.seconds(10)
}
