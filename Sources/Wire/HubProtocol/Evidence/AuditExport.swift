import FoundationEssentials
public import HubModel

/// One line of an audit export; the article *The audit log* has the whole format.
public enum AuditExportLine: Hashable, Sendable {
  case format
  case origin(String)
  /// An Ed25519 public key with which the router signs or signed checkpoints.
  case key([UInt8])
  case entry(position: UInt64, hash: [UInt8], leaf: [UInt8])
  /// Its link in the agencies' chain; absent for one that an operator asked for.
  case checkpoint(SignedCheckpoint, link: Link?)
  case end(size: UInt64)

  public struct Link: Hashable, Sendable {
    public let number: UInt64
    public let salt: [UInt8]
    public init(number: UInt64, salt: [UInt8]) {
      self.number = number
      self.salt = salt
    }
  }

  /// The longest line that a reader takes, in bytes.
  public static let longest = 64 << 10
  static let formatLine = "accord-audit-export 1"

  /// The line, its line break included.
  public var text: String {
    switch self {
    case .format: Self.formatLine + "\n"
    case .origin(let origin): "origin \(origin)\n"
    case .key(let key): "key \(Hex.encode(key))\n"
    case .entry(let position, let hash, let leaf):
      "entry \(position) \(Hex.encode(hash)) \(Data(leaf).base64EncodedString())\n"
    case .checkpoint(let checkpoint, let link):
      "checkpoint \(link.map { "\($0.number) \(Hex.encode($0.salt))" } ?? "- -") "
        + Data(checkpoint.note.utf8).base64EncodedString() + "\n"
    case .end(let size): "end \(size)\n"
    }
  }

  /// Reads a line without its line break.
  public init(reading line: Substring) throws(AuditFlaw) {
    guard line != Self.formatLine else {
      self = .format
      return
    }
    let words = line.split(separator: " ", omittingEmptySubsequences: false)
    switch (words[0], words.count) {
    case ("origin", 2) where !words[1].isEmpty: self = .origin(String(words[1]))
    case ("key", 2):
      self = .key(try Self.hex(words[1], "key", 32))
    case ("entry", 4):
      self = .entry(
        position: try Self.number(words[1], "entry's position"),
        hash: try Self.hex(words[2], "entry's hash", Merkle.hashBytes),
        leaf: try Self.base64(words[3], "entry's leaf"))
    case ("checkpoint", 4):
      let note = try Self.base64(words[3], "checkpoint")
      let link: Link? =
        words[1] == "-" && words[2] == "-"
        ? nil
        : Link(
          number: try Self.number(words[1], "link's number"),
          salt: try Self.hex(words[2], "link's salt", CheckpointChain.saltBytes))
      guard let text = String(validating: note, as: UTF8.self) else {
        throw AuditFlaw(.malformed, "a checkpoint is not text")
      }
      self = .checkpoint(try SignedCheckpoint(reading: text), link: link)
    case ("end", 2): self = .end(size: try Self.number(words[1], "end"))
    default: throw AuditFlaw(.malformed, "the line is none that an export has")
    }
  }

  static func number(_ word: Substring, _ what: String) throws(AuditFlaw) -> UInt64 {
    guard let number = UInt64(word), "\(number)" == word else {
      throw AuditFlaw(.malformed, "the \(what) is not a number")
    }
    return number
  }

  static func hex(_ word: Substring, _ what: String, _ count: Int) throws(AuditFlaw) -> [UInt8] {
    guard let bytes = Hex.decode(String(word)), bytes.count == count else {
      throw AuditFlaw(.malformed, "the \(what) is not \(count) bytes in hexadecimal")
    }
    return bytes
  }

  /// One spelling alone, so that no byte of an export can change unseen.
  static func base64(_ word: Substring, _ what: String) throws(AuditFlaw) -> [UInt8] {
    guard let data = Data(base64Encoded: String(word)), data.base64EncodedString() == word else {
      throw AuditFlaw(.malformed, "the \(what) is not base64")
    }
    return [UInt8](data)
  }
}

/// What an adapter keeps of the hub's checkpoints: its side of the chain.
public struct AgencyChain: Hashable, Sendable {
  public struct Link: Hashable, Sendable {
    /// The ledger's life in which the link was told.
    public let ledger: Incarnation
    public let number: UInt64
    public let commitment: [UInt8]
    public let value: [UInt8]
    public init(ledger: Incarnation, number: UInt64, commitment: [UInt8], value: [UInt8]) {
      self.ledger = ledger
      self.number = number
      self.commitment = commitment
      self.value = value
    }
  }

  public var agency: AgencyID
  public var origin: String
  public var links: [Link]

  public init(agency: AgencyID, origin: String, links: [Link]) {
    self.agency = agency
    self.origin = origin
    self.links = links
  }

  private static let formatLine = "accord-chain 1"

  public var text: String {
    var lines = [Self.formatLine, "agency \(agency)", "origin \(origin)"]
    for link in links {
      lines.append(
        "link \(link.ledger) \(link.number) \(Hex.encode(link.commitment)) "
          + Hex.encode(link.value))
    }
    return lines.joined(separator: "\n") + "\nend \(links.count)\n"
  }

  public init(reading text: String) throws(AuditFlaw) {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
    func malformed(_ what: String) -> AuditFlaw { AuditFlaw(.malformed, "chain file: \(what)") }
    guard lines.popFirst().map({ $0 == Self.formatLine }) == true else {
      throw malformed("the first line is not '\(Self.formatLine)'")
    }
    guard let first = lines.popFirst(), first.hasPrefix("agency "),
      let agency = AgencyID(String(first.dropFirst(7))), let second = lines.popFirst(),
      second.hasPrefix("origin ")
    else { throw malformed("agency and origin must stand in lines 2 and 3") }
    self.init(agency: agency, origin: String(second.dropFirst(7)), links: [])
    guard lines.popLast() == "", lines.popLast().map({ $0 == "end \(lines.count)" }) == true else {
      throw AuditFlaw(.cut, "chain file: the last line does not say how many links there are")
    }
    for line in lines {
      let words = line.split(separator: " ", omittingEmptySubsequences: false)
      guard words.count == 5, words[0] == "link", let ledger = Incarnation(String(words[1])) else {
        throw malformed("'\(line.prefix(24))' is not a link")
      }
      links.append(
        Link(
          ledger: ledger, number: try AuditExportLine.number(words[2], "link's number"),
          commitment: try AuditExportLine.hex(words[3], "commitment", Merkle.hashBytes),
          value: try AuditExportLine.hex(words[4], "link's value", Merkle.hashBytes)))
    }
  }
}
