import Foundation
import GRDB
import HubModel
import HubProtocol
import Testing

/// A hospital and a court go on sending while the adapter's daemon is killed again and again.
@Suite("Listeners of a daemon that is killed", .serialized)
struct KilledListenerTests {
  static let count = 40
  static let token = "0123456789abcdef0123456789abcdef"

  /// Writes the two listeners into the sheriff's configuration.
  private func configure(_ town: Town) throws -> (file: String, port: Int) {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let mapping = root.appendingPathComponent("Adapters/Sheriff/Examples/adt-hl7.yaml").path
    let token = town.path("token")
    try Data(Self.token.utf8).write(to: URL(fileURLWithPath: token))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: token)
    let port = town.basePort + 80
    let file = town.path("lakewood-sheriff.yaml")
    let text = try String(contentsOfFile: file, encoding: .utf8)
    let listeners = """

      connectors:
        health: {kind: hl7, folder: roster, port: \(port), mapping: \(mapping)}
        court: {kind: http, folder: roster, port: \(port + 1), token-file: \(token)}

      """
    try Data((text + listeners).utf8).write(to: URL(fileURLWithPath: file))
    return (file, port)
  }

  @Test("Nothing that was answered is lost, and nothing counts twice", arguments: ["hl7", "http"])
  func killed(kind: String) throws {
    let town = try Town(agencies: ["lakewood-sheriff:sheriff"])
    let (file, port) = try configure(town)
    func start() throws -> Program {
      let daemon = try town.start("accord-sheriff", ["run", "--config", file])
      try daemon.expect("adapter is up")
      return daemon
    }
    var daemon = try start()
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("ForeignClient/stubborn_sender.py").path
    let sender = try town.start(
      "/usr/bin/python3",
      [script, kind, "\(kind == "hl7" ? port : port + 1)", "\(Self.count)", Self.token])
    for answered in [3, 11, 12, 26] {
      try sender.expect("answered \(answered);", within: 60)
      daemon.kill()
      daemon = try start()
    }
    try sender.expect("answered \(Self.count);", within: 60)
    #expect(sender.wait().status == 0)
    daemon.stop()
    let store = try DatabaseQueue(path: town.path("state/lakewood-sheriff/adapter.sqlite"))
    let agency = try #require(AgencyID("lakewood-sheriff"))
    let booked = try store.read { database in
      try Row.fetchAll(database, sql: "SELECT body FROM spool ORDER BY entry").map { row in
        try Message(decoding: [UInt8](row["body"] as Data), source: agency)
      }
    }.filter { $0.topic == .bookingCreated }.compactMap { $0.code("booking") }
    #expect(booked == (1...Self.count).map { "K-\($0)" })
  }
}
