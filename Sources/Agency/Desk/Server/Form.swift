import Foundation

/// The fields of a posted form or of a query, in order; a name may come several times.
public struct Form: Sendable, Hashable {
  private var fields: [Pair] = []

  private struct Pair: Sendable, Hashable {
    let name: String
    let value: String
  }

  /// More fields than any form of a desk has.
  static let mostFields = 200

  public init() {}

  public init(_ values: [String: String]) {
    fields = values.sorted { $0.key < $1.key }.map { Pair(name: $0.key, value: $0.value) }
  }

  /// Reads `application/x-www-form-urlencoded`; `nil` for what is none.
  public init?(encoded text: String) {
    let parts = text.split(separator: "&", omittingEmptySubsequences: true)
    guard parts.count <= Self.mostFields else { return nil }
    for part in parts {
      let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = Self.decoded(halves[0]),
        let value = Self.decoded(halves.count > 1 ? halves[1] : "")
      else { return nil }
      fields.append(Pair(name: name, value: value))
    }
  }

  private static func decoded(_ text: Substring) -> String? {
    text.replacing("+", with: " ").removingPercentEncoding
  }

  public func has(_ name: String) -> Bool { fields.contains { $0.name == name } }
  public func all(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }
  public func first(_ name: String) -> String? { fields.first { $0.name == name }?.value }

  /// The first value without white space around it; nil where it is missing or empty.
  public func text(_ name: String) -> String? {
    let text = first(name)?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
    return text.isEmpty ? nil : text
  }

  /// The named fields as a record's values: several of one name joined by `;`, empty ones left out.
  public func record(_ names: [String]) -> [String: String] {
    var values: [String: String] = [:]
    for name in names {
      let said = all(name).map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
        .filter { !$0.isEmpty }
      if !said.isEmpty { values[name] = said.joined(separator: ";") }
    }
    return values
  }
}
