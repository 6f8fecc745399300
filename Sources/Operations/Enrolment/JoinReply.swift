public import Crypto
import Foundation
public import HubModel
import HubProtocol

/// What an agency answers an invitation: the public halves of the keys that it made, sealed by the
/// invitation's secret and signed by its own signing key. No secret is in it.
public struct JoinReply: Hashable, Sendable {
  /// Of the invitation.
  public let invitation: String
  public let agency: AgencyID
  /// 32 bytes each.
  public let curve: [UInt8]
  public let signing: [UInt8]
  /// To which the welcome's secret part is sealed; used once.
  public let sealing: [UInt8]
  private let mac: [UInt8]
  private let signature: [UInt8]

  public init(
    to invitation: Invitation, keys: KeyFile, sealing: Curve25519.KeyAgreement.PublicKey
  ) throws {
    self.invitation = invitation.id
    agency = invitation.agency
    curve = keys.curve.publicKey.bytes
    signing = keys.signingPublicKey
    self.sealing = [UInt8](sealing.rawRepresentation)
    let body = Self.body(self.invitation, agency, curve, signing, self.sealing)
    mac = Self.mac(body, invitation.verifier)
    signature = [UInt8](try keys.signing.signature(for: Data(body)))
  }

  public var fingerprint: KeyFingerprint { KeyFingerprint.of(curve: curve, signing: signing) }

  public var text: String {
    var fields = FieldWriter()
    for text in [invitation, agency.text] { fields.put(text) }
    for bytes in [curve, signing, sealing, mac, signature] { fields.put(bytes) }
    return EnrolmentCode.text(.reply, fields.bytes)
  }

  /// Reads a reply. Who holds the signing key made it: the signature is checked here.
  public init(text: String) throws(EnrolmentError) {
    var fields = FieldReader(try EnrolmentCode.payload(.reply, of: text))
    invitation = try fields.text(16)
    let agency = AgencyID(try fields.text(63))
    (curve, signing, sealing) = (
      try fields.bytes(32), try fields.bytes(32), try fields.bytes(32)
    )
    (mac, signature) = (try fields.bytes(32), try fields.bytes(64))
    try fields.finish()
    guard let agency else { throw FieldReader.refusal }
    self.agency = agency
    let body = Self.body(invitation, agency, curve, signing, sealing)
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: signing),
      key.isValidSignature(signature, for: body)
    else { throw EnrolmentError("the reply was changed on its way: have it sent again") }
  }

  /// Whether it answers the invitation that the verifier belongs to.
  public func answers(_ verifier: [UInt8]) -> Bool {
    HMAC<SHA256>.isValidAuthenticationCode(
      mac, authenticating: Self.body(invitation, agency, curve, signing, sealing),
      using: SymmetricKey(data: verifier))
  }

  private static func mac(_ body: [UInt8], _ verifier: [UInt8]) -> [UInt8] {
    Array(HMAC<SHA256>.authenticationCode(for: body, using: SymmetricKey(data: verifier)))
  }

  private static func body(
    _ invitation: String, _ agency: AgencyID, _ curve: [UInt8], _ signing: [UInt8],
    _ sealing: [UInt8]
  ) -> [UInt8] {
    var fields = FieldWriter()
    for text in ["accord join reply v1", invitation, agency.text] { fields.put(text) }
    for bytes in [curve, signing, sealing] { fields.put(bytes) }
    return fields.bytes
  }
}
