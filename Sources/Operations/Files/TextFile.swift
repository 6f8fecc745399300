import Foundation

#if canImport(Glibc)
  import Glibc
#endif

/// Small text files, read and written whole.
public enum TextFile {
  /// Reads UTF-8 text.
  /// - Throws: a ``ConfigurationError`` that says what the system answered, or that the file is
  ///   larger than `largest` bytes or not UTF-8.
  public static func read(
    _ path: String, largest: Int = 1 << 20
  ) throws(ConfigurationError) -> String {
    try text(of: bytes(of: path, largest: largest, isSecret: false), path)
  }

  /// Reads a file that only its owner may read.
  /// - Throws: as ``read(_:largest:)``, and where anyone else may read or write it.
  public static func readSecret(
    _ path: String, largest: Int = 1 << 16
  ) throws(ConfigurationError) -> String {
    try text(of: bytes(of: path, largest: largest, isSecret: true), path)
  }

  /// Writes a file as a whole or not at all: under another name first, flushed, then renamed.
  /// - Parameters:
  ///   - mode: permissions of the file, for instance `0o600`.
  ///   - overwrites: whether a file that exists is replaced; otherwise that is an error.
  public static func write(
    _ text: String, to path: String, mode: UInt32, overwrites: Bool
  ) throws(ConfigurationError) {
    let temporary = "\(path).\(getpid()).new"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode_t(mode))
    guard descriptor >= 0 else { throw failure("be written", path) }
    defer { unlink(temporary) }
    var isWritten = fchmod(descriptor, mode_t(mode)) == 0
    var rest = Array(text.utf8)[...]
    while isWritten, !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 { rest = rest.dropFirst(count) } else { isWritten = errno == EINTR }
    }
    isWritten = isWritten && fsync(descriptor) == 0
    let code = errno
    close(descriptor)
    guard isWritten else { throw failure("be written", path, code: code) }
    // A link fails where the name is taken, so that two writers cannot both have been first.
    let isPlaced = overwrites ? rename(temporary, path) == 0 : link(temporary, path) == 0
    guard isPlaced else { throw failure("be written", path) }
    flushFolder(of: path)
  }

  private static func bytes(
    of path: String, largest: Int, isSecret: Bool
  ) throws(ConfigurationError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("be read", path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure("be read", path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw ConfigurationError(file: path, "is not a file")
    }
    if isSecret, status.st_mode & 0o077 != 0 {
      let mode = String(status.st_mode & 0o777, radix: 8)
      throw ConfigurationError(
        file: path,
        "holds a secret, but others than its owner may use it (mode \(mode)): "
          + "run 'chmod 600 \(path)', and replace the key if somebody may have read it")
    }
    guard status.st_size <= largest else {
      throw ConfigurationError(file: path, "is larger than \(largest) bytes")
    }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count == 0 { return bytes }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure("be read", path) }
      bytes += buffer.prefix(count)
      guard bytes.count <= largest else {
        throw ConfigurationError(file: path, "is larger than \(largest) bytes")
      }
    }
  }

  private static func text(
    of bytes: [UInt8], _ path: String
  ) throws(ConfigurationError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ConfigurationError(file: path, "is not UTF-8 text; save it as UTF-8")
    }
    return text.first == "\u{feff}" ? String(text.dropFirst()) : text
  }

  private static func failure(
    _ what: String, _ path: String, code: Int32 = errno
  ) -> ConfigurationError {
    ConfigurationError(file: path, "cannot \(what): \(String(cString: strerror(code)))")
  }

  private static func flushFolder(of path: String) {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}
