import AdapterKit
import DiversionWorkflow
import GRDB
import HubModel
import Operations

/// One hold in the office's list: what needs action, the date and the rule behind it, and the
/// conditions that are met. Conditions that are not met have no column.
struct HoldLine: Encodable, Sendable {
  /// In the order in which they want attention.
  enum Action: String, CaseIterable, Encodable, Sendable {
    case reviewDue = "review due"
    case dueToday = "due today"
    case dueSoon = "due soon"
    case conditionsMet = "conditions met"
    case toOpen = "to open"
    case open, ended

    var place: Int { Self.allCases.firstIndex(of: self) ?? 0 }
  }

  let referral: String
  let hold: String
  let incident: String
  let offences: [String]
  /// What needs doing; of an ended hold, how it ended.
  let status: String
  let dueOn: String
  let left: String
  let rule: String
  let conditionsMet: [String]
  let phase: String
  let due: String
  let level: String
  let referred: String
  let officer: String
  let callback: String
  let lastName: String
  let firstName: String
  let birthDate: String
  let provider: String
  let providerContact: String
  let progress: String
  let disposition: String
  let decidedOn: String
  let isEnded: Bool
  private let place: Int
  /// When the window ends, for the order of the list; last where no date is known.
  private let dueAt: Int64

  private enum CodingKeys: String, CodingKey {
    case referral = "referral_id"
    case hold = "hold_no"
    case incident = "incident_no"
    case offences = "offenses"
    case dueOn = "due_on"
    case conditionsMet = "conditions_met"
    case lastName = "last_name"
    case firstName = "first_name"
    case birthDate = "dob"
    case providerContact = "provider_contact"
    case decidedOn = "decided_on"
    case status, left, rule, phase, due, level, referred, officer, callback, provider, progress
    case disposition
  }

  init(
    _ file: HoldFile, _ hold: HoldState, _ view: CaseView, contacts: [String: String],
    agreement: ProgramAgreement, at now: WallTime
  ) {
    let dates = NoticeDates(calendar: agreement.calendar)
    isEnded = hold.phase.isEnded
    let action = Self.action(for: hold, view, under: agreement, at: now)
    place = action.place
    status = action == .ended ? hold.phase.rawValue : action.rawValue
    phase = hold.phase.rawValue
    incident = hold.incident ?? file.incident ?? ""
    self.hold = hold.id ?? ""
    due = hold.due.map { dates.moment($0) } ?? ""
    dueOn = hold.dueOn?.description ?? ""
    left =
      isEnded ? "" : hold.due.map { Self.left($0, under: agreement, at: now) } ?? ""
    rule = hold.rule ?? ""
    conditionsMet = view.conditionsMet
    offences = file.offences.split(separator: ";").map(String.init)
    level = file.level ?? ""
    referred = (hold.referredAt ?? file.referredAt.map(WallTime.init(milliseconds:)))
      .map { dates.moment($0) } ?? ""
    officer = file.officer ?? ""
    callback = file.callback ?? ""
    lastName = file.lastName ?? ""
    firstName = file.firstName ?? ""
    birthDate = file.birthDate ?? ""
    provider = file.provider ?? ""
    providerContact = file.provider.flatMap { contacts[$0] } ?? ""
    progress = file.progress ?? ""
    disposition = hold.disposition ?? ""
    decidedOn = hold.decidedOn?.description ?? ""
    referral = file.caseID
    dueAt = hold.due?.milliseconds ?? Int64.max
  }

  /// Days of the calendar before the end on which a hold counts as due soon.
  static let soonDays = 3

  private static func action(
    for hold: HoldState, _ view: CaseView, under agreement: ProgramAgreement, at now: WallTime
  ) -> Action {
    if hold.phase.isEnded { return .ended }
    if hold.phase == .underReview { return .reviewDue }
    if let due = hold.due {
      if due <= now { return .reviewDue }
      switch agreement.hold.window {
      case .days:
        let days = HoldClock.daysLeft(until: due, at: now, in: agreement.calendar)
        if days == 0 { return .dueToday }
        if days <= soonDays { return .dueSoon }
      case .shortened:
        let seconds = agreement.hold.reminders.filter { $0 > 0 }.max() ?? 0
        if due - now <= .seconds(Int64(seconds)) { return .dueSoon }
      }
    }
    if view.allConditionsMet { return .conditionsMet }
    return hold.phase == .requested ? .toOpen : .open
  }

  static func left(
    _ due: WallTime, under agreement: ProgramAgreement, at now: WallTime
  ) -> String {
    switch agreement.hold.window {
    case .days: NoticeDates(calendar: agreement.calendar).left(until: due, at: now)
    case .shortened: due > now ? "less than a day left (demonstration)" : "past (demonstration)"
    }
  }

  // MARK: Lists

  /// The line of one case; `nil` where it has no hold that the office was told of.
  static func of(
    _ caseID: String, in database: Database, cases: CaseViews, contacts: [String: String],
    at now: WallTime
  ) throws -> HoldLine? {
    let statement = try database.cachedStatement(
      sql: "SELECT * FROM hold_file WHERE caseID = ?")
    guard let file = try HoldFile.fetchOne(statement, arguments: [caseID]),
      let id = CaseID(caseID),
      let view = try cases.view(of: id, in: database), let hold = view.hold
    else { return nil }
    return HoldLine(file, hold, view, contacts: contacts, agreement: cases.agreement, at: now)
  }

  /// Every hold that the office was told of, what needs action first.
  static func all(
    in database: Database, cases: CaseViews, contacts: [String: String], at now: WallTime
  ) throws -> [HoldLine] {
    var lines: [HoldLine] = []
    for file in try HoldFile.fetchAll(database) {
      guard let caseID = CaseID(file.caseID),
        let view = try cases.view(of: caseID, in: database), let hold = view.hold
      else { continue }
      lines.append(
        HoldLine(file, hold, view, contacts: contacts, agreement: cases.agreement, at: now))
    }
    return lines.sorted {
      ($0.place, $0.dueAt, $0.referral) < ($1.place, $1.dueAt, $1.referral)
    }
  }

  /// The list as it stands in the store of the daemon with that configuration.
  static func load(_ configuration: String) throws -> [HoldLine] {
    let setting = try AdapterSetting(
      AdapterConfiguration.load(configuration), migrations: ProsecutorAdapter.migrations)
    let adapter = try ProsecutorAdapter(setting)
    return try setting.store.read { database in
      try all(
        in: database, cases: adapter.cases, contacts: adapter.settings.contacts,
        at: SystemClock().wall())
    }
  }

  static let header = [
    "referral_id", "hold_no", "incident_no", "offenses", "status", "due_on", "left", "rule",
    "conditions_met", "phase", "due", "level", "referred", "officer", "callback", "last_name",
    "first_name", "dob", "provider", "provider_contact", "progress", "disposition", "decided_on",
  ]

  var columns: [String] {
    [
      referral, hold, incident, offences.joined(separator: ";"), status, dueOn, left, rule,
      conditionsMet.joined(separator: ";"), phase, due, level, referred, officer, callback,
      lastName, firstName, birthDate, provider, providerContact, progress, disposition, decidedOn,
    ]
  }

  static func listing(_ lines: [HoldLine]) -> String {
    guard !lines.isEmpty else {
      return "No holds. When a referral asks for one, it stands here with its last day."
    }
    return Listing.table(
      ["STATUS", "INCIDENT", "HOLD", "ENDS", "LEFT", "RULE", "CONDITIONS MET", "PHASE"],
      lines.map {
        [
          $0.status, $0.incident, $0.hold, $0.due, $0.left, $0.rule,
          $0.conditionsMet.joined(separator: ", "), $0.phase,
        ]
      })
  }
}
