/// The agencies of the program and their keys: who may connect, as what.
public struct Registry: Hashable, Sendable {
  public struct Key: Hashable, Sendable {
    public let fingerprint: KeyFingerprint
    /// CURVE public key, 32 bytes.
    public let curve: [UInt8]
    /// Ed25519 public key, 32 bytes.
    public let signing: [UInt8]
    /// Only a consumer's key acknowledges deliveries; other keys of the agency may listen.
    public let isConsumer: Bool
    public init(fingerprint: KeyFingerprint, curve: [UInt8], signing: [UInt8], isConsumer: Bool) {
      self.fingerprint = fingerprint
      self.curve = curve
      self.signing = signing
      self.isConsumer = isConsumer
    }
  }

  public struct Agency: Hashable, Sendable {
    public let id: AgencyID
    public let name: String
    public let role: Role
    /// Counsel's setting: whether the agency is a Part 2 program (42 CFR 2.11).
    public let isPart2Program: Bool
    public let releasePort: UInt16
    public var keys: [Key]
    /// Whether its messages are taken without a seal; only where its client cannot sign.
    public var maySendUnsealed: Bool
    public init(
      id: AgencyID, name: String, role: Role, isPart2Program: Bool, releasePort: UInt16,
      keys: [Key], maySendUnsealed: Bool = false
    ) {
      self.id = id
      self.name = name
      self.role = role
      self.isPart2Program = isPart2Program
      self.releasePort = releasePort
      self.keys = keys
      self.maySendUnsealed = maySendUnsealed
    }
  }

  public private(set) var agencies: [AgencyID: Agency]
  /// Keys that were cut off; they stay cut off even if the registry file still lists them.
  public private(set) var cutOff: Set<KeyFingerprint>
  private var owners: [KeyFingerprint: AgencyID]

  public init(agencies: [Agency], cutOff: Set<KeyFingerprint> = []) {
    self.agencies = Dictionary(
      agencies.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    self.cutOff = cutOff
    owners = [:]
    for agency in agencies {
      for key in agency.keys { owners[key.fingerprint] = agency.id }
    }
  }

  /// The agency and key behind a fingerprint, as of now; `nil` once it is cut off.
  public func holder(of fingerprint: KeyFingerprint) -> (agency: Agency, key: Key)? {
    guard !cutOff.contains(fingerprint), let owner = owners[fingerprint],
      let agency = agencies[owner],
      let key = agency.keys.first(where: { $0.fingerprint == fingerprint })
    else { return nil }
    return (agency, key)
  }

  /// The agency that a fingerprint belongs or belonged to.
  public func owner(of fingerprint: KeyFingerprint) -> AgencyID? { owners[fingerprint] }

  public func agencies(in role: Role) -> [Agency] {
    agencies.values.filter { $0.role == role }.sorted { $0.id < $1.id }
  }

  public mutating func cutOff(_ fingerprint: KeyFingerprint) { cutOff.insert(fingerprint) }
}
