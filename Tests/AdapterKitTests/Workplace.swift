import Foundation
import GRDB
import HubClient
import HubModel
import Logging
import Operations
import Synchronization

@testable import AdapterKit

/// A folder of its own with an adapter's configuration in it; gone with the value.
final class Workplace: Sendable {
  let root: URL
  private let sent = Mutex<[Message]>([])

  init() throws {
    root = FileManager.default.temporaryDirectory
      .appendingPathComponent("accord-kit-\(UUID().uuidString)")
    try Folder.make(root.path)
    let key = root.appendingPathComponent("matching.yaml")
    try Data("matching-key: \"\(String(repeating: "07", count: 32))\"\n".utf8).write(to: key)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key.path)
  }

  deinit { try? FileManager.default.removeItem(at: root) }

  /// Every message sent so far, oldest first.
  var messages: [Message] { sent.withLock { $0 } }
  func forgetMessages() { sent.withLock { $0 = [] } }

  func yaml(adapter: String) -> String {
    """
    agency: lakewood-sheriff
    role: sheriff
    program: lakewood
    router:
      key: "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"
    key: keys.yaml
    matching-key: matching.yaml
    state: state
    folders:
      in: in
      out: out
      done: done
      rejected: rejected
    site:
      time-zone: America/Los_Angeles
    adapter: \(adapter)
    """
  }

  func configuration(adapter: String = "{}") throws -> AdapterConfiguration {
    try AdapterConfiguration.parse(
      StrictYAML.parse(
        yaml(adapter: adapter), file: root.appendingPathComponent("sheriff.yaml").path))
  }

  func setting(
    migrations: [AdapterMigration] = [], adapter: String = "{}"
  ) throws -> AdapterSetting {
    try AdapterSetting(configuration(adapter: adapter), migrations: migrations) { [self] message in
      sent.withLock { $0.append(message) }
    }
  }

  func intake(
    _ setting: AdapterSetting, snapshots: Set<String> = [],
    log: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
  ) throws -> FolderIntake {
    let folders = setting.configuration.folders
    return try FolderIntake(
      ["forms", "commands"], snapshots: snapshots, incoming: folders.incoming,
      done: folders.done, rejected: folders.rejected, store: setting.store, log: log)
  }

  func drop(_ name: String, _ text: String, in folder: String = "forms") throws {
    try Data(text.utf8).write(to: root.appendingPathComponent("in/\(folder)/\(name)"))
  }

  func read(_ path: String) -> String? {
    try? String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }

  func files(_ folder: String) -> [String] {
    let path = root.appendingPathComponent(folder).path
    return ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }
}

/// Where the sample county lies.
enum SampleCounty {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("deploy/sample")

  static func bytes(_ path: String) throws -> Data {
    try Data(contentsOf: root.appendingPathComponent(path))
  }

  static func files(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent(folder).path)
      .filter { $0.hasSuffix(".csv") || $0.hasSuffix(".json") }.sorted()
  }
}
