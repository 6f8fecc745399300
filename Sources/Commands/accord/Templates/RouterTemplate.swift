import Operations

/// The commented `router.yaml` of a new county.
enum RouterTemplate {
  static func text(_ county: County) -> String {
    let layout = county.layout
    return """
      # Configuration of accord-router, \(LogText.escaped(county.name)).
      # A key that is not known, or a value out of bounds, stops the router with a message that
      # names the line.
      program: \(county.program)

      # The folder of the ledger; only the router may write in it.
      state: \(YAMLText.quoted(layout.state("router")))

      # Where both lanes listen. Set it to the address on which agencies reach this machine. A
      # route that carries criminal-justice information belongs inside a validated tunnel: give
      # the tunnel's address here.
      listen: \(county.listenHost)
      submit-port: \(county.submitPort)
      # Release lanes: one port for each agency, in the registry.

      # Deliveries in flight to one agency, 1 to 1024.
      window: 64

      # Messages that one agency may send in a second for as long as it likes, and at once after a
      # quiet time. What is beyond waits in its spool and holds up nobody else.
      # submit-rate: 2000
      # submit-burst: 60000

      # Memory beyond which all connections to the submit port are ended, since somebody with a
      # key sends what does not end. A million messages that wait take 110 MiB.
      # memory-mib: 512

      # How often the router signs its log and tells the agencies so, 1 to 86400 seconds.
      checkpoint-seconds: 3600

      # Agencies that tell or hear criminal-justice information, as counsel has it. The router
      # does not start before each of them has a route whose encryption is validated.
      # criminal-justice-agencies: [sheriff]
      # criminal-justice-routes:
      #   - agency: sheriff
      #     bind: 10.8.0.1
      #     peers: 10.8.0.2
      #     certificate: 4985
      #     standard: fips-140-3

      key: \(YAMLText.quoted(layout.key("router")))
      \(masterKey(layout))
      # A program that prints the key, by its absolute path, and its arguments; no shell.
      # master-key-command: [/usr/local/sbin/print-master-key, accord]
      # The file of the key that was replaced, for the one start that wraps everything anew.
      # master-key-before: master.key.before

      # Whether someone may be expunged before six years of retention have ended; ask counsel.
      expunge-before-retention: refuse

      \(retention)

      registry: \(YAMLText.quoted(layout.registry))
      agreement: \(YAMLText.quoted(layout.agreement))

      \(operations(county))

      log:
        # plain or json, on standard error.
        format: plain
        # trace, debug, info, notice, warning, error or critical.
        level: info

      """
  }

  /// How long the ledger keeps what.
  private static var retention: String {
    """
    # For how many days the ledger keeps what: 'accord retention preview' says what a run would
    # remove. Below the floors of the law, which the article Configuration names, the router does
    # not start; a state's law may ask for more.
    retention:
      content-days: \(RetentionSettings.Kind.content.fallback)
      bookings-days: \(RetentionSettings.Kind.bookings.fallback)
      people-days: \(RetentionSettings.Kind.people.fallback)
      # When a run begins each day, by the site's clock, or never.
      run-at: "03:00"
      # Remove nothing that no archive holds ('accord archive export').
      # archive-first: true
    """
  }

  /// How people and monitoring systems ask the router.
  private static func operations(_ county: County) -> String {
    """
    # Where 'accord' asks the router; nobody but the router may write in its folder.
    admin-socket: \(YAMLText.quoted(county.layout.adminSocket))

    \(roles(county.layout))

    # Where the router tells how it does: /live, /ready, /metrics for a monitoring system, and a
    # page for people. Told on this machine, or to whoever shows the token.
    health:
      bind: 127.0.0.1
      port: \(county.submitPort + County.healthPortDistance)
      # The token's file, mode 600, where the monitoring system runs elsewhere.
      # token-file: scrape.token
    """
  }

  /// The package makes the socket's folder and the operators' group; elsewhere nobody else can
  /// reach the socket.
  private static func roles(_ layout: CountyLayout) -> String {
    let words = """
      # Who else may do what over that socket: operator, security-officer, privacy-officer,
      # observer. The router's own user and root may everything.
      """
    guard layout.isSystem else {
      return words + "\n" + """
        # Others must be able to reach the socket: give it a folder of its own that they may enter,
        # as /run/accord, mode 711.
        # roles:
        #   operator: [group:accord-operators]
        #   privacy-officer: [user:pat]
        #   observer: [user:monitoring]
        """
    }
    return words + "\n" + """
      # 'adduser NAME accord-operators' makes an operator. Where nobody shall have a role, delete
      # the section and let 'admin-socket' be in the state folder.
      roles:
        operator: [group:accord-operators]
        # security-officer: [user:lee]
        # privacy-officer: [user:pat]
        # observer: [user:monitoring]
      """
  }

  /// Where the key comes from that wraps all others: a credential, where a service unit lends it.
  private static func masterKey(_ layout: CountyLayout) -> String {
    let lines =
      layout.isSystem
      ? [
        "# What everything at rest is sealed with: the service manager lends it from",
        "# \(layout.masterKey), which is root's alone. Keep a copy in a safe, and none with the",
        "# backups.",
        "master-key-credential: accord-master",
        "# Or a file of the router's own user, mode 600.",
        "# master-key: master.key",
      ]
      : [
        "# What everything at rest is sealed with, mode 600. Keep a copy in a safe, and none with",
        "# the backups. Better than a file beside the ledger is one of the two below, instead of",
        "# this line.",
        "master-key: \(YAMLText.quoted(layout.masterKey))",
        "# A credential of the service manager's, by its name.",
        "# master-key-credential: accord-master",
      ]
    return lines.joined(separator: "\n")
  }

  /// As the router's package brings it.
  static var unfilled: String {
    let county = County.unfilled
    return UnfilledFile.mark + "\n"
      + text(county).replacing(
        "program: \(county.program)\n", with: "program: \"\(UnfilledFile.placeholder)\"\n")
  }
}
