import Crypto
import Foundation
import HubModel

/// What a browser carries while it is away at the identity provider: sealed for this desk, so that
/// nobody can read or make one, and nothing is kept here for whoever never comes back.
struct SignOnTrip: Sendable, Hashable, Codable {
  /// From leaving to coming back.
  static let longest = Span.minutes(10)

  /// Comes back in the address, and shows that the answer belongs to this browser.
  let state: String
  /// Comes back in the ID token, and shows that the token belongs to this sign-in.
  let nonce: String
  /// Goes with the code, and shows that who redeems it is who asked for it (RFC 7636).
  let verifier: String
  /// Where the person goes on.
  let next: String
  /// Whether the person must show again who they are, though the provider may know them.
  let isAgain: Bool
  let left: Int64

  init(next: String, isAgain: Bool, at now: WallTime) {
    state = Randomness.text(bytes: 16)
    nonce = Randomness.text(bytes: 16)
    verifier = Randomness.text(bytes: 32)
    self.next = next
    self.isAgain = isAgain
    left = now.milliseconds
  }

  /// RFC 7636, section 4.2, method S256.
  var challenge: String { Data(SHA256.hash(data: Data(verifier.utf8))).base64URL }

  /// Since when the provider must have asked the person, where it must at all.
  var authenticatedSince: WallTime? { isAgain ? WallTime(milliseconds: left) : nil }

  private static let use = Data("accord single sign-on 1".utf8)

  func sealed(with key: SymmetricKey) throws -> String {
    let box = try AES.GCM.seal(
      try JSONEncoder().encode(self), using: key, authenticating: Self.use)
    return box.combined?.base64URL ?? ""
  }

  /// - Returns: `nil` for what this desk did not seal, or too long ago.
  init?(sealed text: String?, with key: SymmetricKey, at now: WallTime) {
    guard let text, text.utf8.count <= 4_096, let bytes = Data(base64URL: text),
      let box = try? AES.GCM.SealedBox(combined: bytes),
      let plain = try? AES.GCM.open(box, using: key, authenticating: Self.use),
      let trip = try? JSONDecoder().decode(SignOnTrip.self, from: plain)
    else { return nil }
    let since = now.milliseconds - trip.left
    guard (-1_000...Self.longest.milliseconds).contains(since) else { return nil }
    self = trip
  }
}

extension Data {
  /// RFC 4648, section 5, without padding.
  var base64URL: String {
    base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
      .replacing("=", with: "")
  }

  init?(base64URL text: String) {
    var text = text.replacing("-", with: "+").replacing("_", with: "/")
    text += String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
    self.init(base64Encoded: text)
  }
}
