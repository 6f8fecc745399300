import HubModel

extension ParticipantConsents {
  /// Whether an order of a court permits the segment (42 CFR 2.61–2.67).
  func isOrdered(_ question: Question) -> Bool {
    orders.contains { $0.permits(question) }
  }

  /// Whether a medical emergency is open that gives the recipient the segment (42 CFR 2.51).
  func isEmergency(_ question: Question) -> Bool {
    let (request, now) = (question.request, question.now)
    let isOpen = emergencies.contains {
      $0.recipient == request.recipient.id && $0.missing.isEmpty && $0.openedAt <= now
        && now < $0.closesAt
    }
    // Medical personnel alone, and what they need at once; nothing wanted against the person.
    return isOpen && request.recipient.role == .behavioralHealth
      && !request.message.purpose.isAdverse
      && MinimumNecessary.needs(question.category, for: .emergencyTreatment, by: .behavioralHealth)
  }
}

extension CourtOrder {
  func permits(_ question: Question) -> Bool {
    let request = question.request
    guard hasFindings, hasNotice, issuedAt <= question.now, question.now < expiresAt,
      kind.serves(request.message.purpose)
    else { return false }
    // 42 CFR 2.63: what was said in confidence needs an order that says so.
    if question.category.isOfNotes && !coversCommunications { return false }
    let (discloser, recipient) = (request.discloser, request.recipient)
    return disclosers.contains { $0.includes(discloser.id, role: discloser.role) }
      && recipients.contains { $0.includes(recipient.id, role: recipient.role) }
      && information.contains { $0.covers(question) }
  }
}

extension CourtOrder.Kind {
  /// The purposes that an order of this section can open. Those against a program (2.66, 2.67)
  /// open nothing between agencies: their bearer comes to the holder of the records.
  func serves(_ purpose: Purpose) -> Bool {
    switch self {
    case .noncriminal: purpose == .legalDefence
    // Its findings are the strictest: a hearing on revocation needs them, too.
    case .prosecution: purpose.isAdverse
    case .program, .undercover: false
    }
  }
}
