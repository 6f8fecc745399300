import Testing
import ZeroMQ

@Suite("CURVE keys")
struct CurveKeyTests {
  // The example pair that libzmq's manual prints.
  static let publicText = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"
  static let secretText = "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs"

  @Test("A public key follows from its secret")
  func derive() throws {
    let secret = try #require(CurveSecretKey(z85: Self.secretText))
    #expect(try secret.publicKey().z85 == Self.publicText)
    #expect(try CurveKeyPair(secretKey: secret).publicKey.z85 == Self.publicText)
  }

  @Test("Generated pairs are all different and survive a trip through text and bytes")
  func generate() throws {
    let pairs = try (0..<8).map { _ in try CurveKeyPair.generate() }
    #expect(Set(pairs).count == pairs.count)
    for pair in pairs {
      #expect(CurvePublicKey(z85: pair.publicKey.z85) == pair.publicKey)
      #expect(CurveSecretKey(z85: pair.secretKey.z85) == pair.secretKey)
      #expect(CurvePublicKey(bytes: pair.publicKey.bytes) == pair.publicKey)
      #expect(CurveSecretKey(bytes: pair.secretKey.bytes) == pair.secretKey)
      #expect(try pair.secretKey.publicKey() == pair.publicKey)
    }
  }

  static let badTexts: [String] = {
    let cut = String(publicText.dropLast())
    var texts = ["", "short", cut, publicText + "0", publicText + "00000"]
    for ending in [" ", "~", "\0", "\u{7F}"] { texts.append(cut + ending) }
    texts.append("\0" + String(publicText.dropFirst()))
    texts.append(String(publicText.dropLast(2)) + "é")
    texts.append(String(repeating: "é", count: 40))
    // Forty good characters whose value is beyond 32 bytes.
    texts.append(String(repeating: "#", count: 40))
    return texts
  }()

  @Test("Text that is not 40 characters of Z85 is no key", arguments: badTexts)
  func badText(text: String) {
    #expect(CurvePublicKey(z85: text) == nil)
    #expect(CurveSecretKey(z85: text) == nil)
  }

  @Test("Only 32 bytes are a key", arguments: [0, 31, 33, 40])
  func badBytes(count: Int) {
    #expect(CurvePublicKey(bytes: [UInt8](repeating: 7, count: count)) == nil)
    #expect(CurveSecretKey(bytes: [UInt8](repeating: 7, count: count)) == nil)
  }

  @Test("A secret key never prints itself, alone or inside something else")
  func secretIsNotPrinted() throws {
    let secret = try #require(CurveSecretKey(z85: Self.secretText))
    let pair = try CurveKeyPair(secretKey: secret)
    var dumped = ""
    dump(pair, to: &dumped)
    let printed = [
      "\(secret)", String(reflecting: secret), "\(pair)", String(reflecting: pair), "\([secret])",
      dumped,
    ]
    for output in printed {
      #expect(!output.contains(Self.secretText))
      #expect(!output.contains("\(secret.bytes[0]), \(secret.bytes[1])"))
    }
    #expect("\(pair.publicKey)" == Self.publicText)
  }
}
