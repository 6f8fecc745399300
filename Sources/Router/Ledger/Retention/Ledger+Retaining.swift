public import HubModel
import HubProtocol
import Keys
import RouterCore

/// Removing what is old, a bounded chunk at a time, between turns (see the article *How long what
/// is kept*).
extension Ledger {
  /// Messages that one chunk looks at, and whose content it removes at most.
  static let messagesPerChunk = 1_024
  static let removalsPerChunk = 256
  static let bookingsPerChunk = 1_024
  static let peoplePerChunk = 256
  /// Each is an expungement in the next turn.
  static let expungementsPerChunk = 4
  /// Pages that one chunk gives back: 1 MiB.
  static let pagesPerShrink = 128

  /// When the last run began; `nil` before the first.
  public func lastRetention() throws -> WallTime? {
    try onConnection {
      let last = statements.retention.last
      return try last.first { last.optionalInt(at: 0) }.flatMap { $0 }
        .map { WallTime(milliseconds: $0) }
    }
  }

  /// The run that a crash ended.
  public func unfinishedRetention() throws -> RetentionPass? {
    try onConnection {
      let read = statements.retention.unfinished
      return try read.first { read.blob(at: 0) }.map {
        try json.decode(RetentionPass.self, from: $0, for: "read retention")
      }
    }
  }

  /// Before this instant everything that retention could remove is in an archive.
  public func archivedThrough() throws -> WallTime {
    try onConnection {
      let read = statements.retention.archived
      return try read.first { read.time(at: 0) } ?? WallTime(milliseconds: 0)
    }
  }

  /// How many are on legal hold, under all of their names.
  public func peopleOnLegalHold() throws -> Int {
    try onConnection {
      let read = statements.retention.onHold
      return Int(try read.first { read.int(at: 0) } ?? 0)
    }
  }

  /// Writes down that a run begins; a dry one leaves no trace.
  public func begin(_ pass: RetentionPass) throws {
    guard !pass.isDry else { return }
    let encoded = try json.encode(pass, for: "write retention")
    try writing { try statements.retention.setBegun.int(pass.began).blob(encoded).run() }
  }

  /// Does the next chunk of a pass.
  /// - Parameter asked: people whom the chunk before named: those who are gone by now count.
  /// - Returns: people who are to be expunged before the next chunk.
  public func retain(
    _ pass: inout RetentionPass, asked: [DueParticipant], now: WallTime
  ) throws -> [DueParticipant] {
    guard !pass.isDone else { return [] }
    var next = pass
    var doomed = Doomed()
    doomed.at = now
    let work = { (doomed: inout Doomed) -> [DueParticipant] in
      next.totals.people += try asked.count {
        try self.statements.retention.isExpunged.id($0.participant.value).exists()
      }
      let due = try self.step(&next, now, &doomed)
      if !next.isDry { try self.writeDown(next, now) }
      return due
    }
    let due: [DueParticipant]
    if pass.isDry {
      due = try onConnection { try work(&doomed) }
      next.totals.people += due.count
    } else {
      due = try writing { try work(&doomed) }
      committedSize = edge.size
    }
    pass = next
    try onConnection {
      try destroy(doomed)
      if pass.isDone && !pass.isDry { mustTruncate = true }
      try checkpointIfDue()
    }
    return pass.isDry ? [] : due
  }

  private func step(
    _ pass: inout RetentionPass, _ now: WallTime, _ doomed: inout Doomed
  ) throws -> [DueParticipant] {
    switch pass.stage {
    case .content: try retireContent(&pass, now, &doomed)
    case .bookings: try dropBookings(&pass)
    case .people: return try duePeople(&pass, now)
    case .remains: try dropRemains(&pass, &doomed)
    case .space: try shrink(&pass)
    case .done: break
    }
    return []
  }

  private func writeDown(_ pass: RetentionPass, _ now: WallTime) throws {
    let encoded = try json.encode(pass, for: "write retention")
    guard pass.isDone else {
      return try statements.retention.setPass.blob(encoded).run()
    }
    try statements.retention.setEnded.blob(encoded).int(now.milliseconds).run()
    var log = LogWriting(self)
    try log.write(AuditEntry(.retentionRun, at: now, actor: .hub, detail: pass.detail))
    try log.finish()
  }

  // MARK: Kinds

  private func retireContent(
    _ pass: inout RetentionPass, _ now: WallTime, _ doomed: inout Doomed
  ) throws {
    let cutoff = WallTime(milliseconds: pass.cutoffs.content)
    // Ids begin with the sender's clock; one that is a day fast is not missed for ever.
    let end = MessageID(at: cutoff + .days(1), random: (0, 0))
    let read = statements.retention.content
    var old: [MessageID] = []
    var seen = 0
    try read.blob(pass.after).int(cutoff.milliseconds).id(end)
      .int(Int64(Self.messagesPerChunk)).rows {
        guard old.count < Self.removalsPerChunk else { return }
        seen += 1
        let id = try read.id(at: 0)
        pass.after = id.bytes
        guard read.int(at: 2) != 0 else { return }
        old.append(id)
        pass.totals.contentBytes += read.int(at: 1)
      }
    pass.totals.messages += old.count
    if !pass.isDry {
      for id in old { try removeContent(of: id, retired: now, &doomed) }
    }
    if seen < Self.messagesPerChunk && old.count < Self.removalsPerChunk { pass.advance() }
  }

  private func dropBookings(_ pass: inout RetentionPass) throws {
    if pass.isDry {
      let count = statements.retention.oldBookings
      pass.totals.bookings = Int(
        try count.int(pass.cutoffs.bookings).first { count.int(at: 0) } ?? 0)
      return pass.advance()
    }
    var dropped = 0
    try statements.retention.dropBookings.int(pass.cutoffs.bookings)
      .int(Int64(Self.bookingsPerChunk)).rows { dropped += 1 }
    pass.totals.bookings += dropped
    if dropped < Self.bookingsPerChunk { pass.advance() }
  }

  private func duePeople(_ pass: inout RetentionPass, _ now: WallTime) throws -> [DueParticipant] {
    let read = statements.retention.people
    var seen: [(person: ParticipantID, position: UInt64, isOld: Bool)] = []
    try read.blob(pass.after).int(Int64(Self.peoplePerChunk)).rows {
      let isOld = read.int(at: 2) < pass.cutoffs.people && read.int(at: 3) == 0
      seen.append((try read.participant(at: 0), read.uint(at: 1), isOld))
    }
    var due: [DueParticipant] = []
    for row in seen {
      pass.after = row.person.value.bytes
      guard row.isOld, try isDue(row.person, WallTime(milliseconds: pass.cutoffs.people)) else {
        continue
      }
      due.append(DueParticipant(participant: row.person, position: row.position))
      if due.count == Self.expungementsPerChunk { return due }
    }
    if seen.count < Self.peoplePerChunk { pass.advance() }
    return due
  }

  /// Whether nothing about a person, under any of their names, is newer or still in effect. Of a
  /// group its first member speaks for all.
  private func isDue(_ person: ParticipantID, _ cutoff: WallTime) throws -> Bool {
    let record = try readPerson(person)
    guard record.others.allSatisfy({ person < $0 }) else { return false }
    for member in [person] + record.others.sorted() {
      let known = try readPerson(member)
      guard !known.isOnLegalHold, known.consents.isOver(before: cutoff) else { return false }
      let row = statements.people.touched
      let touched = try row.id(member.value).first { row.time(at: 0) }
      guard touched.map({ $0 < cutoff }) ?? true,
        try !statements.retention.isBusy.id(member.value).int(cutoff.milliseconds).exists()
      else { return false }
    }
    return true
  }

  private func dropRemains(_ pass: inout RetentionPass, _ doomed: inout Doomed) throws {
    let read = statements.retention.people
    var seen: [(person: MessageID, isExpunged: Bool)] = []
    try read.blob(pass.after).int(Int64(Self.peoplePerChunk)).rows {
      seen.append((try read.id(at: 0), read.int(at: 3) != 0))
    }
    let remains = statements.retention.remains
    var removed = 0
    for row in seen {
      if row.isExpunged {
        var left: [MessageID] = []
        try remains.id(row.person).int(Int64(Self.removalsPerChunk - removed)).rows {
          left.append(try remains.id(at: 0))
        }
        for id in left { try removeContent(of: id, retired: nil, &doomed) }
        removed += left.count
        // There may be more of the same person.
        if removed >= Self.removalsPerChunk { return }
      }
      pass.after = row.person.bytes
    }
    if seen.count < Self.peoplePerChunk { pass.advance() }
  }

  private func shrink(_ pass: inout RetentionPass) throws {
    let free = statements.retention.free
    func pages() throws -> Int64 { try free.first { free.int(at: 0) } ?? 0 }
    let before = try pages()
    if before > 0 { try statements.retention.shrink.rows {} }
    let after = try pages()
    pass.totals.freedBytes += (before - after) * Int64(LedgerFile.pageBytes)
    // A file from before free pages could be given back keeps them, for what comes.
    if after == 0 || after == before { pass.advance() }
  }
}

extension ParticipantConsents {
  /// Whether every release, order and access had come to its end by then: records are kept from
  /// when they were last in effect (45 CFR 164.530(j)(2)). One that was revoked, replaced,
  /// refused or never complete counts from that day, when the participant was touched.
  func isOver(before cutoff: WallTime) -> Bool {
    orders.allSatisfy { $0.expiresAt < cutoff } && emergencies.allSatisfy { $0.closesAt < cutoff }
      && records.allSatisfy { record in
        guard record.state == .active else { return true }
        switch record.roi.expiry {
        case .at(let end)?: return end < cutoff
        case .event(let name)?: return marks.occurred[name].map { $0 < cutoff } ?? false
        case .never?, nil: return false
        }
      }
  }
}
