import AdapterKit
import DiversionWorkflow
import GRDB
import HubModel
import Operations

/// One client in the office's list, the latest event first.
struct ClientLine: Encodable, Sendable {
  let client: String
  let lastName: String
  let firstName: String
  let attorney: String
  let `case`: String
  let incident: String
  let hold: String
  let holdStatus: String
  let holdEnds: String
  let booking: String
  let bookedAt: String
  let offenceClass: String
  let courtCase: String
  let courtDate: String
  let warrant: String
  let lastEvent: String
  let lastEventAt: String

  private enum CodingKeys: String, CodingKey {
    case client, attorney, `case`, incident, hold, booking, warrant
    case lastName = "last_name"
    case firstName = "first_name"
    case holdStatus = "hold_status"
    case holdEnds = "hold_ends"
    case bookedAt = "booked_at"
    case offenceClass = "offence_class"
    case courtCase = "court_case"
    case courtDate = "court_date"
    case lastEvent = "last_event"
    case lastEventAt = "last_event_at"
  }

  init(_ record: Client, _ view: CaseView?, dates: NoticeDates) {
    func moment(_ milliseconds: Int64?) -> String {
      milliseconds.map { dates.moment(WallTime(milliseconds: $0)) } ?? ""
    }
    client = record.alias
    lastName = record.lastName ?? ""
    firstName = record.firstName ?? ""
    attorney = record.attorney ?? ""
    `case` = record.caseID ?? ""
    incident = record.incident ?? ""
    hold = view?.hold?.id ?? ""
    holdStatus = view?.hold?.phase.rawValue ?? ""
    holdEnds = view?.hold?.due.map { dates.moment($0) } ?? ""
    booking = record.booking ?? ""
    bookedAt = moment(record.bookedAt)
    offenceClass = record.offenceClass ?? ""
    courtCase = record.courtCase ?? ""
    courtDate = record.courtDate ?? ""
    warrant = record.warrant ?? ""
    lastEvent = record.lastEvent
    lastEventAt = moment(record.lastEventAt)
  }

  static func all(
    in database: Database, cases: CaseViews, at now: WallTime
  ) throws -> [ClientLine] {
    let dates = NoticeDates(calendar: cases.agreement.calendar)
    let records = try Client.fetchAll(
      database, sql: "SELECT * FROM client ORDER BY lastEventAt DESC, alias")
    return try records.map { try line(of: $0, in: database, cases: cases, dates: dates) }
  }

  static func line(
    of record: Client, in database: Database, cases: CaseViews, dates: NoticeDates
  ) throws -> ClientLine {
    let caseID = record.caseID.flatMap { CaseID($0) }
    return ClientLine(
      record, try caseID.flatMap { try cases.view(of: $0, in: database) }, dates: dates)
  }

  /// The list as it stands in the store of the daemon with that configuration.
  static func load(_ configuration: String) throws -> [ClientLine] {
    let setting = try AdapterSetting(
      AdapterConfiguration.load(configuration), migrations: DefenderAdapter.migrations)
    let adapter = try DefenderAdapter(setting)
    return try setting.store.read { database in
      try all(in: database, cases: adapter.cases, at: SystemClock().wall())
    }
  }

  static let header = [
    "client", "last_name", "first_name", "attorney", "case", "incident", "hold", "hold_status",
    "hold_ends", "booking", "booked_at", "offence_class", "court_case", "court_date", "warrant",
    "last_event", "last_event_at",
  ]

  var columns: [String] {
    [
      client, lastName, firstName, attorney, `case`, incident, hold, holdStatus, holdEnds, booking,
      bookedAt, offenceClass, courtCase, courtDate, warrant, lastEvent, lastEventAt,
    ]
  }

  static func listing(_ lines: [ClientLine]) -> String {
    guard !lines.isEmpty else {
      return "No clients. When a release lets the hub tell of one, they stand here."
    }
    return Listing.table(
      ["CLIENT", "NAME", "ATTORNEY", "HOLD", "ENDS", "BOOKING", "LAST EVENT", "AT"],
      lines.map {
        [
          $0.client, [$0.lastName, $0.firstName].filter { !$0.isEmpty }.joined(separator: ", "),
          $0.attorney, $0.holdStatus, $0.holdEnds, $0.booking, $0.lastEvent, $0.lastEventAt,
        ]
      })
  }
}
