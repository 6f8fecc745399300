import Foundation
import GRDB
import HubModel
import Logging
import Testing

@testable import AdapterKit
@testable import accord_sheriff

/// A PostgreSQL server of its own, from the distribution's package, gone with the value.
final class PostgresServer: Sendable {
  let folder: URL
  private let programs: String

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "accord-pg-\(UInt32.random(in: 0 ... .max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let root = "/usr/lib/postgresql"
    let versions = try FileManager.default.contentsOfDirectory(atPath: root).sorted()
    programs = "\(root)/\(try #require(versions.last))/bin"
    if getuid() == 0 { try Self.run("/bin/chown", ["postgres", folder.path]) }
    let data = folder.appendingPathComponent("data").path
    try asServer("initdb", ["-D", data, "-A", "trust", "-U", "postgres", "-N"])
    try asServer(
      "pg_ctl",
      [
        "-D", data, "-w", "-l", folder.appendingPathComponent("log").path, "-o",
        "-c listen_addresses='' -c unix_socket_directories='\(folder.path)' -c fsync=off", "start",
      ])
  }

  deinit {
    let data = folder.appendingPathComponent("data").path
    try? asServer("pg_ctl", ["-D", data, "-m", "immediate", "stop"])
    try? FileManager.default.removeItem(at: folder)
  }

  func run(_ sql: String) throws {
    try Self.run(
      "\(programs)/psql",
      ["-h", folder.path, "-U", "postgres", "-v", "ON_ERROR_STOP=1", "-q", "-c", sql])
  }

  /// The server refuses to run as root.
  private func asServer(_ program: String, _ arguments: [String]) throws {
    let path = "\(programs)/\(program)"
    guard getuid() == 0 else { return try Self.run(path, arguments) }
    try Self.run("/usr/sbin/runuser", ["-u", "postgres", "--", path] + arguments)
  }

  private static func run(_ path: String, _ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.currentDirectoryURL = FileManager.default.temporaryDirectory
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "\(path) \(arguments.first ?? "")")
  }
}

@Suite("A view in somebody else's database")
struct SQLConnectorTests {
  static let mapping = """
    format: json
    fields:
      booking_no: bkg
      last_name: last
      first_name: first
      event: kind
      changed_at: changed
    codes: {event: {IN: booked, OUT: released}}
    """
  static let table = """
    CREATE TABLE activity (
      bkg TEXT, last TEXT, first TEXT, kind TEXT, changed TEXT, note TEXT);
    """
  static let view = "CREATE VIEW for_accord AS SELECT * FROM activity WHERE note IS NULL;"

  let desk: SheriffDesk
  let round: DoorRound
  let start = WallTime(milliseconds: 1_781_722_800_000)

  init() throws {
    desk = try SheriffDesk(
      place: Workplace(),
      """
      {}
      connectors:
        records:
          kind: sql
          folder: roster
          sqlite: records.sqlite
          view: for_accord
          watermark: changed
          overlap: 10 min
          mapping: mapping.yaml
      """, files: ["mapping.yaml": Self.mapping])
    round = try DoorRound(desk)
  }

  func connector(_ source: (any PolledSource)? = nil) throws -> PollingConnector {
    let found = try #require(desk.adapter.setting.connectors.all.first)
    guard case .poll(let own, let interval, let overlap) = found.way else {
      throw PolledFailure("is not of kind sql")
    }
    return PollingConnector(
      name: found.name, folder: found.folder, source: source ?? own, interval: interval,
      overlap: overlap, store: desk.adapter.setting.store, log: desk.adapter.setting.log)
  }

  func look(_ connector: PollingConnector, minute: Int64) async throws -> Int {
    try await round.open { try await connector.look($0, at: start + .minutes(minute)) }
  }

  static func row(_ number: Int, _ kind: String, _ time: String) -> String {
    "INSERT INTO activity VALUES ('B-\(number)', 'Clay', 'Ana', '\(kind)', "
      + "'2026-06-17 \(time)', NULL);"
  }

  /// The same story in either database.
  func story(_ connector: PollingConnector, _ run: (String) throws -> Void) async throws {
    try run(Self.table + Self.view + Self.row(1, "IN", "08:00") + Self.row(2, "IN", "08:00"))
    #expect(try await look(connector, minute: 0) == 2)
    #expect(desk.news() == ["booking.created B-1", "booking.created B-2"])
    // Nothing new; one with the same watermark as the newest; one that was committed late.
    #expect(try await look(connector, minute: 1) == 0)
    try run(Self.row(3, "IN", "08:00"))
    #expect(try await look(connector, minute: 12) == 1)
    try run(Self.row(4, "IN", "09:00"))
    #expect(try await look(connector, minute: 13) == 1)
    try run(Self.row(5, "IN", "08:30"))
    #expect(try await look(connector, minute: 14) == 1)
    #expect(desk.news() == (3...5).map { "booking.created B-\($0)" })
    // A row that changed is news; one that the view hides is not.
    try run(
      "UPDATE activity SET kind = 'OUT', changed = '2026-06-17 09:30' WHERE bkg = 'B-1';"
        + "INSERT INTO activity VALUES ('B-9', 'x', 'y', 'IN', '2026-06-17 09:31', 'sealed');")
    #expect(try await look(connector, minute: 30) == 1)
    #expect(desk.news() == ["booking.released B-1"])
    // What the mapping does not know is kept to be mended, and not read again and again.
    try run(Self.row(6, "MOVED", "10:00"))
    #expect(try await look(connector, minute: 31) == 1)
    #expect(try await look(connector, minute: 32) == 0)
    #expect(desk.place.files("rejected").count == 2)
    #expect(desk.news() == [])
  }

  @Test("SQLite: each row once, late and equal watermarks included, over a restart")
  func sqlite() async throws {
    let path = desk.place.root.appendingPathComponent("records.sqlite").path
    let records = try DatabaseQueue(path: path)
    try await story(connector()) { sql in try records.write { try $0.execute(sql: sql) } }
    #expect(try await look(connector(), minute: 90) == 0)
  }

  @Test("PostgreSQL: the same, by a real server")
  func postgres() async throws {
    let server = try PostgresServer()
    let view = SQLView(name: "public.for_accord", watermark: "changed")
    let source = PostgresSource(
      connection: ["host": server.folder.path, "user": "postgres", "dbname": "postgres"],
      view: view)
    try await story(connector(source)) { try server.run($0) }
    // Nothing is ever written there, whatever the view's name says.
    let evil = PostgresSource(
      connection: source.connection,
      view: SQLView(name: "for_accord\"; DROP TABLE activity; --", watermark: "changed"))
    #expect(throws: PolledFailure.self) { try evil.rows(from: nil, limit: 10) }
    #expect(try source.rows(from: nil, limit: 100).count == 6)
  }

  @Test("A database that is away is a failure without a value in it, and nothing is forgotten")
  func away() async throws {
    let gone = PostgresSource(
      connection: ["host": desk.place.root.path, "user": "postgres", "dbname": "secret"],
      view: SQLView(name: "v", watermark: "w"))
    let failure = try #require(throws: PolledFailure.self) { try gone.rows(from: "x", limit: 1) }
    #expect(!failure.description.contains("secret"))
    await #expect(throws: PolledFailure.self) { try await look(connector(gone), minute: 0) }
    await #expect(throws: PolledFailure.self) { try await look(connector(), minute: 0) }
  }

  @Test("The check reads the view now and shows what would be sent; nothing is")
  func check() async throws {
    let path = desk.place.root.appendingPathComponent("records.sqlite").path
    let records = try DatabaseQueue(path: path)
    let sql = Self.table + Self.view + Self.row(1, "IN", "08:00")
    try await records.write { try $0.execute(sql: sql) }
    let configuration = desk.adapter.setting.configuration
    let found = try #require(desk.adapter.setting.connectors.all.first)
    guard case .poll(let source, _, _) = found.way else { return }
    let bytes = PolledRow.document(try source.read(from: nil, limit: 100))
    let result = try DryRun(
      SheriffAdapter.self,
      IntakeFile(folder: "roster", name: "records-now.json", bytes: bytes, mapping: found.mapping),
      configuration: configuration)
    #expect(result.sendings.map(\.topic) == ["booking.created"])
    #expect(result.filled?["booking_no"] == 1)
    #expect(desk.news() == [])
  }
}
