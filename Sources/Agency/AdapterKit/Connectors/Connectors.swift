import Foundation
import Glibc
import Operations

/// The connectors of an adapter: its configuration's section `connectors`, each with a name, a
/// kind and a mapping file. Whatever comes in by one of them goes the way of a dropped file.
public struct Connectors: Sendable {
  enum Kind: String, CaseIterable, Sendable { case folder }

  /// A watched folder, which an SFTP drop also is: files of a name are read by a mapping.
  struct Folder: Sendable {
    let name: String
    /// Below `in`.
    let folder: String
    /// A pattern of file names, as `*.dat`.
    let files: String
    let mapping: RecordMapping

    /// Whatever the case of its letters.
    func takes(_ file: String) -> Bool { fnmatch(files.lowercased(), file.lowercased(), 0) == 0 }
  }

  let folders: [Folder]

  static let none = Connectors(folders: [])

  private init(folders: [Folder]) { self.folders = folders }

  /// - Throws: every problem of the section and of the mapping files that it names.
  init(_ configuration: AdapterConfiguration) throws {
    var problems: [ConfigurationError.Problem] = []
    var folders: [Folder] = []
    for (name, section) in configuration.connectors.sorted(by: { $0.key < $1.key }) {
      do throws(ConfigurationError) {
        folders.append(try Self.folder(name, section))
      } catch {
        problems += error.problems
      }
    }
    guard problems.isEmpty else { throw ConfigurationError(problems) }
    self.folders = folders
  }

  private static func folder(
    _ name: String, _ section: StrictYAML
  ) throws(ConfigurationError) -> Folder {
    let read: (folder: String, files: String, mapping: String) = try section.read { fields in
      _ = fields.required("kind", YAMLValue<Kind>.choice())
      let folder = fields.required("folder", .code)
      let files = fields.value("files", .text(largest: 100), default: "*")
      let mapping = fields.required("mapping", .path)
      guard let folder, let mapping else { return nil }
      return (folder, files, mapping)
    }
    return Folder(
      name: name, folder: read.folder, files: read.files,
      mapping: try RecordMapping.load(read.mapping))
  }

  /// Refuses folders that the adapter does not have.
  func check(folders known: [String], file: String) throws(ConfigurationError) {
    for folder in folders where !known.contains(folder.folder) {
      throw ConfigurationError(
        file: file, key: "connectors.\(folder.name).folder",
        "this adapter has no folder '\(folder.folder)'; it has \(known.joined(separator: ", "))")
    }
  }

  /// How a file of that name in that folder is read; `nil` for the adapter's own way.
  func mapping(folder: String, name: String) -> RecordMapping? {
    folders.first { $0.folder == folder && $0.takes(name) }?.mapping
  }

  /// The connector that a check means: by its name, or the one that takes files of that name.
  func folder(named name: String?, for file: String) throws(IntakeError) -> Folder? {
    guard let name else {
      let found = folders.filter { $0.files != "*" && $0.takes(file) }
      return found.count == 1 ? found[0] : nil
    }
    guard let found = folders.first(where: { $0.name == name }) else {
      throw IntakeError(
        "there is no connector of that name",
        remedy: "Use one of: \(folders.map(\.name).sorted().joined(separator: ", ")).")
    }
    return found
  }
}
