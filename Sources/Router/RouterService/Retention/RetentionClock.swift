import HubModel
import HubProtocol
import Ledger
import Logging
import Operations
import RouterCore

/// Runs retention on the router's thread: at its hour, when an operator asks, and on from where a
/// crash ended it. One bounded chunk after a turn, and the longer a chunk took, the longer the next
/// one waits, so that agencies hardly notice.
final class RetentionClock {
  private let ledger: Ledger
  private let settings: LiveSettings
  private let desk: RetentionDesk
  private let inbox: Inbox
  private let log: Logger

  private var pass: RetentionPass?
  /// People whom the last chunk named; the turn before the next one expunges them.
  private var asked: [DueParticipant] = []
  private var onHold = 0
  private var nextChunk = Tick(milliseconds: Int64.min / 2)
  /// When the last run began.
  private var last: WallTime?

  /// Between two chunks, at least.
  private static let pause = Span(milliseconds: 20)
  /// A chunk may take this share of the router's time: one part in five.
  private static let share: Int64 = 4

  init(
    ledger: Ledger, settings: LiveSettings, desk: RetentionDesk, inbox: Inbox, log: Logger
  ) throws {
    self.ledger = ledger
    self.settings = settings
    self.desk = desk
    self.inbox = inbox
    self.log = log
    last = try ledger.lastRetention()
    pass = try ledger.unfinishedRetention()
    if pass != nil { desk.tell(RetentionReport(.running)) }
  }

  /// Does a chunk if one is due.
  /// - Returns: how long until the next one; `nil` while none is wanted.
  func look(_ state: RouterState, clock: SystemClock, isLowOnSpace: Bool) throws -> Span? {
    // By a clock in doubt nothing is old; and what is removed is written twice before it is gone.
    guard state.clockFault == nil, !isLowOnSpace else { return nil }
    let now = clock.wall()
    if pass == nil { try beginIfWanted(state.agreement.calendar, now) }
    guard var going = pass else { return nil }
    let tick = clock.tick()
    guard tick >= nextChunk else { return nextChunk - tick }
    let due = try ledger.retain(&going, asked: asked, now: now)
    asked = due
    for person in due {
      inbox.tell(
        .administration(.retire(person.participant, position: person.position), ticket: 0))
    }
    pass = going.isDone ? nil : going
    desk.tell(report(going))
    if going.isDone { tell(going) }
    let after = clock.tick()
    let rest = going.isDry ? Span(milliseconds: 1) : max(
      Self.pause, Span(milliseconds: (after - tick).milliseconds * Self.share))
    nextChunk = after + rest
    return pass == nil ? nil : rest
  }

  private func beginIfWanted(_ calendar: SiteCalendar, _ now: WallTime) throws {
    let present = settings.current.retention
    if let order = desk.takeOrder() {
      return try begin(isDry: order.isPreview, by: order.by, present, now)
    }
    let day = calendar.date(of: now)
    guard let minute = present.runAt, last.map({ calendar.date(of: $0) < day }) ?? true,
      calendar.time(on: day, minute: minute) <= now
    else { return }
    try begin(isDry: false, by: "timer", present, now)
  }

  private func begin(
    isDry: Bool, by: String, _ present: RetentionSettings, _ now: WallTime
  ) throws {
    let archived =
      present.isArchivedFirst ? try ledger.archivedThrough() : WallTime.distantFuture
    let fresh = RetentionPass(
      began: now, isDry: isDry, by: by,
      cutoffs: .init(
        content: min(archived, present.cutoff(.content, at: now)),
        bookings: present.cutoff(.bookings, at: now),
        people: min(archived, present.cutoff(.people, at: now))))
    try ledger.begin(fresh)
    if !isDry { last = now }
    onHold = try ledger.peopleOnLegalHold()
    pass = fresh
    desk.tell(report(fresh))
  }

  private func report(_ pass: RetentionPass) -> RetentionReport {
    var report = RetentionReport(
      pass.isDone ? .done : .running, isPreview: pass.isDry, began: pass.began,
      stage: pass.stage.rawValue)
    report.before = [
      RetentionSettings.Kind.content.rawValue: pass.cutoffs.content,
      RetentionSettings.Kind.bookings.rawValue: pass.cutoffs.bookings,
      RetentionSettings.Kind.people.rawValue: pass.cutoffs.people,
    ]
    report.messages = pass.totals.messages
    report.contentBytes = pass.totals.contentBytes
    report.bookings = pass.totals.bookings
    report.people = pass.totals.people
    report.freedBytes = pass.totals.freedBytes
    report.onLegalHold = onHold
    return report
  }

  private func tell(_ pass: RetentionPass) {
    guard !pass.isDry else { return }
    log.notice(
      "retention was run",
      metadata: [
        "content": "\(pass.totals.messages)", "bookings": "\(pass.totals.bookings)",
        "people": "\(pass.totals.people)", "freed-bytes": "\(pass.totals.freedBytes)",
      ])
  }
}
