import HubModel
import Testing

@testable import HubProtocol

/// The constants were computed by a program of their own from the article *Formats*; they may
/// never change, since logs and signatures that exist already would stop verifying.
@Suite("The formats of leaves are final")
struct LeafTests {
  static let auditSalt = [UInt8](repeating: 5, count: 16)
  static let participant = ParticipantID(
    MessageID(high: 0x1111_1111_2222_2222, low: 0x3333_3333_4444_4444))

  static let full = AuditEntry(
    .released, at: WallTime(milliseconds: 1_764_000_000_123), actor: Samples.agency,
    message: Samples.message().id, recipient: AgencyID("da"), part: 3, number: 77,
    segments: SegmentSet([0, 2]), topic: .holdRequested, participant: participant,
    consentPosition: 9, agreementVersion: 2,
    releases: [.init(RoiID("roi-1")!, version: 3), .init(RoiID("roi-2")!, version: 1)],
    reasons: ["covered", "field-release"], detail: "é")
  static let least = AuditEntry(
    .ledgerOpened, at: WallTime(milliseconds: -1), actor: .hub)

  static let fullBytes = AuditLeaf.bytes(
    entry: full, index: 258, incarnation: Samples.ledger, salt: auditSalt)
  static let leastBytes = AuditLeaf.bytes(
    entry: least, index: 0, incarnation: Incarnation("l")!, salt: [])

  @Test("An audit leaf has exactly these bytes")
  func auditBytes() {
    #expect(
      Hex.encode(Self.fullBytes)
        == "010000000b6c65646765722d376633610000000000000102060000019ab697e87b000000106c616b"
          + "65776f6f642d736865726966660101935b2caa001234fedcba987654321001000000026461010003"
          + "01000000000000004d00000005010000000e686f6c642e726571756573746564018cc3d32b6a73b8"
          + "ec4af51476c14197800f8b060601e2b7eec6bcb6aa3a838023000000000000000900000002000000"
          + "0200000005726f692d310000000300000005726f692d32000000010000000200000007636f766572"
          + "65640000000d6669656c642d72656c6561736500000002c3a9")
    #expect(
      Hex.encode(Self.leastBytes)
        == "01000000016c000000000000000013ffffffffffffffff0000000368756200000000000000000000"
          + "000000000000000000000000000000000000000000000000")
  }

  @Test("Leaf and node hashes are those of RFC 6962")
  func merkle() {
    let full = Merkle.leafHash(Self.fullBytes)
    let least = Merkle.leafHash(Self.leastBytes)
    #expect(Hex.encode(full) == "0f4c6290a8d04db52ef7c4898d0e63882bc68b622d65e77c0f67a870554c85a1")
    #expect(Hex.encode(least) == "05f9c7e7fa6ef2fd5feb7d704477b1705f6eccce2129e6a953dfcbdbb233745c")
    #expect(
      Hex.encode(Merkle.nodeHash(full, least))
        == "587b878f66ec016bc98fe90b3376258c2863c90e2e41fb3ee4cc3b351eba6363")
    // RFC 6962's own: the hash of the empty leaf.
    #expect(
      Hex.encode(Merkle.leafHash([]))
        == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")
  }

  @Test("An audit leaf reads back as its entry, the participant only for who holds the salt")
  func auditDecoding() throws {
    let leaf = try AuditLeaf(decoding: Self.fullBytes)
    var expected = Self.full
    expected.participant = nil
    #expect(leaf.entry == expected)
    #expect(leaf.index == 258)
    #expect(leaf.incarnation == Samples.ledger)
    #expect(leaf.bytes == Self.fullBytes)
    #expect(leaf.names(Self.participant, salt: Self.auditSalt))
    #expect(!leaf.names(Self.participant, salt: .init(repeating: 6, count: 16)))
    #expect(Self.fullBytes.firstRange(of: Self.participant.value.bytes) == nil)
    #expect(try AuditLeaf(decoding: Self.leastBytes).entry == Self.least)
  }

  @Test("No damaged audit leaf is read as another entry's bytes", arguments: 1...4)
  func auditDamage(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    for _ in 0..<1_000 {
      var bytes = Bool.random(using: &random) ? Self.fullBytes : Self.leastBytes
      switch Int.random(in: 0..<3, using: &random) {
      case 0: bytes.removeLast(Int.random(in: 1...bytes.count, using: &random))
      case 1: bytes.append(UInt8.random(in: .min ... .max, using: &random))
      default:
        bytes[Int.random(in: 0..<bytes.count, using: &random)]
          = UInt8.random(in: .min ... .max, using: &random)
      }
      // One layout for one value: whatever is read is written the same.
      if let leaf = try? AuditLeaf(decoding: bytes) { #expect(leaf.bytes == bytes) }
    }
  }

  @Test("A list that claims more than there is allocates nothing")
  func lyingCount() {
    var bytes = Self.leastBytes
    bytes.replaceSubrange(bytes.count - 12..<bytes.count - 8, with: [255, 255, 255, 255])
    #expect(throws: MalformedLeaf(place: "releases")) { try AuditLeaf(decoding: bytes) }
  }

  @Test("A signed header has exactly these bytes")
  func headerBytes() {
    #expect(
      Hex.encode(SignatureLeaf.header(of: Samples.message(), salt: Samples.salt(3)))
        == "0148000000100303030303030303030303030303030301935b2caa001234fedcba98765432100000"
          + "0012726566657272616c2e7375626d6974746564000000106c616b65776f6f642d73686572696666"
          + "0000000d6c616b65776f6f642d6c6561640000019ab697e87b00000009646976657273696f6e0100"
          + "00000f636173652d323032352d303030343201000000000000000100000000000000020100000005"
          + "726f692d3100")
  }

  @Test("A signed header covers each kind of consent statement")
  func consentHeaders() {
    func hash(_ topic: Topic, _ consent: ConsentStatement?) -> String {
      Hex.encode(
        SignatureLeaf.hashes(
          of: Samples.message(topic, consent: consent), headerSalt: Samples.salt(3)
        ).header)
    }
    #expect(
      hash(.referralSubmitted, nil)
        == "f255e766fa9f862585c5c95175565b293cbc80bb9e600aa7df85a00b4646c120")
    #expect(
      hash(.roiSigned, .release(Samples.release))
        == "8738e1d3b449b291ca58be594096ac1d6ff8ef63b5856333c67f18d01832ab07")
    #expect(
      hash(.roiRefused, .refusal(.init(id: RoiID("roi-1")!, reason: .incapacity)))
        == "d79003b09a0920841363aa10c7196416eff3fffde401d00a1856461e95bfe079")
    #expect(
      hash(.roiRevoked, .revocation(.init(id: RoiID("roi-1"), recipients: [.role(.prosecutor)])))
        == "6e102485f4358c9d2aab4ae82244ae210537b5167691d980e777829d6bd1de5c")
  }

  @Test("A signed segment has exactly these bytes, in whatever order its fields were")
  func segmentBytes() {
    let message = Samples.message()
    let bytes = SignatureLeaf.segment(message.segments[0], of: message.id)
    #expect(
      Hex.encode(bytes)
        == "0153000000100101010101010101010101010101010101935b2caa001234fedcba98765432100000"
          + "0008726566657272616c00000002000000106372696d696e616c2d686973746f727900000011646f"
          + "6d65737469632d76696f6c656e63650100004fbc0000000400000004646f6f720200000010617272"
          + "6573742d646976657273696f6e000000076f6666656e6365020000000939412e35362e3035300000"
          + "00076f6666656e6365020000000a36392e35302e343031330000000b72656665727265642d617406"
          + "0000019ab688a5c00000000000000000")
    var shuffled = message.segments[0]
    shuffled.fields.swapAt(0, 1)
    #expect(SignatureLeaf.segment(shuffled, of: message.id) == bytes)
    #expect(
      SignatureLeaf.hashes(of: message, headerSalt: Samples.salt(3)).segments.map(Hex.encode) == [
        "a208b1e35f70d76ce9cad188fb95b8c57e126c7b616f731e9ba54f4051283e3d",
        "a1f78b2bfca19ebd5e1d1cc1510272d6995c0c8b38dce38d4086d0f4aba904d8",
      ])
  }

  @Test("The header leaf does not move with what differs between recipients")
  func perRecipient() {
    var delivered = Samples.message()
    delivered.participant = ParticipantAlias("another-alias")
    delivered.tokens = []
    delivered.audience = []
    delivered.segments.removeLast()
    #expect(
      SignatureLeaf.header(of: delivered, salt: Samples.salt(3))
        == SignatureLeaf.header(of: Samples.message(), salt: Samples.salt(3)))
  }

  @Test("A delivery with some of the segments verifies under the root; a changed one does not")
  func partialVerification() {
    var message = Samples.message()
    let leaves = SignatureLeaf.hashes(of: message, headerSalt: Samples.salt(3))
    // Slots: 0 header, 1 a filler, 2 and 3 the segments.
    let filler = Samples.hash(9)
    let left = Merkle.nodeHash(leaves.header, filler)
    let right = Merkle.nodeHash(leaves.segments[1], leaves.segments[0])
    message.seal = Seal(
      scheme: 1, root: Merkle.nodeHash(left, right), signature: .init(repeating: 0, count: 64),
      signer: KeyFingerprint("ab")!, headerSalt: Samples.salt(3),
      header: .init(slot: 0, siblings: filler + right),
      segments: [
        .init(slot: 3, siblings: leaves.segments[1] + left),
        .init(slot: 2, siblings: leaves.segments[0] + left),
      ])
    #expect(message.seal?.covers(message) == true)

    var part = message
    part.segments.removeFirst()
    part.seal = Seal(
      scheme: 1, root: message.seal!.root, signature: message.seal!.signature,
      signer: message.seal!.signer, headerSalt: Samples.salt(3), header: message.seal!.header,
      segments: [message.seal!.segments[1]])
    #expect(part.seal?.covers(part) == true)

    part.segments[0].fields[0] = Field("last-name", .text("Other"))
    #expect(part.seal?.covers(part) == false)
    message.purpose = .treatment
    #expect(message.seal?.covers(message) == false)
  }
}
