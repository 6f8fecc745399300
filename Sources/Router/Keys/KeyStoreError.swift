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

  init(_ kind: Kind, _ operation: String, code: Int32 = 0, detail: String = "") {
    self.kind = kind
    self.operation = operation
    self.code = code
    self.detail = detail
  }

  /// What the system says of the file operation that has just failed.
  static func system(_ operation: String) -> KeyStoreError {
    KeyStoreError(.storage, operation, code: errno, detail: String(cString: strerror(errno)))
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
