public import HubModel

/// When a hold's window ends, and when its reminders go out. All of it counts from the *referral*,
/// never from the arrival of a report, and in the site's civil calendar.
public enum HoldClock {
  /// The last instant of the window of a referral made at `referredAt`.
  ///
  /// A window in days ends with the last of them: 14 days from the 1st end when the 15th does,
  /// whatever the hour of the referral and however long daylight saving made the days between.
  public static func due(
    referredAt: WallTime, under agreement: ProgramAgreement
  ) -> WallTime {
    switch agreement.hold.window {
    case .days(let days):
      let calendar = agreement.calendar
      var last = calendar.date(of: referredAt).adding(days: max(0, days))
      if agreement.hold.endsOnBusinessDay { last = calendar.nextBusinessDay(from: last) }
      return calendar.end(of: last)
    case .shortened(let span):
      return referredAt + span
    }
  }

  /// When the reminders before `due` go out, ascending; none at or after `due` itself.
  ///
  /// They go out at the agreement's minute of the day, so many days before the last one; in a
  /// shortened window, so many seconds before its end.
  public static func reminders(
    before due: WallTime, under agreement: ProgramAgreement
  ) -> [WallTime] {
    let calendar = agreement.calendar
    let times = agreement.hold.reminders.map { count in
      switch agreement.hold.window {
      case .days:
        calendar.time(
          on: calendar.date(of: due).adding(days: -count), minute: agreement.hold.reminderMinute)
      case .shortened:
        WallTime(milliseconds: due.milliseconds - Int64(count) * 1_000)
      }
    }
    return Set(times).filter { $0 < due }.sorted()
  }

  /// Whole days of the calendar from `time` to the day of `due`; 0 on that day and after it.
  public static func daysLeft(
    until due: WallTime, at time: WallTime, in calendar: SiteCalendar
  ) -> Int {
    max(0, calendar.date(of: due).day - calendar.date(of: time).day)
  }
}
