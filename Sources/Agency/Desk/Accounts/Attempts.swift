import Crypto
import Foundation
import GRDB
import HubModel

/// Wrong tries by name, whether or not there is an account of that name: what is answered tells
/// nobody which names are somebody's.
extension DeskStore {
  /// Tries after which a name begins to wait, each longer than the one before, up to the most:
  /// guessing gets slow, and nobody can lock somebody out for long.
  static let freeTries = 5
  static let longestWait = Span.minutes(15)
  /// Wrong tries are forgotten after so long without another.
  static let memory = Span.hours(24)

  /// - Returns: `nil` where it need not wait.
  func wait(for name: String, at now: WallTime) throws -> WallTime? {
    let key = try attempt(name)
    let until = try queue.read { database in
      try Int64.fetchOne(
        database, sql: "SELECT waitUntil FROM attempt WHERE name = ? AND at > ?",
        arguments: [key, (now - Self.memory).milliseconds])
    }
    return until.flatMap { $0 > now.milliseconds ? WallTime(milliseconds: $0) : nil }
  }

  func noteFailure(of name: String, at now: WallTime) throws {
    let key = try attempt(name)
    try queue.write { database in
      try database.execute(
        sql: "DELETE FROM attempt WHERE at <= ?", arguments: [(now - Self.memory).milliseconds])
      let before = try Int.fetchOne(
        database, sql: "SELECT failures FROM attempt WHERE name = ?", arguments: [key])
      let failures = (before ?? 0) + 1
      var until = now.milliseconds
      if failures >= Self.freeTries {
        let doubled = Int64(60) << Int64(min(failures - Self.freeTries, 8))
        until = (now + min(.seconds(doubled), Self.longestWait)).milliseconds
      }
      try database.execute(
        sql: "INSERT OR REPLACE INTO attempt (name, failures, waitUntil, at) VALUES (?, ?, ?, ?)",
        arguments: [key, failures, until, now.milliseconds])
    }
  }

  func forgetFailures(of name: String) throws {
    let key = try attempt(name)
    try queue.write { database in
      try database.execute(sql: "DELETE FROM attempt WHERE name = ?", arguments: [key])
    }
  }

  /// What people type into the name field may be a password: it is kept as a keyed hash.
  private func attempt(_ name: String) throws -> Data {
    let key = try secret("attempts") { Data(Randomness.bytes(32)) }
    let code = HMAC<SHA256>.authenticationCode(
      for: Data(name.lowercased().utf8), using: SymmetricKey(data: key))
    return Data(code)
  }
}

private func - (time: WallTime, span: Span) -> WallTime {
  time + Span(milliseconds: -span.milliseconds)
}
