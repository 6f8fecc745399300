import Foundation
import GRDB
import HubModel
public import Operations
import Synchronization

/// What a file would do, found by doing it to a copy of the adapter's store and throwing that
/// away: nothing is sent, kept or moved. Shows no value of the file.
public struct DryRun: Encodable, Sendable {
  public struct Sending: Encodable, Sendable {
    public let topic: String
    public let referral: String?
    public let namesPerson: Bool
    public let release: String?
    /// Empty: whoever the program agreement lets hear it.
    public let onlyTo: [String]
    public let information: [String]
  }

  public let file: String
  public let folder: String
  public let records: Int
  public let sendings: [Sending]
  public let problems: [String]
  public let remarks: [String]
  /// Of a connector: how many records have each of the fields that its mapping places.
  public let filled: [String: Int]?

  /// - Parameters:
  ///   - folder: below `in`, where the file would be dropped.
  ///   - mapping: how a connector reads it.
  /// - Throws: where the configuration, a key or the store is not as it must be.
  public init<Adapter: AgencyAdapter>(
    _ type: Adapter.Type, file path: String, folder: String,
    configuration: AdapterConfiguration
  ) throws {
    let url = URL(fileURLWithPath: path)
    let name = url.lastPathComponent
    let file = IntakeFile(
      folder: folder, name: name, bytes: try CheckedFile.bytes(of: path),
      mapping: try Connectors(configuration).mapping(folder: folder, name: name))
    try self.init(type, file, configuration: configuration)
  }

  /// Makes an adapter of its configuration, beside a store that is thrown away.
  /// - Throws: what would keep the daemon from starting.
  static func tryOut<Adapter: AgencyAdapter>(
    _ type: Adapter.Type, _ configuration: AdapterConfiguration
  ) throws {
    try Adapter.checkRole(of: configuration)
    let scratch = FileManager.default.temporaryDirectory
      .appendingPathComponent("accord-check-\(UUID().uuidString)")
    try Folder.make(scratch.path)
    defer { try? FileManager.default.removeItem(at: scratch) }
    var copied = configuration
    copied.stateDirectory = scratch.path
    let setting = try AdapterSetting(copied, migrations: Adapter.migrations)
    try setting.connectors.check(folders: try Adapter(setting).folders, file: "connectors")
  }

  init<Adapter: AgencyAdapter>(
    _ type: Adapter.Type, _ intake: IntakeFile, configuration: AdapterConfiguration
  ) throws {
    let scratch = FileManager.default.temporaryDirectory
      .appendingPathComponent("accord-check-\(UUID().uuidString)")
    try Folder.make(scratch.path)
    defer { try? FileManager.default.removeItem(at: scratch) }
    try Self.copyStore(from: configuration.stateDirectory, to: scratch.path)
    var copied = configuration
    copied.stateDirectory = scratch.path
    let seen = Collected()
    let setting = try AdapterSetting(copied, migrations: Adapter.migrations) { seen.add($0) }
    let adapter = try Adapter(setting)
    var report: IntakeReport
    do {
      report = try setting.store.write { database in
        try adapter.take(intake, at: SystemClock().wall(), in: database)
      }
    } catch let error as IntakeError {
      report = IntakeReport(rejected: [error])
      seen.clear()
    } catch let refusal as Refusal {
      report = IntakeReport(rejected: [IntakeError(refusal)])
      seen.clear()
    }
    file = intake.name
    folder = intake.folder
    records = report.taken
    sendings = seen.all.map(Sending.init)
    problems = report.rejected.map(\.description)
    remarks = report.remarks
    filled = intake.mapping.map { mapping in
      let table = try? mapping.table(of: intake.bytes, required: [])
      let records = table?.records ?? []
      // Where the format itself has the places, what it found is all there is to show.
      let fields = mapping.fields.isEmpty ? table?.names ?? [] : mapping.fields
      return Dictionary(
        uniqueKeysWithValues: fields.map { field in
          (field, records.count { $0.optional(field) != nil })
        })
    }
  }

  /// By the convention of monitoring: 0 good, 1 some records bad, 2 nothing usable.
  public var exitCode: Int32 { problems.isEmpty ? 0 : records > 0 ? 1 : 2 }

  /// For the terminal: what would be sent, by topic where there is much of it.
  public var text: String {
    var lines = ["\(file): \(records) record(s) good, \(problems.count) thing(s) to mend"]
    if let filled {
      let fields = filled.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
      lines.append("fields found, and in how many records: \(fields.joined(separator: ", "))")
    }
    lines += sendings.prefix(Self.shown).map { sending in
      var words = ["would send \(sending.topic)"]
      if let referral = sending.referral { words.append("of referral \(referral)") }
      if !sending.onlyTo.isEmpty { words.append("to \(sending.onlyTo.joined(separator: ", "))") }
      if let release = sending.release { words.append("under release \(release)") }
      words.append(sending.namesPerson ? "(about a person)" : "(names no person)")
      return words.joined(separator: " ")
    }
    let rest = Dictionary(grouping: sendings.dropFirst(Self.shown), by: \.topic)
    lines += rest.sorted { $0.key < $1.key }.map { "would send \($0.value.count) more \($0.key)" }
    return (lines + remarks + problems).joined(separator: "\n")
  }

  private static let shown = 40

  /// The daemon may be running: SQLite copies a state in between its transactions.
  private static func copyStore(from state: String, to scratch: String) throws {
    let path = state + "/adapter.sqlite"
    guard FileManager.default.fileExists(atPath: path) else { return }
    var readOnly = Configuration()
    readOnly.readonly = true
    readOnly.busyMode = .timeout(5)
    let source = try DatabaseQueue(path: path, configuration: readOnly)
    let copy = try DatabaseQueue(path: scratch + "/adapter.sqlite")
    try source.backup(to: copy)
    try copy.close()
    try source.close()
  }
}

extension DryRun.Sending {
  fileprivate init(_ message: Message) {
    topic = message.topic.rawValue
    referral = message.caseID?.text
    namesPerson = message.participant != nil || !message.tokens.isEmpty
    release = message.release?.text
    onlyTo = message.audience.map(\.text)
    information = message.segments.map(\.category.rawValue)
  }
}

private final class Collected: Sendable {
  private let messages = Mutex<[Message]>([])
  var all: [Message] { messages.withLock { $0 } }
  func add(_ message: Message) { messages.withLock { $0.append(message) } }
  func clear() { messages.withLock { $0 = [] } }
}
