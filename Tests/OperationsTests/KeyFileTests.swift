import Foundation
import HubModel
import Operations
import Testing

@Suite("Key files")
struct KeyFileTests {
  static let now = WallTime(milliseconds: 1_795_000_000_000)

  @Test("a generated key is written for its owner alone, and read back as the same key")
  func roundTrip() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("key.yaml")
    let key = try KeyFile.generate(at: Self.now)
    try key.write(to: path, holder: "lakewood-sheriff")
    #expect(try folder.mode(of: path) == 0o600)
    let read = try KeyFile.load(path)
    #expect(read.fingerprint == key.fingerprint)
    #expect(read.curve == key.curve)
    #expect(read.signing.rawRepresentation == key.signing.rawRepresentation)
    #expect(read.created == Self.now)
    #expect(read.registryKey(isConsumer: true).curve == key.curve.publicKey.bytes)
  }

  @Test("a key that exists is never replaced")
  func keeps() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("key.yaml")
    let first = try KeyFile.generate(at: Self.now)
    try first.write(to: path, holder: "a")
    #expect(throws: ConfigurationError.self) {
      try KeyFile.generate(at: Self.now).write(to: path, holder: "a")
    }
    #expect(try KeyFile.load(path).fingerprint == first.fingerprint)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["key.yaml"])
  }

  @Test("a secret that others may read is refused with the command to run",
    arguments: [0o644, 0o640, 0o604, 0o660, 0o602])
  func openToOthers(_ mode: Int) throws {
    let folder = try TemporaryFolder()
    for (name, read) in Self.readers {
      let path = folder.file(name)
      try KeyFile.generate(at: Self.now).write(to: path, holder: "a")
      try folder.setMode(mode, of: path)
      let error = #expect(throws: ConfigurationError.self) { try read(path) }
      #expect(error?.description.contains("chmod 600 \(path)") == true)
    }
  }

  private static let readers: [(String, @Sendable (String) throws -> Void)] = [
    ("key.yaml", { _ = try KeyFile.load($0) }),
    ("matching.key", { _ = try MatchingKeyFile.load($0) }),
  ]

  @Test("no error, description or mirror of a key shows a secret")
  func keepsSecrets() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("key.yaml")
    let key = try KeyFile.generate(at: Self.now)
    try key.write(to: path, holder: "a")
    let secret = Hex.encode(key.signing.rawRepresentation)
    #expect(!"\(key)".contains(secret))
    #expect(!String(reflecting: key).contains(secret))
    var dumped = ""
    dump(key, to: &dumped)
    #expect(!dumped.contains(secret))
    let text = try TextFile.readSecret(path).replacingOccurrences(of: secret, with: secret + "0")
    try TextFile.write(text, to: path, mode: 0o600, overwrites: true)
    let error = #expect(throws: ConfigurationError.self) { try KeyFile.load(path) }
    #expect(error?.problems.first?.key == "signing.secret")
    #expect(error?.description.contains(secret) == false)
  }

  @Test("public keys that belong to other secrets are refused")
  func mixed() throws {
    let folder = try TemporaryFolder()
    let key = try KeyFile.generate(at: Self.now)
    let other = try KeyFile.generate(at: Self.now)
    for (old, new, place) in [
      (key.curve.publicKey.z85, other.curve.publicKey.z85, "curve.public"),
      (Hex.encode(key.signingPublicKey), Hex.encode(other.signingPublicKey), "signing.public"),
    ] {
      let path = folder.file(place)
      try key.write(to: path, holder: "a")
      let text = try TextFile.readSecret(path).replacingOccurrences(of: old, with: new)
      try TextFile.write(text, to: path, mode: 0o600, overwrites: true)
      let error = #expect(throws: ConfigurationError.self) { try KeyFile.load(path) }
      #expect(error?.problems.first?.key == place)
    }
  }

  @Test("a matching key is 32 random bytes, read back as they were")
  func matchingKey() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("matching.key")
    let key = MatchingKeyFile.generate()
    #expect(key.bytes.count == 32)
    #expect(key.bytes != MatchingKeyFile.generate().bytes)
    try key.write(to: path)
    #expect(try MatchingKeyFile.load(path).bytes == key.bytes)
    #expect(!"\(key)\(String(reflecting: key))".contains(Hex.encode(key.bytes)))
  }
}
