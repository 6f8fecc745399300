/// The section `health` of a router's configuration: where it tells how it does.
public struct HealthSettings: Hashable, Sendable {
  public static let defaultPort: UInt16 = 7402

  public var isOn: Bool
  public var bind: String
  public var port: UInt16
  /// A file with the token that a monitoring system elsewhere shows.
  public var tokenFile: String?

  public init(
    isOn: Bool = true, bind: String = "127.0.0.1", port: UInt16 = HealthSettings.defaultPort,
    tokenFile: String? = nil
  ) {
    self.isOn = isOn
    self.bind = bind
    self.port = port
    self.tokenFile = tokenFile
  }

  static var section: YAMLValue<HealthSettings> {
    .mapping { fields in
      HealthSettings(
        isOn: fields.value("enabled", .flag, default: true),
        bind: fields.value("bind", .host, default: "127.0.0.1"),
        port: fields.value("port", .port, default: defaultPort),
        tokenFile: fields.optional("token-file", .path))
    }
  }
}

/// Whether a daemon can do its work now, and what keeps it from that.
public struct Readiness: Hashable, Sendable {
  /// One sentence each, with what to do.
  public var reasons: [String]

  public init(_ reasons: [String] = []) { self.reasons = reasons }

  public var isReady: Bool { reasons.isEmpty }
  public var status: Int { isReady ? 200 : 503 }
  public var text: String {
    isReady ? "ready\n" : reasons.map { "not ready: \(LogText.escaped($0))\n" }.joined()
  }
}
