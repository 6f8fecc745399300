import Crypto
import Foundation
import HubModel
import Testing

@testable import Desk

@Suite struct SealedFormTests {
  /// What the phone's script does.
  private func seal(_ text: Data, to desk: SealedForms) throws -> Data {
    let theirs = try P256.KeyAgreement.PublicKey(
      x963Representation: try #require(Data(base64Encoded: desk.publicKey)))
    let ours = P256.KeyAgreement.PrivateKey()
    let secret = try ours.sharedSecretFromKeyAgreement(with: theirs).hkdfDerivedSymmetricKey(
      using: SHA256.self, salt: Data(), sharedInfo: Data("accord release capture 1".utf8),
      outputByteCount: 32)
    let box = try AES.GCM.seal(text, using: secret)
    return ours.publicKey.x963Representation + (try #require(box.combined))
  }

  @Test("What a phone sealed opens at its desk, and at no other")
  func opens() throws {
    let desk = try SealedForms(key: SealedForms.freshKey)
    let envelope = try seal(Data("hello".utf8), to: desk)
    #expect(try desk.open(envelope) == Data("hello".utf8))
    let other = try SealedForms(key: SealedForms.freshKey)
    #expect(throws: (any Error).self) { try other.open(envelope) }
  }

  @Test("A changed or shortened envelope does not open", arguments: [0, 64, 65, 76, 77, 90, -1])
  func changed(place: Int) throws {
    let desk = try SealedForms(key: SealedForms.freshKey)
    var envelope = [UInt8](try seal(Data(repeating: 1, count: 30), to: desk))
    envelope[place < 0 ? envelope.count - 1 : place] ^= 1
    #expect(throws: (any Error).self) { try desk.open(Data(envelope)) }
    #expect(throws: (any Error).self) { try desk.open(Data(envelope.prefix(40))) }
  }
}
