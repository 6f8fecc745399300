/// What the authenticator makes of one message at its endpoint (ZeroMQ RFC 27).
///
/// ```
/// routing id | (empty) | "1.0" | request id | domain | address | identity | mechanism | keys…
/// ```
///
/// The routing id is put in front by the authenticator's own `router` socket.
enum ZAPRequest: Equatable {
  /// A well-formed CURVE request: whether this key may in is the owner's to say.
  case curve(ZAPEnvelope, domain: String, key: CurvePublicKey, address: String)
  /// Anything else that can be answered, with its answer.
  case refused(ZAPEnvelope, ZAPStatus)
  /// Nothing to send an answer to.
  case unanswerable

  init(_ message: Message) {
    let frames = message.frames
    guard frames.count >= 2, frames[1].isEmpty else {
      self = .unanswerable
      return
    }
    let envelope = ZAPEnvelope(
      routingID: frames[0], requestID: frames.count > 3 ? frames[3] : [])
    guard !message.isOversize, frames.count >= 8, frames[2] == Array("1.0".utf8) else {
      self = .refused(envelope, .malformed)
      return
    }
    // CURVE alone names its peer by a key; NULL, PLAIN and the rest never get in.
    guard frames[7] == Array("CURVE".utf8) else {
      self = .refused(envelope, .denied)
      return
    }
    guard frames.count == 9, let key = CurvePublicKey(bytes: frames[8]),
      let domain = String(validating: frames[4], as: UTF8.self), !domain.isEmpty,
      let address = String(validating: frames[5], as: UTF8.self)
    else {
      self = .refused(envelope, .denied)
      return
    }
    self = .curve(envelope, domain: domain, key: key, address: address)
  }
}

/// Where an answer goes.
struct ZAPEnvelope: Equatable {
  let routingID: [UInt8]
  let requestID: [UInt8]

  /// The reply's frames, routing id first.
  func reply(_ status: ZAPStatus) -> [[UInt8]] {
    let (code, text, userID) =
      switch status {
      case .admitted(let userID): ("200", "OK", userID)
      case .denied: ("400", "Key not admitted", "")
      case .malformed: ("500", "Malformed request", "")
      }
    return [
      routingID, [], Array("1.0".utf8), requestID, Array(code.utf8), Array(text.utf8),
      Array(userID.utf8), [],
    ]
  }
}

/// The answers this authenticator gives.
enum ZAPStatus: Equatable {
  case admitted(userID: String)
  case denied
  case malformed

  /// What the owner's word comes to: a user id that could not reach the other end whole (empty,
  /// over 255 bytes, with a zero byte) admits nobody.
  init(userID: String?) {
    if let userID, (1...255).contains(userID.utf8.count), !userID.utf8.contains(0) {
      self = .admitted(userID: userID)
    } else {
      self = .denied
    }
  }
}
