import Crypto
import Foundation
import GRDB
import HubModel

/// One sign-in. The cookie holds its token; the store only the token's hash.
public struct Session: Sendable, Hashable {
  let token: Data
  let account: String
  /// Stands in every form of this session, and nowhere else can it be had (against CSRF).
  let form: String
  let startedAt: WallTime
  var usedAt: WallTime

  enum State: Sendable, Hashable { case open, locked, over }

  func state(at now: WallTime, under settings: DeskSettings) -> State {
    if now - startedAt > settings.longest { return .over }
    return now - usedAt > settings.idle ? .locked : .open
  }
}

extension DeskStore {
  /// Uses of a session are written down no more often.
  private static let noted = Span.seconds(20)

  /// - Parameter name: what an identity provider calls its session (`sid`).
  /// - Returns: what the cookie is to hold.
  func startSession(
    of account: String, at now: WallTime, named name: String? = nil
  ) throws -> String {
    let token = Randomness.text(bytes: 32)
    try queue.write { database in
      try database.execute(
        sql: """
          INSERT INTO session (token, account, form, startedAt, usedAt, sid)
          VALUES (?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          Self.hash(token), account, Randomness.text(bytes: 16), now.milliseconds,
          now.milliseconds, name,
        ])
    }
    return token
  }

  /// The provider asked the person again, in a session of its own that may be another.
  func name(_ session: Session, _ name: String?) throws {
    try queue.write { database in
      try database.execute(
        sql: "UPDATE session SET sid = ? WHERE token = ?", arguments: [name, session.token])
    }
  }

  func session(_ token: String) throws -> (Session, Account)? {
    try queue.read { database in
      let row = try Row.fetchOne(
        database, sql: "SELECT * FROM session WHERE token = ?", arguments: [Self.hash(token)])
      guard let row, let account = try Account.fetchOne(database, key: row["account"] as String)
      else { return nil }
      let session = Session(
        token: row["token"], account: row["account"], form: row["form"],
        startedAt: WallTime(milliseconds: row["startedAt"]),
        usedAt: WallTime(milliseconds: row["usedAt"]))
      return (session, account)
    }
  }

  func use(_ session: Session, at now: WallTime) throws {
    guard now - session.usedAt > Self.noted else { return }
    try unlock(session, at: now)
  }

  func unlock(_ session: Session, at now: WallTime) throws {
    try queue.write { database in
      try database.execute(
        sql: "UPDATE session SET usedAt = ? WHERE token = ?",
        arguments: [now.milliseconds, session.token])
    }
  }

  func end(_ session: Session) throws {
    try queue.write { database in
      try database.execute(sql: "DELETE FROM session WHERE token = ?", arguments: [session.token])
    }
  }

  func forgetSessions(before time: WallTime) throws {
    try queue.write { database in
      try database.execute(
        sql: "DELETE FROM session WHERE startedAt < ?", arguments: [time.milliseconds])
    }
  }

  private static func hash(_ token: String) -> Data { Data(SHA256.hash(data: Data(token.utf8))) }
}
