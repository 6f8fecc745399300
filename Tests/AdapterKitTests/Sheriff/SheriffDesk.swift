import Foundation
import GRDB
import HubModel

@testable import AdapterKit
@testable import accord_sheriff

/// A sheriff's adapter with its store, driven file by file.
struct SheriffDesk {
  let place: Workplace
  let adapter: SheriffAdapter
  /// Noon in the county, the day of the sample's full rosters.
  var now = WallTime(milliseconds: 1_781_722_800_000)

  init(_ section: String = "{}") throws {
    place = try Workplace()
    adapter = try SheriffAdapter(
      place.setting(migrations: SheriffAdapter.migrations, adapter: section))
  }

  /// In a place that is there already, with further files of its own.
  init(place: Workplace, _ section: String, files: [String: String]) throws {
    self.place = place
    for (name, text) in files {
      let file = place.root.appendingPathComponent(name)
      try Data(text.utf8).write(to: file)
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
    }
    adapter = try SheriffAdapter(
      place.setting(migrations: SheriffAdapter.migrations, adapter: section))
  }

  @discardableResult
  func take(_ folder: String, _ name: String, _ bytes: Data) throws -> IntakeReport {
    try adapter.setting.store.write { database in
      try adapter.take(
        IntakeFile(folder: folder, name: name, bytes: bytes), at: now, in: database)
    }
  }

  @discardableResult
  func roster(_ text: String, _ name: String = "roster.csv") throws -> IntakeReport {
    try take("roster", name, Data(text.utf8))
  }

  @discardableResult
  func command(_ fields: [String: String]) throws -> IntakeReport {
    try take("commands", "c.json", try JSONEncoder().encode(fields))
  }

  /// Takes what the hub delivers.
  func deliver(_ topic: Topic, _ caseID: String, _ fields: [Field]) throws {
    try adapter.setting.store.write { database in
      let message = Message(
        id: adapter.setting.store.freshMessageID(at: now), topic: topic, source: .hub,
        program: adapter.setting.configuration.program, sentAt: now, purpose: .careCoordination,
        caseID: CaseID(caseID), segments: [Segment(.operational, fields: fields)])
      try adapter.apply(.init(message: message, part: 0), at: now, in: database)
    }
  }

  var notices: [String: String] {
    get throws {
      try adapter.setting.store.read { database in
        try Dictionary(
          uniqueKeysWithValues: Row.fetchAll(database, sql: "SELECT name, text FROM notice")
            .map { ($0["name"], $0["text"]) })
      }
    }
  }

  var statusTable: String {
    get throws {
      try adapter.setting.store.read { try adapter.outputs(at: now, in: $0) }[0].text
    }
  }

  var openWarnings: Int {
    get throws { try adapter.setting.store.read { try adapter.openWarnings(in: $0) } }
  }

  /// What was sent since the last call, as `topic code` of each.
  func news(_ field: String = "booking") -> [String] {
    defer { place.forgetMessages() }
    return place.messages.map { message in
      let correction = message.flag("correction") == true ? " again" : ""
      return "\(message.topic)\(message.code(field).map { " \($0)" } ?? "")\(correction)"
    }
  }
}
