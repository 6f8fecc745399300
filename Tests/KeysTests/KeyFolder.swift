import Crypto
import Foundation
import HubModel
import Keys
import Testing

/// A folder of its own for one test's key store, gone with it.
final class KeyFolder {
  let url: URL
  let master = SymmetricKey(data: [UInt8](repeating: 7, count: 32))

  init() throws {
    url = FileManager.default.temporaryDirectory
      .appendingPathComponent("keys-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  var path: String { url.appendingPathComponent("keys.sqlite").path }

  func open(_ key: SymmetricKey? = nil, before: SymmetricKey? = nil) throws -> KeyStore {
    try KeyStore(at: path, master: key ?? master, before: before)
  }

  /// What a killed process leaves: the files as they stand.
  func asKilled() throws -> KeyFolder {
    let copy = try KeyFolder()
    for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: path + suffix) {
      try FileManager.default.copyItem(atPath: path + suffix, toPath: copy.path + suffix)
    }
    return copy
  }

  /// Whether any file of the folder holds these bytes.
  func holds(_ bytes: [UInt8]) throws -> Bool {
    try FileManager.default.contentsOfDirectory(at: url, includingPropertiesForKeys: nil)
      .contains { try Data(contentsOf: $0).range(of: Data(bytes)) != nil }
  }
}

extension ParticipantID {
  static func numbered(_ number: UInt64) -> ParticipantID {
    ParticipantID(MessageID(high: 0xfeed, low: number))
  }
}

extension MessageID {
  static func numbered(_ number: UInt64) -> MessageID { MessageID(high: 0xbee, low: number) }
}

/// What a key store's error is about; tests never compare words.
func kind<Value>(of body: () throws -> Value) -> KeyStoreError.Kind? {
  do {
    _ = try body()
    return nil
  } catch let error as KeyStoreError {
    return error.kind
  } catch {
    Issue.record("not a KeyStoreError: \(type(of: error))")
    return nil
  }
}
