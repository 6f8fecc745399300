public import HubModel

/// Decides a request over any number of FHIR consents of one patient.
///
/// A resource may be told if some permit matches it, and every denial that matches it has a permit
/// nested inside it that matches too. What one consent permits, another may refuse: refusals
/// subtract, whichever is newer.
public struct ConsentDecider {
  let consents: [Consent]
  let matcher: Matcher
  private var reasons: [String]

  /// One matching rule of one consent.
  struct Hit: Hashable {
    let consent: Int
    let rule: Int
  }

  private init(_ consents: [Consent], _ request: DecisionRequest, now: Int64) {
    self.consents = consents
    matcher = Matcher(request: request, now: now)
    reasons = request.notes
  }

  private var request: DecisionRequest { matcher.request }

  /// - Parameter refusals: consents that could not be read. One is enough to decide nothing: it
  ///   may have held the denial that matters.
  public static func decide(
    _ request: DecisionRequest, consents: [Consent], refusals: [ConsentRefusal] = [],
    at now: WallTime
  ) -> ConsentDecision {
    var decider = ConsentDecider(consents, request, now: now.milliseconds)
    var refusals = refusals + decider.ambiguities()
    guard refusals.isEmpty else { return .refusing(refusals, request: request) }
    let inForce = decider.consentsInForce()
    var answers: [Answer] = []
    for asked in Combination.all(of: request) {
      do {
        answers.append(try decider.answer(asked, inForce))
      } catch {
        refusals.append(error)
      }
    }
    guard refusals.isEmpty else { return .refusing(unique(refusals), request: request) }
    return decider.conclude(answers)
  }

  // MARK: Which consents count

  /// Consents of several patients, or two versions of one consent.
  private func ambiguities() -> [ConsentRefusal] {
    var refusals: [ConsentRefusal] = []
    let patient = request.patient ?? consents.first.map { known($0.patient) }
    var sources: [String: JSONObject] = [:]
    for consent in consents {
      let isSame = patient.map { known(consent.patient).compare($0) } ?? .yes
      let isTolerable = request.patient == nil ? isSame == .yes : isSame != .unknown
      if !isTolerable {
        refusals.append(
          ConsentRefusal(
            file: consent.file, path: "Consent.patient",
            reason: "may be another patient than the rest is about: say in the request which "
              + "patient is meant"))
      }
      guard let id = consent.id else { continue }
      if let other = sources.updateValue(consent.source, forKey: id), other != consent.source {
        refusals.append(
          ConsentRefusal(
            file: consent.file, path: "Consent.id",
            reason: "stands on two consents that differ: give the one that holds"))
      }
    }
    return refusals
  }

  private func known(_ party: Party) -> Party { request.directory.known(party) }

  /// Positions of consents that can say anything, and whether their permits count.
  private mutating func consentsInForce() -> [(position: Int, mayPermit: Bool)] {
    var result: [(Int, Bool)] = []
    for (position, consent) in consents.enumerated() {
      if consent.status != .active {
        reasons.append("\(consent.name) is \(consent.status.rawValue): it is not in force")
        continue
      }
      if let patient = request.patient, known(consent.patient).compare(patient) == .no {
        reasons.append("\(consent.name) is another patient's")
        continue
      }
      if let root = consent.rules.first, !root.periods.allSatisfy({ $0.contains(matcher.now) }) {
        let hasEnded = root.periods.contains { $0.last < matcher.now }
        reasons.append("\(consent.name) \(hasEnded ? "has expired" : "has not begun")")
        continue
      }
      var mayPermit = true
      if consent.verifications.contains(false) {
        reasons.append("\(consent.name) was checked and not verified: only its refusals count")
        mayPermit = false
      }
      if !isOfCategory(consent) {
        reasons.append("\(consent.name) is of another category: only its refusals count")
        mayPermit = false
      }
      result.append((position, mayPermit))
    }
    return result
  }

  /// A consent that only calls itself a patient's consent is of every category.
  private func isOfCategory(_ consent: Consent) -> Bool {
    let general = [Coding(system: CodeSystem.loinc, code: "59284-0")]
    // Every consent is a consent document, which is what that code says.
    guard !request.categories.contains(where: { asked in
      general.contains { $0.code == asked.code && (asked.system ?? $0.system) == $0.system }
    }), !request.categories.isEmpty else { return true }
    return consent.categories.contains { own in
      general.contains(own)
        || request.categories.contains { $0 == own || ($0.system == nil && $0.code == own.code) }
    }
  }

  // MARK: One answer

  /// What holds for one recipient, purpose and action, before looking at data.
  struct Answer {
    let asked: Combination
    var permits: [Hit] = []
    var denials: [Hit] = []
  }

  func rule(_ hit: Hit) -> Rule { consents[hit.consent].rules[hit.rule] }

  private mutating func answer(
    _ asked: Combination, _ inForce: [(position: Int, mayPermit: Bool)]
  ) throws(ConsentRefusal) -> Answer {
    var answer = Answer(asked: asked)
    for (position, mayPermit) in inForce {
      let consent = consents[position]
      for (index, rule) in consent.rules.enumerated() {
        let hit = Hit(consent: position, rule: index)
        switch (matcher.match(rule, asked), rule.kind) {
        case (.no, _): break
        case (.yes, .deny): answer.denials.append(hit)
        case (.yes, .permit): if mayPermit { answer.permits.append(hit) }
        case (.unknown, .permit):
          reasons.append(
            "\(consent.name): \(rule.path) does not permit: nobody can tell whether its actor is "
              + "meant (give the group, the custodian or the other name)")
        case (.unknown, .deny):
          throw ConsentRefusal(
            file: consent.file, path: "\(rule.path).actor",
            reason: "denies, and nobody can tell whether it means this recipient: give the group, "
              + "the custodian, or the recipient's other name")
        }
      }
      noteNarrower(consent, asked)
    }
    return answer
  }

  /// A permit for a purpose does not reach the kinds of it that are denied.
  private mutating func noteNarrower(_ consent: Consent, _ asked: Combination) {
    guard let purpose = asked.purpose else { return }
    for rule in consent.rules where rule.kind == .deny {
      for named in rule.criteria.purposes
      where named != purpose && matcher.isPurpose(named, under: purpose) {
        reasons.append("\(consent.name): \(rule.path) denies \(named.words), within the purpose")
      }
    }
  }

  // MARK: The whole

  private mutating func conclude(_ answers: [Answer]) -> ConsentDecision {
    let data = request.resources ?? []
    var conclusion =
      data.isEmpty ? Remainder(self).conclude(answers) : Release(self, data).conclude(answers)
    conclusion.reasons = Self.unique(conclusion.reasons + reasons)
    conclusion.withheld = Self.unique(conclusion.withheld)
    conclusion.deciding = Self.unique(conclusion.deciding)
    return conclusion
  }

  func deciding(_ hit: Hit) -> ConsentDecision.Deciding {
    let consent = consents[hit.consent]
    return .init(
      consent: consent.name, file: consent.file, provision: rule(hit).path, type: rule(hit).kind)
  }

  func words(_ hit: Hit) -> String { "\(consents[hit.consent].name): \(rule(hit).path)" }

  static func unique<T: Hashable>(_ values: [T]) -> [T] {
    var seen: Set<T> = []
    return values.filter { seen.insert($0).inserted }
  }
}
