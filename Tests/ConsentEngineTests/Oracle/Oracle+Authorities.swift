import HubModel

/// What needs no consent: a medical emergency, an order of a court; and what a state adds.
extension Oracle {
  // MARK: Rule 13: 42 CFR 2.51

  /// Medical personnel alone, while it lasts, with all that must be written down, and only what
  /// an emergency needs; nothing that is wanted against the person is an emergency.
  func rule13_isEmergency(_ segment: Segment) -> Bool {
    if !asked.isKnown || rule5_rule26_rule30_isAdverse() { return false }
    if recipient.role != .behavioralHealth { return false }
    if !isNeeded(segment.category, for: .emergencyTreatment) { return false }
    for access in asked.emergencies where access.recipient == recipient.id {
      let isWritten =
        access.recipientName != "" && access.affiliation != "" && access.discloser != ""
        && access.nature != ""
      if isWritten, access.openedAt <= now, now < access.closesAt { return true }
    }
    return false
  }

  // MARK: Rule 14: 42 CFR 2.61 to 2.67

  func rule14_isOrdered(_ segment: Segment) -> Bool {
    for order in asked.orders where rule14_permits(order, segment) { return true }
    return false
  }

  /// It permits what it lists, from whom and to whom it lists, while it lasts, and only for what
  /// its section is about.
  func rule14_permits(_ order: CourtOrder, _ segment: Segment) -> Bool {
    if !order.hasFindings || !order.hasNotice { return false }
    if now < order.issuedAt || now >= order.expiresAt { return false }
    if !rule14_isItsSection(order.kind) { return false }
    // What was confided needs an order that says so (42 CFR 2.63).
    if rule6_rule18_isNotes(segment), !order.coversCommunications { return false }
    var isDiscloser = false
    for party in order.disclosers where names(party, discloser) { isDiscloser = true }
    var isRecipient = false
    for party in order.recipients where names(party, recipient) { isRecipient = true }
    if !isDiscloser || !isRecipient { return false }
    for scope in order.information {
      if !scope.categories.contains(segment.category) { continue }
      var hasAll = true
      for label in labels(segment) where !scope.labels.contains(label) { hasAll = false }
      if !hasAll || !isWithin(scope, segment) { continue }
      if isByThoseNamed(scope, segment) { return true }
    }
    return false
  }

  func rule14_isItsSection(_ kind: CourtOrder.Kind) -> Bool {
    switch kind {
    // To investigate or prosecute the person. Its findings are the strictest, so whatever is used
    // against the person, a hearing on revocation too, needs this one.
    case .prosecution: return rule5_rule26_rule30_isAdverse()
    // A proceeding in which nothing is.
    case .noncriminal: return message.purpose == .legalDefence
    // Against a program or by an undercover agent: never about the person.
    case .program, .undercover: return false
    }
  }

  // MARK: Rule 28: Michigan, beside what its forms lack

  func rule28_stateLetsIt(_ paper: OraclePaper, _ segment: Segment) -> Bool {
    if !oracleStates(of: paper.form, under: law).contains("us-mi") { return true }
    // Services for victims of domestic violence need a form about nothing else.
    let isOfDomesticViolence = labels(segment).contains(.domesticViolence)
    if isOfDomesticViolence {
      for scope in paper.form.information {
        if !scope.labels.contains(.domesticViolence) { return false }
        // Part 2 is about who obtained it, not about what.
        for label in scope.labels where label != .domesticViolence && label != .part2 {
          return false
        }
      }
    }
    if !paper.form.formTemplate.hasPrefix("MDHHS-5515") { return true }
    if isOfDomesticViolence { return false }
    if [.sheriff, .prosecutor, .publicDefender].contains(recipient.role) { return false }
    return rule4_isTPOPurpose()
  }
}
