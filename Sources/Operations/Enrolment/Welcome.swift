public import Crypto
import Foundation
public import HubModel
import HubProtocol

/// What the hub's operator sends an agency whose key is enrolled: the program agreement, and the
/// program's matching key sealed to the agency's reply. Signed by the router's key, which the
/// agency knows from its invitation.
public struct Welcome: Sendable {
  public let agency: AgencyID
  public let program: ProgramID
  public let role: Role
  /// The text of the agreement file.
  public let agreement: String
  private let sealed: [UInt8]
  private let signature: [UInt8]

  private static let suite = HPKE.Ciphersuite.Curve25519_SHA256_ChachaPoly
  private static let longestAgreement = 200_000

  /// - Parameter matchingKey: `nil` where the operator's machine has it no more; it is then handed
  ///   over in person.
  public init(
    to reply: JoinReply, program: ProgramID, role: Role, agreement: String,
    matchingKey: MatchingKeyFile?, signer: Curve25519.Signing.PrivateKey
  ) throws {
    agency = reply.agency
    self.program = program
    self.role = role
    self.agreement = agreement
    if let matchingKey {
      let recipient = try Curve25519.KeyAgreement.PublicKey(rawRepresentation: reply.sealing)
      var sender = try HPKE.Sender(
        recipientKey: recipient, ciphersuite: Self.suite, info: Self.info(reply.agency))
      let text = try sender.seal(matchingKey.bytes)
      sealed = [UInt8](sender.encapsulatedKey) + [UInt8](text)
    } else {
      sealed = []
    }
    signature = [UInt8](
      try signer.signature(for: Data(Self.body(agency, program, role, agreement, sealed))))
  }

  public var text: String {
    var fields = FieldWriter()
    for text in [agency.text, program.text, role.rawValue, agreement] { fields.put(text) }
    for bytes in [sealed, signature] { fields.put(bytes) }
    return EnrolmentCode.text(.welcome, fields.bytes)
  }

  /// Reads a welcome; it is believed only once ``isSigned(by:)``.
  public init(text: String) throws(EnrolmentError) {
    var fields = FieldReader(try EnrolmentCode.payload(.welcome, of: text))
    let (agency, program) = (AgencyID(try fields.text(63)), ProgramID(try fields.text(63)))
    let role = Role(rawValue: try fields.text(63))
    agreement = try fields.text(Self.longestAgreement)
    sealed = try fields.bytes(0...200)
    signature = try fields.bytes(64)
    try fields.finish()
    guard let agency, let program, let role else { throw FieldReader.refusal }
    (self.agency, self.program, self.role) = (agency, program, role)
  }

  public func isSigned(by routerSigning: [UInt8]) -> Bool {
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: routerSigning) else {
      return false
    }
    return key.isValidSignature(
      signature, for: Self.body(agency, program, role, agreement, sealed))
  }

  /// The program's matching key; `nil` where the welcome has none.
  public func matchingKey(
    openedBy secret: Curve25519.KeyAgreement.PrivateKey
  ) throws(EnrolmentError) -> MatchingKeyFile? {
    if sealed.isEmpty { return nil }
    do {
      var recipient = try HPKE.Recipient(
        privateKey: secret, ciphersuite: Self.suite, info: Self.info(agency),
        encapsulatedKey: Data(sealed.prefix(32)))
      let bytes = [UInt8](try recipient.open(Data(sealed.dropFirst(32))))
      guard bytes.count == 32 else { throw FieldReader.refusal }
      return MatchingKeyFile(bytes: bytes)
    } catch {
      throw EnrolmentError(
        "the matching key in the welcome is sealed for another reply than this machine's last: "
          + "send the newest reply, and use the welcome to that one (the hub's operator: 'accord "
          + "agency accept REPLY --again')")
    }
  }

  private static func info(_ agency: AgencyID) -> Data {
    Data("accord matching key v1 \(agency)".utf8)
  }

  private static func body(
    _ agency: AgencyID, _ program: ProgramID, _ role: Role, _ agreement: String,
    _ sealed: [UInt8]
  ) -> [UInt8] {
    var fields = FieldWriter()
    for text in ["accord welcome v1", agency.text, program.text, role.rawValue, agreement] {
      fields.put(text)
    }
    fields.put(sealed)
    return fields.bytes
  }
}
