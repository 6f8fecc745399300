public import HubModel
import HubProtocol
import ZeroMQ

/// The public half of an agency's key, as it goes to the hub's operator: no secret is in it. Its
/// fingerprint is compared by telephone, since whoever carries the file could exchange it.
public struct PublicKeyFile: Hashable, Sendable {
  public var agency: AgencyID
  public var created: WallTime
  /// CURVE and Ed25519 public keys, 32 bytes each.
  public var curve: [UInt8]
  public var signing: [UInt8]

  public init(_ key: KeyFile, of agency: AgencyID) {
    self.agency = agency
    created = key.created
    curve = key.curve.publicKey.bytes
    signing = key.signingPublicKey
  }

  private init(agency: AgencyID, created: WallTime, curve: [UInt8], signing: [UInt8]) {
    self.agency = agency
    self.created = created
    self.curve = curve
    self.signing = signing
  }

  public var fingerprint: KeyFingerprint { KeyFingerprint.of(curve: curve, signing: signing) }

  /// - Throws: every problem of the file; also where its fingerprint is not that of its keys.
  public static func load(_ path: String) throws(ConfigurationError) -> PublicKeyFile {
    try StrictYAML.load(path).read { fields in
      let agency = fields.required("agency", .identifier(AgencyTag.self))
      let created = fields.required("created", .time)
      let fingerprint = fields.required("fingerprint", .identifier(FingerprintTag.self))
      let curve = fields.required(
        "curve", .scalar("a CURVE public key, 40 characters of Z85") { CurvePublicKey(z85: $0) })
      let signing = fields.required("signing", YAMLValue<[UInt8]>.hex(bytes: 32))
      guard let agency, let created, let fingerprint, let curve, let signing else { return nil }
      let file = PublicKeyFile(
        agency: agency, created: created, curve: curve.bytes, signing: signing)
      guard file.fingerprint == fingerprint else {
        fields.report(
          "fingerprint",
          "is not that of the two keys: the file was changed on its way; get it anew")
        return nil
      }
      return file
    }
  }

  public func write(to path: String) throws(ConfigurationError) {
    let text = """
      # Public half of a key of \(agency), for the hub's operator. It is no secret; but compare the
      # fingerprint by telephone: accord key enrol \(agency) FILE --fingerprint ...
      agency: "\(agency)"
      created: "\(created.iso8601)"
      fingerprint: "\(fingerprint)"
      curve: "\(CurvePublicKey(bytes: curve)?.z85 ?? "")"
      signing: "\(Hex.encode(signing))"

      """
    try TextFile.write(text, to: path, mode: 0o644, overwrites: false)
  }
}
