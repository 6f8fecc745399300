import Foundation
public import GRDB
import HubModel

/// A person of the agency who may sign in.
public struct Account: Sendable, Hashable, Codable, FetchableRecord, PersistableRecord {
  public static let databaseTableName = "account"

  public var name: String
  public var display: String
  public var role: String
  /// The code by which the records system and the rota know the person.
  public var staff: String?
  var salt: Data?
  var rounds: Int?
  var hash: Data?
  /// Of the second factor; `nil` where the account has none.
  var secret: Data?
  var usedStep: Int64 = 0
  /// What makes this person's calendar address one that nobody guesses.
  public var feed: String
  var isOff = false
  /// Issuer and subject, by which the agency's identity provider knows the person; `nil` for an
  /// account of the desk's own.
  var subject: String?

  static func subject(_ subject: String, of issuer: String) -> String { issuer + " " + subject }

  /// An account without a password: whoever a reverse proxy or identity provider has signed in.
  init(name: String, display: String, role: String, staff: String?) {
    self.name = name
    self.display = display
    self.role = role
    self.staff = staff
    feed = Randomness.text(bytes: 16)
  }

  var password: PasswordHash? {
    get {
      guard let salt, let rounds, let hash else { return nil }
      return PasswordHash(salt: salt, rounds: rounds, hash: hash)
    }
    set {
      salt = newValue?.salt
      rounds = newValue?.rounds
      hash = newValue?.hash
    }
  }

  static func isName(_ name: String) -> Bool {
    (1...64).contains(name.utf8.count)
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
          UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "@"):
          true
        default: false
        }
      }
  }
}

extension DeskStore {
  func account(_ name: String) throws -> Account? {
    try queue.read { try Account.fetchOne($0, key: name) }
  }

  func accounts() throws -> [Account] {
    try queue.read { try Account.order(Column("name")).fetchAll($0) }
  }

  func account(feed: String) throws -> Account? {
    try queue.read { try Account.filter(Column("feed") == feed).fetchOne($0) }
  }

  func save(_ account: Account) throws {
    try queue.write { try account.save($0) }
  }

  /// Its sessions end with it.
  func remove(_ name: String) throws -> Bool {
    try queue.write { database in
      try database.execute(sql: "DELETE FROM session WHERE account = ?", arguments: [name])
      return try Account.deleteOne(database, key: name)
    }
  }

  func endSessions(of name: String) throws {
    try queue.write { database in
      try database.execute(sql: "DELETE FROM session WHERE account = ?", arguments: [name])
    }
  }
}
