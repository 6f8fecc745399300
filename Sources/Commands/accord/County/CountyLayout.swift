import Foundation
import Operations

#if canImport(Glibc)
  import Glibc
#endif

/// Where a county's files lie: below one folder, or where the packages put them.
struct CountyLayout {
  /// Of the configuration; absolute.
  let root: String
  /// What stands before `/etc` and `/var`; `nil` where everything is below ``root``.
  private let system: String?

  static let exchangeFolders = ["in", "out", "done", "rejected"]

  init(_ path: String) {
    root = URL(fileURLWithPath: path).standardizedFileURL.path
    system = nil
  }

  /// As the packages have it: `/etc/accord`, `/var/lib/accord`, `/var/spool/accord`, and each
  /// daemon's secrets its own user's alone.
  /// - Parameter prefix: a folder that stands for `/`; empty for the machine's own.
  init(systemBelow prefix: String) {
    system = prefix.isEmpty ? "" : URL(fileURLWithPath: prefix).standardizedFileURL.path
    root = (system ?? "") + "/etc/accord"
  }

  var isSystem: Bool { system != nil }

  var routerConfiguration: String { "\(root)/router.yaml" }
  var registry: String { "\(root)/registry.yaml" }
  var agreement: String { "\(root)/agreement.yaml" }
  var masterKey: String { "\(root)/master.key" }
  var matchingKey: String { "\(root)/matching.key" }
  var keys: String { "\(root)/keys" }
  func configuration(_ name: String) -> String { "\(root)/\(name).yaml" }

  /// - Parameter name: `router`, an agency's id, or, where packages are, its daemon's role.
  func key(_ name: String) -> String {
    isSystem ? "\(secrets(of: name))/key.yaml" : "\(keys)/\(name).yaml"
  }

  /// The folder of a packaged daemon's own secrets.
  func secrets(of name: String) -> String { "\(root)/\(name)" }

  func state(_ name: String) -> String {
    system.map { "\($0)/var/lib/accord/\(name)" } ?? "\(root)/state/\(name)"
  }

  /// A packaged router's stands in a folder that the holders of its `roles` may enter.
  var adminSocket: String {
    system.map { "\($0)/run/accord/admin.sock" } ?? state("router") + "/admin.sock"
  }

  func exchange(_ name: String, _ folder: String) -> String {
    system.map { "\($0)/var/spool/accord/\(name)/\(folder)" }
      ?? "\(root)/files/\(name)/\(folder)"
  }

  /// What a member's files are called by: a machine has one daemon of a role.
  func name(of member: County.Member) -> String {
    isSystem ? member.role.rawValue : member.id.text
  }

  /// An agency's own copies of what the program's adapters share.
  func matchingKey(of name: String) -> String {
    isSystem ? "\(secrets(of: name))/matching.key" : matchingKey
  }

  func agreement(of name: String) -> String {
    isSystem ? "\(secrets(of: name))/agreement.yaml" : "agreement.yaml"
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

  /// Gives what root made to the user of a packaged daemon, where there is one.
  func give(_ paths: [String], to name: String) throws {
    guard isSystem, geteuid() == 0, let owner = ServiceUser.named("accord-\(name)") else { return }
    for path in paths where chown(path, owner.user, owner.group) != 0 {
      throw CountyError("\(path) cannot be given to the user accord-\(name)")
    }
  }

  static func refuseExisting(_ files: [String]) throws {
    let existing = files.filter {
      FileManager.default.fileExists(atPath: $0) && !UnfilledFile.isUnfilled($0)
    }
    guard existing.isEmpty else {
      throw CountyError(
        "nothing was written, because these exist and are never overwritten:\n  "
          + existing.joined(separator: "\n  "))
    }
  }
}

/// A configuration as its package brings it: every key is there, and what only set-up can know is
/// not. `accord init` and `accord join` put the real one in its place.
enum UnfilledFile {
  static let mark =
    "# Not set up yet: 'accord init' (router) or 'accord join' (agency) fills it in."
  static let placeholder = "not set up yet"

  static func isUnfilled(_ path: String) -> Bool {
    guard let text = try? TextFile.read(path) else { return false }
    return text.hasPrefix(mark)
  }

  /// Writes a configuration where there is none, or one that is not set up. What somebody wrote
  /// into that one meanwhile is kept beside it.
  static func replace(_ path: String, by text: String, template: String) throws {
    if isUnfilled(path) {
      if try TextFile.read(path) != template {
        try FileManager.default.copyItem(
          atPath: path, toPath: path + ".before-\(SystemClock().wall().milliseconds)")
      }
      return try TextFile.write(text, to: path, mode: 0o644, overwrites: true)
    }
    try TextFile.write(text, to: path, mode: 0o644, overwrites: false)
  }
}
