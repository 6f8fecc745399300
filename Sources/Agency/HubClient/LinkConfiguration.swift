public import HubModel
public import HubProtocol
public import ZeroMQ

/// Where the router is, and as whom an adapter talks to it.
public struct LinkConfiguration: Sendable {
  public var agency: AgencyID
  public var role: Role
  public var program: ProgramID
  /// A name or an address, without brackets where it is IPv6.
  public var routerHost: String
  public var submitPort: UInt16
  /// The router is whoever holds this key.
  public var routerKey: CurvePublicKey
  public var keys: CurveKeyPair
  /// What seals this agency's messages; without one they go unsealed, which the router takes only
  /// from an agency whose registry entry says so.
  public var signer: SigningKey?
  /// Whether this link takes the agency's deliveries; one link of an agency does. Another one
  /// only publishes: it opens no release lane.
  public var isConsumer: Bool
  /// Heartbeat; three of them without a word from the router make the link connect anew.
  public var pingEvery: Span
  /// Messages in one publish frame, 1...``Limits/messagesPerPublish``.
  public var publishBatch: Int
  /// Of the wire contract.
  public var versions = ProtocolVersions.current

  public init(
    agency: AgencyID, role: Role, program: ProgramID, routerHost: String,
    submitPort: UInt16 = 7400, routerKey: CurvePublicKey, keys: CurveKeyPair,
    signer: SigningKey? = nil, isConsumer: Bool = true, pingEvery: Span = Limits.pingEvery,
    publishBatch: Int = 256
  ) {
    self.agency = agency
    self.role = role
    self.program = program
    self.routerHost = routerHost
    self.submitPort = submitPort
    self.routerKey = routerKey
    self.keys = keys
    self.signer = signer
    self.isConsumer = isConsumer
    self.pingEvery = pingEvery
    self.publishBatch = min(max(publishBatch, 1), Limits.messagesPerPublish)
  }

  func endpoint(port: UInt16) -> String {
    isIPv6 ? "tcp://[\(routerHost)]:\(port)" : "tcp://\(routerHost):\(port)"
  }

  var isIPv6: Bool { routerHost.utf8.contains(UInt8(ascii: ":")) }
}
