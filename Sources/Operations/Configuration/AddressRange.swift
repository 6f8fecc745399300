import Glibc

/// A range of IP addresses, as `10.20.0.0/24`, `fd00:20::/64`, or one address alone.
public struct AddressRange: Hashable, Sendable, CustomStringConvertible {
  /// In network order: 4 bytes or 16.
  private let network: [UInt8]
  private let prefix: Int

  /// - Returns: `nil` for what is not a range, and for one with bits set beyond its prefix: who
  ///   writes `10.20.0.7/24` may have meant one address or all of them.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, let bytes = Self.bytes(of: String(first)) else { return nil }
    if parts.count == 2 {
      guard let length = Int(parts[1]), (0...bytes.count * 8).contains(length),
        String(length) == parts[1]
      else { return nil }
      prefix = length
    } else {
      prefix = bytes.count * 8
    }
    for bit in prefix..<bytes.count * 8 where bytes[bit / 8] & (0x80 >> (bit % 8)) != 0 {
      return nil
    }
    network = bytes
  }

  /// Whether it is narrow enough to name a tunnel: 65,536 addresses at most (IPv6: a /48).
  public var isNarrow: Bool { prefix >= (network.count == 4 ? 16 : 48) }

  /// Whether it names the unspecified address, which is every interface there is.
  public var isUnspecified: Bool { network.allSatisfy { $0 == 0 } }

  /// Whether a peer's address lies in it. An IPv4 address that an IPv6 socket shows as
  /// `::ffff:10.20.0.7` is the IPv4 address; what is no address lies nowhere.
  public func contains(_ address: String) -> Bool {
    guard var bytes = Self.bytes(of: address) else { return false }
    let mapped: [UInt8] = Array(repeating: 0, count: 10) + [0xff, 0xff]
    if bytes.count == 16, network.count == 4, Array(bytes.prefix(12)) == mapped {
      bytes = Array(bytes.suffix(4))
    }
    guard bytes.count == network.count else { return false }
    for bit in 0..<prefix {
      let mask: UInt8 = 0x80 >> (bit % 8)
      if bytes[bit / 8] & mask != network[bit / 8] & mask { return false }
    }
    return true
  }

  public var description: String {
    let shown = Self.text(of: network)
    return prefix == network.count * 8 ? shown : "\(shown)/\(prefix)"
  }

  private static func bytes(of text: String) -> [UInt8]? {
    var four = in_addr()
    if inet_pton(AF_INET, text, &four) == 1 { return withUnsafeBytes(of: &four) { Array($0) } }
    var six = in6_addr()
    if inet_pton(AF_INET6, text, &six) == 1 { return withUnsafeBytes(of: &six) { Array($0) } }
    return nil
  }

  private static func text(of bytes: [UInt8]) -> String {
    var buffer = [UInt8](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    let family = bytes.count == 4 ? AF_INET : AF_INET6
    let written = buffer.withUnsafeMutableBytes { room in
      inet_ntop(family, bytes, room.baseAddress?.assumingMemoryBound(to: CChar.self),
        socklen_t(room.count))
    }
    guard written != nil else { return "?" }
    return String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
  }
}
