import Crypto
import Foundation
import HubProtocol

/// A line of text that carries fields from one machine to another by mail, message or hand:
/// `accord-invite-1:` and base64url, closed by a checksum, so that a line that was cut or mistyped
/// is told from one that is refused.
struct EnrolmentCode {
  enum Kind: String, CaseIterable, Sendable {
    case invite = "accord-invite-1"
    case reply = "accord-reply-1"
    case welcome = "accord-welcome-1"
  }

  static let checksumBytes = 6
  /// Far above any; what is pasted by mistake is refused before it is read.
  static let longest = 400_000

  static func text(_ kind: Kind, _ payload: [UInt8]) -> String {
    let bytes = payload + checksum(kind, payload)
    let text = Data(bytes).base64EncodedString()
      .replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
      .replacingOccurrences(of: "=", with: "")
    return kind.rawValue + ":" + text
  }

  /// Reads a code, however mail programs broke it into lines.
  static func payload(_ kind: Kind, of text: String) throws(EnrolmentError) -> [UInt8] {
    guard text.utf8.count <= longest else {
      throw EnrolmentError("that is too long for a code: paste the one line and nothing else")
    }
    let bare = String(text.unicodeScalars.filter { !$0.properties.isWhitespace && $0 != ">" })
    guard let split = bare.firstIndex(of: ":"), let found = Kind(rawValue: String(bare[..<split]))
    else {
      throw EnrolmentError(
        "that is no code: it begins with '\(kind.rawValue):'; paste all of it, from there on")
    }
    guard found == kind else {
      throw EnrolmentError("that is \(found.words), and here belongs \(kind.words)")
    }
    var digits = bare[bare.index(after: split)...]
      .replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
    digits += String(repeating: "=", count: (4 - digits.count % 4) % 4)
    let bytes = Data(base64Encoded: digits).map { [UInt8]($0) } ?? []
    let payload = Array(bytes.dropLast(checksumBytes))
    guard bytes.count > checksumBytes,
      Array(bytes.suffix(checksumBytes)) == checksum(kind, payload)
    else {
      throw EnrolmentError("the code was cut short or mistyped: copy all of it, and paste it again")
    }
    return payload
  }

  private static func checksum(_ kind: Kind, _ payload: [UInt8]) -> [UInt8] {
    Array(SHA256.hash(data: Array(kind.rawValue.utf8) + payload).prefix(checksumBytes))
  }
}

extension EnrolmentCode.Kind {
  var words: String {
    switch self {
    case .invite: "the invitation that the hub's operator sent"
    case .reply: "the agency's reply"
    case .welcome: "the hub's welcome"
    }
  }
}

/// What is wrong with a code, or with the order of steps. Never shows a secret.
public struct EnrolmentError: Error, Hashable, Sendable, CustomStringConvertible {
  public let description: String
  public init(_ description: String) { self.description = description }
}

/// Writes fields, each with its length before it.
struct FieldWriter {
  private(set) var bytes: [UInt8] = []

  mutating func put(_ field: [UInt8]) {
    let count = UInt32(field.count)
    bytes += [UInt8(count >> 24), UInt8(count >> 16 & 255), UInt8(count >> 8 & 255),
      UInt8(count & 255)]
    bytes += field
  }

  mutating func put(_ text: String) { put(Array(text.utf8)) }
  mutating func put(_ number: UInt64) {
    put((0..<8).reversed().map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) })
  }
}

/// Reads what ``FieldWriter`` wrote; anything else is refused whole.
struct FieldReader {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  static var refusal: EnrolmentError {
    EnrolmentError("the code is of another version of Accord: bring both machines to the same")
  }

  mutating func bytes(_ bounds: ClosedRange<Int>) throws(EnrolmentError) -> [UInt8] {
    guard rest.count >= 4 else { throw Self.refusal }
    let count = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
    rest = rest.dropFirst(4)
    guard bounds.contains(count), rest.count >= count else { throw Self.refusal }
    defer { rest = rest.dropFirst(count) }
    return Array(rest.prefix(count))
  }

  mutating func bytes(_ count: Int) throws(EnrolmentError) -> [UInt8] {
    try bytes(count...count)
  }

  mutating func text(_ longest: Int) throws(EnrolmentError) -> String {
    guard let text = String(validating: try bytes(0...longest), as: UTF8.self) else {
      throw Self.refusal
    }
    return text
  }

  mutating func number() throws(EnrolmentError) -> UInt64 {
    try bytes(8).reduce(0) { $0 << 8 | UInt64($1) }
  }

  func finish() throws(EnrolmentError) {
    guard rest.isEmpty else { throw Self.refusal }
  }
}
