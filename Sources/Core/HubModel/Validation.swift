extension Message {
  /// Checks the message against the catalogue, for a publisher of `role`.
  ///
  /// Both ends run it: the adapter before it spools, the router before it accepts.
  /// - Throws: the first ``Refusal`` found.
  public func validate(publisher role: Role) throws(Refusal) {
    guard let spec = Catalogue.spec(of: topic) else { throw Refusal(.unknownTopic) }
    guard spec.publishers.contains(role) else { throw Refusal(.notPublisher) }
    guard purpose == spec.purpose else { throw Refusal(.wrongPurpose) }
    guard segments.count <= Limits.segments else { throw Refusal(.tooManySegments) }
    guard tokens.count <= Limits.identityTokens else {
      throw Refusal(.messageTooLarge, at: "tokens")
    }
    guard audience.count <= Limits.audience else {
      throw Refusal(.messageTooLarge, at: "audience")
    }
    try validateSubject(spec)
    try validateConsent(spec)
    for segment in segments { try segment.validate(spec) }
    for field in spec.fields where field.required {
      guard value(field.name) != nil else { throw Refusal(.missingField, at: field.name) }
    }
    for field in spec.fields where !field.repeats {
      let count = segments.reduce(0) { sum, segment in
        sum + segment.fields.count { $0.name == field.name }
      }
      guard count <= 1 else { throw Refusal(.repeatedField, at: field.name) }
    }
  }

  private func validateSubject(_ spec: TopicSpec) throws(Refusal) {
    if spec.needsParticipant && participant == nil { throw Refusal(.participantMissing) }
    if spec.needsCase && caseID == nil { throw Refusal(.caseMissing) }
    if spec.disclosure == .operational && (participant != nil || !tokens.isEmpty) {
      throw Refusal(.participantForbidden)
    }
    if segments.contains(where: { $0.labels.contains(.privileged) }) {
      throw Refusal(.privilegedContent)
    }
    if segments.isEmpty && spec.disclosure != .control { throw Refusal(.noSegments) }
  }

  private func validateConsent(_ spec: TopicSpec) throws(Refusal) {
    switch (topic, consent) {
    case (.roiSigned, .release?), (.roiAmended, .release?), (.roiRefused, .refusal?),
      (.roiRevoked, .revocation?), (.roiConfirmed, .release?):
      return
    case (.roiSuspended, .event(let event)?) where event.kind == .suspended: return
    case (.roiResumed, .event(let event)?) where event.kind == .resumed: return
    case (.roiVoided, .event(let event)?) where event.kind == .voided: return
    case (.roiEvent, .event(let event)?) where event.kind == .occurred: return
    case (.roiSigned, _), (.roiAmended, _), (.roiRefused, _), (.roiRevoked, _),
      (.roiSuspended, _), (.roiResumed, _), (.roiVoided, _), (.roiConfirmed, _),
      (.roiEvent, _):
      throw Refusal(.consentMissing)
    case (_, nil): return
    case (_, _): throw Refusal(.consentForbidden)
    }
  }
}

extension Segment {
  fileprivate func validate(_ spec: TopicSpec) throws(Refusal) {
    guard fields.count <= Limits.fieldsPerSegment else { throw Refusal(.messageTooLarge) }
    if !attachment.isEmpty && !spec.mayAttach { throw Refusal(.attachmentForbidden) }
    for field in fields {
      guard let known = spec.field(field.name) else {
        throw Refusal(.unknownField, at: Self.printable(field.name))
      }
      guard known.category == category else { throw Refusal(.wrongCategory, at: field.name) }
      guard field.value.type == known.type else {
        throw Refusal(.wrongFieldType, at: field.name)
      }
      switch field.value {
      case .code(let code):
        guard FieldValue.isCode(code) else { throw Refusal(.wrongFieldType, at: field.name) }
      case .text(let text):
        guard text.utf8.count <= Limits.fieldBytes else {
          throw Refusal(.fieldTooLong, at: field.name)
        }
      case .integer, .date, .time, .flag: break
      }
    }
  }

  /// A name that nobody checked may hold anything; it is cut to what a log can carry.
  private static func printable(_ name: String) -> String {
    String(decoding: name.utf8.prefix(40).map { $0 > 32 && $0 < 127 ? $0 : 63 }, as: UTF8.self)
  }
}

extension FieldValue {
  public var type: TopicSpec.FieldType {
    switch self {
    case .code: .code
    case .text: .text
    case .integer: .integer
    case .date: .date
    case .time: .time
    case .flag: .flag
    }
  }

  /// 1 to 64 bytes of printable ASCII without spaces: room for a number, not for a sentence.
  public static func isCode(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count) && text.utf8.allSatisfy { $0 > 32 && $0 < 127 }
  }
}
