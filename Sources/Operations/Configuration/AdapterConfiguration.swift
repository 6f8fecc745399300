public import Foundation
public import HubModel
public import ZeroMQ

/// The configuration file of an agency's daemon, `/etc/accord/<daemon>.yaml`: what all adapters
/// share. The article *Configuration* lists every key with its default and bounds.
public struct AdapterConfiguration: Hashable, Sendable {
  /// Where the router is, and by which key it is known to be the router.
  public struct Router: Hashable, Sendable {
    public var host: String
    public var submitPort: UInt16
    public var key: CurvePublicKey
  }

  /// The folders by which files come and go; all absolute.
  public struct Folders: Hashable, Sendable {
    /// Files of the records system.
    public var incoming: String
    /// Files for the records system.
    public var outgoing: String
    /// Where a file that was taken is moved.
    public var done: String
    /// Where a bad file is moved, with a note beside it.
    public var rejected: String
  }

  public var agency: AgencyID
  public var role: Role
  public var program: ProgramID
  public var router: Router
  public var keyFile: String
  public var matchingKeyFile: String
  /// Absolute path of the folder that holds spool, inbox and the adapter's own store.
  public var stateDirectory: String
  public var log: LogConfiguration
  public var folders: Folders
  /// How often the folders are looked into.
  public var poll: Span
  /// How long what was refused or set aside is kept for a person to look at.
  public var keeps: Span
  /// The civil time zone in which the agency's files write dates and times.
  public var timeZone: TimeZone
  /// The adapter's own section: column mappings and the like, read by the adapter itself.
  public var adapter: StrictYAML
  /// Ways by which other systems reach the adapter, by name, each read by the kind that it is.
  public var connectors: [String: StrictYAML]
  /// Who is called outside the desk; read by the adapter itself.
  public var notify: StrictYAML
  /// Whether each notice is written as a PDF beside its text.
  public var noticesAsPDF: Bool
  /// The web desk's section, read by the desk; without it the daemon serves none.
  public var desk: StrictYAML?

  /// Reads and checks the file.
  /// - Throws: every problem found in it.
  public static func load(_ path: String) throws(ConfigurationError) -> AdapterConfiguration {
    try parse(StrictYAML.load(path))
  }

  /// As ``load(_:)``, for a document at hand. Relative paths count from the file's folder.
  public static func parse(_ yaml: StrictYAML) throws(ConfigurationError) -> AdapterConfiguration {
    try yaml.read { fields in
      let agency = fields.required("agency", .identifier(AgencyTag.self))
      let role = fields.required("role", YAMLValue<Role>.choice())
      let program = fields.required("program", .identifier(ProgramTag.self))
      let router = fields.required("router", Router.section)
      let key = fields.required("key", .path)
      let matchingKey = fields.required("matching-key", .path)
      let state = fields.value(
        "state", .path, default: "/var/lib/accord/\(role?.rawValue ?? "adapter")")
      let log = fields.value("log", LogConfiguration.section, default: LogConfiguration())
      let folders = fields.required("folders", Folders.section)
      let poll = fields.value("poll-seconds", .integer(1...3_600), default: 5)
      let keeps = fields.value(
        "keep-days", .integer(90...RetentionSettings.longest),
        default: RetentionSettings.Kind.content.fallback)
      let site = fields.required(
        "site", .mapping { $0.required("time-zone", YAMLValue<TimeZone>.timeZone) })
      let adapter = fields.value(
        "adapter", .section, default: .empty(file: yaml.file, path: "adapter"))
      let connectors = fields.value("connectors", .keyed(byTextOf: .section), default: [])
      let notify = fields.value(
        "notify", .section, default: .empty(file: yaml.file, path: "notify"))
      let noticesAsPDF = fields.value("notices-as-pdf", .flag, default: false)
      let desk = fields.optional("desk", .section)
      guard let agency, let role, let program, let router, let key, let matchingKey, let folders,
        let site
      else { return nil }
      return AdapterConfiguration(
        agency: agency, role: role, program: program, router: router, keyFile: key,
        matchingKeyFile: matchingKey, stateDirectory: state, log: log, folders: folders,
        poll: .seconds(Int64(poll)),
        keeps: .days(Int64(keeps)), timeZone: site, adapter: adapter,
        connectors: Dictionary(
          connectors.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 }),
        notify: notify, noticesAsPDF: noticesAsPDF, desk: desk)
    }
  }

  /// The site's calendar around `now`, for reading and writing local dates and times.
  public func calendar(around now: WallTime) -> SiteCalendar {
    SiteCalendar(timeZone: timeZone, around: now)
  }
}

extension AdapterConfiguration.Router {
  fileprivate static var section: YAMLValue<Self> {
    .mapping { fields in
      let host = fields.value("host", .host, default: "127.0.0.1")
      let port = fields.value("submit-port", .port, default: 7400)
      let key = fields.required(
        "key", .scalar("the router's public key, 40 characters of Z85") { CurvePublicKey(z85: $0) })
      guard let key else { return nil }
      return Self(host: host, submitPort: port, key: key)
    }
  }
}

extension AdapterConfiguration.Folders {
  fileprivate static var section: YAMLValue<Self> {
    .mapping { fields in
      let incoming = fields.required("in", .path)
      let outgoing = fields.required("out", .path)
      let done = fields.required("done", .path)
      let rejected = fields.required("rejected", .path)
      guard let incoming, let outgoing, let done, let rejected else { return nil }
      for (key, path) in [("out", outgoing), ("done", done), ("rejected", rejected)]
      where path == incoming {
        fields.report(key, "must not be the folder 'in': its files would be read again")
      }
      return Self(incoming: incoming, outgoing: outgoing, done: done, rejected: rejected)
    }
  }
}
