import GRDB
import HubModel

/// What the clock does with alarms: calls those whose turn it is, and tells those who were called
/// when it is over. Puts notices up to be sent; sending them is ``NoticeSender``'s.
struct AlarmRound {
  let plan: AlarmPlan
  let calendar: SiteCalendar

  /// Ended alarms are kept this long, for the desk's history.
  private static let kept = Span.days(90)

  func run(at now: WallTime, in database: Database) throws {
    try call(at: now, in: database)
    try tellEnds(at: now, in: database)
    try database.execute(
      sql: "DELETE FROM alarm WHERE endedAt < ? AND isOverTold = 1",
      arguments: [now.milliseconds - Self.kept.milliseconds])
  }

  private func call(at now: WallTime, in database: Database) throws {
    let due = try Alarm.fetchAll(
      database, sql: "SELECT * FROM alarm WHERE nextAt <= ? ORDER BY raisedAt, id",
      arguments: [now.milliseconds])
    for var alarm in due {
      guard let rule = plan.rule(for: alarm.kind) else {
        alarm.nextAt = nil
        try keep(alarm, in: database)
        continue
      }
      let earliest = alarm.raisedAt + rule.after.milliseconds
      guard earliest <= now.milliseconds else {
        alarm.nextAt = earliest
        try keep(alarm, in: database)
        continue
      }
      let progress = AlarmPlan.Progress(
        rung: alarm.rung, calls: alarm.calls,
        next: alarm.nextAt.map { WallTime(milliseconds: $0) })
      let (people, then) = plan.step(progress, rule, at: now, calendar)
      for address in people.flatMap(\.addresses) {
        try put(alarm.id, address, isOver: false, at: now, in: database)
      }
      (alarm.rung, alarm.calls, alarm.nextAt) = (then.rung, then.calls, then.next?.milliseconds)
      try keep(alarm, in: database)
    }
  }

  private func keep(_ alarm: Alarm, in database: Database) throws {
    try database.execute(
      sql: "UPDATE alarm SET rung = ?, calls = ?, nextAt = ? WHERE id = ?",
      arguments: [alarm.rung, alarm.calls, alarm.nextAt, alarm.id])
  }

  /// Once, to every address that was told of the beginning.
  private func tellEnds(at now: WallTime, in database: Database) throws {
    let ended = try Alarm.fetchAll(
      database, sql: "SELECT * FROM alarm WHERE endedAt IS NOT NULL AND isOverTold IS NULL")
    for alarm in ended {
      if plan.rule(for: alarm.kind)?.tellsEnd == true {
        let told = try Row.fetchAll(
          database,
          sql: """
            SELECT DISTINCT channel, address FROM alarm_call
            WHERE alarm = ? AND isOver = 0 AND state IN ('sent', 'sending') ORDER BY 1, 2
            """, arguments: [alarm.id])
        for row in told {
          let address = AlarmPlan.Address(channel: row["channel"], to: row["address"])
          try put(alarm.id, address, isOver: true, at: now, in: database)
        }
      }
      try database.execute(
        sql: "UPDATE alarm SET isOverTold = 1 WHERE id = ?", arguments: [alarm.id])
    }
  }

  private func put(
    _ alarm: String, _ address: AlarmPlan.Address, isOver: Bool, at now: WallTime,
    in database: Database
  ) throws {
    // What still waits to be sent to an address says it already.
    let waits = try Bool.fetchOne(
      database,
      sql: """
        SELECT EXISTS (SELECT 1 FROM alarm_call WHERE alarm = ? AND channel = ? AND address = ?
          AND isOver = ? AND state IN ('due', 'sending'))
        """, arguments: [alarm, address.channel, address.to, isOver])
    guard waits != true else { return }
    try database.execute(
      sql: "INSERT INTO alarm_call (alarm, channel, address, isOver, dueAt) VALUES (?, ?, ?, ?, ?)",
      arguments: [alarm, address.channel, address.to, isOver, now.milliseconds])
  }
}
