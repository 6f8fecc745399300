import FoundationEssentials
import GRDB
public import HubModel
public import HubProtocol

/// A key that seals the messages of some agency, as the router first told of it.
struct KnownSigner: Equatable, Sendable {
  let agency: AgencyID
  /// Ed25519, 32 bytes.
  let signing: [UInt8]
}

/// Why the router's history was refused.
public struct HistoryRefusal: Hashable, Sendable, CustomStringConvertible {
  public enum Reason: String, Hashable, Sendable {
    /// The router has fewer links than it told of before.
    case shorter = "history-shorter"
    /// The links do not lead on from what was told before.
    case different = "history-different"
  }
  public let reason: Reason
  /// The last link that this store has, and the one that the router told of.
  public let known: UInt64
  public let told: UInt64
  public let at: WallTime

  public var description: String {
    "\(reason.rawValue): the router told of link \(told) of its log, and this store has \(known); "
      + "tell the program's auditor, with what the chain command prints"
  }
}

extension AdapterStore {
  /// Every link of the router's checkpoint chain that was told here, in order.
  public func chain(of agency: AgencyID, program: ProgramID) throws -> AgencyChain {
    let links = try read { database in
      try Row.fetchAll(
        database, sql: "SELECT ledger, number, commitment, value FROM hub_chain ORDER BY entry"
      ).map { row in
        guard let ledger = Incarnation(row[0] as String) else {
          throw StoreError(.damaged, "read chain")
        }
        return AgencyChain.Link(
          ledger: ledger, number: UInt64(bitPattern: row[1] as Int64),
          commitment: [UInt8](row[2] as Data), value: [UInt8](row[3] as Data))
      }
    }
    return AgencyChain(
      agency: agency, origin: Checkpoint.origin(of: program), links: links)
  }

  /// When the router last told of a further link of its chain, by this machine's clock.
  public func lastLinkAt() throws -> WallTime? {
    try read { database in
      try Int64.fetchOne(
        database, sql: "SELECT at FROM hub_chain ORDER BY entry DESC LIMIT 1"
      ).map { WallTime(milliseconds: $0) }
    }
  }

  /// The router's history that was last refused; nothing once a person has confirmed a new life
  /// of its ledger.
  public func historyRefusal() throws -> HistoryRefusal? {
    try read { database in
      try Row.fetchOne(database, sql: "SELECT reason, known, told, at FROM hub_refusal").flatMap {
        row in
        HistoryRefusal.Reason(rawValue: row[0]).map {
          HistoryRefusal(
            reason: $0, known: UInt64(bitPattern: row[1] as Int64),
            told: UInt64(bitPattern: row[2] as Int64), at: WallTime(milliseconds: row[3]))
        }
      }
    }
  }
}

// MARK: - For the link

/// Where this store's side of the chain stands.
struct ChainPosition: Equatable, Sendable {
  var ledger: Incarnation?
  var point = ChainPoint()
}

extension AdapterStore {
  func signers() throws -> [KeyFingerprint: KnownSigner] {
    try read { database in
      var signers: [KeyFingerprint: KnownSigner] = [:]
      for row in try Row.fetchAll(
        database, sql: "SELECT fingerprint, agency, signing FROM hub_signer")
      {
        guard let fingerprint = KeyFingerprint(row[0] as String),
          let agency = AgencyID(row[1] as String)
        else { throw StoreError(.damaged, "read signers") }
        signers[fingerprint] = KnownSigner(
          agency: agency, signing: [UInt8](row[2] as Data))
      }
      return signers
    }
  }

  /// Remembers keys for ever: what they sealed may still come when they are no longer in use.
  func add(_ signers: [KeyFingerprint: KnownSigner]) throws {
    guard !signers.isEmpty else { return }
    try queue.write { database in
      for (fingerprint, signer) in signers {
        try database.execute(
          sql: "INSERT INTO hub_signer VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
          arguments: [
            fingerprint.text, signer.agency.text, Data(signer.signing), clock.wall().milliseconds,
          ])
      }
    }
  }

  func chainPosition() throws -> ChainPosition {
    try read { database in
      guard
        let row = try Row.fetchOne(
          database, sql: "SELECT ledger, number, value FROM hub_chain ORDER BY entry DESC LIMIT 1")
      else { return ChainPosition() }
      return ChainPosition(
        ledger: Incarnation(row[0] as String),
        point: ChainPoint(
          number: UInt64(bitPattern: row[1] as Int64), value: [UInt8](row[2] as Data)))
    }
  }

  /// The chain's value at a link that was told here.
  func chainValue(at number: UInt64) throws -> [UInt8]? {
    try read { database in
      try Data.fetchOne(
        database, sql: "SELECT value FROM hub_chain WHERE number = ? ORDER BY entry DESC LIMIT 1",
        arguments: [Int64(bitPattern: number)]
      ).map { [UInt8]($0) }
    }
  }

  func chainCommitment(at number: UInt64) throws -> [UInt8]? {
    try read { database in
      try Data.fetchOne(
        database,
        sql: "SELECT commitment FROM hub_chain WHERE number = ? ORDER BY entry DESC LIMIT 1",
        arguments: [Int64(bitPattern: number)]
      ).map { [UInt8]($0) }
    }
  }

  /// Appends links; the caller has checked that they lead on.
  func append(_ links: [ChainLink], of ledger: Incarnation) throws {
    try queue.write { database in
      for link in links {
        try database.execute(
          sql: """
            INSERT INTO hub_chain (ledger, number, commitment, value, at) VALUES (?, ?, ?, ?, ?)
            """,
          arguments: [
            ledger.text, Int64(bitPattern: link.number), Data(link.commitment),
            Data(link.value), clock.wall().milliseconds,
          ])
      }
    }
  }

  func note(_ refusal: HistoryRefusal) throws {
    try queue.write { database in
      try database.execute(
        sql: """
          INSERT INTO hub_refusal (id, reason, known, told, at) VALUES (1, ?, ?, ?, ?)
          ON CONFLICT DO NOTHING
          """,
        arguments: [
          refusal.reason.rawValue, Int64(bitPattern: refusal.known),
          Int64(bitPattern: refusal.told), refusal.at.milliseconds,
        ])
    }
  }
}
