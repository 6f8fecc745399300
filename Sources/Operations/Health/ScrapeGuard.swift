import Foundation

/// Who may see how a daemon does without signing in: a program on the same machine, or one that
/// shows the scrape token. Counts and ages name no person, and are still nobody else's business.
///
/// A request from this machine counts as such only where nothing stands between: a reverse proxy
/// also comes from here, and so does a browser that a foreign page has led here by a name of its
/// own (hence the look at the host).
public struct ScrapeGuard: Hashable, Sendable {
  private let token: [UInt8]?
  private let trustsThisMachine: Bool

  /// - Parameters:
  ///   - tokenFile: its first line is the token; mode 600.
  ///   - trustsThisMachine: false where a reverse proxy brings everybody's requests.
  /// - Throws: where the file cannot be read, is open to others, or holds less than 16 characters.
  public init(tokenFile: String?, trustsThisMachine: Bool) throws(ConfigurationError) {
    self.trustsThisMachine = trustsThisMachine
    guard let tokenFile else {
      token = nil
      return
    }
    let text = try TextFile.readSecret(tokenFile)
    let line = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    guard line.utf8.count >= Self.shortestToken else {
      throw ConfigurationError(
        file: tokenFile, "a scrape token has at least \(Self.shortestToken) characters")
    }
    token = Array(line.utf8)
  }

  public static let shortestToken = 16

  /// - Parameters:
  ///   - peer: the address that the connection comes from.
  ///   - host: what the request says it asks, with or without a port.
  ///   - header: its header of a name, in lower case.
  public func admits(peer: String, host: String?, header: (String) -> String?) -> Bool {
    if let token, let shown = Self.bearer(header("authorization")), Self.equal(shown, token) {
      return true
    }
    // What a proxy adds, whether or not its configuration says so here.
    let isForwarded = ["forwarded", "x-forwarded-for", "via"].contains { header($0) != nil }
    return trustsThisMachine && !isForwarded && Self.isThisMachine(peer)
      && host.map(Self.isThisMachine(host:)) ?? true
  }

  /// What is said to whoever is not let in.
  public static let refusal = """
    This is told on the machine itself, or to whoever shows the scrape token: \
    "Authorization: Bearer TOKEN" (see token-file in the configuration).\n
    """

  static func isThisMachine(_ address: String) -> Bool {
    address.hasPrefix("127.") || address == "::1" || address == "::ffff:127.0.0.1"
  }

  static func isThisMachine(host: String) -> Bool {
    let name: Substring
    if host.hasPrefix("[") {
      name = host.dropFirst().prefix { $0 != "]" }
    } else {
      name = host.prefix { $0 != ":" }
    }
    return name == "localhost" || isThisMachine(String(name))
  }

  private static func bearer(_ header: String?) -> [UInt8]? {
    guard let header, header.hasPrefix("Bearer ") else { return nil }
    return Array(header.dropFirst(7).utf8)
  }

  /// Takes as long for a near miss as for a far one.
  private static func equal(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
