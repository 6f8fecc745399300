import Crypto
import Foundation

/// Names a case or a person in an address, so that neither the address nor the browser's history
/// tells which: the agency's own number, encrypted and authenticated under the desk's key. The
/// same number has the same link, so that a bookmark lasts.
public struct OpaqueLinks: Sendable {
  private let sealing: SymmetricKey
  private let naming: SymmetricKey

  init(key: Data) {
    let key = SymmetricKey(data: key)
    func derived(_ use: String) -> SymmetricKey {
      HKDF<SHA256>.deriveKey(
        inputKeyMaterial: key, info: Data("accord desk link \(use)".utf8), outputByteCount: 32)
    }
    sealing = derived("seal")
    naming = derived("name")
  }

  /// - Parameter kind: a link of one kind opens nothing of another.
  public func link(_ kind: String, _ number: String) -> String {
    let text = Data(number.utf8)
    // The nonce follows from what is sealed: equal only where that is equal (as in AES-SIV).
    let mac = HMAC<SHA256>.authenticationCode(for: Data("\(kind)|".utf8) + text, using: naming)
    guard let nonce = try? AES.GCM.Nonce(data: Data(mac.prefix(12))),
      let box = try? AES.GCM.seal(
        text, using: sealing, nonce: nonce, authenticating: Data(kind.utf8)),
      let bytes = box.combined
    else { return "" }
    return bytes.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
      .replacing("=", with: "")
  }

  /// The number; `nil` for a link that this desk never made.
  public func number(_ kind: String, _ link: String) -> String? {
    guard link.utf8.count <= 400 else { return nil }
    let padding = String(repeating: "=", count: (4 - link.utf8.count % 4) % 4)
    let text = link.replacing("-", with: "+").replacing("_", with: "/") + padding
    guard let bytes = Data(base64Encoded: text), let box = try? AES.GCM.SealedBox(combined: bytes),
      let number = try? AES.GCM.open(box, using: sealing, authenticating: Data(kind.utf8))
    else { return nil }
    return String(decoding: number, as: UTF8.self)
  }
}
