public import HubModel

/// Which comes first where a person asks to be expunged before their records' retention has ended
/// (six years by 45 CFR 164.316(b)(2) and 164.530(j)): counsel's to decide.
public enum ExpungeBeforeRetention: String, CaseIterable, Hashable, Sendable {
  case refuse, allow
}

/// The router's configuration file, `/etc/accord/router.yaml`. The article *Configuration* lists
/// every key with its default and bounds.
public struct RouterConfiguration: Hashable, Sendable {
  public static let defaultPath = "/etc/accord/router.yaml"

  /// The program served.
  public var program: ProgramID
  /// Absolute path of the folder that holds the ledger.
  public var stateDirectory: String
  /// Address on which both lanes listen.
  public var listenHost: String
  /// The submit lane's port; release lanes have theirs from the registry.
  public var submitPort: UInt16
  /// Deliveries in flight to one recipient.
  public var window: Int
  /// What one agency may send: messages, or 4 KiB each of longer ones, in a second for as long as
  /// it likes, and at once after a quiet time.
  public var submitRate: Int
  public var submitBurst: Int
  /// Memory, in bytes, beyond which the router ends all connections of its submit lane.
  public var memoryLimit: Int
  public var keyFile: String
  /// What wraps the keys under which everything at rest is sealed.
  public var masterKey: MasterKeySource
  /// The master key that was replaced, while what it wrapped may still be wrapped by it.
  public var masterKeyBefore: MasterKeySource?
  /// Whether a participant may be expunged before the retention of their records has ended.
  public var expungeBeforeRetention: ExpungeBeforeRetention
  /// How long the ledger keeps what.
  public var retention: RetentionSettings
  public var registryFile: String
  public var agreementFile: String
  /// Path of the socket on which operators' commands are answered.
  public var adminSocket: String
  /// Agencies that tell or hear criminal-justice information, as counsel has it.
  public var criminalJusticeAgencies: Set<AgencyID>
  /// Validated tunnels of those agencies.
  public var criminalJusticeRoutes: [CriminalJusticeRoute]
  public var log: LogConfiguration
  /// Where the router tells how it does.
  public var health: HealthSettings
  /// Who may do what over the admin socket, besides its owner and root.
  public var roles: RoleHolders
  /// What the file said, by hashes; nothing for one that was not read from a file.
  public var trace: ConfigurationTrace?
  /// Between two scheduled checkpoints of the audit log.
  public var checkpointEvery: Span

  /// Reads and checks the file.
  /// - Throws: every problem found in it.
  public static func load(_ path: String) throws(ConfigurationError) -> RouterConfiguration {
    try parse(StrictYAML.load(path))
  }

  /// As ``load(_:)``, for a document at hand. Relative paths count from the file's folder.
  public static func parse(_ yaml: StrictYAML) throws(ConfigurationError) -> RouterConfiguration {
    var configuration = try read(yaml)
    configuration.trace = ConfigurationTrace(yaml)
    return configuration
  }

  private static func read(
    _ yaml: StrictYAML
  ) throws(ConfigurationError) -> RouterConfiguration {
    try yaml.read { fields in
      let program = fields.required("program", .identifier(ProgramTag.self))
      let state = fields.value("state", .path, default: "/var/lib/accord/router")
      let host = fields.value("listen", .host, default: "127.0.0.1")
      let port = fields.value("submit-port", .port, default: 7400)
      let window = fields.value(
        "window", .integer(1...Limits.largestWindow), default: Limits.defaultWindow)
      let rate = fields.value(
        "submit-rate", .integer(1...Limits.largestSubmitRate), default: Limits.defaultSubmitRate)
      let burst = fields.value(
        "submit-burst", .integer(Limits.messagesPerPublish...Limits.largestSubmitRate * 10),
        default: Limits.defaultSubmitBurst)
      let memory = fields.value("memory-mib", .integer(128...65_536), default: 512)
      let key = fields.required("key", .path)
      let registry = fields.required("registry", .path)
      let agreement = fields.required("agreement", .path)
      let socket = fields.value("admin-socket", .path, default: state + "/admin.sock")
      if socket.utf8.count > AdminSocket.longestPath {
        fields.report(
          "admin-socket",
          "must be at most \(AdminSocket.longestPath) bytes (the system's limit for a socket), "
            + "not \(socket.utf8.count): choose a shorter path")
      }
      let routes = fields.value(
        "criminal-justice-routes", CriminalJusticeRoute.list, default: [])
      reportDuplicates(routes, fields)
      let carriers = fields.value(
        "criminal-justice-agencies",
        .list(of: .identifier(AgencyTag.self), count: 0...Limits.agencies), default: [])
      let log = fields.value("log", LogConfiguration.section, default: LogConfiguration())
      let health = fields.value("health", HealthSettings.section, default: HealthSettings())
      let roles = fields.value("roles", RoleHolders.section, default: RoleHolders())
      let master = MasterKeySource.one(in: fields)
      let before = fields.optional("master-key-before", .path)
      let expunge = fields.value(
        "expunge-before-retention", YAMLValue<ExpungeBeforeRetention>.choice(), default: .refuse)
      let retention = fields.value(
        "retention", RetentionSettings.section, default: RetentionSettings())
      let checkpoint = fields.value(
        "checkpoint-seconds", .integer(1...86_400), default: 3_600)
      guard let program, let key, let registry, let agreement, let master else { return nil }
      return RouterConfiguration(
        program: program, stateDirectory: state, listenHost: host, submitPort: port,
        window: window, submitRate: rate, submitBurst: burst, memoryLimit: memory << 20,
        keyFile: key, masterKey: master, masterKeyBefore: before.map { .file($0) },
        expungeBeforeRetention: expunge, retention: retention, registryFile: registry,
        agreementFile: agreement,
        adminSocket: socket, criminalJusticeAgencies: Set(carriers),
        criminalJusticeRoutes: routes.map(\.value), log: log, health: health,
        roles: roles,
        checkpointEvery: .seconds(Int64(checkpoint)))
    }
  }

  private static func reportDuplicates(
    _ routes: [Placed<CriminalJusticeRoute>], _ fields: YAMLFields
  ) {
    var lines: [AgencyID: Int] = [:]
    for route in routes {
      if let line = lines.updateValue(route.yaml.line, forKey: route.value.agency) {
        fields.problems.add(
          "'\(route.value.agency)' has its tunnel already in line \(line)", at: route.yaml,
          key: "agency")
      }
    }
  }
}
