import ArgumentParser
import HubModel
import HubProtocol
import Operations

extension KeyCommand {
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List keys: use, age, end, when last seen.",
      discussion: """
        A check: ends with 0 good, 1 where a key ends within 30 days, 2 within 7 days or where an \
        agency has no consumer's key in force, 3 where the router does not answer (the registry \
        file is listed then). A key whose successor is enrolled warns of nothing.
        """)

    @OptionGroup var router: RouterOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      let now = SystemClock().wall()
      var isLive = true
      let keys: [KeyReport]
      do {
        guard case .keys(let answer) = try router.ask(.keys) else { throw UnexpectedAnswer() }
        keys = answer
      } catch {
        isLive = false
        Printing.complain("\(error)")
        keys = try KeyListing.reports(
          RegistryFile.load(router.configuration().registryFile).registry, at: now)
      }
      if output.json {
        try Printing.json(keys)
      } else {
        print(KeyListing.text(keys, Moment(now: now), .forTerminal))
      }
      try (isLive ? KeyListing.health(of: keys, at: now) : .unknown).exit()
    }
  }
}

/// The list of keys, apart from where it comes from.
enum KeyListing {
  static func reports(_ registry: Registry, at now: WallTime) -> [KeyReport] {
    registry.agencies.values.sorted { $0.id < $1.id }.flatMap { agency in
      agency.keys.map { key in
        KeyReport(
          agency: agency.id.text, fingerprint: key.fingerprint.text, use: key.use.rawValue,
          state: registry.cutOff.contains(key.fingerprint)
            ? .cutOff : state(ending: key.expiresAt, at: now),
          enrolledAt: key.enrolledAt?.milliseconds, expiresAt: key.expiresAt?.milliseconds,
          lastSeen: nil)
      }
    }
  }

  private static func state(ending end: WallTime?, at now: WallTime) -> KeyReport.State {
    guard let end else { return .inForce }
    if end <= now { return .ended }
    return end - now <= Limits.keyWarning ? .endsSoon : .inForce
  }

  static func health(of keys: [KeyReport], at now: WallTime) -> Health {
    var worst = Health.good
    for (_, own) in Dictionary(grouping: keys, by: \.agency) {
      let consumers = own.filter { $0.use == "consumer" && $0.state != .cutOff }
      if !own.isEmpty, consumers.allSatisfy({ $0.state == .ended }) { worst = .critical }
      let isSucceeded = consumers.contains { $0.state == .inForce }
      for key in own where key.state == .endsSoon && !(isSucceeded && key.use == "consumer") {
        let left = (key.expiresAt ?? 0) - now.milliseconds
        worst = max(worst, left <= Limits.keyAlarm.milliseconds ? .critical : .warning)
      }
    }
    return worst
  }

  static func text(_ keys: [KeyReport], _ moment: Moment, _ paint: Paint) -> String {
    guard !keys.isEmpty else { return "No key yet: an agency makes one with 'key new'." }
    var table = Table("AGENCY", "KEY", "USE", "STATE", "ENROLLED", "ENDS", "LAST SEEN")
    for key in keys {
      table.add(
        key.agency, key.fingerprint, key.use, key.state.rawValue,
        moment.text(key.enrolledAt, or: "by hand"), moment.text(key.expiresAt, or: "never"),
        moment.text(key.lastSeen, or: "not since the router started"))
    }
    return table.text(paint)
  }
}
