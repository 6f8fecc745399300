public import FoundationEssentials
public import HubModel

/// What stands at rest in place of something sealed: an encoded `SealedPayload` of scheme 1.
/// Made and opened by whoever holds the keys; this module holds none.
public struct SealedContent: Sendable {
  /// Which key opens it: a participant's or a message's id, or one of the hub's own.
  public let keyID: MessageID
  public let nonce: Data
  public let ciphertext: Data
  public let tag: Data

  public init(
    keyID: MessageID, nonce: some Sequence<UInt8>, ciphertext: Data, tag: Data
  ) {
    self.keyID = keyID
    self.nonce = Data(nonce)
    self.ciphertext = ciphertext
    self.tag = tag
  }

  /// `nil` for anything but a `SealedPayload` of scheme 1.
  public init?(decoding bytes: [UInt8]) {
    guard let frame = try? Accord_V1_SealedPayload(reading: bytes), frame.scheme == 1,
      let keyID = MessageID(bytes: frame.keyID), frame.nonce.count == 12, frame.tag.count == 16
    else { return nil }
    self.keyID = keyID
    nonce = frame.nonce
    ciphertext = frame.ciphertext
    tag = frame.tag
  }

  public func encoded() -> [UInt8] {
    var frame = Accord_V1_SealedPayload()
    frame.scheme = 1
    frame.keyID = Data(keyID.bytes)
    frame.nonce = nonce
    frame.ciphertext = ciphertext
    frame.tag = tag
    return frame.written()
  }
}
