public import HubModel
public import HubProtocol
import Keys
import RouterCore

/// What a restore of the ledger comes to.
public struct RestoreReport: Codable, Hashable, Sendable {
  /// Entries of the log in the backup; the new life continues from here.
  public var entries: UInt64 = 0
  /// Unix milliseconds of the last time that it wrote down.
  public var through: Int64 = 0
  /// The life of the ledger that the backup is of, and the new one.
  public var continued = ""
  public var incarnation = ""
  /// Releases that wait for the word of the agency that captured them, by agency.
  public var unconfirmed: [String: Int] = [:]
  /// Stops since the backup that the key store kept: releases revoked, and suspended because they
  /// were stopped in part; keys cut off.
  public var revoked = 0
  public var suspended = 0
  public var cutOff = 0
  /// People who are on legal hold again, and names of those whom the backup does not know: whoever
  /// comes by one is on hold from then on.
  public var held = 0
  public var heldNames = 0
  /// People who were told apart from others since the backup, and are again.
  public var apart = 0
  /// Deliveries that were under way, and are decided and numbered anew.
  public var requeued = 0
  public init() {}

  var detail: String {
    "\(unconfirmed.values.reduce(0, +)) releases wait to be confirmed, \(revoked) revoked and "
      + "\(suspended) suspended by the key store's word, \(cutOff) keys cut off, \(held) people "
      + "and \(heldNames) names on legal hold, \(apart) people told apart, \(requeued) "
      + "deliveries anew"
  }
}

/// Who restores a ledger, and why.
public struct RestoreOrder: Sendable {
  public var program: ProgramID
  /// The router's, which signs the fork.
  public var key: SigningKey
  public var now: WallTime
  /// For the log; names nobody.
  public var reason: String
  public init(program: ProgramID, key: SigningKey, now: WallTime, reason: String) {
    self.program = program
    self.key = key
    self.now = now
    self.reason = reason
  }
}

/// What the first turn of a ledger's new life writes.
struct RestorePlan {
  var report = RestoreReport()
  var entries: [JournalEntry] = []
  var heldNames: [NameIndex] = []
}

extension Ledger {
  /// What opening a new life would do; nothing is written.
  func plan(_ order: RestoreOrder) throws -> RestorePlan {
    try onConnection {
      let read = statements.restore.generation
      let generation = try read.first { read.optionalUInt(at: 0) }.flatMap { $0 } ?? 0
      let stops = try keys.stops(after: generation)
      var plan = RestorePlan()
      plan.report.entries = edge.size
      plan.report.through = try statements.hub.clock.first { statements.hub.clock.int(at: 0) } ?? 0
      plan.report.continued = incarnation.text
      for key in stops.filter({ $0.kind == .key }).compactMap({ KeyFingerprint($0.name) }) {
        plan.report.cutOff += 1
        plan.entries += [
          .cutOff(key, at: order.now),
          .audit(
            AuditEntry(.keyCutOff, at: order.now, actor: .hub, detail: "\(key) as before")),
        ]
      }
      try planHolds(stops, order, &plan)
      try planApart(stops, order, &plan)
      let stopped = Dictionary(
        stops.filter { [.release, .releaseNarrowed].contains($0.kind) }.map { ($0.name, $0) },
        // Revoked and narrowed: revoked.
        uniquingKeysWith: { $0.kind == .release ? $0 : $1 })
      var seen: Set<String> = []
      let people = try peopleWithReleases()
      for person in people {
        try planConsents(of: person, stopped, stops, order, &seen, &plan)
      }
      for person in Set(stops.compactMap(\.participant)).subtracting(people).sorted()
      where try isKnown(person) {
        for event in events(stops, of: person, besides: ConsentMarks()) {
          plan.entries.append(.mark(person, event, position: 1))
        }
      }
      for (person, blanket) in try blankets(stops) {
        plan.entries.append(.blanket(person, blanket, position: 1))
      }
      for stop in stopped.values.sorted(by: { $0.name < $1.name })
      where !seen.contains(stop.name) {
        // Signed after the backup, or never seen: it stays dead if it comes again. So does one that
        // was only narrowed, since it may come again long before what narrowed it.
        guard let id = RoiID(stop.name), let person = stop.participant else { continue }
        plan.report.revoked += 1
        plan.entries.append(.tombstone(person, id, position: 1))
      }
      return plan
    }
  }

  /// Nothing of them may be destroyed, whether the backup knows them by the number of their former
  /// life, by one of their names, or not yet.
  private func planHolds(
    _ stops: [Stop], _ order: RestoreOrder, _ plan: inout RestorePlan
  ) throws {
    var people = Set(
      try stops.filter { $0.kind == .legalHold }.compactMap(\.participant).filter(isKnown))
    for name in try heldNames(stops) {
      if let person = try person(named: name) {
        people.insert(person)
      } else {
        plan.heldNames.append(name)
      }
    }
    (plan.report.held, plan.report.heldNames) = (people.count, plan.heldNames.count)
    for person in people.sorted() {
      plan.entries += [
        .legalHold(person, since: order.now),
        .audit(
          AuditEntry(
            .legalHoldPlaced, at: order.now, actor: .hub, participant: person,
            detail: "as before")),
      ]
    }
  }

  /// Whose releases might permit something; those whose keys are destroyed have none any more.
  private func peopleWithReleases() throws -> [ParticipantID] {
    let read = statements.restore.people
    var people: [ParticipantID] = []
    try read.rows { people.append(try read.participant(at: 0)) }
    return try people.filter { try !keys.isShredded($0.value) }
  }

  private func planConsents(
    of person: ParticipantID, _ stopped: [String: Stop], _ stops: [Stop], _ order: RestoreOrder,
    _ seen: inout Set<String>, _ plan: inout RestorePlan
  ) throws {
    let consents = try readPerson(person).consents
    let position = consents.position + 1
    var words: [String] = []
    var versions: [AuditEntry.ReleaseVersion] = []
    for var record in consents.records {
      let id = record.roi.id
      seen.insert(id.text)
      guard record.state == .active || record.state == .draft else { continue }
      versions.append(.init(id, version: record.roi.version))
      if stopped[id.text]?.kind == .release {
        record.state = .revoked
        record.position = position
        plan.report.revoked += 1
        plan.entries.append(.release(person, record))
        words.append("\(id):revoked")
        continue
      }
      plan.report.unconfirmed[record.capturedBy.text, default: 0] += 1
      plan.entries.append(.mark(person, .unconfirmed(id), position: position))
      words.append("\(id):unconfirmed")
      if stopped[id.text] != nil, !consents.marks.suspended.contains(id) {
        plan.report.suspended += 1
        plan.entries.append(.mark(person, .suspended(id), position: position))
        words.append("\(id):suspended")
      }
    }
    for event in events(stops, of: person, besides: consents.marks) {
      plan.entries.append(.mark(person, event, position: position))
      if case .occurred(let code, _) = event { words.append("occurred:\(code)") }
    }
    guard !words.isEmpty else { return }
    plan.entries.append(
      .audit(
        AuditEntry(
          .consentChanged, at: order.now, actor: .hub, participant: person,
          consentPosition: position, releases: versions, reasons: words, detail: "restored")))
  }
}
