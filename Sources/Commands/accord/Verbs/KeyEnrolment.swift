import ArgumentParser
import HubModel
import HubProtocol
import Operations

/// A public key as an agency sent it, and the fingerprint as its people read it out.
struct SentKey: ParsableArguments {
  @Argument(help: "The agency's id.")
  var agency: String
  @Argument(help: "The public half that the agency sent: a file that 'key new' wrote.")
  var file: String
  @Option(help: "The fingerprint that the agency's people read out by telephone.")
  var fingerprint: String

  func load() throws -> (AgencyID, PublicKeyFile) {
    guard let id = AgencyID(agency) else {
      throw ValidationError("An agency's id is 1 to 63 of a-z, 0-9 and -.")
    }
    let key = try PublicKeyFile.load(file)
    guard key.agency == id else {
      throw CountyError("the file is of \(key.agency), not of \(id): ask who sent it")
    }
    guard key.fingerprint.text == fingerprint.lowercased() else {
      throw CountyError(
        "the fingerprint that was read out is not that of the file: somebody exchanged it, or it "
          + "was misheard. Nothing was enrolled; telephone again, and get the file anew")
    }
    return (id, key)
  }
}

extension KeyCommand {
  struct Enrol: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Enter a key that an agency made, once its fingerprint was compared.",
      discussion: "The agency must be in the registry: 'accord agency add' enters a new one.")

    @OptionGroup var sent: SentKey
    @Option(help: "consumer (takes deliveries), publisher (submits) or listener (a pager).")
    var use = Registry.Key.Use.consumer.rawValue
    @Option(help: "Days until it ends by itself; without it, it does not.")
    var expiresInDays: Int?
    @OptionGroup var router: RouterOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
      try RegistryChange.checkDays(expiresInDays)
      guard Registry.Key.Use(rawValue: use) != nil else {
        throw ValidationError("--use is consumer, publisher or listener.")
      }
    }

    func run() throws {
      let (agency, key) = try sent.load()
      let now = SystemClock().wall()
      let end = expiresInDays.map { now + .days(Int64($0)) }
      let use = Registry.Key.Use(rawValue: use) ?? .listener
      try RegistryChange(router: router, output: output).make("\(key.fingerprint) is enrolled") {
        try $0.add(key, to: agency, use, at: now, until: end)
      }
    }
  }

  struct Rotate: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Enter an agency's next key; the one before ends by itself after an overlap.",
      discussion: """
        Both keys are admitted meanwhile. At the agency: 'key use', then restart the daemon.
        """)

    @OptionGroup var sent: SentKey
    @Option(help: "The fingerprint of the key before, where the agency has several.")
    var replaces: String?
    @Option(help: "Days for which both are admitted.")
    var overlapDays = 14
    @Option(help: "Days until the new key ends by itself; without it, it does not.")
    var expiresInDays: Int?
    @OptionGroup var router: RouterOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
      try RegistryChange.checkDays(expiresInDays)
      guard (0...90).contains(overlapDays) else {
        throw ValidationError("--overlap-days must be from 0 to 90.")
      }
    }

    func run() throws {
      let (agency, key) = try sent.load()
      let now = SystemClock().wall()
      let end = expiresInDays.map { now + .days(Int64($0)) }
      let lapse = now + .days(Int64(overlapDays))
      try RegistryChange(router: router, output: output).make("\(key.fingerprint) is enrolled") {
        let before = try $0.keyBefore(of: agency, named: replaces, at: now)
        try $0.add(key, to: agency, before.use, at: now, until: end)
        // Never later than it would have ended anyway.
        try $0.change(before.fingerprint) { $0.expiresAt = min($0.expiresAt ?? lapse, lapse) }
      }
    }
  }

  struct End: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Set when a key ends by itself, or that it does not.",
      discussion: "To end a key that somebody else may have, cut it off: that is at once.")

    @Argument(help: "The key's fingerprint.")
    var fingerprint: String
    @Option(help: "Days from now.")
    var inDays: Int?
    @Flag(help: "It does not end.")
    var never = false
    @OptionGroup var router: RouterOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
      try RegistryChange.checkDays(inDays)
      guard (inDays == nil) == never else {
        throw ValidationError("Give --in-days, or --never.")
      }
    }

    func run() throws {
      guard let key = KeyFingerprint(fingerprint) else {
        throw ValidationError("That is no fingerprint: 'accord key list' shows them.")
      }
      let now = SystemClock().wall()
      let end = inDays.map { now + .days(Int64($0)) }
      try RegistryChange(router: router, output: output).make("\(key) ends as you said") {
        try $0.change(key) { $0.expiresAt = end }
      }
    }
  }
}

/// A change of the registry file, which a running router then reads.
struct RegistryChange {
  let router: RouterOptions
  let output: OutputOptions

  static func checkDays(_ days: Int?) throws {
    guard days.map({ (1...3_660).contains($0) }) ?? true else {
      throw ValidationError("Days must be from 1 to 3660.")
    }
  }

  private struct Report: Encodable {
    let done: String
    let isLive: Bool
  }

  func make(_ done: String, _ change: (inout RegistryFile) throws -> Void) throws {
    let path = try router.configuration().registryFile
    var file = try RegistryFile.load(path)
    try change(&file)
    // Read back before it is written: the router is never given a file that it must refuse.
    _ = try RegistryFile.parse(StrictYAML.parse(file.text, file: path))
    try file.write(to: path, overwrites: true)
    var isLive = true
    do {
      _ = try router.ask(.reloadRegistry)
    } catch {
      isLive = false
      Printing.complain("\(error)")
    }
    if output.json {
      try Printing.json(Report(done: done, isLive: isLive))
    } else {
      print("\(done) in \(path).")
      print(
        isLive
          ? "The router has read the registry anew."
          : "The router does not answer; it reads the registry when it starts.")
    }
    guard isLive else { return try Health.warning.exit() }
  }
}

extension RegistryFile {
  mutating func add(
    _ key: PublicKeyFile, to agency: AgencyID, _ use: Registry.Key.Use, at now: WallTime,
    until end: WallTime?
  ) throws {
    guard let index = agencies.firstIndex(where: { $0.id == agency }) else {
      throw CountyError("\(agency) is not in the registry: enter it with 'accord agency add'")
    }
    guard registry.owner(of: key.fingerprint) == nil else {
      throw CountyError("\(key.fingerprint) is in the registry already")
    }
    guard !registry.cutOff.contains(key.fingerprint) else {
      throw CountyError("\(key.fingerprint) was cut off, and stays so: a new one must be made")
    }
    guard agencies[index].keys.count < Limits.sessionsPerAgency else {
      throw CountyError("\(agency) has \(Limits.sessionsPerAgency) keys: remove one that ended")
    }
    agencies[index].keys.append(
      Registry.Key(
        fingerprint: key.fingerprint, curve: key.curve, signing: key.signing, use: use,
        enrolledAt: now, expiresAt: end))
  }

  /// The key that a new one takes the place of.
  func keyBefore(
    of agency: AgencyID, named fingerprint: String?, at now: WallTime
  ) throws -> Registry.Key {
    var known = registry
    _ = known.endKeys(at: now)
    let keys = known.agencies[agency]?.keys.filter { known.isInForce($0.fingerprint) } ?? []
    let meant = keys.filter {
      fingerprint == nil ? $0.isConsumer : $0.fingerprint.text == fingerprint
    }
    guard meant.count == 1 else {
      throw CountyError(
        meant.isEmpty
          ? "\(agency) has no such key in force: 'accord key enrol' enters a first one"
          : "\(agency) has several consumer's keys: say which one with --replaces")
    }
    return meant[0]
  }

  mutating func change(
    _ fingerprint: KeyFingerprint, _ change: (inout Registry.Key) -> Void
  ) throws {
    for agency in agencies.indices {
      for key in agencies[agency].keys.indices
      where agencies[agency].keys[key].fingerprint == fingerprint {
        change(&agencies[agency].keys[key])
        return
      }
    }
    throw CountyError("\(fingerprint) is no key of the registry: 'accord key list' shows them")
  }
}
