import Crypto
import Foundation
import HubModel

/// The second factor: a code that an authenticator app shows for 30 seconds (TOTP, RFC 6238, with
/// HMAC-SHA-1 and six digits, which every app knows).
struct OneTimeCode: Sendable {
  static let step = Span.seconds(30)
  /// Clocks differ, and people type slowly: one step before and one after count too.
  static let tolerance: ClosedRange<Int64> = -1...1

  let secret: Data

  static func step(at time: WallTime) -> Int64 { time.milliseconds / step.milliseconds }

  func code(of step: Int64) -> String {
    let counter = withUnsafeBytes(of: UInt64(bitPattern: step).bigEndian) { Data($0) }
    let mac = Array(
      HMAC<Insecure.SHA1>.authenticationCode(for: counter, using: SymmetricKey(data: secret)))
    let offset = Int(mac[19] & 0x0f)
    let number =
      (UInt32(mac[offset] & 0x7f) << 24) | (UInt32(mac[offset + 1]) << 16)
      | (UInt32(mac[offset + 2]) << 8) | UInt32(mac[offset + 3])
    let digits = String(number % 1_000_000)
    return String(repeating: "0", count: 6 - digits.count) + digits
  }

  /// The step whose code it is; `nil` where it is none that counts now.
  ///
  /// - Parameter used: the newest step that was used before: a code counts once.
  func step(of typed: String, at now: WallTime, after used: Int64) -> Int64? {
    let typed = typed.filter { !$0.isWhitespace }
    let current = Self.step(at: now)
    return Self.tolerance.map { current + $0 }.first { $0 > used && code(of: $0) == typed }
  }

  /// What an authenticator app reads.
  func address(account: String, agency: String) -> String {
    let issuer = "Accord \(agency)"
    let allowed = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "-._~"))
    let name = "\(issuer):\(account)".addingPercentEncoding(withAllowedCharacters: allowed) ?? ""
    let by = issuer.addingPercentEncoding(withAllowedCharacters: allowed) ?? ""
    return "otpauth://totp/\(name)?secret=\(base32)&issuer=\(by)&digits=6&period=30"
  }

  /// The secret as an app takes it by hand (RFC 4648).
  var base32: String {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    var text = ""
    var buffer: UInt32 = 0
    var bits = 0
    for byte in secret {
      buffer = (buffer << 8) | UInt32(byte)
      bits += 8
      while bits >= 5 {
        bits -= 5
        text.append(letters[Int((buffer >> UInt32(bits)) & 31)])
      }
    }
    if bits > 0 { text.append(letters[Int((buffer << UInt32(5 - bits)) & 31)]) }
    return text
  }
}
