import HubModel

/// Names of what a form lacks (42 CFR 2.31(a), 45 CFR 164.508(c)), in the law's order.
func oracleMissing(_ form: ReleaseOfInformation, under law: SiteSwitches) -> [String] {
  var missing: [String] = []
  if form.disclosers.count == 0 { missing.append("discloser") }
  if form.recipients.count == 0 { missing.append("recipient") }
  var isSpecific = form.information.count > 0
  for scope in form.information where scope.categories.count == 0 { isSpecific = false }
  if !isSpecific { missing.append("information") }
  if form.purposes.count == 0 { missing.append("purpose") }
  if form.signedAt == nil { missing.append("signature-date") }
  if form.formImageHash.count != 32 { missing.append("signed-form") }
  if !rule4_hasLawfulExpiry(form) { missing.append("expiry") }
  if form.signer != .patient, form.signerEvidence == "" { missing.append("signer-evidence") }
  if rule5_isMixed(form) { missing.append("separate-consent-for-proceedings") }
  missing += rule1_rule17_unprinted(form)
  if rule6_rule18_combinesNotes(form) { missing.append("separate-consent-for-notes") }
  if form.kind == .treatmentPaymentOperations { missing += rule4_strays(form) }
  if form.kind == .criminalJustice { missing += rule9_rule10_missing(form, law) }
  if rule18_isConditionedAndCombined(form) { missing.append("stands-alone") }
  if law.hubIsIntermediary { missing += rule3_missing(form) }
  for state in oracleStates(of: form, under: law) {
    missing += rule27_rule28_missing(form, in: state)
  }
  return missing
}

/// Packs that counsel put in force, and those that the form itself was signed under.
func oracleStates(of form: ReleaseOfInformation, under law: SiteSwitches) -> [String] {
  ["us-mi", "us-wa"].filter { law.states.contains($0) || form.jurisdictions.contains($0) }
}

/// 2.35 is closed until counsel opens a track, and a social contact has no charge to dispose of.
private func rule9_rule10_missing(
  _ form: ReleaseOfInformation, _ law: SiteSwitches
) -> [String] {
  var missing: [String] = []
  if form.track != "arrest-diversion" || !law.criminalJusticeTracks.contains(form.track) {
    missing.append("track")
  }
  if form.revocableFrom == "" { missing.append("revocable-from") }
  for party in form.recipients {
    if case .person = party { continue }
    // The hub only carries it, where the law has it named.
    if law.hubIsIntermediary, party == .agency(.hub) { continue }
    missing.append("named-monitor")
    break
  }
  return missing
}

/// An intermediary is named, and whoever gets it through one by name, unless they treat.
private func rule3_missing(_ form: ReleaseOfInformation) -> [String] {
  var missing: [String] = []
  if !form.recipients.contains(.agency(.hub)) { missing.append("intermediary") }
  for party in form.recipients {
    if case .role(let role) = party, role != .behavioralHealth {
      missing.append("recipient-by-name")
      break
    }
  }
  return missing
}

/// What depends on a signature stands alone; the hub that carries it is no second recipient.
private func rule18_isConditionedAndCombined(_ form: ReleaseOfInformation) -> Bool {
  if form.conditionedOn.isEmpty { return false }
  // Nothing may depend on releasing notes at all.
  if form.kind == .sudCounsellingNotes || form.kind == .psychotherapyNotes { return true }
  let recipients = form.recipients.filter { $0 != .agency(.hub) }
  return recipients.count > 1 || form.purposes.count > 1
}

private func rule1_rule17_unprinted(_ form: ReleaseOfInformation) -> [String] {
  var needed = ["right-to-revoke"]
  switch form.kind {
  case .field, .criminalJustice, .proceedings: break
  case .sudCounsellingNotes: needed += ["no-condition-of-treatment"]
  case .multiParty, .psychotherapyNotes:
    needed += ["redisclosure", "no-condition-of-treatment"]
  case .treatmentPaymentOperations: needed += ["redisclosure", "refusal-consequence"]
  }
  return needed.filter { !form.statements.contains($0) }.map { "statement:\($0)" }
}

private func rule6_rule18_combinesNotes(_ form: ReleaseOfInformation) -> Bool {
  for scope in form.information {
    for category in scope.categories {
      switch (form.kind, category) {
      case (.sudCounsellingNotes, .sudCounsellingNotes),
        (.psychotherapyNotes, .psychotherapyNotes):
        break
      case (.sudCounsellingNotes, _), (.psychotherapyNotes, _), (_, .sudCounsellingNotes),
        (_, .psychotherapyNotes):
        return true
      default: break
      }
    }
  }
  return false
}

private func rule4_strays(_ form: ReleaseOfInformation) -> [String] {
  var strays: [String] = []
  for purpose in form.purposes
  where ![Purpose.treatment, .payment, .operations, .careCoordination].contains(purpose) {
    strays = ["tpo-purpose"]
  }
  for party in form.recipients
  where [Party.role(.sheriff), .role(.prosecutor), .role(.publicDefender)].contains(party) {
    return strays + ["tpo-recipient"]
  }
  return strays
}

private func rule27_rule28_missing(_ form: ReleaseOfInformation, in state: String) -> [String] {
  switch state {
  case "us-wa":
    for party in form.recipients {
      if case .role = party { return ["us-wa:recipient-institution"] }
    }
  case "us-mi":
    if form.formTemplate.hasPrefix("MDHHS-5515"),
      !form.statements.contains("electronic-sharing")
    {
      return ["us-mi:statement:electronic-sharing"]
    }
  default: break
  }
  return []
}

/// An end by date after the signature, or by a named event; "none" for TPO alone.
private func rule4_hasLawfulExpiry(_ form: ReleaseOfInformation) -> Bool {
  switch form.expiry {
  case nil: return false
  case .never?: return form.kind == .treatmentPaymentOperations
  case .event(let event)?: return event != ""
  case .at(let end)?:
    guard let signed = form.signedAt else { return true }
    return end.milliseconds > signed.milliseconds
  }
}

private func rule5_isMixed(_ form: ReleaseOfInformation) -> Bool {
  for purpose in form.purposes
  where oracleAdverse.contains(purpose) != (form.kind == .proceedings) {
    return true
  }
  return false
}

/// Rule 5 and 30: acting against the person.
let oracleAdverse: [Purpose] = [.charging, .investigation, .warrant, .revocationHearing]
