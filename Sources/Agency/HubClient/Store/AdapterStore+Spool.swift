public import GRDB
import GRDBSQLite
public import HubModel
import HubProtocol

extension AdapterStore {
  /// Checks the message and appends it to the spool, in the transaction of `database`: what else
  /// the adapter writes there happens with it or not at all.
  ///
  /// Its submit number is the next of its sequence, without gaps.
  /// - Throws: the ``Refusal`` that the router would give, nothing being spooled then;
  ///   `duplicate-message` where the id was spooled before; ``StoreError``.
  public func spool(_ message: HubModel.Message, role: Role, in database: Database) throws {
    guard database.sqliteConnection == statements.connection else {
      throw StoreError(.foreignConnection, "spool")
    }
    try message.validate(publisher: role)
    let (salted, leaves) = statements.salted(message)
    let body = salted.encoded()
    guard body.count + SpoolBounds.sealBytes(leaves) <= Limits.messageBytes else {
      throw Refusal(.messageTooLarge)
    }
    let sequence = Int64(message.topic.sequence.rawValue)
    do {
      // First, so that a message that is refused here leaves no hole in the numbers.
      try statements.submit.run(.id(message.id), .integer(sequence))
    } catch let error where error.number & 0xff == SQLITE_CONSTRAINT {
      throw Refusal(.duplicateMessage, at: "id")
    }
    try statements.spool.run(.id(message.id), .blob(body), .blob(leaves.bytes), .integer(sequence))
    try statements.advance.run(.integer(sequence))
    noteSpooled()
  }

  /// Spools the message in a transaction of its own; it is on disk when this returns.
  /// - Throws: as ``spool(_:role:in:)``.
  public func publish(_ message: HubModel.Message, role: Role) throws {
    try write { try spool(message, role: role, in: $0) }
  }

  /// What became of the message; nothing where it was never spooled here, or was confirmed and
  /// its id is older than ``remembersSubmissionsFor``.
  public func submissionState(of id: MessageID) throws -> SubmissionState? {
    try queue.inDatabase { try submissionState(of: id, in: $0) }
  }

  /// As ``submissionState(of:)``, within a transaction of the caller's.
  public func submissionState(
    of id: MessageID, in database: Database
  ) throws -> SubmissionState? {
    let receipted = receipts.withLock { $0 }
    let refusal = try statements.deadLetter.first(.id(id)) { row throws(StoreError) in
      Refusal(ErrorCode(rawValue: row.text(0)) ?? .malformedFrame, at: row.text(1))
    }
    if let refusal { return .refused(refusal) }
    let key = try statements.submission.first(.id(id)) { row in row.integer(0) }
    guard let key else { return nil }
    guard let (sequence, number) = SpoolEntry.split(key) else { return .receipted }
    return number <= receipted[sequence] ? .receipted : .spooled
  }

  /// How long submissions are remembered by id, counted from the time in it, once the router's
  /// backup has them and their content was forgotten here.
  public static let remembersSubmissionsFor = Span.days(92)

  /// Submissions that the router refused, by message id, after `last`.
  public func deadLetters(after last: MessageID? = nil, limit: Int = 100) throws -> [DeadLetter] {
    try queue.inDatabase { _ in
      var letters: [DeadLetter] = []
      let start = last ?? MessageID(high: 0, low: 0)
      try statements.deadLetters.rows(.id(start), .integer(Int64(limit))) {
        row throws(StoreError) in
        letters.append(
          DeadLetter(
            message: try row.id(0),
            sequence: SubmitSequence(rawValue: UInt8(clamping: row.integer(1))) ?? .data,
            number: row.number(2),
            refusal: Refusal(ErrorCode(rawValue: row.text(3)) ?? .malformedFrame, at: row.text(4)),
            at: WallTime(milliseconds: row.integer(5))))
        return true
      }
      return letters
    }
  }
}

/// A submission that the router refused: why, without its content.
public struct DeadLetter: Hashable, Sendable {
  public let message: MessageID
  public let sequence: SubmitSequence
  public let number: UInt64
  public let refusal: Refusal
  public let at: WallTime
}

// MARK: - For the link

/// Consecutive encoded messages of one sequence.
struct SpoolBatch {
  var messages: [[UInt8]] = []
  /// What of each of them is signed.
  var leaves: [SealedLeaves] = []
  /// The number asked for is not in the spool, or its content was forgotten.
  var isBroken = false
}

extension AdapterStore {
  /// The last number spooled, of each sequence.
  func lastSpooled() throws -> BySequence<UInt64> {
    try queue.inDatabase { _ in try statements.snapshot().spooled }
  }

  /// Messages from `number + 1` on: at most `limit`, and about ``SpoolBounds/batchBytes``.
  func batch(
    of sequence: SubmitSequence, after number: UInt64, limit: Int
  ) throws -> SpoolBatch {
    try queue.inDatabase { _ in
      var batch = SpoolBatch()
      var room = SpoolBounds.batchBytes
      var expected = SpoolEntry.key(sequence, number) + 1
      try statements.batch.rows(
        .integer(expected - 1), .integer(SpoolEntry.end(of: sequence)), .integer(Int64(limit))
      ) { row throws(StoreError) in
        guard row.integer(0) == expected else {
          batch.isBroken = batch.messages.isEmpty
          return false
        }
        let body = row.blob(1)
        let leaves = try row.leaves(2)
        room -= body.count + SpoolBounds.sealBytes(leaves)
        guard room >= 0 || batch.messages.isEmpty else { return false }
        batch.messages.append(body)
        batch.leaves.append(leaves)
        expected += 1
        return true
      }
      return batch
    }
  }

  /// Opens a new life of this spool: what the router may not have yet is numbered from 1 again.
  ///
  /// Needed where numbers no longer mean the same at both ends: this store or the router's was
  /// put back to an earlier state. Message ids keep what arrives twice from counting twice.
  func renewSource() throws {
    try queue.write { database in
      for sequence in SubmitSequence.allCases {
        let base = SpoolEntry.base(of: sequence)
        let range: StatementArguments = [base, SpoolEntry.end(of: sequence)]
        try database.execute(
          sql: """
            CREATE TEMP TABLE kept AS
            SELECT row_number() OVER (ORDER BY entry) AS number, message, body, leaves
            FROM main.spool
            WHERE entry > ? AND entry < ?
            """, arguments: range)
        try database.execute(
          sql: "DELETE FROM spool WHERE entry > ? AND entry < ?", arguments: range)
        try database.execute(
          sql: "INSERT INTO spool SELECT ? + number, message, body, leaves FROM temp.kept",
          arguments: [base])
        try database.execute(
          sql: "UPDATE submission SET entry = NULL WHERE entry > ? AND entry < ?",
          arguments: range)
        try database.execute(
          sql: """
            UPDATE submission SET entry = ? + number FROM temp.kept
            WHERE submission.message = kept.message
            """, arguments: [base])
        try database.execute(
          sql: """
            UPDATE hub_sequence SET receipted = 0, pruned = 0,
              next = (SELECT count(*) + 1 FROM temp.kept)
            WHERE id = ?
            """, arguments: [Int64(sequence.rawValue)])
        try database.execute(sql: "DROP TABLE temp.kept")
      }
      try statements.setSource.run(.text(Self.newIncarnation().text))
    }
    receipts.withLock { $0 = BySequence(0) }
  }
}

enum SpoolBounds {
  /// No seal over so many leaves is longer, as encoded.
  static func sealBytes(_ leaves: SealedLeaves) -> Int { 256 + leaves.hashes.count * 256 }
  /// Of messages in one publish frame: half a frame, so that tags and the last message fit.
  static let batchBytes = Limits.frameBytes / 2
  /// Entries whose content is forgotten in one transaction, which others wait for.
  static let pruneStep: UInt64 = 512
}
