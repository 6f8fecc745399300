import Foundation
import GRDB
import HubClient
import HubModel
import Logging
import Operations
import Synchronization
import Testing
import ZeroMQ

/// One agency's link in this process, with a store that remembers what was applied.
final class TownAgency: Sendable {
  let id: AgencyID
  let role: Role
  let keys: KeyFile
  let store: AdapterStore
  let link: HubLink
  let applied: Applied
  let routerKey: CurvePublicKey

  /// Every application of a delivery, in order; kept in memory and in the store.
  final class Applied: DeliveryHandler {
    private let contents = Mutex<[(content: Delivery.Content, at: ContinuousClock.Instant)]>([])
    var all: [Delivery.Content] { contents.withLock { $0.map(\.content) } }
    /// When the last was applied, by the link's own thread: a test may be late to look.
    var last: ContinuousClock.Instant? { contents.withLock { $0.last?.at } }
    func apply(_ content: Delivery.Content, number: UInt64, in database: Database) throws {
      try database.execute(
        sql: "INSERT INTO applied (number, message, part) VALUES (?, ?, ?)",
        arguments: [Int64(number), content.message.id.description, Int64(content.part)])
      contents.withLock { $0.append((content, .now)) }
    }
    func afterCommit() {}
  }

  init(_ name: String, _ role: Role, in town: Town) throws {
    id = try #require(AgencyID(name))
    self.role = role
    keys = try KeyFile.load(town.path("keys/\(name).yaml"))
    routerKey = try KeyFile.load(town.path("keys/router.yaml")).curve.publicKey
    let folder = town.path("state/\(name)")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    store = try AdapterStore(
      path: folder + "/test.sqlite",
      migrations: [
        AdapterMigration("applied") { database in
          try database.execute(
            sql: "CREATE TABLE applied (number INTEGER, message TEXT, part INTEGER)")
        }
      ])
    applied = Applied()
    link = HubLink(
      configuration: LinkConfiguration(
        agency: id, role: role, program: try #require(ProgramID("lakewood")),
        routerHost: "127.0.0.1", submitPort: UInt16(town.basePort), routerKey: routerKey,
        keys: keys.curve, signer: keys.signer),
      store: store, handler: applied, log: LogConfiguration(level: .critical).logger("test"))
  }

  func message(
    _ topic: Topic, _ purpose: Purpose, participant: String?, case caseID: String? = "case-1",
    segments: [Segment] = [], consent: ConsentStatement? = nil, release: String? = nil
  ) throws -> HubModel.Message {
    let now = SystemClock().wall()
    return HubModel.Message(
      id: store.freshMessageID(at: now), topic: topic, source: id,
      program: try #require(ProgramID("lakewood")), sentAt: now, purpose: purpose,
      participant: participant.flatMap { ParticipantAlias($0) },
      caseID: caseID.flatMap { CaseID($0) }, release: release.flatMap { RoiID($0) },
      segments: segments, consent: consent)
  }

  /// A multi-party release of `participant` from this agency toward `recipients`.
  func sign(
    _ release: String, participant: String, toward recipients: [TownAgency],
    _ categories: WordSet<InformationCategory>, _ purposes: WordSet<Purpose>
  ) throws {
    let now = SystemClock().wall()
    let roi = ReleaseOfInformation(
      id: try #require(RoiID(release)), kind: .multiParty, disclosers: [.agency(id)],
      recipients: recipients.map { .agency($0.id) },
      information: [InformationScope(categories: categories, labels: [.part2])],
      purposes: purposes, signedAt: now, expiry: .at(now + .days(90)),
      formImageHash: [UInt8](repeating: 1, count: 32),
      statements: FormStatement.codes)
    try store.publish(
      message(
        .roiSigned, .careCoordination, participant: participant, case: nil,
        consent: .release(roi)), role: role)
  }

  func completeIntake(_ participant: String, on day: CivilDate) throws -> MessageID {
    let message = try message(
      .intakeCompleted, .diversion, participant: participant,
      segments: [Segment(.participation, fields: [Field("completed-on", .date(day))])])
    try store.publish(message, role: role)
    return message.id
  }

  /// Waits for an event of the link, at most 30 s.
  func waits(
    for events: AsyncStream<LinkEvent>, until isGood: @escaping @Sendable (LinkEvent) -> Bool
  ) async throws {
    for await event in events where isGood(event) { return }
    Issue.record("the link of \(id) ended")
  }

  /// What the store says was applied, by number.
  func appliedRows() throws -> [(number: Int64, message: String)] {
    try store.read { database in
      try Row.fetchAll(database, sql: "SELECT number, message FROM applied ORDER BY rowid")
        .map { ($0["number"], $0["message"]) }
    }
  }
}
