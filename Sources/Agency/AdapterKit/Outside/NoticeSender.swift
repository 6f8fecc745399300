import Dispatch
import Foundation
import GRDB
import HubClient
import HubModel
import Logging
import Synchronization

/// Sends the notices of one channel that are due, and keeps in the store what became of each, so
/// that a crash loses none. One that was just being sent when the process ended is sent again,
/// under the same id.
struct NoticeSender: Sendable {
  let channel: String
  let sending: any NoticeChannel
  let store: AdapterStore
  let agency: String
  let desk: String?
  let log: Logger

  /// Waits before the next try, by the number of tries made; after the last it has failed.
  static let waits: [Span] = [
    .seconds(5), .seconds(30), .minutes(2), .minutes(10), .minutes(30),
  ]

  private struct Due {
    var address: String
    var isOver: Bool
    var calls: [(seq: Int64, tries: Int)]
    var alarms: [(id: String, kind: AlarmKind)]
  }

  /// Puts up again what was being sent when the process ended. Once, before the first pass.
  func recover() throws {
    try store.write { database in
      try database.execute(
        sql: "UPDATE alarm_call SET state = 'due' WHERE state = 'sending' AND channel = ?",
        arguments: [channel])
    }
  }

  /// Sends everything that is due.
  func pass(at now: WallTime) throws {
    for due in try take(at: now) {
      var notice = OutsideNotice(
        id: "\(agency)-\(channel)-\(due.calls[0].seq)-\(due.calls.count)", agency: agency,
        isOver: due.isOver, counts: [:], at: now)
      for alarm in due.alarms { notice.counts[alarm.kind, default: 0] += 1 }
      notice.link = desk.map { desk in
        due.alarms.count == 1 ? "\(desk)/alerts/\(due.alarms[0].id)" : "\(desk)/alerts"
      }
      var failure: NoticeFailure?
      do throws(NoticeFailure) {
        try sending.send(notice, to: due.address)
      } catch {
        failure = error
      }
      try settle(due, failure, at: now)
    }
  }

  /// One notice to each address, whatever it has to tell: three alarms are one message.
  private func take(at now: WallTime) throws -> [Due] {
    try store.write { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT c.seq, c.tries, c.address, c.isOver, a.id, a.kind
          FROM alarm_call c JOIN alarm a ON a.id = c.alarm
          WHERE c.state = 'due' AND c.channel = ? AND c.dueAt <= ? ORDER BY c.seq
          """, arguments: [channel, now.milliseconds])
      var found: [Due] = []
      for row in rows {
        guard let kind = AlarmKind(rawValue: row["kind"]) else { continue }
        let address: String = row["address"]
        let isOver: Bool = row["isOver"]
        let place = found.firstIndex { $0.address == address && $0.isOver == isOver }
        let index = place ?? found.count
        if place == nil {
          found.append(Due(address: address, isOver: isOver, calls: [], alarms: []))
        }
        found[index].calls.append((row["seq"], row["tries"]))
        found[index].alarms.append((row["id"], kind))
        try set("sending", row["seq"], in: database)
      }
      return found
    }
  }

  private func set(_ state: String, _ seq: Int64, in database: Database) throws {
    try database.execute(
      sql: "UPDATE alarm_call SET state = ? WHERE seq = ?", arguments: [state, seq])
  }

  private func settle(_ due: Due, _ failure: NoticeFailure?, at now: WallTime) throws {
    try store.write { database in
      for call in due.calls {
        guard let failure else {
          try set("sent", call.seq, in: database)
          continue
        }
        guard failure.isPassing, call.tries < Self.waits.count else {
          try set("failed", call.seq, in: database)
          continue
        }
        let next = now + Self.waits[call.tries]
        try database.execute(
          sql: "UPDATE alarm_call SET state = 'due', tries = tries + 1, dueAt = ? WHERE seq = ?",
          arguments: [next.milliseconds, call.seq])
      }
    }
    if let failure {
      log.error(
        "a notice was not sent", metadata: ["channel": "\(channel)", "why": "\(failure)"])
    }
  }
}

/// Runs the senders, each on a thread of its own: a gateway that hangs holds up no other.
final class NoticeSenders: Sendable {
  private let wakes: [DispatchSemaphore]
  private let isEnding = Atomic(false)

  init(_ senders: [NoticeSender], now: @escaping @Sendable () -> WallTime) {
    wakes = senders.map { _ in DispatchSemaphore(value: 0) }
    for (sender, wake) in zip(senders, wakes) {
      let thread = Thread { [weak self] in
        try? sender.recover()
        while self?.isEnding.load(ordering: .acquiring) == false {
          do {
            try sender.pass(at: now())
          } catch {
            sender.log.error(
              "notices could not be kept", metadata: ["error": "\(type(of: error))"])
          }
          _ = wake.wait(timeout: .now() + .seconds(1))
        }
      }
      thread.name = "notices \(sender.channel)"
      thread.start()
    }
  }

  func wake() { for wake in wakes { wake.signal() } }

  func finish() {
    isEnding.store(true, ordering: .releasing)
    wake()
  }
}
