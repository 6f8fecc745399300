public import ArgumentParser
import Foundation
import Operations

/// A command is a file: what a person types goes the same way as what a system drops, is kept the
/// same way, and waits the same way while the daemon is down.
public enum CommandDrop {
  /// Below `in`.
  public static let folder = "commands"

  /// Writes `in/commands/<time>-<command>.json` whole.
  /// - Returns: what to tell the person.
  @discardableResult
  public static func write(
    _ command: String, _ values: [String: String?], configuration path: String
  ) throws -> String {
    let configuration = try AdapterConfiguration.load(path)
    let folder = URL(fileURLWithPath: configuration.folders.incoming)
      .appendingPathComponent(Self.folder)
    try Folder.make(folder.path, mode: 0o777)
    var document = values.compactMapValues { $0 }
    document["command"] = command
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    // A mark of its own, so that the same words said twice are two commands.
    document["said-at"] = SystemClock().wall().iso8601
    let name = "\(SystemClock().wall().milliseconds)-\(UInt32.random(in: 0...9_999))-\(command)"
    let part = folder.appendingPathComponent(name + ".part")
    try encoder.encode(document).write(to: part)
    try FileManager.default.moveItem(at: part, to: folder.appendingPathComponent(name + ".json"))
    return "handed to the daemon: \(command)"
  }
}

/// Where the daemon's configuration lies.
public struct ConfigurationOption: ParsableArguments {
  @Option(name: .shortAndLong, help: "The daemon's configuration file.")
  public var config = ConfigurationOption.usual(of: CommandLine.arguments.first ?? "")

  public init() {}

  /// Where a package puts it: `/etc/accord/prosecutor.yaml` of `accord-prosecutor`.
  static func usual(of executable: String) -> String {
    let name = executable.split(separator: "/").last ?? ""
    let role = name.hasPrefix("accord-") ? name.dropFirst("accord-".count) : name
    return "/etc/accord/\(role).yaml"
  }

  /// Every command of a daemon's touches its store or folders: for root it goes on as the
  /// daemon's own user. A configuration that cannot be read is the command's to report.
  public func validate() throws {
    guard let configuration = try? AdapterConfiguration.load(config) else { return }
    let program = CommandLine.arguments.first ?? ""
    let isPackaged = config == Self.usual(of: program)
    try ServiceUser.become(
      ownerOf: configuration.stateDirectory,
      orNamed: isPackaged ? program.split(separator: "/").last.map(String.init) : nil)
  }
}
