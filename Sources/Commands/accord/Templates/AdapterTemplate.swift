import HubModel
import Operations

/// The commented configuration of an agency's daemon: what all share, then the daemon's own part.
enum AdapterTemplate {
  /// The daemon that serves a role; `nil` where there is none yet.
  static func daemon(of role: Role) -> String? {
    switch role {
    case .sheriff: "accord-sheriff"
    case .prosecutor: "accord-prosecutor"
    case .publicDefender: "accord-public-defender"
    case .behavioralHealth: "accord-behavioral-health"
    case .programOffice, .privacyOfficer: nil
    }
  }

  /// The daemon's own section, with what may be set in it.
  private static func section(of role: Role, agreement: String) -> String {
    switch role {
    case .sheriff: SheriffTemplate.section
    case .prosecutor: ProsecutorTemplate.section(agreement: agreement)
    case .publicDefender: PublicDefenderTemplate.section(agreement: agreement)
    case .behavioralHealth: BehavioralHealthTemplate.section(agreement: agreement)
    case .programOffice, .privacyOfficer: "adapter: {}"
    }
  }

  static func text(
    for member: County.Member, in county: County, router: String
  ) -> String? {
    guard let daemon = daemon(of: member.role) else { return nil }
    let layout = county.layout
    let id = layout.name(of: member)
    let folders = CountyLayout.exchangeFolders.map {
      "  \($0): \(YAMLText.quoted(layout.exchange(id, $0)))"
    }
    return """
      # Configuration of \(daemon) for \(LogText.escaped(member.name)).
      # A key that is not known, or a value out of bounds, stops the daemon with a message that
      # names the line. On the agency's own machine this is
      # /etc/accord/\(member.role.rawValue).yaml.
      agency: \(member.id)
      role: \(member.role.rawValue)
      program: \(county.program)

      router:
        host: \(county.routerHost)
        submit-port: \(county.submitPort)
        # The router's public key: who answers with another one is not the router.
        key: \(YAMLText.quoted(router))

      # This agency's secret keys, and the program's matching key; both mode 600.
      key: \(YAMLText.quoted(layout.key(id)))
      matching-key: \(YAMLText.quoted(layout.matchingKey(of: id)))

      # What waits to be sent and what was received; back it up with the agency's other records.
      state: \(YAMLText.quoted(layout.state(id)))

      log:
        # plain or json, on standard error.
        format: plain
        # trace, debug, info, notice, warning, error or critical.
        level: info

      # How files come and go: 'in' from the records system, 'out' to it. A file that was taken
      # goes to 'done'; a bad one to 'rejected', with a note beside it that says line and remedy.
      folders:
      \(folders.joined(separator: "\n"))
      # How often 'in' is looked into, 1 to 3600.
      poll-seconds: \(county.isDemonstration ? 1 : 5)
      # For how many days a message that the hub refused, or a delivery that was set aside, waits
      # for somebody to look at it, 90 to 36525.
      keep-days: 2192

      site:
        # In which the agency's files write dates and times.
        time-zone: \(county.timeZone)

      # Whether each notice of 'out' is written as a PDF too.
      notices-as-pdf: false
      # Other systems' files, databases and servers, each read by a mapping: the articles
      # Connectors and Notices of AdapterKit have every key of these two, with examples.
      # connectors:
      #   nightly: {kind: folder, folder: roster, mapping: nightly.yaml}
      # Who is called outside the desk, by which channel, and who is next.
      # notify: {}

      \(section(of: member.role, agreement: layout.agreement(of: id)))

      # The agency's desk in the browser. Make a certificate ('\(daemon) desk certificate') and
      # accounts ('\(daemon) desk user add'), then take the '#' away.
      # desk:
      #   bind: 127.0.0.1
      #   port: 7410
      #   name: \(LogText.escaped(member.name))

      """
  }

  /// As the daemon's package brings it.
  static func unfilled(_ role: Role) -> String? {
    let county = County.unfilled
    guard let id = AgencyID("not-set-up") else { return nil }
    let member = County.Member(id: id, role: role, name: "The agency", releasePort: 7440)
    return text(for: member, in: county, router: UnfilledFile.placeholder)
      .map { UnfilledFile.mark + "\n" + $0 }
  }
}
