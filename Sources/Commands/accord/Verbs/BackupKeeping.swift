import ArgumentParser
import Foundation
import HubModel
import HubProtocol
import Operations

extension BackupCommand {
  struct Keep: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a dated backup in a folder, encrypt it, and remove the old ones.",
      discussion: """
        What a timer runs every night. With recipients (public keys of age(1), one a line) the \
        copy is encrypted to them and the plain one removed. Files of this command that are older \
        than --keep-days go, but never the newest two. Ends with 1 where it made the backup and \
        could not encrypt or tidy up, 2 where there is no new backup.
        """)

    enum Kind: String, ExpressibleByArgument, CaseIterable {
      case ledger, keys
      var what: BackupReport.What { self == .ledger ? .ledger : .keys }
    }

    @Argument(help: "ledger or keys.")
    var kind: Kind
    @Argument(help: "The folder, which the router's user may write.")
    var folder: String
    @Option(help: "Days for which a backup is kept, 1 to 3660.")
    var keepDays: Int
    @Option(help: "A file of recipients; one that is missing or empty means: not encrypted.")
    var recipients: String?
    @OptionGroup var router: RouterOptions

    func validate() throws { try RegistryChange.checkDays(keepDays) }

    func run() throws {
      let now = SystemClock().wall()
      let shelf = BackupShelf(folder: folder, kind: kind.rawValue)
      let plain = shelf.path(at: now)
      let report = try BackupWork(router).perform(kind.what, plain)
      guard report.state == .done else {
        Printing.complain(report.problem ?? "the backup was not made")
        return try Health.critical.exit()
      }
      var health = Health.good
      do {
        let kept = try Encryption(recipients: recipients)?.encrypt(plain) ?? plain
        print("\(LogText.escaped(kept)) is whole.")
        if kept == plain {
          Printing.complain(
            "the backup is not encrypted: put public keys of age into "
              + "\(recipients ?? "a file, and name it by --recipients")")
        }
      } catch {
        Printing.complain("\(error)")
        health = .warning
      }
      for name in try shelf.old(keepDays: keepDays, at: now) {
        do {
          try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
          print("Removed \(LogText.escaped(name)), which was older than \(keepDays) days.")
        } catch {
          Printing.complain("\(name) cannot be removed: \(error.localizedDescription)")
          health = .warning
        }
      }
      try health.exit()
    }
  }

  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Restore a ledger's backup beside the running router, and check all of it.",
      discussion: """
        The router restores the file into a folder of its own with a copy of today's keys, reads \
        every page, hashes every entry of the log, checks every signature, and removes the folder. \
        Nothing of the router's changes. An encrypted file needs --identity, the secret key of \
        age(1). Ends with 0 where the backup can be relied on, 2 where it cannot.
        """)

    @Argument(help: "A backup of the ledger, plain or .age.")
    var file: String
    @Option(help: "The secret key for an encrypted backup.")
    var identity: String?
    @OptionGroup var router: RouterOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      let configuration = try router.configuration()
      let opened = try OpenedBackup(
        file, identity: identity, beside: configuration.stateDirectory)
      defer { opened.remove() }
      let report = try BackupWork(router).perform(.verify, opened.path)
      if output.json {
        try Printing.json(report)
      } else if report.state == .done {
        let through = Moment(now: SystemClock().wall()).text(report.through ?? 0)
        print(
          """
          \(LogText.escaped(file)) was restored and checked: \(report.entries) entries, \
          \(report.checkpoints ?? 0) signed checkpoints, through \(through).
          """)
      } else {
        Printing.complain(report.problem ?? "the backup could not be checked")
      }
      if report.state != .done { try Health.critical.exit() }
    }
  }
}

/// Backups in a folder, by names that say when they were made.
struct BackupShelf {
  let folder: String
  let kind: String

  /// However old they are.
  static let alwaysKept = 2

  func path(at now: WallTime) -> String {
    let stamp = now.iso8601.replacing(":", with: "-")
    return URL(fileURLWithPath: folder).appendingPathComponent("\(kind)-\(stamp).sqlite").path
  }

  /// When a file of this shelf was made; `nil` for what is not one.
  func moment(of name: String) -> WallTime? {
    var rest = name[...]
    guard rest.hasPrefix(kind + "-") else { return nil }
    rest = rest.dropFirst(kind.count + 1)
    guard let suffix = [".sqlite.age", ".sqlite"].first(where: { rest.hasSuffix($0) }) else {
      return nil
    }
    let parts = rest.dropLast(suffix.count).split(
      separator: "T", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    return WallTime(iso8601: parts[0] + "T" + parts[1].replacing("-", with: ":"))
  }

  /// Names of files that are older than so many days, but for the newest two.
  func old(keepDays: Int, at now: WallTime) throws -> [String] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    let dated = names.compactMap { name in moment(of: name).map { (name, $0) } }
      .sorted { $0.1 < $1.1 }
    return dated.dropLast(Self.alwaysKept)
      .filter { $0.1 + .days(Int64(keepDays)) < now }.map(\.0)
  }
}

/// Encryption to public keys, by age(1).
struct Encryption {
  let recipients: String

  /// `nil` where nobody is named.
  init?(recipients path: String?) throws {
    guard let path, FileManager.default.fileExists(atPath: path) else { return nil }
    let lines = try TextFile.read(path).split(whereSeparator: \.isNewline)
    guard lines.contains(where: { !$0.hasPrefix("#") && !$0.allSatisfy(\.isWhitespace) }) else {
      return nil
    }
    recipients = path
  }

  /// - Returns: the encrypted file's path. The plain one is gone once that is on disk.
  func encrypt(_ plain: String) throws -> String {
    let target = plain + ".age"
    let part = target + ".part"
    try? FileManager.default.removeItem(atPath: part)
    try Age.run(["--encrypt", "-R", recipients, "-o", part, plain])
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: part)
    let handle = try FileHandle(forUpdating: URL(fileURLWithPath: part))
    try handle.synchronize()
    try handle.close()
    try FileManager.default.moveItem(atPath: part, toPath: target)
    try FileManager.default.removeItem(atPath: plain)
    return target
  }
}

/// A backup as the router can read it; an encrypted one is opened beside the ledger for as long.
struct OpenedBackup {
  let path: String
  private let isTemporary: Bool

  init(_ file: String, identity: String?, beside state: String) throws {
    guard file.hasSuffix(".age") else {
      path = file
      isTemporary = false
      return
    }
    guard let identity else {
      throw ValidationError("\(LogText.escaped(file)) is encrypted: give --identity.")
    }
    path = "\(state)/opened-\(UUID().uuidString).sqlite"
    isTemporary = true
    for place in [file, identity] where access(place, R_OK) != 0 {
      throw BackupNotOpened(
        "\(place) cannot be read: \(String(cString: strerror(errno))): mend the path, or run this "
          + "with sudo")
    }
    do {
      try Self.decrypt(file, identity: identity, to: path)
      // Run by root, it must be the router's to read.
      let owner = try FileManager.default.attributesOfItem(atPath: state)
      try FileManager.default.setAttributes(
        [
          .posixPermissions: 0o600,
          .ownerAccountID: owner[.ownerAccountID] as? NSNumber ?? NSNumber(value: getuid()),
          .groupOwnerAccountID: owner[.groupOwnerAccountID] as? NSNumber
            ?? NSNumber(value: getgid()),
        ], ofItemAtPath: path)
    } catch {
      try? FileManager.default.removeItem(atPath: path)
      throw error
    }
  }

  private static func decrypt(_ file: String, identity: String, to path: String) throws {
    let words = Pipe()
    let process = try Age.start(["--decrypt", "-i", identity, "-o", path, file], errors: words)
    let said = String(decoding: words.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      throw BackupNotOpened(file, identity: identity, said: said)
    }
  }

  func remove() {
    if isTemporary { try? FileManager.default.removeItem(atPath: path) }
  }
}

/// Why an encrypted backup or archive cannot be opened.
struct BackupNotOpened: Error, CustomStringConvertible, CodedError {
  let description: String
  var stableCode: String { "backup-not-opened" }

  init(_ description: String) { self.description = description }

  /// - Parameter said: by age, whose own words come last.
  init(_ file: String, identity: String, said: String) {
    let lines = said.split(whereSeparator: \.isNewline)
      .filter { !$0.contains("report unexpected") }
    let words = lines.isEmpty ? "" : " (\(lines.joined(separator: "; ")))"
    let meaning: String
    if said.contains("no identity matched") {
      meaning = "is not encrypted to \(identity): bring the secret key that belongs to a line of "
        + "/etc/accord/backup-recipients at the time"
    } else if said.contains("identit") {
      meaning = "cannot be opened by \(identity), which is not a secret key of age: bring the file "
        + "that age-keygen made"
    } else {
      meaning = "is damaged or cut short: take another copy of it, or the backup before it"
    }
    self.init("\(file) \(meaning)\(words)")
  }
}

/// The program age(1), which Debian has.
enum Age {
  static func run(_ arguments: [String]) throws { try wait(for: start(arguments)) }

  /// - Parameters:
  ///   - input: from which it reads; nothing where it reads a file.
  ///   - output: into which it writes, where it writes no file.
  ///   - errors: takes what it says of itself; else that goes where this program's goes.
  static func start(
    _ arguments: [String], input: Pipe? = nil, output: Pipe? = nil, errors: Pipe? = nil
  ) throws -> Process {
    let places = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin").split(separator: ":")
    guard
      let program = places.map({ "\($0)/age" })
        .first(where: FileManager.default.isExecutableFile(atPath:))
    else { throw CountyError("the program age is missing: apt install age") }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.standardInput = input ?? FileHandle.nullDevice
    if let output { process.standardOutput = output }
    if let errors { process.standardError = errors }
    try process.run()
    return process
  }

  static func wait(for process: Process) throws {
    process.waitUntilExit()
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      throw CountyError("age could not do it; what it said stands above")
    }
  }
}
