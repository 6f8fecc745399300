import Foundation
import GRDB
import HubModel
import Keys
import RouterCore

/// A name as the ledger looks it up.
struct NameIndex: Hashable {
  let agency: AgencyID
  let index: [UInt8]
}

/// Names of people on legal hold. The key store has them too, so that a backup which does not know
/// somebody still has nothing of theirs destroyed once they are spoken of again.
extension Ledger {
  // MARK: Telling the key store

  /// Somebody was put on legal hold.
  func noteHeldNames(of person: ParticipantID) throws {
    guard let owner = try keys.knownHandle(of: person) else { return }
    var found: [NameIndex] = []
    let read = statements.heldNames.names
    try read.id(owner).rows {
      found.append(NameIndex(agency: try read.identifier(at: 0), index: read.blob(at: 1)))
    }
    for name in found { try note(name, of: person) }
  }

  /// Somebody has come to be known by a name.
  func note(newName name: NameIndex, of person: ParticipantID) throws {
    let statements = statements.heldNames
    if isRestored { try statements.forget.int(number(of: name.agency)).blob(name.index).run() }
    if try statements.isHeld.id(person.value).exists() { try note(name, of: person) }
  }

  private func note(_ name: NameIndex, of person: ParticipantID) throws {
    let place = Array(name.agency.text.utf8)
    let sealed = try keys.seal(name.index, for: .participant(person), .heldName, at: place)
    guard let sealed else { return }
    keys.note(.held(name.agency, sealed, of: person))
  }

  /// Whoever is on hold since before the key store was told of names.
  func nameHolds(_ database: Database) throws {
    guard try Bool.fetchOne(database, sql: "SELECT holds_named FROM ledger") == false else {
      return
    }
    let held = try Data.fetchAll(
      database, sql: "SELECT id FROM participant WHERE held IS NOT NULL AND expunged IS NULL")
    for id in held.compactMap({ MessageID(bytes: $0) }) {
      try noteHeldNames(of: ParticipantID(id))
    }
    try flushKeys()
    try database.execute(sql: "UPDATE ledger SET holds_named = 1")
  }

  // MARK: Restoring

  /// Names by these stops, of people who were not expunged since.
  func heldNames(_ stops: [Stop]) throws -> [NameIndex] {
    var names: Set<NameIndex> = []
    for (agency, sealed) in stops.compactMap(\.heldName) {
      let place = Array(agency.text.utf8)
      guard let index = try keys.open(sealed, .heldName, at: place) else { continue }
      names.insert(NameIndex(agency: agency, index: index))
    }
    return names.sorted { ($0.agency, Hex.encode($0.index)) < ($1.agency, Hex.encode($1.index)) }
  }

  /// Whether a hold of a former life waits for whoever comes by a name.
  func isHeld(name: AliasKey, of agency: Int64) throws -> Bool {
    try statements.heldNames.knows.int(agency).blob(index(of: name)).exists()
  }

  /// Who is known by a name.
  func person(named name: NameIndex) throws -> ParticipantID? {
    guard let agency = names.number(of: name.agency) else { return nil }
    let row = statements.people.alias
    return try row.int(agency).blob(name.index).first { try owner(at: 0, of: row) } ?? nil
  }
}
