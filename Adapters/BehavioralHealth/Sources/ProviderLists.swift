import AdapterKit
import DiversionWorkflow
import GRDB
import HubModel
import Operations

/// One referral in the agency's list.
struct CaseLine: Encodable, Sendable {
  let referral: String
  let participant: String
  let name: String
  let door: String
  let handoff: String
  let responder: String
  let eta: String
  let hold: String
  let holdStatus: String
  let holdEnds: String
  let left: String
  let conditionsMet: [String]
  let phase: String

  private enum CodingKeys: String, CodingKey {
    case referral = "referral_id"
    case hold = "hold_no"
    case holdStatus = "hold_status"
    case holdEnds = "hold_ends"
    case conditionsMet = "conditions_met"
    case participant, name, door, handoff, responder, eta, left, phase
  }

  static let header = [
    "referral_id", "participant", "name", "door", "handoff", "responder", "eta", "hold_no",
    "hold_status", "hold_ends", "left", "conditions_met", "phase",
  ]

  var columns: [String] {
    [
      referral, participant, name, door, handoff, responder, eta, hold, holdStatus, holdEnds, left,
      conditionsMet.joined(separator: ";"), phase,
    ]
  }

  static func listing(_ lines: [CaseLine]) -> String {
    guard !lines.isEmpty else { return "No cases. A hand-off or referral will stand here." }
    return Listing.table(
      ["REFERRAL", "PARTICIPANT", "NAME", "HAND-OFF", "HOLD", "ENDS", "LEFT", "PHASE"],
      lines.map {
        [
          $0.referral, $0.participant, $0.name, $0.handoff, $0.holdStatus, $0.holdEnds, $0.left,
          $0.phase,
        ]
      })
  }
}

/// One release, and whether what was last said of it holds already.
struct ReleaseLine: Encodable, Sendable {
  let release: String
  let version: Int
  let referral: String
  let participant: String
  let state: String
  let inEffect: String
  let name: String
  let signed: String
  let expires: String
  let recipients: String
  let information: String
  let revokedToward: String

  private enum CodingKeys: String, CodingKey {
    case referral = "referral_id"
    case inEffect = "in_effect"
    case revokedToward = "revoked_toward"
    case release, version, participant, state, name, signed, expires, recipients, information
  }

  static let header = [
    "release", "version", "referral_id", "participant", "state", "in_effect", "name", "signed",
    "expires", "recipients", "information", "revoked_toward",
  ]

  var columns: [String] {
    [
      release, "\(version)", referral, participant, state, inEffect, name, signed, expires,
      recipients, information, revokedToward,
    ]
  }

  /// `roi-26-0001 v1 revoked, NOT YET IN EFFECT`.
  var words: String {
    let head = "\(release) v\(version) \(state)"
    switch inEffect {
    case "yes": return head
    case "not yet": return head + ", NOT YET IN EFFECT"
    default: return "\(head), \(inEffect)"
    }
  }
}

/// One person, by the hub's alias, with what they signed.
struct PersonLine: Encodable, Sendable {
  let participant: String
  let name: String
  let birthDate: String
  let referrals: [String]
  let releases: [String]

  private enum CodingKeys: String, CodingKey {
    case birthDate = "dob"
    case participant, name, referrals, releases
  }

  static let header = ["participant", "name", "dob", "referrals", "releases"]

  var columns: [String] {
    [
      participant, name, birthDate, referrals.joined(separator: ";"),
      releases.joined(separator: "; "),
    ]
  }

  static func listing(_ lines: [PersonLine]) -> String {
    guard !lines.isEmpty else { return "Nobody yet. Whoever signs a release will stand here." }
    return Listing.table(
      ["PARTICIPANT", "NAME", "BORN", "REFERRALS", "RELEASES"], lines.map(\.columns))
  }
}

/// Makes the agency's lists from its store.
struct ProviderLists {
  let adapter: ProviderAdapter
  let now: WallTime
  let database: Database

  private var dates: NoticeDates { NoticeDates(calendar: adapter.settings.agreement.calendar) }

  /// A list as it stands in the store of the daemon with that configuration.
  static func load<Line>(
    _ configuration: String, _ list: (ProviderLists) throws -> [Line]
  ) throws -> [Line] {
    let setting = try AdapterSetting(
      AdapterConfiguration.load(configuration), migrations: ProviderAdapter.migrations)
    let adapter = try ProviderAdapter(setting)
    return try setting.store.read { database in
      try list(ProviderLists(adapter: adapter, now: SystemClock().wall(), database: database))
    }
  }

  func files() throws -> [OutputFile] {
    let cases = try cases()
    let releases = try releases()
    let people = try people()
    return [
      OutputFile("cases.csv", header: CaseLine.header, rows: cases.map(\.columns)),
      try OutputFile("cases.json", json: cases),
      OutputFile("releases.csv", header: ReleaseLine.header, rows: releases.map(\.columns)),
      try OutputFile("releases.json", json: releases),
      OutputFile("people.csv", header: PersonLine.header, rows: people.map(\.columns)),
      try OutputFile("alerts/open.json", json: openAlerts()),
    ]
  }

  // MARK: Cases

  func cases() throws -> [CaseLine] {
    try Self.latestFirst(CareCase.all()).fetchAll(database).map { try line(of: $0) }
  }

  /// One person's.
  func cases(of alias: String) throws -> [CaseLine] {
    try Self.latestFirst(CareCase.filter(Column("alias") == alias)).fetchAll(database).map {
      try line(of: $0)
    }
  }

  private static func latestFirst(
    _ cases: QueryInterfaceRequest<CareCase>
  ) -> QueryInterfaceRequest<CareCase> {
    cases.order(Column("requestedAt").desc, Column("caseID"))
  }

  private func view(of file: CareCase) throws -> CaseView? {
    try CaseID(file.caseID).flatMap { try adapter.cases.view(of: $0, in: database) }
  }

  private func line(of file: CareCase) throws -> CaseLine {
    let view = try view(of: file)
    let hold = view?.hold
    let due = hold.flatMap { $0.phase.isEnded ? nil : $0.due }
    return CaseLine(
      referral: file.caseID, participant: file.alias ?? "",
      name: try Client.name(of: file.alias, in: database) ?? "", door: file.door ?? "",
      handoff: view?.handoff.map { Self.words($0.phase) } ?? "",
      responder: view?.handoff?.responder ?? "",
      eta: view?.handoff?.eta.map { dates.moment($0) } ?? "", hold: hold?.id ?? file.hold ?? "",
      holdStatus: hold?.phase.rawValue ?? "", holdEnds: due.map { dates.moment($0) } ?? "",
      left: due.map { dates.left(until: $0, at: now) } ?? "",
      conditionsMet: view?.conditionsMet ?? [], phase: view?.referral?.phase.rawValue ?? "")
  }

  private static func words(_ phase: HandoffState.Phase) -> String {
    switch phase {
    case .requested: "asked"
    case .unanswered(let attempt): "not answered, attempt \(attempt + 1)"
    case .declined: "declined"
    case .acknowledged: "acknowledged"
    case .arrived: "arrived"
    case .completed: "completed"
    }
  }

  // MARK: Releases and people

  func releases() throws -> [ReleaseLine] { try lines(ReleaseFile.all()) }

  /// One person's.
  func releases(of alias: String) throws -> [ReleaseLine] {
    try lines(ReleaseFile.filter(Column("alias") == alias))
  }

  private func lines(_ files: QueryInterfaceRequest<ReleaseFile>) throws -> [ReleaseLine] {
    try files.order(Column("release")).fetchAll(database).map { file in
      ReleaseLine(
        release: file.release, version: file.version, referral: file.caseID ?? "",
        participant: file.alias, state: state(of: file), inEffect: try effect(of: file.message),
        name: try Client.name(of: file.alias, in: database) ?? "",
        signed: moment(file.signedAt), expires: moment(file.expiresAt),
        recipients: file.recipients, information: file.information,
        revokedToward: file.revokedToward)
    }
  }

  private func state(of file: ReleaseFile) -> String {
    let isOver = file.expiresAt.map { $0 < now.milliseconds } ?? false
    return file.state == .signed && isOver ? "expired" : file.state.rawValue
  }

  /// Nothing that was said of a release holds before the router has it.
  private func effect(of message: String) throws -> String {
    guard let id = MessageID(message) else { return "?" }
    switch try adapter.setting.store.submissionState(of: id, in: database) {
    case .receipted?, nil: return "yes"
    case .refused(let refusal)?: return "REFUSED: \(refusal.code.rawValue)"
    case .spooled?: return "not yet"
    }
  }

  private func moment(_ milliseconds: Int64?) -> String {
    milliseconds.map { dates.moment(WallTime(milliseconds: $0)) } ?? ""
  }

  /// As the desk's list has them, with what each signed.
  func people(_ clients: [Client]) throws -> [(line: PersonLine, releases: [ReleaseLine])] {
    try clients.map { client in
      let releases = try releases(of: client.alias)
      let cases = try CareCase.filter(Column("alias") == client.alias).order(Column("caseID"))
        .fetchAll(database)
      let line = PersonLine(
        participant: client.alias, name: client.name, birthDate: client.birthDate ?? "",
        referrals: cases.map(\.caseID), releases: releases.map(\.words))
      return (line, releases)
    }
  }

  func people() throws -> [PersonLine] {
    let releases = Dictionary(grouping: try releases(), by: \.participant)
    let cases = Dictionary(
      grouping: try CareCase.order(Column("caseID")).fetchAll(database), by: { $0.alias ?? "" })
    return try Client.order(Column("lastName"), Column("firstName"), Column("alias"))
      .fetchAll(database).map { client in
        PersonLine(
          participant: client.alias, name: client.name, birthDate: client.birthDate ?? "",
          referrals: (cases[client.alias] ?? []).map(\.caseID),
          releases: (releases[client.alias] ?? []).map(\.words))
      }
  }

  // MARK: Alerts

  struct OpenAlert: Encodable {
    let referral: String
    let attempt: Int
    let staff: String?
    let name: String?
    let phone: String?
    let meetingPlace: String?
    let callback: String?
    let safety: [String]
    let alertedAt: String
    let page: String

    private enum CodingKeys: String, CodingKey {
      case referral = "referral_id"
      case staff = "staff_id"
      case name = "staff_name"
      case meetingPlace = "meeting_place"
      case alertedAt = "alerted_at"
      case attempt, phone, callback, safety, page
    }
  }

  /// Hand-offs for which somebody still has to say that they are coming, by their latest alert.
  private func openAlerts() throws -> [OpenAlert] {
    var open: [OpenAlert] = []
    for file in try CareCase.filter(sql: "request IS NOT NULL").order(Column("caseID"))
      .fetchAll(database)
    {
      guard try view(of: file)?.handoff?.phase.isWaiting == true,
        let alert = try Alert.fetchOne(
          database, sql: "SELECT * FROM alert WHERE caseID = ? ORDER BY at DESC, attempt DESC",
          arguments: [file.caseID])
      else { continue }
      open.append(
        OpenAlert(
          referral: file.caseID, attempt: alert.attempt + 1, staff: alert.staff, name: alert.name,
          phone: alert.phone, meetingPlace: file.place, callback: file.callback,
          safety: file.safety.split(separator: ";").map(String.init),
          alertedAt: WallTime(milliseconds: alert.at).iso8601, page: alert.page.rawValue))
    }
    return open
  }
}
