import HubModel

/// What the hub's own codes mean, for whoever looks one up. What to do is ``HubModel/ErrorCode``'s.
extension ErrorCode {
  var note: ErrorNote {
    let told = Self.explained[self]
    return ErrorNote(
      rawValue, happened: told?.happened ?? "", why: told?.why ?? "", next: remedy,
      passesByItself: isRetryable)
  }

  /// A test sees to it that none is missing.
  private static let explained: [ErrorCode: (happened: String, why: String)] = [
    .malformedFrame: (
      "A frame could not be read.",
      "It is not one of the contract's, or was changed on its way."
    ),
    .frameTooLarge: (
      "A frame was refused for its size.",
      "It has more bytes than one frame may have."
    ),
    .unsupportedVersion: (
      "A connection was refused.",
      "Router and daemon speak versions of the protocol that are too far apart."
    ),
    .helloRequired: (
      "A frame was refused.",
      "The router does not know this connection, as after its restart."
    ),
    .notConsumer: (
      "An acknowledgement or a resume was refused.",
      "This key is not the agency's consumer, or another connection took its place."
    ),
    .unknownKey: (
      "A connection was refused.",
      "Its key is not in the registry, was cut off, or has ended."
    ),
    .tooManySessions: (
      "A connection was refused.",
      "The agency has as many connections as it may."
    ),
    .wrongIncarnation: (
      "An acknowledgement or a resume was refused.",
      "It is about another life of the router's ledger than the present one."
    ),
    .submissionGap: (
      "A publication was refused.",
      "It does not continue the numbers that the router has from this spool."
    ),
    .unknownTopic: ("A message was refused.", "Its topic is not in the catalogue."),
    .notPublisher: ("A message was refused.", "The sender's role may not say this."),
    .unknownField: ("A message was refused.", "It has a field that its topic does not have."),
    .wrongFieldType: (
      "A message was refused.",
      "A field has a value of another type than the catalogue gives it."
    ),
    .missingField: ("A message was refused.", "A field that the topic needs is not there."),
    .repeatedField: ("A message was refused.", "The same field stands in it twice."),
    .fieldTooLong: ("A message was refused.", "A field is longer than it may be."),
    .wrongCategory: (
      "A message was refused.",
      "A field stands in a segment of another category than the catalogue gives it."
    ),
    .tooManySegments: ("A message was refused.", "It has more segments than one message may have."),
    .noSegments: ("A message was refused.", "It says nothing."),
    .messageTooLarge: (
      "A message was refused.",
      "With its attachment it is larger than one message may be."
    ),
    .participantMissing: (
      "A message was refused, or nobody was found.",
      "It must say whom it is about."
    ),
    .participantForbidden: (
      "A message was refused.",
      "It names a person, and its topic never does."
    ),
    .caseMissing: ("A message was refused.", "It must say which referral it belongs to."),
    .consentMissing: (
      "A message was refused, or no release was found.",
      "A release, refusal or revocation was expected."
    ),
    .consentForbidden: ("A message was refused.", "It carries a release, and its topic does not."),
    .attachmentForbidden: ("A message was refused.", "Its topic takes coded fields only."),
    .privilegedContent: ("A message was refused.", "It is marked as privileged."),
    .wrongProgram: (
      "A message or a connection was refused.",
      "It is of another program than the router serves."
    ),
    .wrongPurpose: (
      "A message was refused.",
      "Its purpose is not the one that the catalogue gives its topic."
    ),
    .wrongSequence: ("A message was refused.", "It came on the other one of the two sequences."),
    .duplicateMessage: ("A message was not taken again.", "One of this id was accepted before."),
    .notCapturer: ("A change to a release was refused.", "Another agency captured it."),
    .releaseDiffers: (
      "A release was refused.",
      "The hub has this version in another form, or a newer one."
    ),
    .lowSpace: ("New messages are not taken.", "The router's disk is nearly full."),
    .clockHeld: (
      "New messages are not taken, and nothing is released.",
      "The router's clock was set, or is behind its ledger."
    ),
    .rateLimited: ("Frames are refused for a while.", "The agency sent more than its share."),
    .sealMissing: ("A message was refused.", "It is not sealed by its sender's key."),
    .sealInvalid: (
      "A message was refused.",
      "Its seal is of another key, or over another message."
    ),
    .draining: (
      "New messages are not taken.",
      "An operator has put the router into maintenance mode."
    ),
    .agreementNotNewer: (
      "An agreement was not recorded.",
      "Its version is not above those that are there."
    ),
    .tooManyAgreements: ("An agreement was not recorded.", "As many wait for their date as may."),
    .nothingToRepair: (
      "Nothing was decided again.",
      "Nothing of the message is held or set aside there."
    ),
    .legalHold: ("Nothing was destroyed.", "Somebody put the person on legal hold."),
    .noticeMissing: (
      "A delivery was set aside.",
      "It is of a Part 2 program and came without the notice that must go with it."
    ),
  ]
}
