import Crypto
import Foundation
import HubModel
import HubProtocol
import Keys
import Ledger
import RouterCore
import Testing

/// A folder of its own for one test's ledger, gone with it.
final class LedgerFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory
      .appendingPathComponent("ledger-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  var path: String { url.appendingPathComponent("ledger.sqlite").path }

  var keysPath: String { url.appendingPathComponent("keys.sqlite").path }
  static let master = SymmetricKey(data: [UInt8](repeating: 9, count: 32))

  func open() throws -> Ledger { try Ledger(at: path, keys: keys()) }
  func keys() throws -> KeyStore { try KeyStore(at: keysPath, master: Self.master) }
  func reader() throws -> LedgerReader {
    try LedgerReader(at: path, keys: KeyReader(at: keysPath, master: Self.master))
  }

  static let signer = SigningKey(
    Curve25519.Signing.PrivateKey(), fingerprint: KeyFingerprint("ab")!)

  func restore(from backup: String) throws -> (report: RestoreReport, kept: String?) {
    try LedgerRestore(path, from: backup, keys: keys).perform(Self.order)
  }

  static var order: RestoreOrder {
    RestoreOrder(
      program: Sample.program, key: signer, now: .after(1_000), reason: "the disk failed")
  }

  /// What a killed process leaves: the files as they stand, without the locks and the shared
  /// index that died with it.
  func asKilled() throws -> LedgerFolder {
    let copy = try LedgerFolder()
    for (from, to) in [(path, copy.path), (keysPath, copy.keysPath)] {
      for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: from + suffix) {
        try FileManager.default.copyItem(atPath: from + suffix, toPath: to + suffix)
      }
    }
    return copy
  }

  /// Whether any file of the folder holds this text.
  func holds(_ marker: String) throws -> Bool { try holds(Array(marker.utf8)) }

  /// Whether any file of the folder holds these bytes.
  func holds(_ marker: [UInt8]) throws -> Bool {
    let files = try FileManager.default.contentsOfDirectory(
      at: url, includingPropertiesForKeys: nil)
    return try files.contains { file in
      try Data(contentsOf: file).range(of: Data(marker)) != nil
    }
  }
}

extension Ledger {
  func facts(dueBy: WallTime = .start, _ ask: (inout Needs) -> Void = { _ in }) throws -> Facts {
    var needs = Needs(dueBy: dueBy)
    ask(&needs)
    return try load(needs)
  }
}

/// What a ledger error is about; tests never compare words.
func kind<Value>(of body: () throws -> Value) -> LedgerError.Kind? {
  do {
    _ = try body()
    return nil
  } catch let error as LedgerError {
    return error.kind
  } catch {
    Issue.record("not a LedgerError: \(type(of: error))")
    return nil
  }
}
