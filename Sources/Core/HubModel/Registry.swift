/// The agencies of the program and their keys: who may connect, as what.
public struct Registry: Hashable, Sendable {
  public struct Key: Hashable, Sendable {
    public let fingerprint: KeyFingerprint
    /// CURVE public key, 32 bytes.
    public let curve: [UInt8]
    /// Ed25519 public key, 32 bytes.
    public let signing: [UInt8]
    public let use: Use
    /// When it was entered into the registry; unknown of one that was entered by hand.
    public var enrolledAt: WallTime?
    /// From then on it admits nobody; it ends by itself.
    public var expiresAt: WallTime?

    /// What a key is good for.
    public enum Use: String, CaseIterable, Hashable, Sendable {
      /// Submits, listens, and alone acknowledges deliveries.
      case consumer
      /// Submits.
      case publisher
      /// Listens on the agency's release lane: a pager, a display.
      case listener
    }

    public var isConsumer: Bool { use == .consumer }

    public init(
      fingerprint: KeyFingerprint, curve: [UInt8], signing: [UInt8], use: Use,
      enrolledAt: WallTime? = nil, expiresAt: WallTime? = nil
    ) {
      self.fingerprint = fingerprint
      self.curve = curve
      self.signing = signing
      self.use = use
      self.enrolledAt = enrolledAt
      self.expiresAt = expiresAt
    }

    public init(fingerprint: KeyFingerprint, curve: [UInt8], signing: [UInt8], isConsumer: Bool) {
      self.init(
        fingerprint: fingerprint, curve: curve, signing: signing,
        use: isConsumer ? .consumer : .publisher)
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
  /// Keys whose end has come, as of the last ``endKeys(at:)``.
  public private(set) var ended: Set<KeyFingerprint> = []
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
    guard isInForce(fingerprint), let owner = owners[fingerprint],
      let agency = agencies[owner],
      let key = agency.keys.first(where: { $0.fingerprint == fingerprint })
    else { return nil }
    return (agency, key)
  }

  /// Neither cut off nor at its end.
  public func isInForce(_ fingerprint: KeyFingerprint) -> Bool {
    !cutOff.contains(fingerprint) && !ended.contains(fingerprint)
  }

  /// When the next key ends; `nil` where none has an end.
  public var nextEnd: WallTime? {
    agencies.values.flatMap(\.keys).filter { isInForce($0.fingerprint) }
      .compactMap(\.expiresAt).min()
  }

  /// Ends every key whose end has come.
  /// - Returns: those that ended just now, with their agency.
  public mutating func endKeys(at now: WallTime) -> [(agency: AgencyID, key: Key)] {
    var found: [(agency: AgencyID, key: Key)] = []
    for agency in agencies.values.sorted(by: { $0.id < $1.id }) {
      for key in agency.keys
      where key.expiresAt.map({ $0 <= now }) ?? false && isInForce(key.fingerprint) {
        ended.insert(key.fingerprint)
        found.append((agency.id, key))
      }
    }
    return found
  }

  /// The agency that a fingerprint belongs or belonged to.
  public func owner(of fingerprint: KeyFingerprint) -> AgencyID? { owners[fingerprint] }

  public func agencies(in role: Role) -> [Agency] {
    agencies.values.filter { $0.role == role }.sorted { $0.id < $1.id }
  }

  public mutating func cutOff(_ fingerprint: KeyFingerprint) { cutOff.insert(fingerprint) }
}
