public import HubModel
public import Operations

/// The section `desk` of an adapter's configuration.
public struct DeskSettings: Sendable, Hashable {
  /// How the desk is served.
  public enum Transport: Sendable, Hashable {
    case tls(certificate: String, key: String)
    /// Without TLS, for a reverse proxy on the same machine: only on a loopback address.
    case plain
  }

  /// A reverse proxy that has signed the person in already.
  public struct Proxy: Sendable, Hashable {
    /// The header in which it says who it is, in lower case.
    public var header: String
    /// From where alone the header is believed.
    public var addresses: [String]
  }

  public var bind: String
  public var port: Int
  public var transport: Transport
  /// By which browsers reach it, as `https://desk.county.example`; for links in calendars.
  public var address: String
  /// What people call the agency; in the head of each page.
  public var name: String
  /// A session that nobody used for so long is locked until the password is given again.
  public var idle: Span
  /// A session ends after so long, used or not.
  public var longest: Span
  public var proxy: Proxy?
  public var singleSignOn: SignOnSettings?
  /// The windows of the program are shortened: every page says so. Where the adapter reads the
  /// agreement itself, that counts.
  public var isDemonstration: Bool
  /// Whom to call when the hub cannot be reached.
  public var dutyLine: String?
  /// A file with the token that a monitoring system shows.
  public var scrapeTokenFile: String?

  /// - Returns: `nil` where the configuration has no desk.
  public static func load(_ configuration: AdapterConfiguration) throws -> DeskSettings? {
    guard let section = configuration.desk else { return nil }
    return try parse(
      section, state: configuration.stateDirectory, agency: configuration.agency,
      roles: DeskRoles.names(of: configuration.role))
  }

  /// - Parameters:
  ///   - state: the folder where a certificate is looked for.
  ///   - roles: those of the agency's desk.
  static func parse(
    _ section: StrictYAML, state: String, agency: AgencyID, roles: [String]
  ) throws(ConfigurationError) -> DeskSettings {
    try section.read { DeskSettings($0, state: state, agency: agency, roles: roles) }
  }

  private init?(_ fields: YAMLFields, state: String, agency: AgencyID, roles: [String]) {
    bind = fields.value("bind", .host, default: "127.0.0.1")
    port = Int(fields.value("port", .port, default: 7410))
    name = fields.value("name", .text(), default: agency.text)
    idle = .seconds(60 * Int64(fields.value("idle-minutes", .integer(1...720), default: 15)))
    longest = .seconds(
      3_600 * Int64(fields.value("session-hours", .integer(1...168), default: 12)))
    isDemonstration = fields.value("demonstration", .flag, default: false)
    dutyLine = fields.optional("duty-line", .text())
    scrapeTokenFile = fields.optional("scrape-token-file", .path)
    proxy = fields.optional("proxy", .mapping { Proxy($0) })
    singleSignOn = fields.optional(
      "single-sign-on", .mapping { SignOnSettings($0, known: roles) })
    let certificate = fields.value(
      "certificate", .path, default: state + "/" + DeskCertificate.certificateFile)
    let key = fields.value("key", .path, default: state + "/" + DeskCertificate.keyFile)
    let isPlain = fields.value("plain", .flag, default: false)
    let given = fields.optional("address", .text())
    if given == nil, fields.has("single-sign-on") {
      fields.report("address", "is needed for single sign-on: by what browsers reach the desk")
    }
    address = given ?? "\(isPlain ? "http" : "https")://\(bind):\(port)"
    if isPlain {
      guard ["127.0.0.1", "::1", "localhost"].contains(bind) else {
        fields.report(
          "plain", "serves passwords in the open on \(bind): bind to 127.0.0.1, or leave it out")
        return nil
      }
      transport = .plain
    } else {
      transport = .tls(certificate: certificate, key: key)
    }
  }
}

extension DeskSettings.Proxy {
  fileprivate init?(_ fields: YAMLFields) {
    guard let header = fields.required("header", .text()),
      let addresses = fields.required("addresses", .list(of: .text(), count: 1...16))
    else { return nil }
    self.init(header: header.lowercased(), addresses: addresses)
  }
}
