public import HubModel

/// A delivery that a permit stands behind; the only way to put content under a number.
public struct PermittedDelivery: Sendable {
  public let recipient: AgencyID
  public let delivery: Delivery

  /// Cuts the message down to what the permit allows.
  ///
  /// Identity tokens, the audience and the sender's name for the participant never leave the
  /// router: the recipient learns the person by an alias of its own.
  /// - Returns: `nil` where the permit is another message's.
  public init?(
    _ permit: Permit, of message: Message, part: UInt16, alias: ParticipantAlias?,
    number: UInt64, incarnation: Incarnation
  ) {
    guard permit.message == message.id else { return nil }
    var released = message
    released.participant = alias
    released.tokens = []
    released.audience = []
    released.consent = nil
    released.segments = permit.segments.map { message.segments[$0] }
    if let seal = message.seal {
      released.seal = Seal(
        scheme: seal.scheme, root: seal.root, signature: seal.signature, signer: seal.signer,
        headerSalt: seal.headerSalt, header: seal.header,
        segments: permit.segments.compactMap {
          $0 < seal.segments.count ? seal.segments[$0] : nil
        })
    }
    recipient = permit.recipient
    delivery = Delivery(
      incarnation: incarnation, number: number,
      content: Delivery.Content(message: released, part: part, notice: permit.notice))
  }
}
