public import HubModel
import HubProtocol
import ZeroMQ

/// The registry file: the program's agencies and their public keys. No secrets are in it.
public struct RegistryFile: Hashable, Sendable {
  /// A key that gets nothing more, whatever else the file says.
  public struct CutOff: Hashable, Sendable {
    public var fingerprint: KeyFingerprint
    public var at: WallTime
    /// For the operators; shown nowhere else.
    public var reason: String
    public init(fingerprint: KeyFingerprint, at: WallTime, reason: String) {
      self.fingerprint = fingerprint
      self.at = at
      self.reason = reason
    }
  }

  /// In the order of the file.
  public var agencies: [Registry.Agency]
  public var cutOffs: [CutOff]

  public init(agencies: [Registry.Agency], cutOffs: [CutOff] = []) {
    self.agencies = agencies
    self.cutOffs = cutOffs
  }

  /// What the router works with.
  public var registry: Registry {
    Registry(agencies: agencies, cutOff: Set(cutOffs.map(\.fingerprint)))
  }

  public static func load(_ path: String) throws(ConfigurationError) -> RegistryFile {
    try parse(StrictYAML.load(path))
  }

  /// Reads and checks a registry: fingerprints must be those of their keys; no id, port or key may
  /// stand twice, because rights follow from them.
  public static func parse(_ yaml: StrictYAML) throws(ConfigurationError) -> RegistryFile {
    try yaml.read { fields in
      let agencies = fields.required(
        "agencies",
        YAMLValue<[Placed<Registry.Agency>]>.list(
          of: Placed.of(agency), count: 0...Limits.agencies))
      let cutOffs = fields.value("cut-off", .list(of: cutOff, count: 0...10_000), default: [])
      guard let agencies else { return nil }
      reportDuplicates(agencies, fields)
      return RegistryFile(agencies: agencies.map(\.value), cutOffs: cutOffs)
    }
  }

  private static var agency: YAMLValue<Registry.Agency> {
    .mapping { fields in
      let id = fields.required("id", .identifier(AgencyTag.self))
      let name = fields.required("name", .text(largest: 100))
      let role = fields.required("role", YAMLValue<Role>.choice())
      let isPart2Program = fields.required("part-2-program", .flag)
      let port = fields.required("release-port", .port)
      let keys = fields.required(
        "keys", YAMLValue<[Registry.Key]>.list(of: key, count: 0...Limits.sessionsPerAgency))
      let isUnsealed = fields.value("unsealed-messages", .flag, default: false)
      if id == .hub {
        fields.report("id", "'hub' is the router's own name; choose another")
        return nil
      }
      guard let id, let name, let role, let isPart2Program, let port, let keys else { return nil }
      return Registry.Agency(
        id: id, name: name, role: role, isPart2Program: isPart2Program, releasePort: port,
        keys: keys, maySendUnsealed: isUnsealed)
    }
  }

  private static var key: YAMLValue<Registry.Key> {
    .mapping { fields in
      let fingerprint = fields.required("fingerprint", .identifier(FingerprintTag.self))
      let curve = fields.required(
        "curve", .scalar("a CURVE public key, 40 characters of Z85") { CurvePublicKey(z85: $0) })
      let signing = fields.required("signing", YAMLValue<[UInt8]>.hex(bytes: 32))
      let isConsumer = fields.required("consumer", .flag)
      let isListener = fields.value("listener", .flag, default: false)
      let enrolled = fields.optional("enrolled", .time)
      let expires = fields.optional("expires", .time)
      guard let fingerprint, let curve, let signing, let isConsumer else { return nil }
      let expected = KeyFingerprint.of(curve: curve.bytes, signing: signing)
      guard fingerprint == expected else {
        fields.report(
          "fingerprint",
          "is not that of the two keys, which is \(expected); compare it with the agency by "
            + "telephone before correcting it")
        return nil
      }
      guard !(isConsumer && isListener) else {
        fields.report("listener", "a consumer listens anyway; leave one of the two out")
        return nil
      }
      return Registry.Key(
        fingerprint: fingerprint, curve: curve.bytes, signing: signing,
        use: isConsumer ? .consumer : isListener ? .listener : .publisher, enrolledAt: enrolled,
        expiresAt: expires)
    }
  }

  private static var cutOff: YAMLValue<CutOff> {
    .mapping { fields in
      let fingerprint = fields.required("fingerprint", .identifier(FingerprintTag.self))
      let at = fields.required("at", .time)
      let reason = fields.required("reason", .text(largest: 200))
      guard let fingerprint, let at, let reason else { return nil }
      return CutOff(fingerprint: fingerprint, at: at, reason: reason)
    }
  }

  private static func reportDuplicates(
    _ agencies: [Placed<Registry.Agency>], _ fields: YAMLFields
  ) {
    var ids: [AgencyID: Int] = [:]
    var ports: [UInt16: AgencyID] = [:]
    var curves: [[UInt8]: AgencyID] = [:]
    var signings: [[UInt8]: AgencyID] = [:]
    for placed in agencies {
      let agency = placed.value
      func report(_ key: String, _ text: String) {
        fields.problems.add(text, at: placed.yaml, key: key)
      }
      if let line = ids.updateValue(placed.yaml.line, forKey: agency.id) {
        report("id", "'\(agency.id)' stands already in line \(line)")
      }
      if let other = ports.updateValue(agency.id, forKey: agency.releasePort) {
        report("release-port", "\(agency.releasePort) is already the port of \(other)")
      }
      for key in agency.keys {
        let taken = [
          curves.updateValue(agency.id, forKey: key.curve),
          signings.updateValue(agency.id, forKey: key.signing),
        ]
        if let other = taken.compactMap({ $0 }).first {
          report("keys", "\(key.fingerprint) uses a key that \(other) has already; make a new one")
        }
      }
    }
  }
}

/// A value with the place where it stood, for checks that look at several values together.
struct Placed<Value> {
  let value: Value
  let yaml: StrictYAML

  static func of(_ kind: YAMLValue<Value>) -> YAMLValue<Placed> {
    YAMLValue<Placed>(expectation: kind.expectation, takesEmpty: kind.takesEmpty) {
      yaml, problems in
      kind.take(yaml, problems).map { Placed(value: $0, yaml: yaml) }
    }
  }
}
