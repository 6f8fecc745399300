import Foundation
import GRDB
import HubModel
import HubProtocol
import Operations
import Testing

@testable import AdapterKit

/// One adapter on a store of its own, without a router: files in, deliveries in, messages and
/// files out.
final class AgencySite<Adapter: AgencyAdapter> {
  let adapter: Adapter
  let setting: AdapterSetting
  let agency: AgencyID
  private let folder: String

  /// 2 March 2026, 10:00 in Los Angeles.
  static var morning: WallTime { time("2026-03-02T10:00:00-08:00") }

  /// - Parameter prepare: puts further files into the site's folder, which it is told.
  init(
    _ type: Adapter.Type, agency: String, role: Role, section: String = "{}",
    prepare: (String) throws -> Void = { _ in }
  ) throws {
    folder = "/tmp/accord-adapters-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    self.agency = try #require(AgencyID(agency))
    try MatchingKeyFile.generate().write(to: folder + "/matching.key")
    let key = try KeyFile.generate(at: Self.morning).curve.publicKey.z85
    let text = """
      agency: \(agency)
      role: \(role.rawValue)
      program: lakewood
      router:
        key: \(YAMLText.quoted(key))
      key: key.yaml
      matching-key: matching.key
      state: state
      log:
        level: critical
      folders:
        in: in
        out: out
        done: done
        rejected: rejected
      site:
        time-zone: America/Los_Angeles
      adapter: \(section)

      """
    try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/agency.yaml"))
    try prepare(folder)
    let configuration = try AdapterConfiguration.load(folder + "/agency.yaml")
    setting = try AdapterSetting(configuration, migrations: Adapter.migrations)
    adapter = try Adapter(setting)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func path(_ name: String) -> String { "\(folder)/\(name)" }

  // MARK: In

  @discardableResult
  func drop(
    _ folder: String, _ name: String, _ bytes: Data, at now: WallTime = morning
  ) throws -> IntakeReport {
    let file = IntakeFile(
      folder: folder, name: name, bytes: bytes,
      mapping: setting.connectors.mapping(folder: folder, name: name))
    return try setting.store.write { try adapter.take(file, at: now, in: $0) }
  }

  @discardableResult
  func drop(
    _ folder: String, _ name: String, _ text: String, at now: WallTime = morning
  ) throws -> IntakeReport {
    try drop(folder, name, Data(text.utf8), at: now)
  }

  @discardableResult
  func command(
    _ command: String, _ values: [String: String], at now: WallTime = morning
  ) throws -> IntakeReport {
    var document = values
    document["command"] = command
    document["said-at"] = now.iso8601
    return try drop("commands", "1-\(command).json", JSONEncoder().encode(document), at: now)
  }

  func deliver(
    _ message: Message, notice: DisclosureNotice? = nil, at now: WallTime = morning
  ) throws {
    let content = Delivery.Content(message: message, part: 0, notice: notice)
    try setting.store.write { try adapter.apply(content, at: now, in: $0) }
  }

  // MARK: Out

  /// What waits for the router, in order.
  func sent() throws -> [Message] {
    try setting.store.read { database in
      try Row.fetchAll(database, sql: "SELECT body FROM spool ORDER BY entry").map { row in
        try Message(decoding: [UInt8](row["body"] as Data), source: agency)
      }
    }
  }

  func sent(_ topic: Topic) throws -> [Message] { try sent().filter { $0.topic == topic } }

  func output(_ name: String, at now: WallTime = morning) throws -> String {
    let files = try setting.store.write { try adapter.outputs(at: now, in: $0) }
    return try #require(files.first { $0.name == name }, "no such file: \(name)").text
  }

  /// A table below `out`, each row by its column's name.
  func table(_ name: String, at now: WallTime = morning) throws -> [[String: String]] {
    let text = try output(name, at: now)
    return try TableReader().read(Data(text.utf8), required: []).records.map(\.values)
  }

  func notices() throws -> [String: String] {
    try setting.store.read { database in
      try Row.fetchAll(database, sql: "SELECT name, text FROM notice")
        .reduce(into: [:]) { $0[$1["name"] as String] = $1["text"] as String }
    }
  }

  func notice(_ name: String) throws -> String {
    let found = try notices()
    return try #require(found[name], "there are \(found.keys.sorted())")
  }
}

func time(_ text: String) -> WallTime {
  guard let time = WallTime(iso8601: text) else { preconditionFailure("not a time: \(text)") }
  return time
}

/// A message as the router delivers it.
func delivery(
  _ topic: Topic, from source: String, case caseID: String? = nil, participant: String? = nil,
  release: String? = nil, at sentAt: WallTime = time("2026-03-02T09:00:00-08:00"),
  _ category: InformationCategory, _ fields: [Field]
) -> Message {
  var generator = SystemRandomNumberGenerator()
  return Message(
    id: MessageID(at: sentAt, random: (generator.next(), generator.next())), topic: topic,
    source: AgencyID(source)!, program: ProgramID("lakewood")!, sentAt: sentAt,
    purpose: Catalogue.spec(of: topic)?.purpose ?? .careCoordination,
    participant: participant.flatMap { ParticipantAlias($0) },
    caseID: caseID.flatMap { CaseID($0) }, release: release.flatMap { RoiID($0) },
    segments: [Segment(category, fields: fields)])
}

/// Files of the sample county, beside the code.
enum Sample {
  static func data(_ name: String) throws -> Data {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return try Data(contentsOf: root.appendingPathComponent("deploy/sample/" + name))
  }

  static func rows(_ name: String) throws -> [IntakeRecord] {
    try TableReader().read(data(name), required: []).records
  }

  static func names(in folder: String) throws -> [String] {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return try FileManager.default.contentsOfDirectory(
      atPath: root.appendingPathComponent("deploy/sample/" + folder).path
    ).sorted()
  }
}

/// What 42 CFR 2.32 has travel with a disclosure.
func disclosureNotice(_ release: String = "lr-26-0011-field") -> DisclosureNotice {
  DisclosureNotice(
    statement: "42 CFR part 2 prohibits unauthorized use or disclosure of these records.",
    scopes: [
      .init(
        release: RoiID(release)!, version: 1, signedAt: time("2026-02-04T12:00:00-08:00"),
        expiresAt: time("2026-05-05T12:00:00-07:00"), expiryEvent: "",
        purposes: [.careCoordination, .diversion], categories: [.hold])
    ])
}
