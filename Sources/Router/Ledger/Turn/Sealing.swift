import DiversionWorkflow
import GRDBSQLite
import HubModel
import HubProtocol
import Keys
import RouterCore

/// What a turn destroys in the key store once it is committed.
struct Doomed {
  var participants: [ParticipantID] = []
  var messages: [MessageID] = []
  /// When the turn decided so.
  var at = WallTime(milliseconds: 0)
  var isEmpty: Bool { participants.isEmpty && messages.isEmpty }
}

/// Sealing what is written and opening what is read; which key seals what stands in the article
/// *What is sealed and who holds the keys*.
extension Ledger {
  // MARK: Messages

  /// The row of a message's content.
  /// - Parameters:
  ///   - hasOwnKey: the message waits, or may be about somebody: what seals it must be destroyable
  ///     alone.
  ///   - isQueued: it will soon be asked for again.
  /// - Returns: the row's number; `nil` where nothing may be kept of the person any more.
  func writeContent(
    of stored: StoredMessage, hasOwnKey: Bool, isQueued: Bool
  ) throws -> Int64? {
    let id = stored.message.id
    // What the hub itself says of a case is about the case's person, though it names nobody.
    let person = try stored.participant ?? stored.message.caseID.flatMap(subject(of:))
    var owner: KeyOwner = person.map { .participant($0) } ?? .hub(stored.acceptedAt)
    if hasOwnKey {
      try keys.giveKey(to: id, of: stored.participant)
      owner = .message(id)
    }
    let content = StoredEnvelope.content(of: stored.message)
    guard let body = try keys.seal(content, for: owner, .content, at: id.bytes) else { return nil }
    if isQueued, content.count <= Ledger.recentMessageBytes {
      recentMessages.remember(stored, of: id)
    }
    try statements.messages.addPayload.blob(body).uint(owner.hubPeriod).run()
    return sqlite3_last_insert_rowid(connection)
  }

  /// The message as far as it can still be read. One that was erased, or whose key is destroyed,
  /// has no segments left and names nobody. Of one that was retired the segments are there as the
  /// header has them, without what they said: whoever tells on what it heard is still bound by
  /// their labels.
  func openMessage(
    header: [UInt8], body: [UInt8]?, id: MessageID, isRetired: Bool
  ) throws -> Message? {
    let content = try body.flatMap { try keys.open($0, .content, at: id.bytes) }
    guard var message = try? StoredEnvelope.message(header: header, content: content) else {
      return nil
    }
    if content == nil && !isRetired { message.segments = [] }
    return message
  }

  /// Destroys what a message says, now and, where it has a key of its own, in every backup.
  /// - Parameter retired: when its retention was over; `nil` where a decision destroys it.
  func removeContent(of id: MessageID, retired: WallTime?, _ doomed: inout Doomed) throws {
    try statements.messages.erasePayload.id(id).run()
    try statements.messages.dropPayload.id(id).run()
    try statements.messages.forgetPayload.id(id).int(retired?.milliseconds).run()
    if try keys.hasOwnKey(id) { doomed.messages.append(id) }
    recentMessages.forget(id)
    mustTruncate = true
  }

  // MARK: Views

  static func place(of caseID: CaseID, _ viewer: AgencyID) -> [UInt8] {
    Array(caseID.text.utf8) + [0] + viewer.text.utf8
  }

  func writeView(
    _ bytes: [UInt8], of caseID: CaseID, to viewer: AgencyID, about person: ParticipantID?
  ) throws {
    // Views carry no time of their own; the newest hub key will do.
    let owner: KeyOwner = person.map { .participant($0) } ?? .hub(hubTime)
    let place = Self.place(of: caseID, viewer)
    guard let sealed = try keys.seal(bytes, for: owner, .view, at: place) else { return }
    try statements.cases.setView.text(caseID.text).int(number(of: viewer)).blob(sealed)
      .uint(owner.hubPeriod).run()
  }

  /// A case turned out to be about somebody: its views go under their key.
  func reseal(viewsOf caseID: CaseID, to person: ParticipantID) throws {
    var views: [(AgencyID, [UInt8])] = []
    let read = statements.cases.views
    try read.text(caseID.text).rows {
      guard !read.isNull(at: 2) else { return }
      let viewer = try name(at: 0, of: read)
      let opened = try keys.open(
        read.blob(at: 1), .view, at: Self.place(of: caseID, viewer))
      if let opened { views.append((viewer, opened)) }
    }
    for (viewer, bytes) in views { try writeView(bytes, of: caseID, to: viewer, about: person) }
  }

  /// Whose a case is, as it stands in this turn.
  func subject(of caseID: CaseID) throws -> ParticipantID? {
    if let known = recentCases.value(of: caseID) { return known.participant }
    let row = statements.cases.caseRecord
    return try row.text(caseID.text).first { try row.optionalParticipant(at: 1) } ?? nil
  }

  // MARK: Names

  func index(of alias: AliasKey) throws -> [UInt8] {
    try keys.index(.alias, Array(alias.agency.text.utf8), Array(alias.alias.text.utf8))
  }

  func index(of token: IdentityToken) throws -> [UInt8] {
    try keys.index(.token, Array(token.kind.rawValue.utf8), token.value)
  }

  /// Whose handle stands in a column; `nil` where they were expunged.
  func owner(at column: Int32, of row: Prepared) throws -> ParticipantID? {
    try keys.participant(of: row.id(at: column))
  }

  func openAlias(_ row: Prepared) throws -> ParticipantAlias? {
    guard let opened = try keys.open(row.blob(at: 1), .alias, at: row.blob(at: 2)) else {
      return nil
    }
    guard let alias = ParticipantAlias(String(decoding: opened, as: UTF8.self)) else {
      throw row.damaged()
    }
    return alias
  }

  // MARK: Expunging

  /// Marks the participant and forgets their names; the key follows once this is committed.
  func expunge(_ person: ParticipantID, at time: WallTime) throws {
    if let owner = try keys.knownHandle(of: person) {
      try statements.people.forgetAliases.id(owner).run()
      try statements.people.forgetTokens.id(owner).run()
    }
    try statements.people.expunge.id(person.value).int(time.milliseconds).run()
    forgetAll()
  }

  /// Destroys what a committed turn doomed. A crash before this is finished at the next start.
  func destroy(_ doomed: Doomed) throws {
    guard !doomed.isEmpty else { return }
    let messages = try doomed.participants.reduce(into: doomed.messages) {
      $0 += try messageIDs(about: $1)
    }
    try keys.destroy(
      participants: doomed.participants, messages: messages, at: doomed.at, mark)
    forgetAll()
  }

  /// Every message about a person who is expunged, so that none of them comes again out of a
  /// spool after a restore. Reads every message's row, for an act that is rare.
  func messageIDs(about person: ParticipantID) throws -> [MessageID] {
    let read = statements.messages.about
    var ids: [MessageID] = []
    try read.id(person.value).rows { ids.append(try read.id(at: 0)) }
    return ids
  }

  /// What is committed of this ledger, for its key store to remember.
  var mark: LedgerMark { LedgerMark(incarnation, size: committedSize) }

  /// Before the commit: new keys become durable, and the ledger notes how far the store has come.
  func flushKeys() throws {
    guard try keys.flush(mark) else { return }
    try statements.hub.setKeys.blob(keys.id).uint(keys.generation).run()
  }
}

extension KeyOwner {
  /// Of which of the hub's keys it is, if it is one.
  var hubPeriod: UInt64? {
    if case .hub(let time) = self { KeyStore.period(of: time) } else { nil }
  }
}
