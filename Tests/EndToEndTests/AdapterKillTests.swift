import Foundation
import HubModel
import HubProtocol
import Operations
import Testing

/// `kill -9` of an agency's daemon at any moment loses nothing and does nothing twice: what a file
/// said is sent once, and what was delivered is in the agency's list once.
@Suite("A killed adapter", .serialized, .timeLimit(.minutes(10)))
struct AdapterKillTests {
  static let formsPerRound = 12
  /// What one signed arrest diversion sends: alert, release, referral, details, hold request.
  static let messagesPerForm = 5

  /// When the kill falls, and whom it hits.
  enum Moment: CaseIterable {
    /// The file is there, and perhaps being read.
    case dropped
    /// The file was taken; what it says is in the spool.
    case taken
    /// The router has taken some of it.
    case accepted
    /// Some of it was handed to the recipient.
    case released
    /// Some of it is confirmed.
    case delivered
  }

  @Test("Sheriff's and prosecutor's daemons are killed round by round; every hold is there once")
  func kills() throws {
    let town = try Town()
    let router = try town.startRouter()
    var sheriff = try start("accord-sheriff", "lakewood-sheriff", in: town)
    var prosecutor = try start("accord-prosecutor", "lakewood-prosecutor", in: town)
    var expected: [String] = []
    for (round, moment) in Moment.allCases.enumerated() {
      let before = try totals(town)
      let name = "round-\(round).json"
      expected += try drop(round, as: name, in: town)
      try wait(for: moment, of: name, after: before, in: town)
      sheriff.kill()
      prosecutor.kill()
      sheriff = try start("accord-sheriff", "lakewood-sheriff", in: town)
      prosecutor = try start("accord-prosecutor", "lakewood-prosecutor", in: town)
    }
    let all = expected.count * Self.messagesPerForm
    let end = try town.totals(within: 60) { $0.auditByKind["accepted"] == all }
    #expect(end.auditByKind["refused"] == nil, "nothing came a second time under another number")
    let incidents = try eventually(within: 60) {
      let found = try holds(in: town)
      return found.count >= expected.count ? found : nil
    }
    #expect(incidents.sorted() == expected.sorted(), "each hold once")
    let rejected = try FileManager.default.contentsOfDirectory(
      atPath: town.path("files/lakewood-sheriff/rejected"))
    #expect(rejected.isEmpty)
    for program in [sheriff, prosecutor, router] { program.stop() }
  }

  private func start(_ daemon: String, _ agency: String, in town: Town) throws -> Program {
    let program = try town.start(daemon, ["run", "--config", town.path("\(agency).yaml")])
    try program.expect("adapter is up")
    return program
  }

  private func totals(_ town: Town) throws -> TotalsReport {
    try town.totals { _ in true }
  }

  private func wait(
    for moment: Moment, of name: String, after before: TotalsReport, in town: Town
  ) throws {
    func more(_ kind: String) throws {
      let known = before.auditByKind[kind] ?? 0
      _ = try town.totals(within: 60) { ($0.auditByKind[kind] ?? 0) > known }
    }
    switch moment {
    case .dropped: break
    case .taken:
      let path = town.path("files/lakewood-sheriff/in/referrals/\(name)")
      _ = try eventually(within: 60) {
        FileManager.default.fileExists(atPath: path) ? nil : true
      }
    case .accepted: try more("accepted")
    case .released: try more("released")
    case .delivered: try more("acknowledged")
    }
  }

  /// Puts a file of forms before the sheriff's daemon, as a records system would.
  private func drop(_ round: Int, as name: String, in town: Town) throws -> [String] {
    let now = SystemClock().wall()
    let expires = SiteCalendar.utc.date(of: now).adding(days: 60)
    let forms = (0..<Self.formsPerRound).map { index in
      let number = "26-\(round)\(index + 100)"
      return [
        "referral_id": "lr-\(number)", "door": "arrest-diversion", "referred_at": now.iso8601,
        "incident_no": number, "meeting_place": "5th and Main", "officer_callback": "555-0100",
        "offenses": "ORS-1", "offense_level": "misdemeanor", "last_name": "Tester-\(number)",
        "first_name": "Ann", "dob": "1990-01-0\(round + 1)", "sid": "S\(round)\(index + 100)",
        "roi_outcome": "signed", "roi_signed_at": now.iso8601,
        "roi_signer_capacity": "patient", "roi_witness": "429",
        "roi_recipients": "lakewood-prosecutor;harbor-behavioral",
        "roi_information": "handoff-details;hold", "roi_purposes": "coordination",
        "roi_expires_on": "\(expires)", "roi_form": "LKSO-ROI-F 2026-01",
        "roi_image_sha256": String(repeating: "ab", count: 32),
      ]
    }
    let folder = town.path("files/lakewood-sheriff/in/referrals")
    let data = try JSONEncoder().encode(forms)
    try data.write(to: URL(fileURLWithPath: "\(folder)/.\(name).tmp"))
    try FileManager.default.moveItem(
      atPath: "\(folder)/.\(name).tmp", toPath: "\(folder)/\(name)")
    return (0..<Self.formsPerRound).map { "26-\(round)\($0 + 100)" }
  }

  private struct Hold: Decodable { let incident_no: String }

  private func holds(in town: Town) throws -> [String] {
    let result = try Program.run(
      "accord-prosecutor",
      ["holds", "--all", "--json", "--config", town.path("lakewood-prosecutor.yaml")])
    return try JSONDecoder().decode([Hold].self, from: Data(result.output.utf8)).map(\.incident_no)
  }
}
