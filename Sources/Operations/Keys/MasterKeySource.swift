public import Crypto
import Foundation

#if canImport(Glibc)
  import Glibc
#endif

/// Where the router's master key comes from. It wraps every other key of the key store; nothing
/// at rest can be read without it.
///
/// Whatever the source, it gives 32 raw bytes or 64 hexadecimal digits; lines that begin with `#`
/// and white space are passed over. Errors say what is wrong with the source and never show it.
public enum MasterKeySource: Hashable, Sendable {
  /// A file of the router's own user or of root, that nobody else may use: mode 600 or stricter.
  case file(String)
  /// A credential that the service manager hands over, by its name in `$CREDENTIALS_DIRECTORY`
  /// (systemd's `LoadCredential=` and `LoadCredentialEncrypted=`).
  case credential(String)
  /// A program and its arguments, run without a shell; the key is what it prints. It has 30
  /// seconds, and must end with status 0.
  case command([String])

  static let bytes = 32
  /// Comments are allowed, so the bound is well above the key.
  static let longest = 4_096
  static let commandSeconds = 30

  /// Reads the key.
  public func load() throws(ConfigurationError) -> SymmetricKey {
    switch self {
    case .file(let path): return try Self.read(path, strangers: 0o077)
    case .credential(let name):
      guard let folder = getenv("CREDENTIALS_DIRECTORY").map({ String(cString: $0) }) else {
        throw ConfigurationError(
          file: name,
          "is to come as a credential, but $CREDENTIALS_DIRECTORY is not set: start the router "
            + "by its service with LoadCredential=\(name):…, or give 'master-key' a file")
      }
      // The service manager lends the file by an access list, whose mask shows as the group's bits.
      return try Self.read(folder + "/" + name, strangers: 0o027)
    case .command(let words): return try Self.run(words)
    }
  }

  /// - Parameter strangers: permission bits that must not be set.
  private static func read(
    _ path: String, strangers: mode_t
  ) throws(ConfigurationError) -> SymmetricKey {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw ConfigurationError(file: path, "cannot be read: \(String(cString: strerror(errno)))")
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw ConfigurationError(file: path, "is not a file")
    }
    guard status.st_uid == geteuid() || status.st_uid == 0 else {
      throw ConfigurationError(
        file: path,
        "holds the master key, but belongs to user \(status.st_uid): give it to the user whom the "
          + "router runs as (chown), and replace the key if that user may have read it")
    }
    guard status.st_mode & strangers == 0 else {
      let mode = String(status.st_mode & 0o777, radix: 8)
      throw ConfigurationError(
        file: path,
        "holds the master key, but others than its owner may use it (mode \(mode)): "
          + "run 'chmod 600 \(path)', and replace the key if somebody may have read it")
    }
    let secret = SecretBytes(capacity: longest)
    let code = secret.fill(from: descriptor)
    guard code == 0 else {
      throw ConfigurationError(file: path, "cannot be read: \(String(cString: strerror(code)))")
    }
    return try key(in: secret, of: path)
  }

  private static func key(
    in secret: SecretBytes, of place: String
  ) throws(ConfigurationError) -> SymmetricKey {
    guard let key = secret.key else {
      throw ConfigurationError(
        file: place,
        "does not hold a master key: it must be 32 raw bytes or 64 hexadecimal digits, and is "
          + "\(secret.count) bytes of something else")
    }
    return key
  }

  // MARK: Commands

  private static func run(_ words: [String]) throws(ConfigurationError) -> SymmetricKey {
    guard let program = words.first, program.hasPrefix("/") else {
      throw ConfigurationError(
        file: words.first ?? "master-key-command", "must be the absolute path of a program")
    }
    var status = stat()
    guard stat(program, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw ConfigurationError(file: program, "is not a program that can be run for the master key")
    }
    guard status.st_mode & 0o022 == 0 else {
      throw ConfigurationError(
        file: program, "gives the master key, but others than its owner may change it: chmod go-w")
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = Array(words.dropFirst())
    // A way out for the key that nobody else reads, and nothing to read for the program.
    process.standardInput = FileHandle.nullDevice
    let output = Pipe()
    process.standardOutput = output
    do {
      try process.run()
    } catch {
      throw ConfigurationError(file: program, "could not be run for the master key")
    }
    let timer = DispatchSource.makeTimerSource()
    // Not SIGTERM: whoever started the router may have had it ignored, and children inherit that.
    let identifier = process.processIdentifier
    timer.setEventHandler { kill(identifier, SIGKILL) }
    timer.schedule(deadline: .now() + .seconds(commandSeconds))
    timer.resume()
    defer { timer.cancel() }
    let secret = SecretBytes(capacity: longest)
    let code = secret.fill(from: output.fileHandleForReading.fileDescriptor)
    // One that prints without end is not waited for.
    if secret.room == 0 { kill(identifier, SIGKILL) }
    process.waitUntilExit()
    guard code == 0, process.terminationReason == .exit, process.terminationStatus == 0 else {
      throw ConfigurationError(
        file: program,
        "gave no master key: it ended with status \(process.terminationStatus), or took longer "
          + "than \(commandSeconds) seconds")
    }
    return try key(in: secret, of: program)
  }

  // MARK: New keys

  /// Writes a new key file with mode 600; one that exists is never replaced, because what it
  /// wraps could not be read any more.
  public static func writeNewFile(to path: String) throws(ConfigurationError) {
    let key = SymmetricKey(size: .bits256)
    let digits = key.withUnsafeBytes { bytes in
      bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
    let text = """
      # Master key of the router: it wraps the keys under which everything at rest is sealed.
      # Without it the ledger cannot be read by anyone, the router included: keep a copy in a safe,
      # apart from the backups of ledger and key store. Keep it mode 600.
      \(digits)

      """
    try TextFile.write(text, to: path, mode: 0o600, overwrites: false)
  }
}

extension MasterKeySource: CustomStringConvertible {
  /// Where from, without a command's arguments.
  public var description: String {
    switch self {
    case .file(let path): "file \(path)"
    case .credential(let name): "credential \(name)"
    case .command(let words): "command \(words.first ?? "")"
    }
  }
}

extension MasterKeySource {
  /// The one source that a configuration names; anything but one is reported.
  static func one(in fields: YAMLFields) -> MasterKeySource? {
    let keys = ["master-key", "master-key-credential", "master-key-command"]
    let file = fields.optional(keys[0], .path)
    let credential = fields.optional(
      keys[1],
      .scalar("a credential's name, without '/'") {
        $0.isEmpty || $0.contains("/") || $0.hasPrefix(".") ? nil : $0
      })
    let command = fields.optional(
      keys[2], .list(of: YAMLValue<String>.text(), count: 1...32))
    let given = keys.filter(fields.has)
    guard given.count == 1 else {
      fields.report(
        given.last ?? keys[0],
        given.isEmpty
          ? "is missing: give a file, or 'master-key-credential', or 'master-key-command'"
          : "is one of \(given.count) sources of the master key: give exactly one")
      return nil
    }
    return file.map { .file($0) } ?? credential.map { .credential($0) }
      ?? command.map { .command($0) }
  }
}
