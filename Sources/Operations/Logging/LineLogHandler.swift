import Foundation
import HubModel
public import Logging
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// How a daemon logs: the `log` section of its configuration.
public struct LogConfiguration: Hashable, Sendable {
  public enum Format: String, CaseIterable, Hashable, Sendable { case plain, json }

  public var format: Format
  public var level: Logger.Level

  public init(format: Format = .plain, level: Logger.Level = .info) {
    self.format = format
    self.level = level
  }

  /// A logger that writes to standard error.
  /// - Parameter label: the daemon's or part's name, as `router`.
  public func logger(_ label: String) -> Logger {
    Logger(label: label) { LineLogHandler(label: $0, configuration: self) }
  }

  static var section: YAMLValue<LogConfiguration> {
    .mapping { fields in
      let format = fields.value("format", .choice(), default: Format.plain)
      let level = fields.value("level", .choice(), default: Logger.Level.info)
      return LogConfiguration(format: format, level: level)
    }
  }
}

/// Writes one line for each event: `2026-11-21T02:10:00Z info router: text key=value`, or the same
/// as a JSON object. Metadata comes in the order of its keys.
///
/// Everything is escaped (see ``LogText``), so that no value can forge a line. Callers give ids,
/// codes and counts, never participant data: the handler cannot tell them apart.
public struct LineLogHandler: LogHandler {
  public var metadata: Logger.Metadata = [:]
  public var metadataProvider: Logger.MetadataProvider?
  public var logLevel: Logger.Level {
    get { LiveLogLevel.current ?? ownLevel }
    set { ownLevel = newValue }
  }
  private var ownLevel: Logger.Level

  private let label: String
  private let format: LogConfiguration.Format
  private let now: @Sendable () -> WallTime
  private let write: @Sendable (String) -> Void

  /// - Parameters:
  ///   - now: the time printed.
  ///   - write: takes one whole line with its newline; from any thread.
  init(
    label: String, configuration: LogConfiguration,
    now: @escaping @Sendable () -> WallTime = { SystemClock().wall() },
    write: @escaping @Sendable (String) -> Void = writeToStandardError
  ) {
    self.label = label
    format = configuration.format
    ownLevel = configuration.level
    self.now = now
    self.write = write
  }

  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func log(event: LogEvent) {
    var fields = metadataProvider?.get() ?? [:]
    fields.merge(metadata) { _, new in new }
    fields.merge(event.metadata ?? [:]) { _, new in new }
    if let error = event.error { fields["error"] = "\(error)" }
    let pairs = fields.sorted { $0.key < $1.key }.map { (key: $0.key, value: "\($0.value)") }
    switch format {
    case .plain: write(plain(event, pairs))
    case .json: write(json(event, pairs))
    }
  }

  private func plain(_ event: LogEvent, _ pairs: [(key: String, value: String)]) -> String {
    var line = "\(now().iso8601) \(event.level) \(LogText.escaped(label)): "
    line += LogText.escaped("\(event.message)")
    for pair in pairs { line += " \(LogText.quoted(pair.key))=\(LogText.quoted(pair.value))" }
    return line + "\n"
  }

  private struct Line: Encodable {
    let time: String
    let level: String
    let source: String
    let message: String
    let fields: [String: String]?
    /// Where a line is about a message: its id is its W3C trace id, which collectors of logs join
    /// lines by.
    let trace: String?

    private enum CodingKeys: String, CodingKey {
      case time, level, source, message, fields
      case trace = "trace_id"
    }
  }

  private func json(_ event: LogEvent, _ pairs: [(key: String, value: String)]) -> String {
    let fields = Dictionary(
      pairs.map { (LogText.escaped($0.key), LogText.escaped($0.value)) },
      uniquingKeysWith: { first, _ in first })
    let line = Line(
      time: now().iso8601, level: event.level.rawValue, source: LogText.escaped(label),
      message: LogText.escaped("\(event.message)"), fields: fields.isEmpty ? nil : fields,
      trace: fields["message"].flatMap { MessageID($0) == nil ? nil : $0 })
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(line) else { return plain(event, pairs) }
    return String(decoding: data, as: UTF8.self) + "\n"
  }
}

/// The level of all of this process's loggers, once somebody has changed it while it runs.
public enum LiveLogLevel {
  private static let index = Atomic(-1)

  static var current: Logger.Level? {
    let index = index.load(ordering: .relaxed)
    return index < 0 ? nil : Logger.Level.allCases[index]
  }

  public static func set(_ level: Logger.Level) {
    index.store(Logger.Level.allCases.firstIndex(of: level) ?? -1, ordering: .relaxed)
  }
}

/// One `write` for each line, so that lines of several threads and processes stay whole.
@Sendable private func writeToStandardError(_ line: String) {
  var rest = Array(line.utf8)[...]
  while !rest.isEmpty {
    let count = rest.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    if count > 0 { rest = rest.dropFirst(count) } else if errno != EINTR { return }
  }
}
