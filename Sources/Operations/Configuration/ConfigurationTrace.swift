import Crypto
import Foundation
import HubModel

/// What a configuration file said, value by value, as hashes: tells which keys changed since the
/// last time, and nothing of what they say.
public struct ConfigurationTrace: Codable, Hashable, Sendable {
  public var file: String
  /// By key, as `health.port`: the first half of the value's SHA-256.
  public var values: [String: String]

  public init(_ yaml: StrictYAML) {
    file = yaml.file
    values = [:]
    add(yaml)
  }

  /// SHA-256 over all of them, for the log.
  public var hash: String {
    let lines = values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)\n" }.joined()
    return Hex.encode(SHA256.hash(data: Data(lines.utf8)))
  }

  /// Keys that were added, removed or changed.
  public func changes(since other: ConfigurationTrace) -> [String] {
    Set(values.keys).union(other.values.keys).filter { values[$0] != other.values[$0] }.sorted()
  }

  private mutating func add(_ yaml: StrictYAML) {
    switch yaml.content {
    case .empty: break
    case .scalar(let text): note(yaml.path, text)
    case .list: note(yaml.path, Self.text(yaml))
    case .mapping(let entries): for entry in entries { add(entry.value) }
    }
  }

  private mutating func note(_ key: String, _ text: String) {
    values[key] = Hex.encode(Array(SHA256.hash(data: Data(text.utf8))).prefix(16))
  }

  private static func text(_ yaml: StrictYAML) -> String {
    switch yaml.content {
    case .empty: "~"
    case .scalar(let text): "\(text.utf8.count):\(text)"
    case .list(let items): "[\(items.map(text).joined(separator: ","))]"
    case .mapping(let entries):
      "{\(entries.map { "\($0.key)=\(text($0.value))" }.joined(separator: ","))}"
    }
  }

  // MARK: What it was the last time

  public static let fileName = "configuration.seen"

  /// - Returns: `nil` where there was no last time.
  public static func last(in folder: String) -> ConfigurationTrace? {
    (try? Data(contentsOf: URL(fileURLWithPath: folder + "/" + fileName)))
      .flatMap { try? JSONDecoder().decode(ConfigurationTrace.self, from: $0) }
  }

  public func remember(in folder: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    let text = String(decoding: try encoder.encode(self), as: UTF8.self)
    try TextFile.write(
      text + "\n", to: folder + "/" + Self.fileName, mode: 0o600, overwrites: true)
  }
}
