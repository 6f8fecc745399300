import Foundation
import GRDB
import Keys
public import HubModel
public import HubProtocol
public import RouterCore

/// What went out about a person, and who holds it. Read from the log; the tables only say where to
/// look. Takes time in proportion to the parts in the ledger: asked for by people, and rarely.
extension LedgerReader {
  /// Disclosures in one page: well below a document's bound.
  public static let disclosuresPerPage = 2_000

  /// What went out about a person, under all names that are theirs.
  ///
  /// - Parameters:
  ///   - span: of the log's time; without a bound, from the first or to the last.
  ///   - after: the entry behind which the page begins.
  /// - Returns: `nil` where the agency has no such name for anybody.
  public func disclosures(
    about name: AliasKey, from: WallTime?, to end: WallTime?, after: UInt64?,
    registry: Registry, program: ProgramID, limit: Int = disclosuresPerPage
  ) throws -> DisclosurePage? {
    guard let keys else { throw LedgerError(.otherKeys, "report disclosures") }
    let index = try keys.index(
      .alias, Array(name.agency.text.utf8), Array(name.alias.text.utf8))
    return try reading("report disclosures") { database in
      guard let people = try Self.people(of: name.agency, at: index, keys, in: database) else {
        return nil
      }
      let first = from?.milliseconds ?? .min
      let last = end?.milliseconds ?? .max
      let all = try Self.disclosures(of: people, registry, keys, in: database)
      let found = all.filter { disclosure in
        if let after, disclosure.entry <= after { return false }
        return first <= disclosure.at && disclosure.at < last
      }
      let page = Array(found.prefix(limit))
      return DisclosurePage(
        program: program.text, disclosures: page,
        terms: try Self.terms(of: page, keys, in: database),
        next: found.count > limit ? page.last?.entry : nil)
    }
  }

  /// Who got anything under a release, from its discloser or from somebody who had it so.
  ///
  /// - Returns: `nil` where no such release ever came.
  public func holders(of release: RoiID, registry: Registry) throws -> HoldersReport? {
    guard let keys else { throw LedgerError(.otherKeys, "report holders") }
    return try reading("report holders") { database in
      let owner = try Data.fetchOne(
        database, sql: "SELECT participant FROM release WHERE id = ?", arguments: [release.text])
      guard let owner else { return nil }
      let people = try Self.everyone(with: owner, in: database)
      let all = try Self.disclosures(of: people, registry, keys, in: database)
      let direct = Set(
        all.filter { $0.releases.contains { $0.id == release.text } }.map(\.entry))
      let copies = all.filter { copy in
        direct.contains(copy.entry) || copy.chain.contains { direct.contains($0.entry) }
      }
      let agencies = Set(copies.map(\.to)).sorted { $0.id < $1.id }
      return HoldersReport(
        release: release.text, terms: try Self.terms(of: copies, keys, in: database),
        holders: agencies.map { agency in
          HoldersReport.Holder(agency: agency, copies: copies.filter { $0.to == agency })
        })
    }
  }

  // MARK: People

  private static func people(
    of agency: AgencyID, at index: [UInt8], _ keys: KeyReader, in database: Database
  ) throws -> [Data]? {
    let owner = try Data.fetchOne(
      database,
      sql: """
        SELECT l.owner FROM alias l JOIN agency a ON a.id = l.agency
        WHERE a.name = ? AND l.alias = ?
        """, arguments: [agency.text, Data(index)])
    guard let handle = owner.flatMap({ MessageID(bytes: $0) }),
      let person = try keys.participant(of: handle)
    else { return nil }
    return try everyone(with: Data(person.value.bytes), in: database)
  }

  private static func everyone(with person: Data, in database: Database) throws -> [Data] {
    let head = try Data.fetchOne(
      database, sql: "SELECT head FROM participant WHERE id = ? AND head IS NOT NULL",
      arguments: [person])
    guard let head else { return [person] }
    let members = try Data.fetchAll(
      database, sql: "SELECT id FROM participant WHERE head = ? ORDER BY id", arguments: [head])
    return members.contains(person) ? members : members + [person]
  }

  // MARK: Disclosures

  static func disclosures(
    of people: [Data], _ registry: Registry, _ keys: KeyReader, in database: Database
  ) throws -> [DisclosureReport] {
    var parts: [Data: [PartKey: Fate]] = [:]
    for person in people {
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT p.message, a.name, p.part, p.fate FROM part p JOIN agency a ON a.id = p.recipient
          WHERE p.participant = ? AND p.disclosed = 1
          """, arguments: [person])
      while let row = try rows.next() {
        let key: Data = row[0]
        guard let id = MessageID(bytes: [UInt8](key)), let agency = AgencyID(row[1] as String),
          let fate = Fate(code: row[3])
        else { throw LedgerError(.damaged, "report disclosures") }
        parts[key, default: [:]][PartKey(message: id, recipient: agency, part: row[2])] = fate
      }
    }
    var versions = ReleaseVersions(database, keys)
    var found: [DisclosureReport] = []
    for (message, fates) in parts {
      let rows = try Row.fetchCursor(
        database, sql: "SELECT position, leaf FROM audit WHERE message = ? ORDER BY position",
        arguments: [message])
      while let row = try rows.next() {
        let entry = try logEntry(in: row[1])
        guard entry.kind == .released, let id = entry.message, let recipient = entry.recipient,
          let part = entry.part,
          let fate = fates[PartKey(message: id, recipient: recipient, part: part)]
        else { continue }
        found.append(
          try report(
            of: entry, at: UInt64(bitPattern: row[0] as Int64), to: recipient, fate, registry,
            &versions))
      }
    }
    found.sort { $0.entry < $1.entry }
    return linked(found, parents: versions.parents)
  }

  private static func report(
    of entry: AuditEntry, at position: UInt64, to recipient: AgencyID, _ fate: Fate,
    _ registry: Registry, _ versions: inout ReleaseVersions
  ) throws -> DisclosureReport {
    let detail =
      DecisionDetail(entry.detail)
      ?? DecisionDetail(source: "unknown", purpose: "unknown", footing: "unknown")
    if let parent = detail.parent { versions.parents[position] = parent.description }
    return DisclosureReport(
      entry: position, at: entry.at.milliseconds, message: entry.message?.description ?? "",
      part: entry.part ?? 0, topic: entry.topic?.rawValue ?? "",
      from: registry.named(detail.source), to: registry.named(recipient.text),
      information: detail.items.map { .init(category: $0.category, labels: $0.labels) },
      purpose: detail.purpose, authority: detail.authority,
      releases: try entry.releases.map { release in
        let kept = try versions[release]
        return DisclosureReport.Release(
          id: release.id.text, version: release.version,
          namesRecipient: kept.map { $0.recipients.contains { $0.names(recipient) } })
      },
      legalBasis: detail.legalBasis, isPart2: detail.isPart2, statement: detail.statement,
      agreementVersion: entry.agreementVersion, consentPosition: entry.consentPosition,
      fate: fate.rawValue)
  }

  /// Says of each how its discloser came to know: by what it answers or passes on, where that was
  /// once disclosed to it.
  private static func linked(
    _ disclosures: [DisclosureReport], parents: [UInt64: String]
  ) -> [DisclosureReport] {
    struct Receipt: Hashable {
      let message: String
      let agency: String
    }
    var received: [Receipt: DisclosureReport] = [:]
    return disclosures.map { disclosure in
      var disclosure = disclosure
      // In the order of the log, so that a chain leads back and never round.
      if let parent = parents[disclosure.entry],
        let earlier = received[Receipt(message: parent, agency: disclosure.from.id)]
      {
        disclosure.chain =
          earlier.chain + [
            .init(
              entry: earlier.entry, from: earlier.from, to: earlier.to,
              releases: earlier.releases.map { "\($0.id) v\($0.version)" })
          ]
      }
      let receipt = Receipt(message: disclosure.message, agency: disclosure.to.id)
      if received[receipt] == nil { received[receipt] = disclosure }
      return disclosure
    }
  }

  private static func logEntry(in leaf: Data) throws -> AuditEntry {
    do {
      return try AuditLeaf(decoding: [UInt8](leaf)).entry
    } catch {
      throw LedgerError(.damaged, "report disclosures", detail: "a log entry cannot be read")
    }
  }

  // MARK: Terms

  private static func terms(
    of disclosures: [DisclosureReport], _ keys: KeyReader, in database: Database
  ) throws -> [TermsReport] {
    var wanted: Set<AuditEntry.ReleaseVersion> = []
    for release in disclosures.flatMap(\.releases) {
      guard let id = RoiID(release.id) else { continue }
      wanted.insert(.init(id, version: release.version))
    }
    var versions = ReleaseVersions(database, keys)
    let order = wanted.sorted { ($0.id.text, $0.version) < ($1.id.text, $1.version) }
    return try order.compactMap { release in
      guard let kept = try versions[release] else { return nil }
      let newest = try Row.fetchOne(
        database,
        sql: """
          SELECT state, (SELECT max(version) FROM release_version v WHERE v.id = r.id)
          FROM release r WHERE id = ?
          """, arguments: [release.id.text])
      return TermsReport(kept, state: newest?[0] ?? "unknown", newest: newest?[1] ?? kept.version)
    }
  }
}

/// Versions of releases, each read once, and what a pass over the log finds beside them.
private struct ReleaseVersions {
  private let database: Database
  private let keys: KeyReader
  private var read: [AuditEntry.ReleaseVersion: ReleaseOfInformation?] = [:]
  /// The message that a disclosure's own answers or passes on, by the disclosure's entry.
  var parents: [UInt64: String] = [:]

  init(_ database: Database, _ keys: KeyReader) {
    self.database = database
    self.keys = keys
  }

  /// `nil` where that version is not kept.
  subscript(version: AuditEntry.ReleaseVersion) -> ReleaseOfInformation? {
    mutating get throws {
      if let known = read[version] { return known }
      let body = try Data.fetchOne(
        database, sql: "SELECT sealed_body FROM release_version WHERE id = ? AND version = ?",
        arguments: [version.id.text, Int64(version.version)])
      var release: ReleaseOfInformation?
      // Of somebody who was expunged nothing can be opened.
      let place = Array(version.id.text.utf8)
      if let body, let opened = try keys.open([UInt8](body), .release, at: place) {
        do {
          release = try ReleaseOfInformation(decoding: opened)
        } catch {
          throw LedgerError(.damaged, "report releases", detail: "a release cannot be read")
        }
      }
      read[version] = .some(release)
      return release
    }
  }
}

extension Registry {
  /// An agency of a log entry, as it is known now.
  func named(_ id: String) -> NamedAgency {
    guard let agency = AgencyID(id).flatMap({ agencies[$0] }) else {
      return NamedAgency(id: id, name: id, role: "")
    }
    return NamedAgency(id: id, name: agency.name, role: agency.role.rawValue)
  }
}

extension Party {
  /// Names the agency, or a person there; not just a role that it has.
  fileprivate func names(_ agency: AgencyID) -> Bool {
    switch self {
    case .agency(let named), .person(let named, _): named == agency
    case .role: false
    }
  }
}

extension TermsReport {
  fileprivate init(_ release: ReleaseOfInformation, state: String, newest: UInt32) {
    var expiresAt: Int64?
    var event = ""
    switch release.expiry {
    case .at(let time)?: expiresAt = time.milliseconds
    case .event(let name)?: event = name
    case .never?, nil: break
    }
    let categories = release.information.reduce(into: WordSet<InformationCategory>()) {
      $0.formUnion($1.categories)
    }
    self.init(
      id: release.id.text, version: release.version, kind: release.kind.rawValue, state: state,
      newestVersion: newest, signedAt: release.signedAt?.milliseconds, expiresAt: expiresAt,
      expiryEvent: event, purposes: release.purposes.map(\.rawValue).sorted(),
      categories: categories.map(\.rawValue).sorted(), redisclosure: release.redisclosure,
      stopUseNotice: release.stopUseNotice)
  }
}
