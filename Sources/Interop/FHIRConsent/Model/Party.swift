/// Three answers: what cannot be told never permits, and never lets a denial vanish.
enum Match: Equatable {
  case yes, no, unknown

  /// Of several, any: one yes is enough, and a doubt outweighs a no.
  static func any(_ matches: some Sequence<Match>) -> Match {
    var result = Match.no
    for match in matches {
      if match == .yes { return .yes }
      if match == .unknown { result = .unknown }
    }
    return result
  }

  static func all(_ matches: some Sequence<Match>) -> Match {
    var result = Match.yes
    for match in matches {
      if match == .no { return .no }
      if match == .unknown { result = .unknown }
    }
    return result
  }
}

public struct FHIRIdentifier: Hashable, Sendable {
  public let system: String?
  public let value: String
}

/// Where a reference points.
public enum Address: Hashable, Sendable {
  /// `Practitioner/17`: on the server that the resource came from.
  case relative(type: String, id: String)
  /// `https://server/fhir/Practitioner/17`; `base` ends before the type.
  case absolute(base: String, type: String, id: String)
  /// Any other address: `urn:uuid:…`, or a web address that is not a FHIR server's.
  case other(String)

  /// Reads a literal reference; versions are dropped, since a consent is about the resource.
  /// - Parameter base: the server that relative references belong to, if it is known.
  init?(_ text: String, base: String?) {
    guard !text.isEmpty, !text.hasPrefix("#"), !text.contains("?"), !text.contains(" ") else {
      return nil
    }
    if text.lowercased().hasPrefix("urn:") {
      self = .other(text.lowercased())
      return
    }
    var parts = text.split(separator: "/", omittingEmptySubsequences: false)
    if parts.count > 3, parts[parts.count - 2] == "_history" { parts.removeLast(2) }
    guard parts.count >= 2, let id = parts.popLast(), let type = parts.popLast(),
      let initial = type.utf8.first, (0x41...0x5A).contains(initial), !id.isEmpty
    else {
      guard text.contains("://") else { return nil }
      self = .other(text)
      return
    }
    let server = parts.joined(separator: "/")
    if parts.isEmpty || server == base {
      self = .relative(type: String(type), id: String(id))
    } else if server.contains("://") {
      self = .absolute(base: server, type: String(type), id: String(id))
    } else {
      return nil
    }
  }

  /// The version that a literal reference names.
  static func version(_ text: String) -> String? {
    let parts = text.split(separator: "/")
    guard parts.count > 3, parts[parts.count - 2] == "_history" else { return nil }
    return String(parts[parts.count - 1])
  }

  var type: String? {
    switch self {
    case .relative(let type, _), .absolute(_, let type, _): type
    case .other: nil
    }
  }

  var words: String {
    switch self {
    case .relative(let type, let id): "\(type)/\(id)"
    case .absolute(let base, let type, let id): "\(base)/\(type)/\(id)"
    case .other(let text): text
    }
  }

  /// Whether both name one thing. A relative and an absolute reference with the same end may or
  /// may not: it depends on a server that nobody named.
  func compare(_ other: Address) -> Match {
    switch (self, other) {
    case (.relative, .relative), (.absolute, .absolute): self == other ? .yes : .no
    case (.relative(let type, let id), .absolute(_, let otherType, let otherID)),
      (.absolute(_, let otherType, let otherID), .relative(let type, let id)):
      (type, id) == (otherType, otherID) ? .unknown : .no
    case (.other, _), (_, .other):
      self == other ? .yes : .unknown
    }
  }
}

/// Someone or something as a reference names it: by address, by identifier, or both.
public struct Party: Hashable, Sendable {
  var addresses: Set<Address> = []
  var identifiers: Set<FHIRIdentifier> = []
  /// `Reference.type`, or what the addresses say.
  var types: Set<String> = []

  /// What is said about it: its first address or identifier.
  public let words: String

  init(
    addresses: Set<Address> = [], identifiers: Set<FHIRIdentifier> = [], type: String? = nil
  ) {
    self.addresses = addresses
    self.identifiers = identifiers
    self.types = Set(addresses.compactMap(\.type)).union(type.map { [$0] } ?? [])
    words =
      addresses.map(\.words).min()
      ?? identifiers.map { ($0.system.map { "\($0)|" } ?? "") + $0.value }.min() ?? "nobody"
  }

  func compare(_ other: Party) -> Match {
    var result = Match.unknown
    for mine in addresses {
      for theirs in other.addresses {
        switch mine.compare(theirs) {
        case .yes: return .yes
        case .no: result = .no
        case .unknown: break
        }
      }
    }
    // Same tail under an unknown server: no other pair of addresses may settle it as "no".
    if addresses.contains(where: { mine in
      other.addresses.contains { mine.compare($0) == .unknown && mine.type == $0.type }
    }) { result = .unknown }
    for mine in identifiers {
      for theirs in other.identifiers where mine.value == theirs.value {
        if mine.system == theirs.system, mine.system != nil { return .yes }
      }
    }
    if !types.isEmpty, !other.types.isEmpty, types.isDisjoint(with: other.types) { return .no }
    let isSameSystem = identifiers.contains { mine in
      other.identifiers.contains { mine.system != nil && $0.system == mine.system }
    }
    return result == .unknown && isSameSystem ? .no : result
  }
}
