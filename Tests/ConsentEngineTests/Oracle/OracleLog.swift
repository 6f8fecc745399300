import HubModel

/// Something said of a participant's consent: by whom, and when the router took it in.
struct OracleSaying: Sendable {
  var statement: ConsentStatement
  var by: AgencyID
  var at = now
  /// Before this was said, the ledger came out of a backup: what became of these since, nobody
  /// knows until whoever keeps them sends them again.
  var restored: [RoiID] = []
}

/// An agency's own word that it has the person in custody, or has let them out.
struct OracleStay: Sendable {
  var by: AgencyID
  var isBooking: Bool
  var at: WallTime
}

/// The participant's paper as the oracle keeps it: what was signed, and a list of what happened to
/// it since. Written from the law's text, not from the engine; slow and plain on purpose.
struct OraclePaper {
  var form: ReleaseOfInformation
  var keeper: AgencyID
  var isSigned = true
  var wasRefused = false
  var wasRevoked = false
  /// Papers that took its place.
  var heirs: [RoiID] = []
  var withdrawnToward: [Party] = []
  /// What the form lacked when it was taken in, by what counsel asked then.
  var lacked: [String] = []

  var isReplaced: Bool { heirs.count > 0 }
}

/// Everything a participant has said, read from the first word to the last.
struct OracleLog {
  var papers: [OraclePaper] = []
  /// Withdrawn or refused before they were ever seen.
  var dead: [RoiID] = []
  /// Everything was withdrawn: toward whom (none: everybody), and when.
  var sweeps: [(toward: [Party], at: WallTime)] = []
  /// Stopped by word of mouth, or reported to be false.
  var stopped: [RoiID] = []
  /// Out of a backup, and not confirmed since.
  var doubtful: [RoiID] = []
  /// Found to be false.
  var forged: [RoiID] = []
  var events: [(name: String, at: WallTime)] = []
  /// What counsel asked of a form while all this was said.
  let law: SiteSwitches

  init(_ sayings: [OracleSaying], under law: SiteSwitches) {
    self.law = law
    for saying in sayings {
      doubtful += saying.restored
      hear(saying)
    }
  }

  mutating func hear(_ saying: OracleSaying) {
    switch saying.statement {
    case .release(let form): hearForm(form, from: saying.by)
    case .refusal(let refusal): hearRefusal(refusal, from: saying.by)
    case .revocation(let revocation): rule12_withdraw(revocation, at: saying.at)
    case .event(let event):
      switch event.kind {
      case .suspended: rule12_stop(event.id)
      case .resumed: rule12_goOn(event.id, from: saying.by)
      case .voided: rule2_isFalse(event.id, from: saying.by)
      case .occurred: if event.event != "" { events.append((event.event, saying.at)) }
      case .confirmed:
        let known = papersOfTheirs(event.id, saying.by)
        doubtful.removeAll { known.contains($0) }
      }
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
      let isComplete = paper.isSigned && paper.lacked.isEmpty
      if form.version < paper.form.version { return }
      if form.version == paper.form.version,
        isComplete || paper.wasRevoked || paper.isReplaced
      {
        return
      }
      // Withdrawing is for good: a new version of a withdrawn paper permits nothing.
      let wasWithdrawn = paper.wasRevoked || paper.withdrawnToward.count > 0
      let isForGood = wasWithdrawn && !isNotYetRevocable(paper)
      paper.form = form
      paper.isSigned = true
      paper.wasRefused = false
      paper.lacked = oracleMissing(form, under: law)
      if isForGood, form.kind == .criminalJustice { paper.lacked.append("new-release") }
      papers[index] = paper
      rule12_sweep(index)
    } else {
      var paper = OraclePaper(form: form, keeper: agency)
      paper.lacked = oracleMissing(form, under: law)
      for id in dead where id == form.id { paper.wasRevoked = true }
      papers.append(paper)
      rule12_sweep(papers.count - 1)
    }
    replaceOlder()
  }

  /// A complete form takes the place of the one it names, in whichever order they arrive.
  private mutating func replaceOlder() {
    for heir in papers {
      guard let older = heir.form.supersedes, older != heir.form.id, heir.isSigned,
        !heir.wasRefused, heir.lacked.isEmpty
      else { continue }
      // What never stood is not replaced: a refusal in a deficient form goes on subtracting.
      guard let index = place(of: older), papers[index].isSigned, papers[index].lacked.isEmpty
      else { continue }
      if !papers[index].heirs.contains(heir.form.id) { papers[index].heirs.append(heir.form.id) }
    }
  }

  private mutating func hearRefusal(_ refusal: RoiRefusal, from agency: AgencyID) {
    if let index = place(of: refusal.id) {
      // What was signed is withdrawn, not refused; only what was asked for can be refused.
      let wasSigned =
        papers[index].isSigned && papers[index].lacked.isEmpty || papers[index].isReplaced
      if papers[index].keeper != agency || wasSigned { return }
      if refusal.reason == .refused { papers[index].wasRefused = true }
      return
    }
    var blank = ReleaseOfInformation(
      id: refusal.id, kind: .multiParty, disclosers: [], recipients: [], information: [],
      purposes: [], signedAt: nil, expiry: nil)
    blank.version = 0
    var paper = OraclePaper(form: blank, keeper: agency)
    paper.isSigned = false
    paper.lacked = oracleMissing(blank, under: law)
    paper.wasRefused = refusal.reason == .refused
    for id in dead where id == refusal.id { paper.wasRevoked = true }
    papers.append(paper)
  }

  // MARK: Rule 12: withdrawing

  private mutating func rule12_withdraw(_ revocation: RoiRevocation, at time: WallTime) {
    guard let id = revocation.id else {
      for index in 0..<papers.count { withdraw(index, toward: revocation.recipients) }
      sweeps.append((revocation.recipients, time))
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

  /// Who withdrew everything meant what was signed by then, whenever it comes to light.
  private mutating func rule12_sweep(_ index: Int) {
    guard let signed = papers[index].form.signedAt else { return }
    for sweep in sweeps where signed <= sweep.at { withdraw(index, toward: sweep.toward) }
  }

  // MARK: Rules 2 and 12: stopped at a word, or false

  /// Anybody may pass such a word on: it stops what it names, or all there is.
  private mutating func rule12_stop(_ id: RoiID?) {
    if let id {
      stopped.append(id)
    } else {
      for paper in papers { stopped.append(paper.form.id) }
    }
  }

  /// Only whoever keeps the paper lets it go on; what nobody keeps yet, nobody.
  private mutating func rule12_goOn(_ id: RoiID?, from agency: AgencyID) {
    let known = papersOfTheirs(id, agency)
    stopped.removeAll { known.contains($0) }
  }

  /// Who keeps the paper says so; of a paper that nobody keeps yet, anybody. Where somebody else
  /// says so of it, it stops: whoever says false says stop, too.
  private mutating func rule2_isFalse(_ id: RoiID?, from agency: AgencyID) {
    if let id, place(of: id) == nil {
      forged.append(id)
      return
    }
    let theirs = papersOfTheirs(id, agency)
    for paper in papers where id == nil || id == paper.form.id {
      if theirs.contains(paper.form.id) {
        forged.append(paper.form.id)
      } else {
        stopped.append(paper.form.id)
      }
    }
  }

  /// Those meant that the agency keeps: who speaks of all papers speaks of its own.
  private func papersOfTheirs(_ id: RoiID?, _ agency: AgencyID) -> [RoiID] {
    var theirs: [RoiID] = []
    for paper in papers where id == nil || id == paper.form.id {
      // The hub speaks for its operator.
      if paper.keeper == agency || agency == .hub { theirs.append(paper.form.id) }
    }
    return theirs
  }

  /// A consent of 42 CFR 2.35 that has taken effect, before its event.
  func isNotYetRevocable(_ paper: OraclePaper) -> Bool {
    if paper.form.kind != .criminalJustice || !paper.lacked.isEmpty { return false }
    for event in [paper.form.revocableFrom, "final-disposition"]
    where hasCome(event, since: paper.form.signedAt) {
      return false
    }
    return true
  }

  /// Whether the event has come since the paper was signed; one that came before is another's.
  func hasCome(_ event: String, since signed: WallTime?) -> Bool {
    guard let signed else { return false }
    for known in events where known.name == event && known.at >= signed { return true }
    return false
  }
}
