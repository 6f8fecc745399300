import HubModel

/// The participant's paper as the oracle keeps it: what was signed, and a list of what happened to
/// it since. Written from the law's text, not from the engine; slow and plain on purpose.
struct OraclePaper {
  var form: ReleaseOfInformation
  var keeper: AgencyID
  var isSigned = true
  var wasRefused = false
  var wasRevoked = false
  var isReplaced = false
  var withdrawnToward: [Party] = []
}

/// Everything a participant has said, read from the first word to the last.
struct OracleLog {
  var papers: [OraclePaper] = []
  /// Withdrawn or refused before they were ever seen.
  var dead: [RoiID] = []

  init(_ sayings: [OracleSaying]) {
    for saying in sayings { hear(saying) }
  }

  mutating func hear(_ saying: OracleSaying) {
    switch saying.statement {
    case .release(let form): hearForm(form, from: saying.by)
    case .refusal(let refusal): hearRefusal(refusal, from: saying.by)
    case .revocation(let revocation): rule12_withdraw(revocation)
    case .event: break
    }
  }

  func place(of id: RoiID) -> Int? {
    for index in 0..<papers.count where papers[index].form.id == id { return index }
    return nil
  }

  // MARK: Forms

  private mutating func hearForm(_ form: ReleaseOfInformation, from agency: AgencyID) {
    if let index = place(of: form.id) {
      var paper = papers[index]
      // Whoever keeps a paper, and nobody else, may change it.
      if paper.keeper != agency { return }
      // An incomplete form may be completed; a complete one is changed by a new version alone.
      let isComplete = paper.isSigned && rule1_missing(paper.form).isEmpty
      if form.version < paper.form.version { return }
      if form.version == paper.form.version, isComplete || paper.wasRevoked { return }
      // Withdrawing is for good: a new version of a withdrawn paper permits nothing.
      paper.form = form
      paper.isSigned = true
      paper.wasRefused = false
      papers[index] = paper
    } else {
      var paper = OraclePaper(form: form, keeper: agency)
      for id in dead where id == form.id { paper.wasRevoked = true }
      papers.append(paper)
    }
    replaceOlder()
  }

  /// A complete form takes the place of the one it names, in whichever order they arrive.
  private mutating func replaceOlder() {
    for heir in papers {
      guard let older = heir.form.supersedes, older != heir.form.id, heir.isSigned,
        !heir.wasRefused, rule1_missing(heir.form).isEmpty
      else { continue }
      // What never stood is not replaced: a refusal in a deficient form goes on subtracting.
      guard let index = place(of: older), rule1_missing(papers[index].form).isEmpty else {
        continue
      }
      papers[index].isReplaced = true
    }
  }

  private mutating func hearRefusal(_ refusal: RoiRefusal, from agency: AgencyID) {
    if let index = place(of: refusal.id) {
      // What was signed is withdrawn, not refused; only what was asked for can be refused.
      let isComplete = papers[index].isSigned && rule1_missing(papers[index].form).isEmpty
      if papers[index].keeper != agency || isComplete { return }
      if refusal.reason == .refused { papers[index].wasRefused = true }
      return
    }
    var blank = ReleaseOfInformation(
      id: refusal.id, kind: .multiParty, disclosers: [], recipients: [], information: [],
      purposes: [], signedAt: nil, expiry: nil)
    blank.version = 0
    var paper = OraclePaper(form: blank, keeper: agency)
    paper.isSigned = false
    paper.wasRefused = refusal.reason == .refused
    for id in dead where id == refusal.id { paper.wasRevoked = true }
    papers.append(paper)
  }

  // MARK: Rule 12: withdrawing

  private mutating func rule12_withdraw(_ revocation: RoiRevocation) {
    guard let id = revocation.id else {
      for index in 0..<papers.count { withdraw(index, toward: revocation.recipients) }
      return
    }
    if let index = place(of: id) {
      withdraw(index, toward: revocation.recipients)
    } else {
      // Even a withdrawal in part: nobody has yet seen what would remain.
      dead.append(id)
    }
  }

  private mutating func withdraw(_ index: Int, toward recipients: [Party]) {
    if recipients.isEmpty {
      papers[index].wasRevoked = true
    } else {
      papers[index].withdrawnToward += recipients
    }
  }

  // MARK: Rule 1: the elements of a written consent

  /// Names of what a form lacks (42 CFR 2.31(a), 45 CFR 164.508(c)).
  func rule1_missing(_ form: ReleaseOfInformation) -> [String] {
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
    if form.kind == .criminalJustice { missing += rule9_rule10_missing(form) }
    if !form.conditionedOn.isEmpty, form.recipients.count > 1 || form.purposes.count > 1 {
      missing.append("stands-alone")
    }
    for state in form.jurisdictions { missing += rule27_rule28_missing(form, in: state) }
    return missing
  }

  /// Closed on every track until counsel opens one.
  func rule9_rule10_missing(_ form: ReleaseOfInformation) -> [String] {
    var missing = ["track"]
    if form.revocableFrom == "" { missing.append("revocable-from") }
    for party in form.recipients {
      if case .person = party { continue }
      return missing + ["named-monitor"]
    }
    return missing
  }

  func rule1_rule17_unprinted(_ form: ReleaseOfInformation) -> [String] {
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

  func rule6_rule18_combinesNotes(_ form: ReleaseOfInformation) -> Bool {
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

  func rule4_strays(_ form: ReleaseOfInformation) -> [String] {
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

  func rule27_rule28_missing(_ form: ReleaseOfInformation, in state: String) -> [String] {
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
  func rule4_hasLawfulExpiry(_ form: ReleaseOfInformation) -> Bool {
    switch form.expiry {
    case nil: return false
    case .never?: return form.kind == .treatmentPaymentOperations
    case .event(let event)?: return event != ""
    case .at(let end)?:
      guard let signed = form.signedAt else { return true }
      return end.milliseconds > signed.milliseconds
    }
  }

  func rule5_isMixed(_ form: ReleaseOfInformation) -> Bool {
    for purpose in form.purposes
    where oracleAdverse.contains(purpose) != (form.kind == .proceedings) {
      return true
    }
    return false
  }
}

/// Rule 5 and 30: acting against the person.
let oracleAdverse: [Purpose] = [.charging, .investigation, .warrant, .revocationHearing]

struct OracleSaying: Sendable {
  var statement: ConsentStatement
  var by: AgencyID
}
