import Foundation

#if canImport(Glibc)
  import Glibc
#endif

/// The credentials that the router's service unit lends it, by the unit's own files: whether the
/// master key's is among them, and its file there.
public enum LentCredential {
  /// Where units lie; what is first goes before what is later.
  public static let folders = [
    "/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system", "/lib/systemd/system",
  ]

  /// Judges the credential of a name.
  /// - Parameters:
  ///   - unit: as `accord-router.service`; where there is none, nothing is said against the name.
  public static func line(
    _ name: String, unit: String, in folders: [String] = LentCredential.folders,
    by onlooker: Onlooker = Onlooker()
  ) -> DiagnosisLine {
    let check = "master-key"
    let good = DiagnosisLine(
      .green, check, "the service manager lends it to the router as '\(name)'")
    guard let lent = lent(by: unit, in: folders) else { return good }
    guard let place = lent[name] else {
      let names = lent.keys.sorted().map { "'\($0)'" }.joined(separator: ", ")
      return DiagnosisLine(
        .red, check,
        "\(unit) lends \(names.isEmpty ? "no credential" : names), and not '\(name)'",
        remedy: "Give 'master-key-credential' the name that LoadCredential= of the unit has.")
    }
    guard let place else { return good }
    var status = stat()
    guard stat(place, &status) == 0 else {
      if let line = onlooker.unjudged(place, check, to: F_OK) { return line }
      return DiagnosisLine(
        .red, check, "\(place), which \(unit) lends as '\(name)', cannot be reached: "
          + String(cString: strerror(errno)),
        remedy: "Put the copy from the safe back, mode 600, owner root: without it nothing at "
          + "rest can be read.")
    }
    guard status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else {
      return DiagnosisLine(
        .red, check, "\(place), which \(unit) lends as '\(name)', holds no key",
        remedy: "Put the copy from the safe back, mode 600, owner root.")
    }
    return good
  }

  /// Names and the files behind them; a name without a file of its own is the manager's to find.
  /// `nil` where there is no such unit.
  static func lent(by unit: String, in folders: [String]) -> [String: String?]? {
    let files = folders.map { "\($0)/\(unit)" }
    guard let main = files.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
      return nil
    }
    // A drop-in of an earlier folder hides one of the same name; they are read by their names.
    var dropIns: [String: String] = [:]
    for folder in folders.reversed().map({ "\($0)/\(unit).d" }) {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      for name in names where name.hasSuffix(".conf") { dropIns[name] = "\(folder)/\(name)" }
    }
    var lent: [String: String?] = [:]
    for path in [main] + dropIns.sorted(by: { $0.key < $1.key }).map(\.value) {
      guard let text = try? TextFile.read(path) else { continue }
      for line in text.split(separator: "\n") { read(line, into: &lent) }
    }
    return lent
  }

  private static func read(_ line: Substring, into lent: inout [String: String?]) {
    let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      .map { $0.trimmingCharacters(in: .whitespaces) }
    let keys = [
      "LoadCredential", "LoadCredentialEncrypted", "SetCredential", "SetCredentialEncrypted",
    ]
    guard parts.count == 2, keys.contains(parts[0]) else { return }
    // An empty one takes back what stands before it.
    guard !parts[1].isEmpty else { return lent.removeAll() }
    let words = parts[1].split(separator: ":", maxSplits: 1).map(String.init)
    let isFile = parts[0].hasPrefix("Load") && words.count == 2 && words[1].hasPrefix("/")
    lent[words[0]] = .some(isFile ? words[1] : nil)
  }
}
