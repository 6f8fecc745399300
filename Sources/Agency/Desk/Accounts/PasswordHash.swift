import Crypto
import CryptoExtras
import Foundation

/// A password as it is kept: through scrypt (RFC 7914), with a salt of its own and the cost beside
/// it, so that the cost can rise later.
struct PasswordHash: Sendable, Hashable {
  /// 2¹⁵ rounds of block size 8: 32 MiB and about a tenth of a second for each try.
  static let rounds = 1 << 15
  static let blockSize = 8
  static let bytes = 32

  let salt: Data
  let rounds: Int
  let hash: Data

  init(salt: Data, rounds: Int, hash: Data) {
    self.salt = salt
    self.rounds = rounds
    self.hash = hash
  }

  init(of password: String) throws {
    let salt = Data(Randomness.bytes(16))
    self.init(
      salt: salt, rounds: Self.rounds,
      hash: try Self.derive(password, salt: salt, rounds: Self.rounds))
  }

  /// Takes the same time whether it fits or not.
  func fits(_ password: String) throws -> Bool {
    let found = try Self.derive(password, salt: salt, rounds: rounds)
    return zip(found, hash).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
      && found.count == hash.count
  }

  private static func derive(_ password: String, salt: Data, rounds: Int) throws -> Data {
    // The same password typed on another keyboard may come in another Unicode form.
    let typed = Data(password.precomposedStringWithCompatibilityMapping.utf8)
    let key = try KDF.Scrypt.deriveKey(
      from: typed, salt: salt, outputByteCount: bytes, rounds: rounds, blockSize: blockSize,
      parallelism: 1)
    return key.withUnsafeBytes { Data($0) }
  }

  /// Why a password cannot be used; `nil` where it can.
  static func objection(to password: String, of account: String) -> String? {
    guard password.count >= 12 else { return "Use at least 12 characters; a sentence is good." }
    guard password.utf8.count <= 256 else { return "Use at most 256 bytes." }
    guard !password.lowercased().contains(account.lowercased()) else {
      return "Do not use the account's name in it."
    }
    guard Set(password).count >= 5 else { return "Use more different characters." }
    return nil
  }
}

/// Secret bytes of the system's generator.
enum Randomness {
  static func bytes(_ count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
  }

  static func text(bytes count: Int) -> String { hex(bytes(count)) }

  static func hex(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }
}
