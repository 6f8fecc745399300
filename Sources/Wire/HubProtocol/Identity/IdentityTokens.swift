internal import Crypto
internal import Foundation
public import HubModel

/// Turns identifiers of people into keyed tokens, the same way in every adapter: the hub can tell
/// that two agencies mean one person, and never whom.
///
/// A token is HMAC-SHA-256 under the program's matching key over `accord token v1`, a zero byte,
/// the token's kind, a zero byte, and the normalised identifier. The rules below are final; a
/// client in another language follows them from the article *Formats*.
public struct IdentityTokens: Sendable {
  private let key: SymmetricKey

  /// - Parameter matchingKey: the program's, 32 bytes; `nil` is returned for any other length.
  public init?(matchingKey: [UInt8]) {
    guard matchingKey.count == 32 else { return nil }
    key = SymmetricKey(data: matchingKey)
  }

  /// The token of a state identification number (SID), written in any way.
  /// - Returns: `nil` where nothing of it is a letter or a digit.
  public func stateID(_ text: String) -> IdentityToken? {
    Self.normalised(stateID: text).map { token(.stateID, $0) }
  }

  /// The token of a jail's number for a person. Numbers of two jails never meet.
  /// - Parameter facility: the jail, or the agency that runs it, by its id in the program.
  public func inmateNumber(_ text: String, facility: AgencyID) -> IdentityToken? {
    Self.normalised(inmateNumber: text, facility: facility).map { token(.inmateNumber, $0) }
  }

  /// The token of a name and birth date: never more than a candidate.
  /// - Parameters:
  ///   - lastName: all last names, without suffixes (Jr, III), which have a field of their own.
  ///   - firstName: given names; the first of them counts.
  /// - Returns: `nil` where one of the names has no Latin letter.
  public func nameAndBirthDate(
    lastName: String, firstName: String, birthDate: CivilDate
  ) -> IdentityToken? {
    Self.normalised(lastName: lastName, firstName: firstName, birthDate: birthDate)
      .map { token(.nameAndBirthDate, $0) }
  }

  private func token(_ kind: IdentityToken.Kind, _ normalised: String) -> IdentityToken {
    var code = HMAC<SHA256>(key: key)
    code.update(data: Array("accord token v1".utf8) + [0] + Array(kind.rawValue.utf8) + [0])
    code.update(data: Array(normalised.utf8))
    return IdentityToken(kind, Array(code.finalize()))
  }
}

// MARK: - Normalising

extension IdentityTokens {
  /// ASCII letters in upper case and digits; leading zeros stay, all else goes.
  static func normalised(stateID text: String) -> String? {
    let kept = text.decomposedStringWithCompatibilityMapping.utf8.compactMap { byte -> UInt8? in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"): byte
      case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - 32
      default: nil
      }
    }
    return kept.isEmpty ? nil : String(decoding: kept, as: UTF8.self)
  }

  /// `facility/NUMBER`.
  static func normalised(inmateNumber text: String, facility: AgencyID) -> String? {
    normalised(stateID: text).map { "\(facility)/\($0)" }
  }

  /// `last/first/YYYY-MM-DD`, names in the letters a to z.
  static func normalised(
    lastName: String, firstName: String, birthDate: CivilDate
  ) -> String? {
    let firstGiven = firstName.split(whereSeparator: \.isWhitespace).first ?? ""
    let last = letters(of: lastName)
    let first = letters(of: String(firstGiven))
    guard !last.isEmpty, !first.isEmpty else { return nil }
    return "\(last)/\(first)/\(birthDate)"
  }

  /// Decomposes (Unicode NFKD), lower-cases without a locale, spells out the letters that do not
  /// decompose, and keeps a to z: accents, hyphens, spaces and apostrophes all go.
  private static func letters(of name: String) -> String {
    var kept = ""
    for scalar in name.decomposedStringWithCompatibilityMapping.unicodeScalars {
      for lower in scalar.properties.lowercaseMapping.unicodeScalars {
        switch lower {
        case "a"..."z": kept.unicodeScalars.append(lower)
        default: kept += spelledOut[lower] ?? ""
        }
      }
    }
    return kept
  }

  /// Latin letters that have no decomposition.
  private static let spelledOut: [Unicode.Scalar: String] = [
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th",
    "ı": "i", "ħ": "h", "ŋ": "n", "ŧ": "t",
  ]
}
