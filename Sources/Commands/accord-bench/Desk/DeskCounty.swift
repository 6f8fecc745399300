import AdapterKit
import Foundation
import GRDB
import Operations

/// A county of real daemons with desks, in a temporary folder.
final class DeskCounty {
  enum Agency: String, CaseIterable {
    case sheriff = "lakewood-sheriff"
    case prosecutor = "lakewood-prosecutor"
    case defender = "lakewood-defender"
    case provider = "harbor-behavioral"

    var daemon: String {
      switch self {
      case .sheriff: "accord-sheriff"
      case .prosecutor: "accord-prosecutor"
      case .defender: "accord-public-defender"
      case .provider: "accord-behavioral-health"
      }
    }

    /// Who looks at the pages; a role that may see all that is measured.
    var role: String { self == .sheriff ? "officer" : "supervisor" }
  }

  static let account = "bench"
  static let password = "only for a measurement"
  /// The desks' ports lie so far above the submit lane's.
  private static let deskPorts = 100

  let folder: URL
  private let basePort: Int
  private var daemons: [Child] = []

  init(basePort: Int) throws {
    self.basePort = basePort
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("accord-desks-\(ProcessInfo.processInfo.processIdentifier)")
    try? FileManager.default.removeItem(at: folder)
    try Child(
      "accord",
      ["init", folder.path, "--program", "lakewood", "--base-port", "\(basePort)"], log: nil
    ).finish()
    try BenchCounty.liftLimits(of: folder)
    for agency in Agency.allCases { try open(agency) }
    for agency in Agency.allCases {
      daemons.append(
        try Child(agency.daemon, ["run", "--config", configuration(agency)], log: log(agency)))
    }
    daemons.append(
      try Child(
        "accord-router", ["--config", folder.appendingPathComponent("router.yaml").path],
        log: folder.appendingPathComponent("router.log")))
  }

  func remove() {
    for daemon in daemons { daemon.stop() }
    try? FileManager.default.removeItem(at: folder)
  }

  // MARK: Places

  func configuration(_ agency: Agency) -> String {
    folder.appendingPathComponent("\(agency.rawValue).yaml").path
  }

  func state(_ agency: Agency) -> String {
    folder.appendingPathComponent("state/\(agency.rawValue)").path
  }

  func address(_ agency: Agency) -> String {
    "https://localhost:\(basePort + Self.deskPorts + (Agency.allCases.firstIndex(of: agency) ?? 0))"
  }

  func certificate(_ agency: Agency) -> String { state(agency) + "/desk-certificate.pem" }

  private func log(_ agency: Agency) -> URL {
    folder.appendingPathComponent("\(agency.rawValue).log")
  }

  /// Reads an agency's store beside its daemon.
  func store(_ agency: Agency) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(5)
    return try DatabaseQueue(path: state(agency) + "/adapter.sqlite", configuration: configuration)
  }

  func megabytes(of agency: Agency) -> Double {
    let file = try? FileManager.default.attributesOfItem(atPath: state(agency) + "/adapter.sqlite")
    return Double((file?[.size] as? Int) ?? 0) / 1e6
  }

  // MARK: Setting up

  /// A desk with its certificate and one account, by the daemon's own commands.
  private func open(_ agency: Agency) throws {
    let file = configuration(agency)
    let port = address(agency).split(separator: ":").last ?? ""
    let text = try String(contentsOfFile: file, encoding: .utf8)
    try Data((text + "\ndesk:\n  port: \(port)\n  idle-minutes: 720\n").utf8)
      .write(to: URL(fileURLWithPath: file))
    try Child(
      agency.daemon, ["desk", "certificate", "--host", "localhost", "--config", file], log: nil
    ).finish()
    try Child(
      agency.daemon,
      [
        "desk", "user", "add", Self.account, "--role", agency.role, "--without-second-factor",
        "--config", file,
      ], input: Self.password + "\n", log: nil
    ).finish()
  }

  // MARK: Filling

  /// A file lands in an agency's folder, whole.
  private func drop(_ text: String, _ agency: Agency, _ name: String) throws {
    let place = folder.appendingPathComponent("files/\(agency.rawValue)/in/\(name)")
    let part = place.deletingLastPathComponent()
      .appendingPathComponent("." + place.lastPathComponent)
    try FileManager.default.createDirectory(
      at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: part)
    try FileManager.default.moveItem(at: part, to: place)
  }

  /// Waits until a query on an agency's store counts so many. Ends where nothing moves.
  private func await(
    _ count: Int, _ agency: Agency, _ sql: String, _ what: String
  ) throws {
    var last = -1
    var moved = BenchMessage.nanoseconds()
    while true {
      let now = BenchMessage.nanoseconds()
      // The daemon makes its store as it starts.
      let found = (try? store(agency).read { try Int.fetchOne($0, sql: sql) ?? 0 }) ?? 0
      if found >= count { return }
      if found != last { (last, moved) = (found, now) }
      guard now - moved < 600_000_000_000 else {
        let log = (try? String(contentsOf: log(agency), encoding: .utf8)) ?? ""
        throw BenchError(
          "\(found) of \(count) \(what) came to \(agency.rawValue) in ten minutes without news\n"
            + log.split(separator: "\n").suffix(5).joined(separator: "\n"))
      }
      usleep(200_000)
    }
  }

  /// Everything comes by files, as in a county; see ``SampleHolds`` for the mix.
  func fill(holds: Int) throws {
    let sample = SampleHolds(count: holds, now: SystemClock().wall())
    for (number, part) in sample.referrals(each: 250).enumerated() {
      try drop(part, .sheriff, "referrals/referrals-\(number).csv")
    }
    try self.await(holds, .prosecutor, "SELECT count(*) FROM hold_row", "holds")
    try self.await(holds, .provider, "SELECT count(*) FROM client", "hand-offs")
    try drop(sample.openings(), .prosecutor, "decisions/opened.csv")
    try drop(try sample.releases(), .provider, "releases/releases.json")
    try self.await(
      sample.full.count, .provider, "SELECT count(*) FROM release_file", "full releases")
    try drop(sample.intakes(), .provider, "intake/intake.csv")
    try self.await(
      sample.full.count, .prosecutor,
      "SELECT count(*) FROM hold_event WHERE topic = 'intake.completed'", "intakes")
    try drop(sample.endings(), .prosecutor, "decisions/ended.csv")
    try self.await(
      sample.ended.count, .prosecutor, "SELECT count(*) FROM hold_row WHERE isEnded = 1", "ends")
    try self.await(sample.opened.count, .defender, "SELECT count(*) FROM client", "clients")
  }
}
