import ArgumentParser
import Foundation
import HubModel
import Operations

struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Create a county: keys, registry, agreement and configuration of every daemon.",
    discussion: """
      Without a folder it sets up the installed router: /etc/accord and /var/lib/accord. Agencies \
      then join by 'accord agency invite'. It needs the program's own --duty-line, and --time-zone \
      where the machine keeps UTC. With a folder it makes a whole county below it, every \
      agency's keys with it, as for trying things out: with a made-up duty line and Pacific time \
      where none are given. Nothing that exists is overwritten.
      """)

  @Argument(help: "The folder to create it in; without it, where the packages are.")
  var directory: String?
  @Option(help: "The program's name: 1 to 63 of a-z, 0-9 and -.")
  var program: String
  @Option(help: "The county's name, as people read it.")
  var county = "Lakewood County"
  @Option(help: "The submit lane's port; release lanes begin 40 above it.")
  var basePort: UInt16 = 7400
  @Option(help: "The site's time zone; without it this machine's, where that is not UTC.")
  var timeZone: String?
  @Option(help: "The number that an officer is told to call while a message waits.")
  var dutyLine: String?
  @Option(help: "The address on which the router listens; 0.0.0.0 for every one.")
  var listen = "127.0.0.1"
  @Option(help: .hidden)
  var root = ""
  @Flag(help: "Shorten weeks to seconds; for showing, never for a real county.")
  var demonstration = false
  @Option(
    help: """
      An agency as ID:ROLE; once for each. Without any: the four of the sample county. \
      \(AgencyArgument.roles)
      """)
  var agency: [AgencyArgument] = []
  @OptionGroup var output: OutputOptions

  static let sampleAgencies: [AgencyArgument] = [
    "lakewood-sheriff:sheriff", "lakewood-prosecutor:prosecutor",
    "lakewood-defender:public-defender", "harbor-behavioral:behavioral-health",
  ].compactMap(AgencyArgument.init(argument:))

  /// For trying things out, with the sample county's files.
  private static let sample = (dutyLine: "555-0142", timeZone: "America/Los_Angeles")

  /// A real county's windows and hours count by these; nobody else can know them.
  private var isReal: Bool { directory == nil && !demonstration }

  /// Of the site; `nil` where nobody said it and the machine does not know.
  private var zone: String? { timeZone ?? (isReal ? Self.machineZone : Self.sample.timeZone) }

  /// As `timedatectl` has it; one that only keeps UTC says nothing about the site.
  private static var machineZone: String? {
    let name = TimeZone.current.identifier
    return name.contains("/") && !name.hasPrefix("Etc/") ? name : nil
  }

  func validate() throws {
    guard directory != nil || agency.isEmpty else {
      throw ValidationError(
        "--agency belongs to a county in a folder; here, agencies join by 'accord agency invite'.")
    }
    guard ProgramID(program) != nil else {
      throw ValidationError("--program must be 1 to 63 of a-z, 0-9 and -.")
    }
    guard let zone else {
      throw ValidationError(
        "Give --time-zone, such as America/Los_Angeles: this machine keeps UTC, and the site's "
          + "windows and hours count by its own clock.")
    }
    guard TimeZone(identifier: zone) != nil, zone == "UTC" || zone.contains("/") else {
      throw ValidationError("--time-zone must be a name such as America/Los_Angeles.")
    }
    guard dutyLine != nil || !isReal else {
      throw ValidationError(
        "Give --duty-line, the number that an officer is told to call while a message waits.")
    }
    guard !county.isEmpty, dutyLine.map({ (1...60).contains($0.count) }) ?? true else {
      throw ValidationError("--county and --duty-line must not be empty, or the latter too long.")
    }
    let last = Int(basePort) + County.releasePortDistance + max(agency.count, 4)
    guard basePort > 0, last <= Int(UInt16.max), agency.count <= Limits.agencies else {
      throw ValidationError("--base-port leaves no room for the release lanes; choose a lower one.")
    }
    guard Set(agency.map(\.id)).count == agency.count else {
      throw ValidationError("--agency names the same agency twice.")
    }
  }

  func run() throws {
    guard let county = plan() else { throw ValidationError("--program is not an identifier.") }
    let files = try county.create(at: SystemClock().wall())
    if output.json {
      return try Printing.json(Report(county, files: files))
    }
    print(text(county, files: files))
  }

  /// What is to be created; `nil` where the program's name is not one.
  func plan() -> County? {
    guard let program = ProgramID(program), let zone else { return nil }
    let chosen = agency.isEmpty && directory != nil ? Self.sampleAgencies : agency
    let firstLane = basePort + UInt16(County.releasePortDistance)
    let members = chosen.enumerated().map { index, argument in
      County.Member(
        id: argument.id, role: argument.role, name: County.Member.readableName(argument.id),
        releasePort: firstLane + UInt16(index))
    }
    return County(
      layout: directory.map { CountyLayout($0) } ?? CountyLayout(systemBelow: root),
      name: county, program: program, submitPort: basePort,
      timeZone: zone, dutyLine: dutyLine ?? Self.sample.dutyLine, isDemonstration: demonstration,
      members: members, listenHost: listen)
  }

  private struct Report: Encodable {
    let directory: String
    let program: String
    let isDemonstration: Bool
    let submitPort: UInt16
    let timeZone: String
    let dutyLine: String
    let files: [String]
    init(_ county: County, files: [String]) {
      directory = county.layout.root
      program = county.program.text
      isDemonstration = county.isDemonstration
      submitPort = county.submitPort
      timeZone = county.timeZone
      dutyLine = county.dutyLine
      self.files = files
    }
  }

  private func text(_ county: County, files: [String]) -> String {
    if county.layout.isSystem { return installed(county, files: files) }
    var table = Table("AGENCY", "ROLE", "DAEMON", "CONFIGURATION")
    for member in county.members {
      let daemon = AdapterTemplate.daemon(of: member.role)
      table.add(
        member.id.text, member.role.rawValue, daemon ?? "none yet",
        daemon == nil ? "-" : county.layout.configuration(member.id.text))
    }
    let duty =
      demonstration
      ? []
      : [
        "Put your own duty line, time zone and windows into \(county.layout.agreement): it has "
          + "\(county.dutyLine) and \(county.timeZone)."
      ]
    return
      ([
        "\(county.name), program \(county.program), in \(county.layout.root): "
          + "\(files.count) files.",
        "", table.text(.forTerminal), "",
      ] + duty + [
        "Start the router:   accord-router --config \(county.layout.routerConfiguration)",
        "Then look at it:    accord status --config \(county.layout.routerConfiguration)",
        "Keys are secrets: hand each agency its own file of \(county.layout.keys) and no other.",
      ]).joined(separator: "\n")
  }

  private func installed(_ county: County, files: [String]) -> String {
    ([
      "\(county.name), program \(county.program): the router is set up.", "",
    ] + files.map { "  \($0)" } + [
      "", "Time zone:             \(county.timeZone)"
        + (timeZone == nil ? " (this machine's; --time-zone gives another)" : ""),
      "Duty line:             \(county.dutyLine)",
      "Read \(county.layout.agreement) with counsel: your duty line, windows and paths.",
      "Keep a copy of \(county.layout.masterKey) in a safe: without it nothing can be read.",
      "Start the router:      systemctl start accord-router",
      "Invite each agency:    accord agency invite ID:ROLE --host ADDRESS",
    ]).joined(separator: "\n")
  }
}

/// `ID:ROLE` of a command line.
struct AgencyArgument: ExpressibleByArgument, Hashable, Sendable {
  /// What a ROLE may be, for the help that is also shown where one is wrong.
  static let roles =
    "ROLE is one of \(Role.allCases.map(\.rawValue).joined(separator: ", "))."

  let id: AgencyID
  let role: Role

  init?(argument: String) {
    let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let id = AgencyID(parts[0]), id != .hub, id.text != "router",
      let role = Role(rawValue: String(parts[1]))
    else { return nil }
    self.id = id
    self.role = role
  }
}
