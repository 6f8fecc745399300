import Foundation
import HubModel
import HubProtocol
import Operations
import Testing

@Suite("Registry file")
struct RegistryFileTests {
  static func key(_ seed: UInt8, isConsumer: Bool = true) -> Registry.Key {
    let curve = [UInt8](repeating: seed, count: 32)
    let signing = [UInt8](repeating: seed &+ 1, count: 32)
    return Registry.Key(
      fingerprint: KeyFingerprint.of(curve: curve, signing: signing), curve: curve,
      signing: signing, isConsumer: isConsumer)
  }

  static func sample() throws -> RegistryFile {
    let sheriff = try #require(AgencyID("lakewood-sheriff"))
    let provider = try #require(AgencyID("harbor-behavioral"))
    return RegistryFile(
      agencies: [
        Registry.Agency(
          id: sheriff, name: "Sheriff \"of\" Lakewood \\ #1: yes", role: .sheriff,
          isPart2Program: false, releasePort: 7440, keys: [key(1), key(3, isConsumer: false)]),
        Registry.Agency(
          id: provider, name: "Harbor", role: .behavioralHealth, isPart2Program: true,
          releasePort: 7441, keys: []),
      ],
      cutOffs: [
        .init(
          fingerprint: key(3).fingerprint, at: WallTime(milliseconds: 1_795_000_000_000),
          reason: "laptop: lost")
      ])
  }

  @Test("what is written is read back as it was, and written again as the same text")
  func roundTrip() throws {
    let file = try Self.sample()
    let read = try RegistryFile.parse(StrictYAML.parse(file.text, file: "registry.yaml"))
    #expect(read == file)
    #expect(read.text == file.text)
  }

  @Test("a key that is cut off has no holder, though it is still listed")
  func cutOff() throws {
    let registry = try Self.sample().registry
    #expect(registry.holder(of: Self.key(1).fingerprint) != nil)
    #expect(registry.holder(of: Self.key(3).fingerprint) == nil)
    #expect(registry.owner(of: Self.key(3).fingerprint)?.text == "lakewood-sheriff")
  }

  @Test(
    "a bad registry is refused at the exact place",
    arguments: [
      ("harbor-behavioral", "lakewood-sheriff", 23, "agencies[2].id", "stands already in line 6"),
      ("release-port: 7441", "release-port: 7440", 23, "agencies[2].release-port", "already"),
      ("role: sheriff", "role: police", 8, "agencies[1].role", "one of sheriff"),
      ("\"harbor-behavioral\"", "\"hub\"", 23, "agencies[2].id", "router's own name"),
      ("part-2-program: true", "part-2-program: maybe", 27, "agencies[2].part-2-program", "true"),
      ("    name: \"Harbor\"\n", "", 23, "agencies[2].name", "is missing"),
      ("consumer: false", "consumer: false\n        colour: red", 23, "agencies[1].keys[2].colour",
        "not a key"),
    ])
  func bad(_ old: String, _ new: String, _ line: Int, _ key: String, _ says: String) throws {
    let text = BadFile.changing(old, to: new, in: try Self.sample().text)
    BadFile(key, text, line: line, key: key, says: says).check(RegistryFile.parse)
  }

  @Test("a fingerprint that is not that of its keys is refused, and the right one told")
  func wrongFingerprint() throws {
    let right = Self.key(1).fingerprint.text
    let wrong = String(right.reversed())
    let text = BadFile.changing(right, to: wrong, in: try Self.sample().text)
    BadFile("fingerprint", text, line: 13, key: "agencies[1].keys[1].fingerprint", says: right)
      .check(RegistryFile.parse)
  }

  @Test("one key for two agencies is refused")
  func sharedKey() throws {
    var file = try Self.sample()
    file.agencies[1].keys = [Self.key(1)]
    BadFile(
      "shared", file.text, line: 23, key: "agencies[2].keys", says: "lakewood-sheriff has already"
    ).check(RegistryFile.parse)
  }
}
