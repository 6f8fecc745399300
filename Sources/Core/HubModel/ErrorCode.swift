/// The hub's error catalogue. Codes are part of the interface, wording is not.
public enum ErrorCode: String, CaseIterable, Hashable, Sendable {
  // Frames
  case malformedFrame = "malformed-frame"
  case frameTooLarge = "frame-too-large"
  case unsupportedVersion = "unsupported-version"
  case helloRequired = "hello-required"
  case notConsumer = "not-consumer"
  case unknownKey = "unknown-key"
  case tooManySessions = "too-many-sessions"
  case wrongIncarnation = "wrong-incarnation"
  case submissionGap = "submission-gap"
  // Messages
  case unknownTopic = "unknown-topic"
  case notPublisher = "not-publisher"
  case unknownField = "unknown-field"
  case wrongFieldType = "wrong-field-type"
  case missingField = "missing-field"
  case repeatedField = "repeated-field"
  case fieldTooLong = "field-too-long"
  case wrongCategory = "wrong-category"
  case tooManySegments = "too-many-segments"
  case noSegments = "no-segments"
  case messageTooLarge = "message-too-large"
  case participantMissing = "participant-missing"
  case participantForbidden = "participant-forbidden"
  case caseMissing = "case-missing"
  case consentMissing = "consent-missing"
  case consentForbidden = "consent-forbidden"
  case attachmentForbidden = "attachment-forbidden"
  case privilegedContent = "privileged-content"
  case wrongProgram = "wrong-program"
  case wrongPurpose = "wrong-purpose"
  case wrongSequence = "wrong-sequence"
  case duplicateMessage = "duplicate-message"
  case notCapturer = "not-capturer"
  case releaseDiffers = "release-differs"
  case lowSpace = "low-space"
  case clockHeld = "clock-held"
  case rateLimited = "rate-limited"
  case sealMissing = "seal-missing"
  case sealInvalid = "seal-invalid"
  case draining = "draining"
  // Agreements
  case agreementNotNewer = "agreement-not-newer"
  case tooManyAgreements = "too-many-agreements"
  // Repair
  case nothingToRepair = "nothing-to-repair"
  // Keeping
  case legalHold = "legal-hold"
  // Deliveries
  case noticeMissing = "notice-missing"

  /// Whether the same submission may succeed later without being changed.
  public var isRetryable: Bool {
    switch self {
    case .helloRequired, .tooManySessions, .wrongIncarnation, .submissionGap, .lowSpace,
      .clockHeld, .rateLimited, .draining:
      true
    default: false
    }
  }

  /// What happened and what to do, for the one who reads it in a log or a note.
  public var remedy: String {
    switch self {
    case .malformedFrame: "The frame is not one of accord.proto; update the sender."
    case .frameTooLarge: "Send fewer messages in one frame, or a smaller attachment."
    case .unsupportedVersion: "Sender and router are more than one version apart; upgrade."
    case .helloRequired: "Say hello first; the router may have restarted."
    case .notConsumer: "Register this key as the agency's consumer, or do not acknowledge."
    case .unknownKey: "The key is unknown or was cut off; enrol a new one."
    case .tooManySessions: "Close other connections of this agency, then try again."
    case .wrongIncarnation: "The store was restored; confirm the new incarnation, then go on."
    case .submissionGap: "Send from the number that the receipt names."
    case .unknownTopic: "Use a topic of the catalogue."
    case .notPublisher: "The agency's role may not publish this topic; see the catalogue."
    case .unknownField: "Remove the field, or map it to one that the topic has."
    case .wrongFieldType: "Map the field to the type that the catalogue gives it."
    case .missingField: "Fill in the field that the topic requires."
    case .repeatedField: "Give this field once."
    case .fieldTooLong: "Shorten the field."
    case .wrongCategory: "Put the field into a segment of the category the catalogue gives it."
    case .tooManySegments: "Send several messages."
    case .noSegments: "Fill in at least one segment."
    case .messageTooLarge: "Shorten the message or its attachment."
    case .participantMissing: "Say whom the message is about, by your own alias for the person."
    case .participantForbidden: "This topic names no person; remove the participant."
    case .caseMissing: "Say which referral the message belongs to."
    case .consentMissing: "A roi.* message carries the release, refusal or revocation."
    case .consentForbidden: "Only roi.* messages carry a release."
    case .attachmentForbidden: "This topic takes coded fields only; remove the attachment."
    case .privilegedContent: "Privileged content never leaves the defender; remove it."
    case .wrongProgram: "Name the program that the router serves."
    case .wrongPurpose: "Use the purpose that the catalogue gives the topic."
    case .wrongSequence: "Control topics go on the control sequence, all others on data."
    case .duplicateMessage: "A message of this id was accepted before; nothing is lost."
    case .notCapturer: "Only the agency that captured a release may change it."
    case .releaseDiffers:
      "The hub has a newer or another form of this version; send the release as its next version."
    case .clockHeld: "The router doubts its clock; its operator looks, the spool keeps the message."
    case .rateLimited:
      "The agency sends faster than its share; wait as long as told, the spool keeps the message."
    case .noticeMissing:
      "A Part 2 delivery came without its notice (42 CFR 2.32) and was set aside; tell the hub."
    case .agreementNotNewer:
      "Give the agreement a version above every one that is in force or recorded."
    case .tooManyAgreements: "Wait until a recorded agreement takes effect, then record the next."
    case .draining:
      "The router is in maintenance and takes nothing new; the spool keeps the message."
    case .nothingToRepair:
      "Nothing of the message is held or set aside there; 'accord message' shows what became of it."
    case .legalHold: "The person is on legal hold; counsel lifts it before anything is destroyed."
    case .lowSpace: "The router is short of disk space; the spool keeps the message."
    case .sealMissing: "Sign the message; or have the registry allow the agency to send unsealed."
    case .sealInvalid: "The seal is not one of the sender's key over this message; sign it anew."
    }
  }
}

/// Why a message was refused: a code and the place, never a value.
public struct Refusal: Hashable, Sendable, Error, CustomStringConvertible {
  public let code: ErrorCode
  /// A field's or part's name; empty where the whole message is meant.
  public let place: String
  public init(_ code: ErrorCode, at place: String = "") {
    self.code = code
    self.place = place
  }
  public var description: String { place.isEmpty ? code.rawValue : "\(code.rawValue): \(place)" }
}
