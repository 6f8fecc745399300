import Foundation
import Glibc
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
    _ type: Adapter.Type, file path: String?, connector: String? = nil, configuration: String,
    json: Bool, folder: (AdapterConfiguration, IntakeFile) throws -> String
  ) {
    do {
      let configuration = try AdapterConfiguration.load(configuration)
      let connectors = try Connectors(configuration)
      let name =
        path.map { URL(fileURLWithPath: $0).lastPathComponent } ?? "\(connector ?? "")-now.json"
      let found = try connectors.connector(named: connector, for: name)
      let bytes = try path.map(Self.bytes)
        ?? Self.sample(of: found)
      let place = try found?.folder
        ?? folder(configuration, IntakeFile(folder: "", name: name, bytes: bytes))
      let file = IntakeFile(folder: place, name: name, bytes: bytes, mapping: found?.mapping)
      let result = try DryRun(type, file, configuration: configuration)
      text = json ? try Listing.json(result) : result.text
      exitCode = result.exitCode
    } catch {
      text = Complaint.text(error, of: "check")
      exitCode = 3
    }
  }

  /// A file as the daemon's user reads it: a person's own folder is closed to that one.
  static func bytes(of path: String) throws -> Data {
    guard access(path, R_OK) == 0 else {
      let (code, user) = (errno, Onlooker().name)
      throw IntakeError(
        "\(path) cannot be read as \(user): \(String(cString: strerror(code)))",
        remedy: code == EACCES
          ? "Copy it to /tmp, readable for \(user), and check that." : "Mend the path.")
    }
    do {
      return try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw IntakeError("\(path) cannot be read", remedy: "Name a file, not a folder.")
    }
  }

  /// The first rows of a view or search, read now.
  private static func sample(of connector: Connectors.Connector?) throws -> Data {
    guard let connector, case .poll(let source, _, _) = connector.way else {
      throw IntakeError(
        "no file is given",
        remedy: "Name a file, or a connector of kind sql or fhir with --connector.")
    }
    return PolledRow.document(try source.read(from: nil, limit: 100))
  }
}
