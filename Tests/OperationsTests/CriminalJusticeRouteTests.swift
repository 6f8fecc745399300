import HubModel
import Operations
import Testing

@Suite("Criminal-justice information travels through validated tunnels (rule 24)")
struct CriminalJusticeRouteTests {
  static let text = """
    program: p
    key: k
    registry: r
    agreement: a
    criminal-justice-routes:
      - agency: sheriff
        bind: 10.20.0.1
        peers: 10.20.0.0/24
        certificate: 4282
        standard: fips-140-3
    master-key: m

    """

  static func parse(_ text: String) throws -> RouterConfiguration {
    try RouterConfiguration.parse(StrictYAML.parse(text, file: "/c/router.yaml"))
  }

  let registry: Registry
  let sheriff: AgencyID
  let prosecutor: AgencyID
  let lastDay: CivilDate

  init() throws {
    sheriff = try #require(AgencyID("sheriff"))
    prosecutor = try #require(AgencyID("prosecutor"))
    lastDay = try #require(CivilDate("2026-09-21"))
    registry = Registry(
      agencies: [(sheriff, Role.sheriff), (prosecutor, .prosecutor)].map {
        Registry.Agency(
          id: $0.0, name: "x", role: $0.1, isPart2Program: false, releasePort: 7_440, keys: [])
      })
  }

  @Test("Pitfall: CURVE counted as FIPS")
  func curveCountedAsFIPS() throws {
    // Every connection of the hub is encrypted by CURVE; that alone opens no such route.
    let bare = try Self.parse("program: p\nkey: k\nmaster-key: m\nregistry: r\nagreement: a\n")
    let error = #expect(throws: CriminalJusticeRouteError.self) {
      try bare.checkCriminalJusticeRoutes(
        carriers: [sheriff, prosecutor], registry: registry, on: lastDay)
    }
    #expect(error?.problems.count == 2)
    #expect(error?.description.contains("CURVE alone does not count") == true)
    // Whether counsel says so in the configuration, or the agreement does.
    let declared = try Self.parse(
      """
      program: p
      key: k
      master-key: m
      registry: r
      agreement: a
      criminal-justice-agencies: [sheriff]

      """)
    #expect(throws: CriminalJusticeRouteError.self) {
      try declared.checkCriminalJusticeRoutes(carriers: [], registry: registry, on: lastDay)
    }
    // One tunnel does not serve the other agency.
    let one = try Self.parse(Self.text)
    let missing = #expect(throws: CriminalJusticeRouteError.self) {
      try one.checkCriminalJusticeRoutes(
        carriers: [sheriff, prosecutor], registry: registry, on: lastDay)
    }
    #expect(missing?.problems.count == 1)
    #expect(missing?.description.contains("prosecutor tells or hears") == true)
    try one.checkCriminalJusticeRoutes(carriers: [sheriff], registry: registry, on: lastDay)
    try bare.checkCriminalJusticeRoutes(carriers: [], registry: registry, on: lastDay)
  }

  @Test("A certificate under FIPS 140-2 counts through 21 September 2026 and no day longer")
  func oldStandard() throws {
    let old = try Self.parse(BadFile.changing("fips-140-3", to: "fips-140-2", in: Self.text))
    try old.checkCriminalJusticeRoutes(carriers: [sheriff], registry: registry, on: lastDay)
    let error = #expect(throws: CriminalJusticeRouteError.self) {
      try old.checkCriminalJusticeRoutes(
        carriers: [sheriff], registry: registry, on: lastDay.adding(days: 1))
    }
    #expect(error?.description.contains("counted through 2026-09-21") == true)
    let new = try Self.parse(Self.text)
    try new.checkCriminalJusticeRoutes(
      carriers: [sheriff], registry: registry, on: lastDay.adding(days: 3_650))
    // A running router asks again at each connection.
    let route = try #require(old.criminalJusticeRoute(of: sheriff))
    #expect(route.admits("10.20.0.9", on: lastDay))
    #expect(!route.admits("10.20.0.9", on: lastDay.adding(days: 1)))
  }

  @Test("A route of an agency that nobody knows is a mistake, not a reserve")
  func unknownAgency() throws {
    let other = try Self.parse(BadFile.changing("sheriff", to: "sherif", in: Self.text))
    #expect(throws: CriminalJusticeRouteError.self) {
      try other.checkCriminalJusticeRoutes(carriers: [], registry: registry, on: lastDay)
    }
  }

  @Test("From outside the tunnel its agency is nobody")
  func peers() throws {
    let route = try #require(try Self.parse(Self.text).criminalJusticeRoute(of: sheriff))
    for inside in ["10.20.0.0", "10.20.0.255", "::ffff:10.20.0.7"] {
      #expect(route.admits(inside, on: lastDay), "\(inside)")
    }
    for outside in ["10.20.1.0", "127.0.0.1", "", "sheriff", "::1", "::ffff:10.20.1.7"] {
      #expect(!route.admits(outside, on: lastDay), "\(outside)")
    }
  }

  @Test("Address ranges are read exactly or not at all")
  func ranges() throws {
    for good in ["10.20.0.2", "10.20.0.0/24", "fd00:20::/64", "fd00:20::1", "0.0.0.0/0"] {
      #expect(AddressRange(good)?.description == good)
    }
    for bad in ["", "10.20.0", "10.20.0.2/24", "10.20.0.0/33", "10.20.0.0/", "10.20.0.0/+8",
      "10.20.0.0/024", "a.example", "fd00:20::1/64", "10.20.0.0/24/8"] {
      #expect(AddressRange(bad) == nil, "\(bad)")
    }
    let six = try #require(AddressRange("fd00:20::/64"))
    #expect(six.contains("fd00:20::9"))
    #expect(!six.contains("fd00:21::9"))
    #expect(!six.contains("10.20.0.9"))
  }

  @Test(
    "A bad route is refused at the exact place",
    arguments: [
      ("bind: 10.20.0.1", "bind: 0.0.0.0", 7, "bind", "tunnel's interface"),
      ("bind: 10.20.0.1", "bind: tunnel.example", 7, "bind", "tunnel's interface"),
      ("bind: 10.20.0.1", "bind: 10.20.0.0/24", 7, "bind", "tunnel's interface"),
      ("peers: 10.20.0.0/24", "peers: 0.0.0.0/0", 8, "peers", "at most a /16"),
      ("peers: 10.20.0.0/24", "peers: 10.0.0.0/8", 8, "peers", "at most a /16"),
      ("    certificate: 4282\n", "", 6, "certificate", "is missing"),
      ("certificate: 4282", "certificate: none", 9, "certificate", "whole number"),
      ("standard: fips-140-3", "standard: curve", 10, "standard", "one of"),
      ("    standard: fips-140-3\n", "", 6, "standard", "is missing"),
    ])
  func badRoute(_ old: String, _ new: String, _ line: Int, _ key: String, _ says: String) throws {
    BadFile(
      key, BadFile.changing(old, to: new, in: Self.text), line: line,
      key: "criminal-justice-routes[1].\(key)", says: says
    ).check(RouterConfiguration.parse)
  }

  @Test("An agency has one tunnel")
  func twice() throws {
    let lines = Self.text.split(separator: "\n")
    let again = (lines.dropLast() + lines.dropLast().suffix(5) + lines.suffix(1))
      .joined(separator: "\n")
    BadFile(
      "agency", again, line: 11, key: "criminal-justice-routes[2].agency", says: "already"
    ).check(RouterConfiguration.parse)
  }
}
