#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Why the key store cannot go on. Nothing in it was a key or was sealed by one.
public struct KeyStoreError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Kind: String, Hashable, Sendable {
    /// The master key is not the one that wrapped what is there.
    case wrongMaster = "wrong-master-key"
    /// The file is something other than a key store.
    case foreign = "not-a-key-store"
    /// The file was written by a newer version of the program.
    case newer = "key-store-newer-than-program"
    /// A row cannot be what the program wrote.
    case damaged = "key-store-damaged"
    /// A key is asked for that was never made here, nor destroyed here.
    case missing = "key-missing"
    /// Opening, reading, writing or flushing failed.
    case storage = "key-store-storage"
  }

  public let kind: Kind
  /// What was being done, such as "destroy keys".
  public let operation: String
  /// SQLite's extended result code, or `errno` for a file operation; 0 where neither applies.
  public let code: Int32
  /// The system's own words.
  public let detail: String
  /// Of a file operation.
  public let path: String?

  init(
    _ kind: Kind, _ operation: String, code: Int32 = 0, detail: String = "", path: String? = nil
  ) {
    self.path = path
    self.kind = kind
    self.operation = operation
    self.code = code
    self.detail = detail
  }

  /// What the system says of the file operation that has just failed.
  static func system(_ operation: String, _ path: String) -> KeyStoreError {
    KeyStoreError(
      .storage, operation, code: errno, detail: "\(path): " + String(cString: strerror(errno)),
      path: path)
  }

  /// What an operator can do about it.
  public var remedy: String {
    switch kind {
    case .wrongMaster:
      "give 'master-key' the key that this store was made with, or, if it was just replaced, "
        + "name the one before as 'master-key-before'"
    case .foreign: "check the state folder in the configuration"
    case .newer: "install the newer program, or restore a backup made by this one"
    case .damaged: "stop the router, keep the file, and restore a backup of the key store"
    case .missing: "restore the newest backup of the key store: this one is older than the ledger"
    case .storage where PlaceRemedy.text(code, path) != nil: PlaceRemedy.text(code, path) ?? ""
    case .storage: "check the disk (space, mount, hardware), then start the router again"
    }
  }

  public var description: String {
    var text = "\(kind.rawValue): \(operation)"
    if code != 0 { text += " (code \(code))" }
    if !detail.isEmpty { text += ": \(detail)" }
    return text + "; " + remedy
  }
}

/// What to do where a file operation failed for its place and not for the disk.
public enum PlaceRemedy {
  /// - Parameter code: `errno` of the operation on the path.
  /// - Returns: `nil` where it may be the disk.
  public static func text(_ code: Int32, _ path: String?) -> String? {
    guard let path else { return nil }
    let folder = path.split(separator: "/").dropLast().joined(separator: "/")
    switch code {
    case ENOENT, ENOTDIR:
      return "is 'state' in the configuration right? Else make the folder /\(folder) and give it "
        + "to the router's user: 'install -d -m 700 -o accord-router -g accord-router /\(folder)'"
    case EACCES, EPERM:
      return "give the folder /\(folder) and what is in it to the router's user: 'chown -R "
        + "accord-router: /\(folder)'"
    case EROFS:
      return "the file system of /\(folder) is mounted read-only: mount it for writing, and see "
        + "'dmesg' for why it was not"
    default: return nil
    }
  }
}
