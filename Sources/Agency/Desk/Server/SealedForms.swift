import Crypto
public import Foundation
public import GRDB
public import HubClient
public import HubModel
import Operations

/// Forms that are signed on a screen, perhaps out of reach of the desk: a phone seals each for
/// this desk alone (P-256, HKDF-SHA-256, AES-256-GCM), so that whoever finds the phone can read
/// nothing of what waits there for a signal.
///
/// An envelope is the phone's one-time public key (65 bytes, X9.63), the nonce (12), then the
/// ciphertext with its tag.
public struct SealedForms: Sendable {
  private let key: P256.KeyAgreement.PrivateKey
  static let info = Data("accord release capture 1".utf8)
  /// Bytes of an envelope as it is posted.
  public static let largest = 2 << 20
  /// Bytes of a signature's picture.
  static let largestPicture = 1 << 20

  /// Signed pictures by their SHA-256, and which forms were taken: in the agency's own store.
  public static let migration = AdapterMigration("desk-sealed-forms") { database in
    try database.execute(
      sql: """
        CREATE TABLE signature_image (hash TEXT PRIMARY KEY, png BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE taken_form (mark TEXT PRIMARY KEY, subject TEXT NOT NULL) WITHOUT ROWID;
        """)
  }

  public static var freshKey: Data { P256.KeyAgreement.PrivateKey().rawRepresentation }

  public init(key bytes: Data) throws {
    key = try P256.KeyAgreement.PrivateKey(rawRepresentation: bytes)
  }

  /// For the page; base64.
  public var publicKey: String { key.publicKey.x963Representation.base64EncodedString() }

  /// A form as a phone sealed it.
  public struct Sealed: Sendable {
    /// Made by the phone: the same form sent twice is taken once.
    public let mark: String
    public let form: Form
    /// PNG.
    public let signature: Data?
    /// By the phone's clock.
    public let signedAt: WallTime

    /// SHA-256 of the signed picture, hexadecimal.
    public var signatureHash: String? {
      signature.map { Randomness.hex(SHA256.hash(data: $0)) }
    }
  }

  private struct Content: Decodable {
    let mark: String
    let form: String
    let signature: String?
    let signedAt: String
  }

  /// - Returns: `nil` for what was not sealed for this desk, was cut off, or is no such form.
  public func open(_ visit: Visit) -> Sealed? {
    guard let text = visit.form.first("envelope"), let envelope = Data(base64Encoded: text),
      let bytes = try? open(envelope),
      let content = try? JSONDecoder().decode(Content.self, from: bytes),
      let form = Form(encoded: content.form), let signedAt = WallTime(iso8601: content.signedAt),
      (16...64).contains(content.mark.utf8.count),
      content.mark.utf8.allSatisfy({ byte in
        byte == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
          || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
      })
    else { return nil }
    let picture = content.signature.flatMap { Data(base64Encoded: $0) }
    if let picture, !Self.isPicture(picture) { return nil }
    return Sealed(
      mark: content.mark, form: form, signature: picture,
      // Nobody signs in the future, whatever a phone's clock says.
      signedAt: min(signedAt, visit.now))
  }

  func open(_ envelope: Data) throws -> Data {
    let bytes = Array(envelope)
    guard bytes.count > 65 + 12 + 16 else { throw CryptoKitError.incorrectParameterSize }
    let other = try P256.KeyAgreement.PublicKey(x963Representation: bytes.prefix(65))
    let shared = try key.sharedSecretFromKeyAgreement(with: other)
    let secret = shared.hkdfDerivedSymmetricKey(
      using: SHA256.self, salt: Data(), sharedInfo: Self.info, outputByteCount: 32)
    return try AES.GCM.open(
      try AES.GCM.SealedBox(combined: Data(bytes.dropFirst(65))), using: secret)
  }

  private static func isPicture(_ bytes: Data) -> Bool {
    bytes.count <= largestPicture
      && bytes.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  }

  // MARK: In the agency's store

  /// What became of a form that was taken before.
  public static func subject(of mark: String, in database: Database) throws -> String? {
    try String.fetchOne(
      database, sql: "SELECT subject FROM taken_form WHERE mark = ?", arguments: [mark])
  }

  /// Keeps picture and mark, in the transaction that takes the form.
  public static func keep(
    _ sealed: Sealed, subject: String, in database: Database
  ) throws {
    try database.execute(
      sql: "INSERT INTO taken_form (mark, subject) VALUES (?, ?)",
      arguments: [sealed.mark, subject])
    guard let hash = sealed.signatureHash, let picture = sealed.signature else { return }
    try database.execute(
      sql: "INSERT OR IGNORE INTO signature_image (hash, png) VALUES (?, ?)",
      arguments: [hash, picture])
  }

  /// What the script is told: where to go on, or what is wrong.
  public static func answer(to place: String?, problems: [String] = []) throws -> DeskReply {
    struct Answer: Encodable {
      let to: String?
      let problems: [String]
    }
    let bytes = try JSONEncoder().encode(Answer(to: place, problems: problems))
    return .document(Document(bytes, type: "application/json"))
  }
}
