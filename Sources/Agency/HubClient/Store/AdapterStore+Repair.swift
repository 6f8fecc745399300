import Foundation
public import GRDB
public import HubModel
import HubProtocol

/// What is done again, at a person's word, of what had gone wrong.
extension AdapterStore {
  /// Sends a message again that the router refused, as it was, under its own id and a number of
  /// its own; in the transaction of `database`. Of use once the reason is mended: a registry entry,
  /// an agreement, a release.
  /// - Returns: false where there is no dead letter of that id.
  /// - Throws: the ``Refusal`` that it would meet again, nothing being changed then.
  public func sendAgain(
    _ id: MessageID, from agency: AgencyID, as role: Role, in database: Database
  ) throws -> Bool {
    guard let body = try deadBody(id, in: database) else { return false }
    let message = try HubModel.Message(decoding: body, source: agency)
    let key = Self.key(id)
    try database.execute(sql: "DELETE FROM dead_letter WHERE message = ?", arguments: [key])
    try database.execute(sql: "DELETE FROM submission WHERE message = ?", arguments: [key])
    try spool(message, role: role, in: database)
    return true
  }

  /// Forgets a dead letter that somebody has dealt with otherwise. Its content is gone with it.
  /// - Returns: false where there is none of that id.
  public func dismiss(deadLetter id: MessageID, in database: Database) throws -> Bool {
    try database.execute(
      sql: "DELETE FROM dead_letter WHERE message = ?", arguments: [Self.key(id)])
    return database.changesCount > 0
  }

  /// What a refused message says, for whoever may see it: a CloudEvents document.
  public func content(
    ofDeadLetter id: MessageID, from agency: AgencyID, in database: Database
  ) throws -> [UInt8]? {
    try deadBody(id, in: database).map {
      try CloudEventsJSON.document(of: HubModel.Message(decoding: $0, source: agency))
    }
  }

  /// Applies a delivery that was set aside, once more; in the transaction of `database`. What the
  /// handler throws leaves it set aside.
  /// - Returns: false where no delivery of that number is set aside.
  public func applyAgain(
    _ number: UInt64, with handler: any DeliveryHandler, in database: Database
  ) throws -> Bool {
    guard let row = try setAside(number, in: database) else { return false }
    let delivery = try Delivery(decoding: [UInt8](row["delivery"] as Data))
    if let content = delivery.content {
      // It was claimed by nobody when it was set aside; if it came again since, it is applied.
      let isNew =
        try statements.claim.run(
          .id(content.message.id), .integer(Int64(content.part)), .number(number)) > 0
      if let fault = content.noticeFault { throw fault }
      if isNew { try handler.apply(content, number: number, in: database) }
    }
    try forget(setAside: row, in: database)
    return true
  }

  /// Forgets a delivery that was set aside and that somebody has dealt with otherwise.
  public func dismiss(setAside number: UInt64, in database: Database) throws -> Bool {
    guard let row = try setAside(number, in: database) else { return false }
    try forget(setAside: row, in: database)
    return true
  }

  /// What a delivery that was set aside says, for whoever may see it.
  public func content(ofSetAside number: UInt64, in database: Database) throws -> [UInt8]? {
    try setAside(number, in: database).map {
      try CloudEventsJSON.document(of: Delivery(decoding: [UInt8]($0["delivery"] as Data)))
    }
  }

  private func deadBody(_ id: MessageID, in database: Database) throws -> [UInt8]? {
    try Data.fetchOne(
      database, sql: "SELECT body FROM dead_letter WHERE message = ?", arguments: [Self.key(id)]
    ).map { [UInt8]($0) }
  }

  /// Of several lives of the hub's ledger the newest counts.
  private func setAside(_ number: UInt64, in database: Database) throws -> Row? {
    try Row.fetchOne(
      database,
      sql: "SELECT rowid, delivery FROM quarantine WHERE number = ? ORDER BY at DESC LIMIT 1",
      arguments: [Int64(bitPattern: number)])
  }

  private func forget(setAside row: Row, in database: Database) throws {
    try database.execute(
      sql: "DELETE FROM quarantine WHERE rowid = ?", arguments: [row["rowid"] as Int64])
  }

  private static func key(_ id: MessageID) -> Data { Data(id.bytes) }
}
