import HubModel

/// Whom to call, when, and whom next: the configuration's section `notify`, without the channels.
struct AlarmPlan: Sendable {
  /// A time of day, in minutes, to another that may be on the next day.
  struct Hours: Hashable, Sendable {
    var from: Int
    var to: Int

    func contains(_ minute: Int) -> Bool {
      from <= to ? (from..<to).contains(minute) : minute >= from || minute < to
    }
  }

  struct Address: Hashable, Sendable {
    var channel: String
    var to: String
  }

  struct Person: Sendable {
    var name: String
    var addresses: [Address]
    var quiet: Hours?
  }

  struct Shift: Sendable {
    /// 0 is Sunday; of a shift that ends on the next day, the day on which it begins.
    var days: Set<Int>
    var hours: Hours
    var people: [String]
  }

  struct Rule: Sendable {
    /// Names of people or of shifts, in the order of escalation.
    var ladder: [[String]]
    /// Until somebody confirms; `nil`: told once.
    var interval: Span?
    /// Calls on one rung before the next is called.
    var times = 3
    /// What ends by itself within this is not told at all.
    var after = Span(milliseconds: 0)
    var evenWhenQuiet = false
    var tellsEnd = true
  }

  var people: [String: Person] = [:]
  var shifts: [String: [Shift]] = [:]
  var rules: [AlarmKind: Rule] = [:]
  /// For kinds without a rule of their own; `nil`: those are not told outside.
  var other: Rule?

  func rule(for kind: AlarmKind) -> Rule? { rules[kind] ?? other }

  /// How far the calling about one alarm has come.
  struct Progress: Hashable, Sendable {
    var rung = 0
    /// On this rung.
    var calls = 0
    /// `nil`: nobody is called any more.
    var next: WallTime?
  }

  /// The people to call now, and what follows. A rung on which nobody may be called (nobody is on
  /// shift, all have quiet hours) is passed over; the last rung is called until somebody confirms.
  func step(
    _ progress: Progress, _ rule: Rule, at now: WallTime, _ calendar: SiteCalendar
  ) -> (call: [Person], progress: Progress) {
    guard let next = progress.next, next <= now, !rule.ladder.isEmpty else { return ([], progress) }
    var then = progress
    if then.calls >= rule.times, then.rung + 1 < rule.ladder.count {
      then.rung += 1
      then.calls = 0
    }
    let order = Array(then.rung..<rule.ladder.count) + Array(0..<then.rung)
    for rung in order {
      let called = callable(rule.ladder[rung], rule, at: now, calendar)
      guard !called.isEmpty else { continue }
      if rung != then.rung { then.calls = 0 }
      then.rung = rung
      then.calls += 1
      then.next = rule.interval.map { now + $0 }
      return (called, then)
    }
    // Everybody sleeps: look again soon, for quiet hours end and shifts begin.
    then.next = now + min(rule.interval ?? Self.longestWait, Self.longestWait)
    return ([], then)
  }

  private static let longestWait = Span.minutes(5)

  private func callable(
    _ names: [String], _ rule: Rule, at now: WallTime, _ calendar: SiteCalendar
  ) -> [Person] {
    let date = calendar.date(of: now)
    let minute = Int((now.milliseconds - calendar.time(on: date).milliseconds) / 60_000)
    let found = names.flatMap { name -> [String] in
      guard let shifts = shifts[name] else { return [name] }
      return shifts.filter { $0.covers(minute, date.weekday) }.flatMap(\.people)
    }
    var seen: Set<String> = []
    return found.filter { seen.insert($0).inserted }.compactMap { people[$0] }.filter { person in
      rule.evenWhenQuiet || person.quiet?.contains(minute) != true
    }
  }
}

extension AlarmPlan.Shift {
  func covers(_ minute: Int, _ weekday: Int) -> Bool {
    guard hours.from >= hours.to else {
      return days.contains(weekday) && hours.contains(minute)
    }
    // Over midnight; 00:00 to 00:00 is the whole day.
    if minute >= hours.from { return days.contains(weekday) }
    return minute < hours.to && days.contains((weekday + 6) % 7)
  }
}
