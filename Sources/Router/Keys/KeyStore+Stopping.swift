import Foundation
import GRDB
public import HubModel

/// What was stopped for good, or until somebody looks; kept here because a backup of the ledger
/// must not set it going again.
public struct Stop: Hashable, Sendable {
  /// The numbers stand in the file.
  public enum Kind: Int64, Sendable {
    /// A release was revoked, refused or voided; its id.
    case release = 1
    /// A release was suspended, or revoked toward some; its id.
    case releaseNarrowed = 2
    /// A key was cut off; its fingerprint.
    case key = 3
    /// Nothing about a participant may be destroyed; their id, or one of their names, by which a
    /// backup that does not know them knows whom to keep when they come. One that was lifted since
    /// comes back with a backup from before, and is lifted again.
    case legalHold = 4
    /// Something has come that releases may end with: when, in Unix milliseconds, and its code,
    /// behind the participant's id.
    case event = 5
    /// Everything was revoked, also what had not come by then: when, and toward whom, sealed by
    /// the ledger.
    case everything = 6
    /// Somebody is not the same person as others with whom they counted as one; their id.
    case apart = 7
  }
  public let kind: Kind
  public let name: String
  /// Whose release it is.
  public let participant: ParticipantID?
  public init(_ kind: Kind, _ name: String, of participant: ParticipantID? = nil) {
    self.kind = kind
    self.name = name
    self.participant = participant
  }
}

/// Where a ledger stood when its key store last heard of it.
public struct LedgerMark: Hashable, Sendable {
  public let incarnation: Incarnation
  /// Entries of its log, at least.
  public let size: UInt64
  public init(_ incarnation: Incarnation, size: UInt64) {
    self.incarnation = incarnation
    self.size = size
  }
}

extension KeyStore {
  /// Remembers a stop; durable with the next ``flush(_:)``, which comes before the commit that
  /// does it.
  public func note(_ stop: Stop) {
    pendingStops.append(stop)
    isFlushNeeded = true
  }

  /// Stops that a ledger of this generation does not know of.
  public func stops(after generation: UInt64) throws -> [Stop] {
    try reading("read the stop list") { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT kind, name, participant FROM stopped WHERE generation > ? ORDER BY kind, name
          """, arguments: [Int64(bitPattern: generation)]
      ).map { row in
        guard let kind = Stop.Kind(rawValue: row[0]) else {
          throw KeyStoreError(.damaged, "read the stop list")
        }
        return Stop(
          kind, row[1],
          of: (row[2] as Data?).flatMap { MessageID(bytes: $0) }.map { ParticipantID($0) })
      }
    }
  }

  /// How far the ledger had come, by what it told this store last.
  public func ledgerMark() throws -> LedgerMark? {
    try reading("read the ledger's mark") { database in
      guard let row = try Row.fetchOne(database, sql: "SELECT ledger, ledger_size FROM store"),
        let text = row[0] as String?, let size = row[1] as Int64?
      else { return nil }
      guard let incarnation = Incarnation(text) else {
        throw KeyStoreError(.damaged, "read the ledger's mark")
      }
      return LedgerMark(incarnation, size: UInt64(bitPattern: size))
    }
  }

  /// Remembers that the ledger has come so far; durable on return.
  public func note(_ mark: LedgerMark) throws {
    try writing("note the ledger's mark") { try Self.write(mark, in: $0) }
  }

  static func write(_ mark: LedgerMark, in database: Database) throws {
    try database.execute(
      sql: "UPDATE store SET ledger = ?, ledger_size = ?",
      arguments: [mark.incarnation.text, Int64(bitPattern: mark.size)])
  }

  func write(_ stops: [Stop], generation: UInt64, in database: Database) throws {
    for stop in stops {
      try database.execute(
        sql: """
          INSERT INTO stopped (kind, name, participant, generation) VALUES (?, ?, ?, ?)
          ON CONFLICT DO UPDATE SET generation = excluded.generation
          """,
        arguments: [
          stop.kind.rawValue, stop.name, stop.participant.map { Data($0.value.bytes) },
          Int64(bitPattern: generation),
        ])
    }
  }
}
