public import HubModel

/// The validated tunnel through which an agency's criminal-justice information travels.
///
/// CURVE is no FIPS-approved cryptography, however strong it is, and does not count (CJIS Security
/// Policy v6.0, SC-8 and SC-13). So a route that may carry criminal-justice information runs inside
/// a tunnel of a validated module: its lanes are bound to the tunnel's address here, and the
/// agency's keys are let in from the tunnel's far addresses alone. The hub cannot see whether the
/// tunnel does what its certificate says; that stays with whoever signs this configuration.
public struct CriminalJusticeRoute: Hashable, Sendable {
  /// What the module was validated under.
  public enum Standard: String, CaseIterable, Hashable, Sendable {
    case fips1402 = "fips-140-2"
    case fips1403 = "fips-140-3"

    /// The last day on which its certificates count; `nil`: no end is set. Certificates of 140-2
    /// move to the historical list after 21 September 2026.
    public var lastDay: CivilDate? {
      switch self {
      case .fips1402: CivilDate(year: 2026, month: 9, day: 21)
      case .fips1403: nil
      }
    }

    public func counts(on day: CivilDate) -> Bool { lastDay.map { day <= $0 } ?? true }
  }

  public var agency: AgencyID
  /// This machine's own address on the tunnel's interface.
  public var bind: String
  /// Addresses of the agency at the tunnel's far end.
  public var peers: AddressRange
  /// Number of the module's certificate in the validation program's list.
  public var certificate: Int
  public var standard: Standard

  public init(
    agency: AgencyID, bind: String, peers: AddressRange, certificate: Int, standard: Standard
  ) {
    self.agency = agency
    self.bind = bind
    self.peers = peers
    self.certificate = certificate
    self.standard = standard
  }

  /// Whether the agency may connect from `address` on `day`.
  public func admits(_ address: String, on day: CivilDate) -> Bool {
    standard.counts(on: day) && peers.contains(address)
  }

  /// The section `criminal-justice-routes` of the router's configuration.
  static var list: YAMLValue<[Placed<CriminalJusticeRoute>]> {
    .list(of: Placed.of(route), count: 0...Limits.agencies)
  }

  private static var route: YAMLValue<CriminalJusticeRoute> {
    .mapping { fields in
      let agency = fields.required("agency", .identifier(AgencyTag.self))
      let bind = fields.required("bind", boundAddress)
      let peers = fields.required("peers", peerRange)
      let certificate = fields.required("certificate", .integer(1...99_999))
      let standard = fields.required("standard", YAMLValue<Standard>.choice())
      guard let agency, let bind, let peers, let certificate, let standard else { return nil }
      return CriminalJusticeRoute(
        agency: agency, bind: bind, peers: peers, certificate: certificate, standard: standard)
    }
  }

  /// One address, not a name: a name could come to mean another interface.
  private static var boundAddress: YAMLValue<String> {
    .scalar("this machine's address on the tunnel's interface, such as 10.20.0.1") { text in
      guard !text.contains("/"), let range = AddressRange(text), !range.isUnspecified else {
        return nil
      }
      return text
    }
  }

  private static var peerRange: YAMLValue<AddressRange> {
    .scalar(
      "the far end's addresses, such as 10.20.0.2 or 10.20.0.0/24 (at most a /16; IPv6: a /48)"
    ) { text in
      AddressRange(text).flatMap { $0.isNarrow && !$0.isUnspecified ? $0 : nil }
    }
  }
}

/// Why a router does not start with the routes it was given.
public struct CriminalJusticeRouteError: Error, Hashable, Sendable, CustomStringConvertible {
  public var problems: [String]
  public var description: String { problems.joined(separator: "\n") }
}

extension RouterConfiguration {
  /// Checks that all criminal-justice information travels through validated tunnels.
  ///
  /// - Parameters:
  ///   - carriers: agencies that the program agreement lets tell or hear criminal-justice
  ///     information, beside those that this configuration names.
  ///   - day: today, in the site's calendar.
  /// - Throws: every reason why it may not go; the router does not start then.
  public func checkCriminalJusticeRoutes(
    carriers: Set<AgencyID>, registry: Registry, on day: CivilDate
  ) throws(CriminalJusticeRouteError) {
    var problems: [String] = []
    for agency in carriers.union(criminalJusticeAgencies).sorted()
    where criminalJusticeRoute(of: agency) == nil {
      problems.append(
        "\(agency) tells or hears criminal-justice information, and criminal-justice-routes names "
          + "no validated tunnel for it: CURVE alone does not count; give the tunnel's addresses, "
          + "its module's certificate and standard, or let the agency carry none")
    }
    for route in criminalJusticeRoutes {
      if registry.agencies[route.agency] == nil {
        problems.append(
          "criminal-justice-routes names \(route.agency), which the registry does not have: "
            + "correct the agency's id")
      }
      if let last = route.standard.lastDay, !route.standard.counts(on: day) {
        problems.append(
          "the tunnel of \(route.agency) has certificate \(route.certificate) under "
            + "\(route.standard.rawValue), which counted through \(last): use a module "
            + "validated under fips-140-3")
      }
    }
    if !problems.isEmpty { throw CriminalJusticeRouteError(problems: problems) }
  }

  /// The tunnel of an agency, where it has one.
  public func criminalJusticeRoute(of agency: AgencyID) -> CriminalJusticeRoute? {
    criminalJusticeRoutes.first { $0.agency == agency }
  }
}
