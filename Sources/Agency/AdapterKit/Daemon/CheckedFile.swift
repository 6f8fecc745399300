import Foundation
public import Operations

/// What the `check` command of every adapter prints: a dry run of one file.
public struct CheckedFile {
  public let text: String
  /// By the convention of monitoring.
  public let exitCode: Int32

  public static let exitCodes = """
    Ends with 0 where all is good, 1 where some records are bad, 2 where none is usable, 3 where \
    the file or the configuration cannot be read.
    """

  /// - Parameter folder: tells below which folder of `in` the file would be dropped.
  public init<Adapter: AgencyAdapter>(
    _ type: Adapter.Type, file path: String, configuration: String, json: Bool,
    folder: (AdapterConfiguration, IntakeFile) throws -> String
  ) {
    do {
      let url = URL(fileURLWithPath: path)
      let file = IntakeFile(
        folder: "", name: url.lastPathComponent, bytes: try Data(contentsOf: url))
      let configuration = try AdapterConfiguration.load(configuration)
      let result = try DryRun(
        type, file: path, folder: folder(configuration, file), configuration: configuration)
      text = json ? try Listing.json(result) : result.text
      exitCode = result.exitCode
    } catch {
      text = "\(error)"
      exitCode = 3
    }
  }
}
