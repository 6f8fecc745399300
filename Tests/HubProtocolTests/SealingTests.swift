import Crypto
import HubModel
import HubProtocol
import Testing

@Suite("Sealing a batch")
struct SealingTests {
  let key = SigningKey(Curve25519.Signing.PrivateKey(), fingerprint: KeyFingerprint("ab")!)

  private func batch(_ count: Int) throws -> [Message] {
    var (random, tree, messages) = (RandomPool(), SealedBatch(), [Message]())
    for number in 0..<count {
      var message = Samples.message()
      message.id = MessageID(high: 1, low: UInt64(number))
      let added = tree.add(SealedLeaves(salting: &message, with: &random))
      #expect(added)
      messages.append(message)
    }
    for (index, seal) in try tree.sealed(by: key, &random).enumerated() {
      messages[index].seal = seal
    }
    return messages
  }

  @Test("Every message of a batch verifies under the one signature, whole and in part",
    arguments: [1, 2, 7, 21])
  func verifies(count: Int) throws {
    var check = SealCheck()
    let messages = try batch(count)
    #expect(Set(messages.compactMap(\.seal?.root)).count == 1)
    for message in messages {
      let seal = try #require(message.seal)
      #expect(seal.fits(message))
      let held1 = check.holds(seal, of: message, by: key.publicKey)
      #expect(held1)
      var part = message
      part.participant = nil
      part.segments.removeFirst()
      let left = Seal(
        scheme: seal.scheme, root: seal.root, signature: seal.signature, signer: seal.signer,
        headerSalt: seal.headerSalt, header: seal.header,
        segments: Array(seal.segments.dropFirst()))
      let held2 = check.holds(left, of: part, by: key.publicKey)
      #expect(held2)
      part.segments[0].fields = []
      let held3 = check.holds(left, of: part, by: key.publicKey)
      #expect(!held3)
    }
  }

  @Test("Another key, another signature and another message's seal do not hold")
  func wrong() throws {
    let messages = try batch(2)
    let seal = try #require(messages[0].seal)
    var check = SealCheck()
    let other = SigningKey(
      Curve25519.Signing.PrivateKey(), fingerprint: KeyFingerprint("cd")!)
    let held4 = check.holds(seal, of: messages[0], by: other.publicKey)
    #expect(!held4)
    let held5 = check.holds(seal, of: messages[0], by: key.publicKey)
    #expect(held5)
    let held6 = check.holds(seal, of: messages[1], by: key.publicKey)
    #expect(!held6)
    let forged = Seal(
      scheme: seal.scheme, root: seal.root, signature: [UInt8](repeating: 0, count: 64),
      signer: seal.signer, headerSalt: seal.headerSalt, header: seal.header,
      segments: seal.segments)
    let held7 = check.holds(forged, of: messages[0], by: key.publicKey)
    #expect(!held7)
  }

  @Test("A path is believed whole or not at all, whatever is known of its tree already")
  func changedPaths() throws {
    let messages = try batch(21)
    var knowing = SealCheck()
    for message in messages {
      let held = knowing.holds(try #require(message.seal), of: message, by: key.publicKey)
      #expect(held)
    }
    for message in messages {
      let seal = try #require(message.seal)
      for level in 0..<Seal.depth {
        for change in [true, false] {
          var (slot, siblings) = (seal.header.slot, seal.header.siblings)
          if change {
            siblings[level * Seal.hashBytes + 7] ^= 1
          } else {
            slot ^= 1 << UInt32(level)
          }
          let path = Seal.Path(slot: slot, siblings: siblings)
          let changed = Seal(
            scheme: seal.scheme, root: seal.root, signature: seal.signature, signer: seal.signer,
            headerSalt: seal.headerSalt, header: path, segments: seal.segments)
          for var check in [knowing, SealCheck()] {
            let held = check.holds(changed, of: message, by: key.publicKey)
            #expect(!held && !changed.covers(message))
          }
        }
      }
    }
  }

  @Test("A seal tells nothing of how many messages were sealed with it")
  func sizes() throws {
    for message in try batch(1) + batch(21) {
      let seal = try #require(message.seal)
      #expect(([seal.header] + seal.segments).allSatisfy { $0.siblings.count == Seal.depth * 32 })
      #expect(seal.encodedField().count < 256 * 4)
    }
    var tree = SealedBatch()
    var (random, message) = (RandomPool(), Samples.message())
    let leaves = SealedLeaves(salting: &message, with: &random)
    var count = 0
    while tree.add(leaves) { count += 1 }
    #expect(count == SealedBatch.slots / leaves.hashes.count)
    #expect(SealedLeaves(bytes: leaves.bytes) == leaves)
    #expect(SealedLeaves(bytes: Array(leaves.bytes.dropLast())) == nil)
  }

  @Test("A seal put behind an encoded message is the message's seal")
  func appended() throws {
    var sealed = Samples.message()
    sealed.seal = nil
    sealed = try sealed.sealed(by: key)
    var bare = sealed
    bare.seal = nil
    let seal = try #require(sealed.seal)
    let read = try Message(decoding: bare.encoded() + seal.encodedField(), source: bare.source)
    #expect(read.seal == seal)
    #expect(read == sealed)
  }
}
