public import HubModel
import Crypto
import Foundation
import HubProtocol
public import ZeroMQ

/// What the hub's operator sends an agency that is to join: where the router is and by which keys
/// it is known, who the agency is to be, and a secret that works once and for hours. See the
/// article *Enrolling an agency*.
public struct Invitation: Hashable, Sendable {
  public static let secretBytes = 16

  public var program: ProgramID
  public var agency: AgencyID
  public var role: Role
  /// As people read it.
  public var name: String
  /// Where the agency reaches the router.
  public var host: String
  public var submitPort: UInt16
  /// The router's public keys, 32 bytes each.
  public var routerCurve: [UInt8]
  public var routerSigning: [UInt8]
  public var timeZone: String
  public var expires: WallTime
  /// Only ``text`` has it; the router's machine keeps what follows from it.
  public var secret: [UInt8]

  public init(
    program: ProgramID, agency: AgencyID, role: Role, name: String, host: String,
    submitPort: UInt16, routerCurve: [UInt8], routerSigning: [UInt8], timeZone: String,
    expires: WallTime, secret: [UInt8] = Invitation.freshSecret()
  ) {
    self.program = program
    self.agency = agency
    self.role = role
    self.name = name
    self.host = host
    self.submitPort = submitPort
    self.routerCurve = routerCurve
    self.routerSigning = routerSigning
    self.timeZone = timeZone
    self.expires = expires
    self.secret = secret
  }

  public static func freshSecret() -> [UInt8] {
    var random = SystemRandomNumberGenerator()
    return (0..<secretBytes).map { _ in UInt8.random(in: .min ... .max, using: &random) }
  }

  /// The router's fingerprint, to be read out by telephone.
  public var routerFingerprint: KeyFingerprint {
    KeyFingerprint.of(curve: routerCurve, signing: routerSigning)
  }

  public var routerKey: CurvePublicKey? { CurvePublicKey(bytes: routerCurve) }

  /// Names the invitation without telling its secret.
  public var id: String { Self.id(of: secret) }

  /// What authenticates a reply. The router's machine keeps it instead of the secret.
  public var verifier: [UInt8] { Self.verifier(of: secret) }

  static func id(of secret: [UInt8]) -> String {
    Hex.encode(derived("accord invitation id v1", secret).prefix(8))
  }

  static func verifier(of secret: [UInt8]) -> [UInt8] {
    derived("accord invitation reply v1", secret)
  }

  private static func derived(_ label: String, _ secret: [UInt8]) -> [UInt8] {
    HKDF<SHA256>.deriveKey(
      inputKeyMaterial: SymmetricKey(data: secret), info: Array(label.utf8), outputByteCount: 32
    ).withUnsafeBytes { Array($0) }
  }

  /// The code.
  public var text: String {
    var fields = FieldWriter()
    for text in [program.text, agency.text, role.rawValue, name, host, timeZone] {
      fields.put(text)
    }
    fields.put(UInt64(submitPort))
    fields.put(routerCurve)
    fields.put(routerSigning)
    fields.put(UInt64(bitPattern: expires.milliseconds))
    fields.put(secret)
    return EnrolmentCode.text(.invite, fields.bytes)
  }

  /// Reads a code; whether its time has passed is the caller's to ask.
  public init(text: String) throws(EnrolmentError) {
    var fields = FieldReader(try EnrolmentCode.payload(.invite, of: text))
    let (program, agency) = (ProgramID(try fields.text(63)), AgencyID(try fields.text(63)))
    let role = Role(rawValue: try fields.text(63))
    let (name, host, zone) = (try fields.text(400), try fields.text(255), try fields.text(100))
    let port = UInt16(exactly: try fields.number())
    let (curve, signing) = (try fields.bytes(32), try fields.bytes(32))
    let expires = WallTime(milliseconds: Int64(bitPattern: try fields.number()))
    let secret = try fields.bytes(Self.secretBytes)
    try fields.finish()
    guard let program, let agency, agency != .hub, let role, let port, port > 0,
      TimeZone(identifier: zone) != nil, !name.isEmpty, !host.isEmpty
    else { throw FieldReader.refusal }
    self.init(
      program: program, agency: agency, role: role, name: name, host: host, submitPort: port,
      routerCurve: curve, routerSigning: signing, timeZone: zone, expires: expires, secret: secret)
  }
}
