import HubModel
import HubProtocol
import Operations

/// What seals cost at the two ends, in this process alone: a part of what the whole measurements
/// count. CPU time.
struct SealCost: Codable {
  /// Salts, leaves, tree, signature and encoding, for each message.
  var sealMicroseconds = 0.0
  /// Leaves, paths and the root's signature, for each message.
  var checkMicroseconds = 0.0
  var sealBytes = 0

  static func measure(batches: Int = 60, each: Int = 256) throws -> SealCost {
    let clock = SystemClock()
    let keys = try KeyFile.generate(at: clock.wall())
    guard let alias = ParticipantAlias("person-1") else { return SealCost() }
    var random = RandomPool()
    var check = SealCheck()
    var cost = SealCost()
    for batch in 0..<batches {
      var messages = (0..<each).compactMap { number in
        BenchMessage.status(
          MessageID(high: UInt64(batch), low: UInt64(number)), at: clock.wall(),
          participant: alias, stamp: Int64(number))
      }
      var started = BenchMessage.cpuSeconds()
      try seal(&messages, by: keys.signer, &random, &cost)
      cost.sealMicroseconds += (BenchMessage.cpuSeconds() - started) * 1e6
      started = BenchMessage.cpuSeconds()
      for message in messages {
        guard let seal = message.seal,
          check.holds(seal, of: message, by: keys.signingPublicKey)
        else { throw BenchError("a seal does not hold") }
      }
      cost.checkMicroseconds += (BenchMessage.cpuSeconds() - started) * 1e6
    }
    cost.sealMicroseconds /= Double(batches * each)
    cost.checkMicroseconds /= Double(batches * each)
    return cost
  }

  private static func seal(
    _ messages: inout [Message], by key: SigningKey, _ random: inout RandomPool,
    _ cost: inout SealCost
  ) throws {
    let leaves = messages.indices.map { SealedLeaves(salting: &messages[$0], with: &random) }
    var next = 0
    while next < messages.count {
      var tree = SealedBatch()
      let first = next
      while next < messages.count, tree.add(leaves[next]) { next += 1 }
      for (offset, seal) in try tree.sealed(by: key, &random).enumerated() {
        cost.sealBytes = seal.encodedField().count
        messages[first + offset].seal = seal
      }
    }
  }
}
