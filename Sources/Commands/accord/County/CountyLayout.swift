import Foundation
import Operations

/// Where a county's files lie below its folder.
struct CountyLayout {
  /// Absolute.
  let root: String

  static let exchangeFolders = ["in", "out", "done", "rejected"]

  init(_ path: String) { root = URL(fileURLWithPath: path).standardizedFileURL.path }

  var routerConfiguration: String { "\(root)/router.yaml" }
  var registry: String { "\(root)/registry.yaml" }
  var agreement: String { "\(root)/agreement.yaml" }
  var masterKey: String { "\(root)/master.key" }
  var matchingKey: String { "\(root)/matching.key" }
  var keys: String { "\(root)/keys" }
  func key(_ name: String) -> String { "\(keys)/\(name).yaml" }
  func configuration(_ agency: String) -> String { "\(root)/\(agency).yaml" }
  func state(_ name: String) -> String { "\(root)/state/\(name)" }
  func exchange(_ agency: String, _ folder: String) -> String {
    "\(root)/files/\(agency)/\(folder)"
  }

  /// Makes a folder that only its owner may enter, with those above it as they are.
  func makeFolder(_ path: String) throws {
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
    } catch {
      throw CountyError("the folder \(path) cannot be made: \(error.localizedDescription)")
    }
  }

  static func refuseExisting(_ files: [String]) throws {
    let existing = files.filter { FileManager.default.fileExists(atPath: $0) }
    guard existing.isEmpty else {
      throw CountyError(
        "nothing was written, because these exist and are never overwritten:\n  "
          + existing.joined(separator: "\n  "))
    }
  }
}
