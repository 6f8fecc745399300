import HubModel

/// Layer 3: what the participant signed, refused and withdrew.
extension Oracle {
  func participantSays(_ segment: Segment) -> OracleVerdict {
    let papers = papersThatSpeak()
    if isNamedWithdrawn(papers) { return .withhold }
    for paper in papers where refuses(paper, segment) { return .withhold }
    var covering: [RoiID] = []
    for paper in papers where permits(paper, segment) { covering.append(paper.form.id) }
    if !covering.isEmpty { return .permit(authority: "releases", papers: covering) }
    return waits(papers, segment) ? .hold : .withhold
  }

  /// What the referral names was withdrawn, signed or not: nothing comes under its name any more,
  /// and its heirs do not speak for it.
  func isNamedWithdrawn(_ papers: [OraclePaper]) -> Bool {
    guard let named = message.release else { return false }
    for paper in papers where paper.form.id == named {
      if rule12_isWithdrawn(paper) { return true }
    }
    for id in log.dead where id == named { return true }
    return false
  }

  /// Those that the message's referral names, with what took their place; else all.
  func papersThatSpeak() -> [OraclePaper] {
    guard let named = message.release else {
      // A bare refusal answers for the messages that name it, and for no others.
      return log.papers.filter { $0.isSigned }
    }
    var line: [RoiID] = [named]
    var hasGrown = true
    while hasGrown {
      hasGrown = false
      for paper in log.papers {
        // A deficient heir permits nothing, but what it refuses is heard.
        guard let older = paper.form.supersedes, line.contains(older),
          !line.contains(paper.form.id)
        else { continue }
        line.append(paper.form.id)
        hasGrown = true
      }
    }
    return log.papers.filter { line.contains($0.form.id) }
  }

  /// A refusal ends the waiting, and so does the withdrawal of what would have permitted; after
  /// anything else a signature may still come.
  func waits(_ papers: [OraclePaper], _ segment: Segment) -> Bool {
    for paper in papers {
      // A refusal answers for the messages that name it and for nothing else, also where what was
      // refused is called false; only a withdrawal says more.
      if paper.wasRefused, message.release == paper.form.id { return false }
      if paper.wasRefused, !paper.wasRevoked { continue }
      let stood = paper.lacked.isEmpty && !paper.isReplaced
      let wasGood = paper.wasRevoked || stood
      let isOver = wasGood && rule12_isWithdrawn(paper) || rule2_rule29_isVoid(paper)
      if isOver, covers(paper, segment) { return false }
    }
    return true
  }

  // MARK: What the hub says of its own

  /// From the reader's own view and the clock: it says nothing that the reader does not hold.
  func ownView() -> OracleVerdict {
    if !isHubTo(recipient.id) { return .withhold }
    return .permit(authority: "own view", papers: [])
  }

  /// The fate of the reader's own message, where the agreement tells its senders.
  func outcome(_ segment: Segment) -> OracleVerdict {
    if !isHubTo(recipient.id) || message.topic != .outcome { return .withhold }
    guard let code = segment.code("topic"), let topic = Topic(rawValue: code) else {
      return .withhold
    }
    for (known, setting) in asked.agreement.outcomes where known == topic && setting == .full {
      return .permit(authority: "own message", papers: [])
    }
    return .withhold
  }

  /// Whether a possible match is the person: asked of those whom a paper in force names for it.
  func identityQuestion() -> OracleVerdict {
    if !isHubTo(recipient.id) || message.topic != .identityCandidate { return .withhold }
    if !asked.isKnown { return .withhold }
    var naming: [RoiID] = []
    for paper in log.papers where rule2_isInForce(paper) && !rule12_isWithdrawn(paper) {
      for steward in paper.form.identityStewards where steward == recipient.id {
        naming.append(paper.form.id)
      }
    }
    return naming.isEmpty ? .withhold : .permit(authority: "releases", papers: naming)
  }

  private func isHubTo(_ reader: AgencyID) -> Bool {
    message.source.text == "hub" && message.audience.count == 1 && message.audience[0] == reader
  }

  // MARK: Refusals

  /// Where the question comes as far as the participant's papers.
  func papersThatRefuse(_ segment: Segment) -> [RoiID] {
    if asked.footing != .submitted || lawForbids(segment) || !isAddressed() || isOperational()
      || !isOnPath || !asked.isKnown || exception() != nil
      || !tellsItsSender() && (rule13_isEmergency(segment) || rule14_isOrdered(segment))
    {
      return []
    }
    let papers = papersThatSpeak()
    if isNamedWithdrawn(papers) { return [] }
    return papers.filter { refuses($0, segment) }.map(\.form.id)
  }

  /// An explicit refusal subtracts, whatever became of the paper it stands in; only a form that
  /// takes the paper's place takes its refusals' place too.
  func refuses(_ paper: OraclePaper, _ segment: Segment) -> Bool {
    if isTrulyReplaced(paper) { return false }
    for refusal in paper.form.refusals {
      var isMeant = false
      for party in refusal.recipients where names(party, recipient) { isMeant = true }
      if isMeant, refusalTouches(refusal.information, segment) { return true }
    }
    return false
  }

  func refusalTouches(_ scope: InformationScope, _ segment: Segment) -> Bool {
    if !scope.categories.contains(segment.category) { return false }
    if !scope.labels.isEmpty {
      var isMet = false
      for label in labels(segment) where scope.labels.contains(label) { isMet = true }
      if !isMet { return false }
    }
    // What has no date may lie within; what has one must.
    if let authored = segment.authored {
      if let from = scope.authoredFrom, authored < from { return false }
      if let through = scope.authoredThrough, through < authored { return false }
    }
    if scope.authors.isEmpty { return true }
    for author in authors(segment) where scope.authors.contains(author) { return true }
    return false
  }

  // MARK: Rule 2 and the elements of rule 1, each against the question

  func permits(_ paper: OraclePaper, _ segment: Segment) -> Bool {
    rule2_isInForce(paper) && !rule12_isWithdrawn(paper) && covers(paper, segment)
  }

  func covers(_ paper: OraclePaper, _ segment: Segment) -> Bool {
    kindServes(paper, segment) && rule1_discloser(paper) && rule1_recipient(paper)
      && rule1_purpose(paper) && rule1_information(paper, segment)
      && rule28_stateLetsIt(paper, segment)
  }

  func rule2_isInForce(_ paper: OraclePaper) -> Bool {
    if !paper.isSigned || paper.isReplaced || !isComplete(paper) { return false }
    if rule2_rule29_isVoid(paper) { return false }
    for id in log.stopped where id == paper.form.id { return false }
    for id in log.doubtful where id == paper.form.id { return false }
    if let start = paper.form.startsAt, now < start { return false }
    // Nobody has signed it yet.
    if let signed = paper.form.signedAt, now < signed { return false }
    switch paper.form.expiry {
    case .at(let end)?: return now < end
    case .event(let event)?: return !log.hasCome(event, since: paper.form.signedAt)
    case .never?, nil: return true
    }
  }

  /// By what counsel asked when it came, and by what counsel asks now.
  func isComplete(_ paper: OraclePaper) -> Bool {
    paper.lacked.isEmpty && oracleMissing(paper.form, under: law).isEmpty
  }

  /// False, or signed by a person who has died since (42 CFR 2.15).
  func rule2_rule29_isVoid(_ paper: OraclePaper) -> Bool {
    for id in log.forged where id == paper.form.id { return true }
    if paper.form.signer != .patient { return false }
    for event in log.events where event.name == "patient-deceased" { return true }
    return false
  }

  /// A false paper takes no refusal back.
  func isTrulyReplaced(_ paper: OraclePaper) -> Bool {
    if !paper.isReplaced { return false }
    // What it was amended into, and lacks something, has nothing in its place.
    if !paper.lacked.isEmpty { return false }
    // Of those that still name it; where none does, one that once did was true.
    let heirs = log.papers.filter {
      paper.heirs.contains($0.form.id) && $0.form.supersedes == paper.form.id && $0.lacked.isEmpty
    }
    for heir in heirs where !log.forged.contains(heir.form.id) { return true }
    // Of what was withdrawn, only a form that names it still takes a refusal back.
    return heirs.isEmpty && !paper.wasRevoked
  }

  /// Toward this recipient. Until its event a consent of 42 CFR 2.35 goes on toward its monitors,
  /// whatever was said; after final disposition none does.
  func rule12_isWithdrawn(_ paper: OraclePaper) -> Bool {
    if rule9_isNotYetRevocable(paper) { return false }
    if paper.wasRevoked { return true }
    for party in paper.withdrawnToward where names(party, recipient) { return true }
    return false
  }

  func rule9_isNotYetRevocable(_ paper: OraclePaper) -> Bool { log.isNotYetRevocable(paper) }

  func kindServes(_ paper: OraclePaper, _ segment: Segment) -> Bool {
    if rule5_rule26_rule30_isAdverse() { return paper.form.kind == .proceedings }
    if segment.category == .sudCounsellingNotes {
      return paper.form.kind == .sudCounsellingNotes
    }
    if segment.category == .psychotherapyNotes { return paper.form.kind == .psychotherapyNotes }
    switch paper.form.kind {
    case .multiParty: return true
    case .field: return Catalogue.spec(of: message.topic)?.disclosure == .fieldRelease
    case .treatmentPaymentOperations: return rule4_isTPORecipient() && rule4_isTPOPurpose()
    case .criminalJustice:
      return isJustice(recipient.role)
        && [Purpose.diversion, .careCoordination].contains(message.purpose)
    case .proceedings, .sudCounsellingNotes, .psychotherapyNotes: return false
    }
  }

  /// Sheriff, prosecutor and defender are never recipients of a TPO consent.
  func rule4_isTPORecipient() -> Bool { recipient.role == .behavioralHealth }

  /// Coordinating care is treatment; diversion and defence are nothing of the kind.
  func rule4_isTPOPurpose() -> Bool {
    for purpose in [Purpose.treatment, .payment, .operations, .careCoordination]
    where purpose == message.purpose {
      return true
    }
    return false
  }

  func rule1_discloser(_ paper: OraclePaper) -> Bool {
    for party in paper.form.disclosers where names(party, discloser) { return true }
    return false
  }

  func rule1_recipient(_ paper: OraclePaper) -> Bool {
    for party in paper.form.recipients where names(party, recipient) { return true }
    return false
  }

  func rule1_purpose(_ paper: OraclePaper) -> Bool {
    paper.form.purposes.contains(message.purpose)
  }

  /// One description must cover the whole segment: kind, every label, date and author.
  func rule1_information(_ paper: OraclePaper, _ segment: Segment) -> Bool {
    for scope in paper.form.information {
      if !scope.categories.contains(segment.category) { continue }
      var hasAll = true
      for label in labels(segment) where !scope.labels.contains(label) { hasAll = false }
      if !hasAll { continue }
      if !isWithin(scope, segment) { continue }
      if !isByThoseNamed(scope, segment) { continue }
      if !isLateEnough(paper, segment) { continue }
      return true
    }
    return false
  }

  /// Who tells it may have added to it; what that agency had of others, they wrote (rule 8).
  func authors(_ segment: Segment) -> [AgencyID] {
    [discloser.id] + (asked.received[segment.category]?.authors.sorted() ?? [])
  }

  func isByThoseNamed(_ scope: InformationScope, _ segment: Segment) -> Bool {
    if scope.authors.isEmpty { return true }
    for author in authors(segment) where !scope.authors.contains(author) { return false }
    return true
  }

  func isWithin(_ scope: InformationScope, _ segment: Segment) -> Bool {
    if scope.authoredFrom == nil, scope.authoredThrough == nil { return true }
    guard let authored = segment.authored else { return false }
    if let from = scope.authoredFrom, authored < from { return false }
    if let through = scope.authoredThrough, through < authored { return false }
    return true
  }

  func isLateEnough(_ paper: OraclePaper, _ segment: Segment) -> Bool {
    if paper.form.coversEarlier { return true }
    guard let authored = segment.authored, let signed = paper.form.signedAt else { return false }
    return asked.agreement.calendar.date(of: signed) <= authored
  }

  func names(_ party: Party, _ agency: Registry.Agency) -> Bool {
    switch party {
    case .agency(let id): return id == agency.id
    case .role(let role): return role == agency.role
    case .person(let id, _): return id == agency.id
    }
  }
}
