import Keys

/// Why the ledger cannot go on. A router that meets one stops; it never retries a failed flush,
/// because the kernel may already have dropped the pages that failed.
///
/// Nothing in it was bound to a statement: an operation is named, never its values.
public struct LedgerError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Kind: String, Hashable, Sendable {
    /// Another process (or another part of this one) has the ledger open.
    case inUse = "ledger-in-use"
    /// The file was written by a newer version of the program.
    case newer = "ledger-newer-than-program"
    /// The file is something other than a ledger.
    case foreign = "not-a-ledger"
    /// A row cannot be what the program wrote.
    case damaged = "ledger-damaged"
    /// Opening, reading, writing or flushing failed.
    case storage = "ledger-storage"
    /// What it holds was sealed with another key store.
    case otherKeys = "other-key-store"
    /// The key store lacks keys that the ledger used: an old backup of it was restored.
    case oldKeys = "key-store-behind-ledger"
    /// The ledger is older than its key store knows it to have been, and no restore made it so.
    case putBack = "ledger-put-back"
    /// An earlier failure stopped this ledger, or it was closed.
    case stopped = "ledger-stopped"
  }

  public let kind: Kind
  /// What was being done, such as "write part".
  public let operation: String
  /// SQLite's extended result code, or `errno` for a file operation; 0 where neither applies.
  public let code: Int32
  /// SQLite's or the system's own words; they name columns and files, never values.
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

  /// What an operator can do about it.
  public var remedy: String {
    switch kind {
    case .inUse: "stop the other router that uses this ledger, then start again"
    case .newer: "install the newer program, or restore a backup made by this one"
    case .foreign: "check the ledger's path in the configuration"
    case .damaged: "stop the router, keep the file, and restore a backup"
    case .storage where PlaceRemedy.text(code, path) != nil: PlaceRemedy.text(code, path) ?? ""
    case .storage: "check the disk (space, mount, hardware), then start the router again"
    case .otherKeys: "put the keys.sqlite that belongs to this ledger beside it"
    case .oldKeys: "restore the newest keys.sqlite; one that is older than the ledger lost keys"
    case .putBack:
      "put the newest ledger in place, or restore this one with 'accord-router restore', so that "
        + "nothing that was revoked comes back"
    case .stopped: "look for the first ledger error in the log, and start the router again"
    }
  }

  public var description: String {
    var text = "\(kind.rawValue): \(operation)"
    if code != 0 { text += " (code \(code))" }
    if !detail.isEmpty { text += ": \(detail)" }
    return text + "; " + remedy
  }
}
