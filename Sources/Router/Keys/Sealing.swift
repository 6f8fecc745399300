import Crypto
import Foundation
public import HubModel
import HubProtocol

/// Whose key seals something.
public enum KeyOwner: Hashable, Sendable {
  case participant(ParticipantID)
  /// A message with a key of its own (``KeyStore/giveKey(to:of:)``).
  case message(MessageID)
  /// Nobody whom the router knows; the time decides which of the hub's keys.
  case hub(WallTime)
}

/// What is sealed. It is bound into the sealing together with its place, so that a sealed value
/// opens nowhere else.
public enum SealedThing: String, Sendable {
  case content, release, revoked, view, alias, blanket, authority, finding, heldName
}

/// What is looked up by a name or number that shall not stand in the file.
public enum IndexedThing: UInt8, Sendable {
  case alias = 1
  case token = 2
  case booking = 3
  case parties = 4
}

/// AES-256-GCM with a fresh random nonce for each sealing: equal contents give bytes that have
/// nothing in common but their length.
struct Sealing {
  private static let nonceBytes = 12

  static func seal(
    _ bytes: [UInt8], under key: SymmetricKey, named id: MessageID, _ thing: SealedThing,
    at place: [UInt8], _ random: inout RandomPool
  ) throws -> [UInt8] {
    let box: AES.GCM.SealedBox
    do {
      box = try AES.GCM.seal(
        bytes, using: key, nonce: AES.GCM.Nonce(data: random.draw(nonceBytes)),
        authenticating: bound(thing, place))
    } catch {
      throw KeyStoreError(.damaged, "seal")
    }
    return SealedContent(
      keyID: id, nonce: box.nonce, ciphertext: box.ciphertext, tag: box.tag
    ).encoded()
  }

  static func open(
    _ sealed: SealedContent, under key: SymmetricKey, _ thing: SealedThing, at place: [UInt8]
  ) throws -> [UInt8] {
    do {
      let box = try AES.GCM.SealedBox(
        nonce: AES.GCM.Nonce(data: sealed.nonce), ciphertext: sealed.ciphertext, tag: sealed.tag)
      return [UInt8](
        try AES.GCM.open(box, using: key, authenticating: bound(thing, place)))
    } catch {
      throw KeyStoreError(.damaged, "open a sealed \(thing.rawValue)")
    }
  }

  static func read(_ bytes: [UInt8]) throws -> SealedContent {
    guard let sealed = SealedContent(decoding: bytes) else {
      throw KeyStoreError(.damaged, "read what is sealed")
    }
    return sealed
  }

  private static func bound(_ thing: SealedThing, _ place: [UInt8]) -> [UInt8] {
    var bytes = Array("accord-sealed-1 ".utf8)
    bytes += thing.rawValue.utf8
    bytes.append(0)
    return bytes + place
  }

  /// The first 16 bytes of an HMAC-SHA-256.
  static func index(
    _ thing: IndexedThing, _ pieces: [[UInt8]], under key: SymmetricKey
  ) -> [UInt8] {
    var code = HMAC<SHA256>(key: key)
    code.update(data: [thing.rawValue])
    for piece in pieces {
      // Lengths too, so that pieces cannot lend each other bytes.
      code.update(data: [UInt8(truncatingIfNeeded: piece.count >> 8), UInt8(piece.count & 255)])
      code.update(data: piece)
    }
    return Array(code.finalize().prefix(16))
  }
}
