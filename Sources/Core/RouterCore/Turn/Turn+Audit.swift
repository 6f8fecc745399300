import ConsentEngine
import HubModel

/// Every decision and every act leaves exactly one entry.
extension Turn {
  mutating func audit(_ kind: AuditEntry.Kind, actor: AgencyID, about stored: StoredMessage) {
    write(
      .audit(
        AuditEntry(
          kind, at: now, actor: actor, message: stored.message.id, topic: stored.message.topic,
          participant: stored.participant, agreementVersion: state.agreement.version)))
  }

  mutating func audit(
    refused refusal: Refusal, from agency: AgencyID, item: Submission.Publish.Item
  ) {
    var entry = AuditEntry(.refused, at: now, actor: agency, reasons: [refusal.code.rawValue])
    if case .message(let message) = item {
      entry.message = message.id
      entry.topic = message.topic
    }
    write(.audit(entry))
  }

  mutating func audit(
    _ kind: AuditEntry.Kind, actor: AgencyID, part: PartRecord, _ decision: Decision? = nil,
    _ stored: StoredMessage? = nil
  ) {
    var entry = AuditEntry(
      kind, at: now, actor: actor, message: part.key.message, recipient: part.key.recipient,
      part: part.key.part, number: part.number, segments: part.segments,
      topic: stored?.message.topic, participant: part.participant,
      agreementVersion: state.agreement.version)
    if let decision {
      entry.consentPosition = decision.consentPosition
      entry.releases = Self.releases(of: decision, for: kind)
      entry.reasons = Self.reasons(of: decision, for: kind).map(\.rawValue)
    }
    if let stored {
      let recipient = part.key.recipient
      entry.detail = detail(of: decision, on: stored, part.segments, toward: recipient).text
    }
    write(.audit(entry))
  }

  /// Of a decision over several parts the reasons of this one.
  private static func reasons(
    of decision: Decision, for kind: AuditEntry.Kind
  ) -> WordList<Reason> {
    switch kind {
    case .held: return decision.holding
    case .withheld: return decision.withholding
    case .voided: return decision.withholding + decision.holding
    default:
      return WordList(
        decision.reasons.lazy.filter {
          !decision.holding.contains($0) && !decision.withholding.contains($0)
        })
    }
  }

  /// What was handed over rests on the releases that permit, whatever refused another part.
  private static func releases(
    of decision: Decision, for kind: AuditEntry.Kind
  ) -> [AuditEntry.ReleaseVersion] {
    switch kind {
    case .released, .resent, .permitted:
      guard case .releases(let permitting)? = decision.permit?.authority else { return [] }
      return permitting
    default: return decision.deciding
    }
  }

  /// What the entry alone would not tell of a decision, in the log's own words.
  func detail(
    of decision: Decision?, on stored: StoredMessage, _ segments: SegmentSet,
    toward recipient: AgencyID
  ) -> DecisionDetail {
    let message = stored.message
    var detail = DecisionDetail(
      source: message.source.text, purpose: message.purpose.rawValue,
      footing: stored.basis.word, parent: message.inReplyTo)
    if let agency = state.registry.agencies[recipient] {
      let request = request(for: stored, toward: agency, segments: segments)
      detail.items = segments.compactMap { index in
        guard index < message.segments.count else { return nil }
        let labels = request.labels(at: index)
        return DecisionDetail.Item(
          segment: index, category: message.segments[index].category.rawValue,
          labels: SensitivityLabel.allCases.filter(labels.contains).map(\.rawValue))
      }
    }
    // A part has segments of one fate; what is not permitted has no authority to name.
    guard let permit = decision?.permit, !permit.segments.isDisjoint(with: segments) else {
      detail.traces = traces(of: decision, on: stored, segments, toward: recipient)
      return detail
    }
    detail.authority = (decision?.reasons ?? []).compactMap(\.authorityWord)
      .joined(separator: "+")
    if case .agreementException(let basis) = permit.authority { detail.legalBasis = basis }
    if !permit.statement.isEmpty {
      detail.statement = permit.statement == RedisclosureStatement.long ? "long" : "short"
    }
    return detail
  }
}

extension Turn {
  /// What each release said, where releases were asked and did not permit.
  private func traces(
    of decision: Decision?, on stored: StoredMessage, _ segments: SegmentSet,
    toward recipient: AgencyID
  ) -> [DecisionDetail.Trace] {
    guard let decision, (decision.holding + decision.withholding).contains(where: \.isOfReleases),
      let person = stored.participant, let agency = state.registry.agencies[recipient]
    else { return [] }
    let all = trace(
      request(for: stored, toward: agency, segments: segments), segments, under: state.agreement,
      consents: consents(of: person), at: now)
    return all.prefix(Limits.tracedReleases).map {
      .init(
        segment: $0.segment, release: $0.release, reason: $0.reason.rawValue,
        elements: $0.elements)
    }
  }
}

extension Reason {
  fileprivate var isOfReleases: Bool { rawValue.hasPrefix("release.") }

  /// The right that the reason names, as the log has it; `nil` for a reason that permits nothing.
  fileprivate var authorityWord: String? {
    switch self {
    case .releaseCovers: "release"
    case .operational: "operational"
    case .ownView: "own-view"
    case .ownMessage: "own-message"
    case .agreementException: "agreement-exception"
    case .courtOrder: "court-order"
    case .emergency: "emergency"
    case .adversePurpose, .privileged, .criminalHistory, .negativeStatus, .separateConsent,
      .attachmentToJustice, .personInOperational, .notNeeded, .part2Exception, .notInCustody,
      .statePack,
      .noPath, .outcomeNotSet, .notAddressed, .noParticipant, .none, .awaited, .notSigned,
      .notStarted, .expired, .refused, .revoked, .superseded, .suspended, .unconfirmed, .voided,
      .elementMissing, .explicitRefusal, .onwardEnded, .onwardWaits, .kindTooNarrow,
      .discloserNotNamed, .recipientNotNamed, .purposeNotNamed, .informationNotNamed:
      nil
    }
  }
}
