import Crypto
import Foundation
import HubModel

/// What a key is for; the numbers stand in the file.
enum KeyKind: Int64 {
  /// Everything about one participant.
  case participant = 1
  /// One message that waits: destroyed when it is refused, lapses or is rejected.
  case message = 2
  /// What is about nobody whom the router knows, of one period.
  case hub = 3
  /// Turns names and numbers into what the ledger looks them up by.
  case index = 4
}

/// A 256-bit key, wrapped by another one.
struct WrappedKey {
  let id: MessageID
  let kind: KeyKind
  let handle: MessageID?
  let parent: MessageID?
  /// Of the master key that wrapped it; empty where a parent did.
  var master: [UInt8]
  var wrapped: Data
}

/// Wraps and unwraps keys with AES-256-GCM. What a key is and whose is bound into its wrapping, so
/// that rows of the store cannot be exchanged for one another.
struct Wrapping: Sendable {
  let key: SymmetricKey

  func wrap(
    _ inner: SymmetricKey, id: MessageID, kind: KeyKind, handle: MessageID?, parent: MessageID?
  ) throws -> Data {
    let bound = Self.bound(id, kind, handle, parent)
    // The copy that must be made of the key is the box's to overwrite, or this buffer's.
    let box = try inner.withUnsafeBytes { try AES.GCM.seal($0, using: key, authenticating: bound) }
    guard let combined = box.combined else { throw KeyStoreError(.damaged, "wrap a key") }
    return combined
  }

  func unwrap(_ row: WrappedKey) throws -> SymmetricKey {
    do {
      var bytes = try AES.GCM.open(
        AES.GCM.SealedBox(combined: row.wrapped), using: key,
        authenticating: Self.bound(row.id, row.kind, row.handle, row.parent))
      defer { bytes.resetBytes(in: 0..<bytes.count) }
      return SymmetricKey(data: bytes)
    } catch {
      throw KeyStoreError(.damaged, "unwrap a key")
    }
  }

  private static func bound(
    _ id: MessageID, _ kind: KeyKind, _ handle: MessageID?, _ parent: MessageID?
  ) -> [UInt8] {
    Array("accord-key-1".utf8) + [UInt8(truncatingIfNeeded: kind.rawValue)] + id.bytes
      + (handle?.bytes ?? []) + [handle == nil ? 0 : 1] + (parent?.bytes ?? [])
  }

  /// Tells master keys apart without telling anything of them.
  static func name(of master: SymmetricKey) -> [UInt8] {
    Array(
      HMAC<SHA256>.authenticationCode(for: Array("accord-master-key-name".utf8), using: master)
        .prefix(8))
  }
}
