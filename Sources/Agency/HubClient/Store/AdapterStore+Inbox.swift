import GRDB
public import HubModel
import HubProtocol

/// A delivery that the adapter could not apply: set aside whole, and told to the router.
public struct QuarantinedDelivery: Hashable, Sendable {
  public let ledger: Incarnation
  public let number: UInt64
  /// A code or the kind of error; never a value of the message.
  public let reason: String
  public let at: WallTime
  /// The delivery frame as it came, participant data included.
  public let frame: [UInt8]
}

extension AdapterStore {
  /// Deliveries set aside, oldest first.
  public func quarantined(limit: Int = 100) throws -> [QuarantinedDelivery] {
    try queue.inDatabase { _ in
      var found: [QuarantinedDelivery] = []
      try statements.quarantined.rows(.integer(Int64(limit))) { row throws(StoreError) in
        guard let ledger: Incarnation = try row.identifier(0) else { throw row.damaged }
        found.append(
          QuarantinedDelivery(
            ledger: ledger, number: row.number(1), reason: row.text(2),
            at: WallTime(milliseconds: row.integer(3)), frame: row.blob(4)))
        return true
      }
      return found
    }
  }

  /// The life of the router's ledger that this store follows; nothing before the first contact.
  public func confirmedIncarnation() throws -> Incarnation? {
    try queue.inDatabase { _ in try statements.snapshot().ledger }
  }

  /// A person's word that the router's ledger may go on in a new life, after it was restored from
  /// a backup: from now on its deliveries are applied, those already applied being recognised.
  public func confirmIncarnation(_ incarnation: Incarnation) throws {
    try queue.write { database in
      guard try statements.snapshot().ledger != incarnation else { return }
      try statements.setLedger.run(.text(incarnation.text), .null)
      try database.execute(sql: "DELETE FROM hub_refusal")
      try database.execute(
        sql: "UPDATE hub_state SET announced = NULL, restored = restored + 1")
    }
    wake()
  }

  /// The new life of the router's ledger that waits for a person's word, as last announced.
  public func announcedIncarnation() throws -> Incarnation? {
    try read { database in
      try String.fetchOne(database, sql: "SELECT announced FROM hub_state").flatMap {
        Incarnation($0)
      }
    }
  }

  /// - Parameter incarnation: nothing where the router is back in the life that is followed.
  func note(announced incarnation: Incarnation?) throws {
    guard try announcedIncarnation() != incarnation else { return }
    try queue.write { database in
      try database.execute(
        sql: "UPDATE hub_state SET announced = ?", arguments: [incarnation?.text])
    }
  }
}

// MARK: - For the link

/// What the store knows of its dealings with the router.
struct StoreSnapshot: Equatable, Sendable {
  var source: Incarnation
  var ledger: Incarnation?
  /// Deliveries applied through, within `ledger`; nothing until its first welcome.
  var applied: UInt64?
  /// Last numbers spooled, confirmed by the router, and forgotten here.
  var spooled = BySequence<UInt64>(0)
  var receipted = BySequence<UInt64>(0)
  var pruned = BySequence<UInt64>(0)
  /// What was told of other agencies' keys and of the router's history.
  var signers: [KeyFingerprint: KnownSigner] = [:]
  var chain = ChainPosition()
}

/// A delivery in its turn.
struct Arrival {
  enum Kind {
    case content(Delivery.Content)
    case void
    case unreadable(Refusal)
  }
  let number: UInt64
  let kind: Kind
  let frame: [UInt8]
}

/// What one round of the link puts into one transaction.
struct RoundWork {
  var ledger: Incarnation?
  /// Consecutive, the first following what is applied.
  var arrivals: [Arrival] = []
  var refused: [(sequence: SubmitSequence, item: Reply.Receipt.Refused)] = []
  var receipted = BySequence<UInt64>(0)
  /// Forgotten through, and to be forgotten through.
  var pruned = BySequence<UInt64>(0)
  var horizon = BySequence<UInt64>(0)
  /// Whether to look for submissions old enough to be forgotten altogether.
  var forgets = false
}

struct RoundOutcome {
  var quarantined: [(number: UInt64, reason: String)] = []
  var pruned = BySequence<UInt64>(0)
}

extension StoreStatements {
  func snapshot() throws(StoreError) -> StoreSnapshot {
    let found = try state.first { row throws(StoreError) in
      guard let source: Incarnation = try row.identifier(0) else { throw row.damaged }
      return StoreSnapshot(
        source: source, ledger: try row.identifier(1), applied: row.isNull(2) ? nil : row.number(2))
    }
    guard var snapshot = found else { throw StoreError(.damaged, "read state") }
    try sequences.rows { row in
      guard let sequence = SubmitSequence(rawValue: UInt8(clamping: row.integer(0))) else {
        return true
      }
      snapshot.spooled[sequence] = row.number(1) - 1
      snapshot.receipted[sequence] = row.number(2)
      snapshot.pruned[sequence] = row.number(3)
      return true
    }
    return snapshot
  }
}

extension AdapterStore {
  func snapshot() throws -> StoreSnapshot {
    var snapshot = try queue.inDatabase { _ in try statements.snapshot() }
    snapshot.receipted = receipts.withLock { $0 }
    snapshot.signers = try signers()
    snapshot.chain = try chainPosition()
    return snapshot
  }

  /// Follows `ledger` from the delivery after `applied` on.
  func follow(_ ledger: Incarnation, applied: UInt64) throws {
    try queue.write { _ in
      _ = try statements.setLedger.run(.text(ledger.text), .number(applied))
    }
  }

  /// Numbers set aside among the deliveries after `first` and through `last`.
  func quarantinedNumbers(
    of ledger: Incarnation, after first: UInt64, through last: UInt64
  ) throws -> [UInt64] {
    try queue.inDatabase { _ in
      var numbers: [UInt64] = []
      try statements.quarantinedNumbers.rows(.text(ledger.text), .number(first), .number(last)) {
        row in
        numbers.append(row.number(0))
        return true
      }
      return numbers
    }
  }

  /// Applies a round in one transaction, flushed before this returns.
  ///
  /// - Throws: only where the store itself fails; nothing has happened then. What `handler` throws
  ///   sets its delivery aside.
  func apply(_ work: RoundWork, handler: any DeliveryHandler) throws -> RoundOutcome {
    try queue.write { database in
      var outcome = RoundOutcome(pruned: work.pruned)
      for arrival in work.arrivals {
        if let reason = try apply(arrival, handler: handler, in: database), let ledger = work.ledger
        {
          outcome.quarantined.append((arrival.number, reason))
          try statements.quarantine.run(
            .text(ledger.text), .number(arrival.number), .text(reason), .blob(arrival.frame),
            .integer(clock.wall().milliseconds))
        }
      }
      if let last = work.arrivals.last { try statements.setApplied.run(.number(last.number)) }
      for refused in work.refused { try bury(refused.item, of: refused.sequence) }
      for sequence in SubmitSequence.allCases {
        outcome.pruned[sequence] = try prune(sequence, work)
        try statements.setSequence.run(
          .number(work.receipted[sequence]), .number(outcome.pruned[sequence]),
          .integer(Int64(sequence.rawValue)))
      }
      if work.forgets { try forget() }
      return outcome
    }
  }

  /// Applies one delivery; returns why it is set aside, if it is.
  private func apply(
    _ arrival: Arrival, handler: any DeliveryHandler, in database: Database
  ) throws -> String? {
    let content: Delivery.Content
    switch arrival.kind {
    case .void: return nil
    case .unreadable(let refusal): return refusal.description
    case .content(let readable): content = readable
    }
    try statements.openSavepoint.run()
    let news = try claim(content, number: arrival.number)
    var reason: String?
    if news != nil, let fault = content.noticeFault {
      // Applied, it would be used and passed on as if nothing bound it.
      reason = fault.description
      try statements.rollBack.run()
    } else if let news {
      do {
        try handler.apply(news, number: arrival.number, in: database)
      } catch {
        if database.isLost(after: error) { throw error }
        reason = quarantineReason(error)
        try statements.rollBack.run()
      }
    }
    try statements.closeSavepoint.run()
    return reason
  }

  /// Notes what is applied, by message, part and segment.
  /// - Returns: what of it is new; `nil` where nothing is. A restored ledger may cut a message
  ///   otherwise than its former life did: what was applied then is left out, and what was not is
  ///   applied though its part is known.
  private func claim(
    _ content: Delivery.Content, number: UInt64
  ) throws -> Delivery.Content? {
    let (id, part) = (content.message.id, Int64(content.part))
    let marks = content.message.segmentMarks
    var applied: Set<[UInt8]> = []
    var ofPart: [UInt8] = []
    var isKnown = false
    var isKnownWhole = content.message.segments.isEmpty
    try statements.inbox.rows(.id(id)) { row in
      let bytes = row.blob(1)
      if row.integer(0) == part {
        (isKnown, ofPart) = (true, bytes)
        if row.isNull(1) { isKnownWhole = true }
      }
      for start in stride(from: 0, to: bytes.count, by: SegmentMark.bytes) {
        applied.insert(Array(bytes[start..<min(start + SegmentMark.bytes, bytes.count)]))
      }
      return true
    }
    let fresh = marks.indices.filter { !applied.contains(marks[$0]) }
    if isKnown && (isKnownWhole || fresh.isEmpty) { return nil }
    _ = try statements.claim.run(
      .id(id), .integer(part), .number(number), .blob(ofPart + fresh.flatMap { marks[$0] }))
    if fresh.count == marks.count { return content }
    guard !fresh.isEmpty else { return nil }
    var news = content
    news.message.keep(segments: fresh)
    return news
  }

  private func bury(_ refused: Reply.Receipt.Refused, of sequence: SubmitSequence) throws {
    // The router has a message of this id: an earlier sending of the same arrived after all.
    guard refused.refusal.code != .duplicateMessage else { return }
    try statements.bury.run(
      .integer(Int64(sequence.rawValue)), .number(refused.number),
      .text(refused.refusal.code.rawValue), .text(refused.refusal.place),
      .integer(clock.wall().milliseconds), .integer(SpoolEntry.key(sequence, refused.number)))
  }

  /// Forgets content that the router's backup holds; a step at a time.
  private func prune(_ sequence: SubmitSequence, _ work: RoundWork) throws -> UInt64 {
    let pruned = work.pruned[sequence]
    let goal = min(
      work.horizon[sequence], work.receipted[sequence], pruned + SpoolBounds.pruneStep)
    guard goal > pruned else { return pruned }
    try statements.prune.run(
      .integer(SpoolEntry.key(sequence, pruned)), .integer(SpoolEntry.key(sequence, goal)))
    return goal
  }
}

extension AdapterStore {
  private func forget() throws {
    let oldest = clock.wall().milliseconds - Self.remembersSubmissionsFor.milliseconds
    let firstKept = MessageID(at: WallTime(milliseconds: max(oldest, 0)), random: (0, 0))
    try statements.forget.run(.id(firstKept))
  }
}

/// By what a segment is known again, however its message is cut: the salt that its sender gave it,
/// or, where there is none, a hash of what it says.
enum SegmentMark {
  static let bytes = Seal.saltBytes
}

extension Message {
  fileprivate var segmentMarks: [[UInt8]] {
    segments.map { segment in
      segment.salt.count == SegmentMark.bytes
        ? segment.salt
        : Array(
          Merkle.leafHash(SignatureLeaf.segment(segment, of: id)).prefix(SegmentMark.bytes))
    }
  }

  /// Leaves out the others, and their places in the seal.
  fileprivate mutating func keep(segments kept: [Int]) {
    segments = kept.map { segments[$0] }
    guard let whole = seal, kept.allSatisfy(whole.segments.indices.contains) else { return }
    seal = Seal(
      scheme: whole.scheme, root: whole.root, signature: whole.signature, signer: whole.signer,
      headerSalt: whole.headerSalt, header: whole.header,
      segments: kept.map { whole.segments[$0] })
  }
}

/// What a log may say of an error that an adapter's own code threw: its texts may hold anything.
private func quarantineReason(_ error: any Error) -> String {
  switch error {
  case let refusal as Refusal: refusal.description
  case let error as DatabaseError: "database: \(error.extendedResultCode.rawValue)"
  default: "error: \(type(of: error))"
  }
}

extension Database {
  /// Whether `error` is the store's trouble rather than the delivery's: the delivery must then
  /// neither be counted as applied nor be set aside.
  fileprivate func isLost(after error: any Error) -> Bool {
    if !isInsideTransaction { return true }
    if let error = error as? StoreError { return error.isStorageTrouble }
    guard let error = error as? DatabaseError else { return false }
    return StoreError.troubles.contains(error.resultCode.rawValue)
  }
}
