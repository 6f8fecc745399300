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

  /// - Parameters:
  ///   - connector: by which the file would come; where it is left out, the one that takes files
  ///     of its name, or none.
  ///   - folder: tells below which folder of `in` a file of no connector would be dropped.
  public init<Adapter: AgencyAdapter>(
    _ type: Adapter.Type, file path: String, connector: String? = nil, configuration: String,
    json: Bool, folder: (AdapterConfiguration, IntakeFile) throws -> String
  ) {
    do {
      let url = URL(fileURLWithPath: path)
      let name = url.lastPathComponent
      let bytes = try Data(contentsOf: url)
      let configuration = try AdapterConfiguration.load(configuration)
      let found = try Connectors(configuration).folder(named: connector, for: name)
      let place = try found?.folder
        ?? folder(configuration, IntakeFile(folder: "", name: name, bytes: bytes))
      let file = IntakeFile(folder: place, name: name, bytes: bytes, mapping: found?.mapping)
      let result = try DryRun(type, file, configuration: configuration)
      text = json ? try Listing.json(result) : result.text
      exitCode = result.exitCode
    } catch {
      text = "\(error)"
      exitCode = 3
    }
  }
}
