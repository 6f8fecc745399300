/// One recipient, one purpose and one action: what is permitted must be permitted for each.
struct Combination {
  /// One recipient under all their names; empty where nobody was named.
  let recipient: [Party]
  let purpose: Coding?
  let action: String?

  static func all(of request: DecisionRequest) -> [Combination] {
    let recipients = request.recipients.isEmpty ? [[]] : request.recipients
    let purposes = request.purposes.isEmpty ? [nil] : request.purposes.map(Optional.some)
    let actions = request.actions.isEmpty ? [nil] : request.actions.map(Optional.some)
    return recipients.flatMap { recipient in
      purposes.flatMap { purpose in
        actions.map { Combination(recipient: recipient, purpose: purpose, action: $0) }
      }
    }
  }

  var words: String {
    let who = recipient.first?.words ?? "a recipient who was not named"
    let why = purpose?.words ?? "a purpose that was not named"
    return "\(who) for \(why)" + (action.map { " (\($0))" } ?? "")
  }
}

/// Whether rules meet a request and its resources.
struct Matcher {
  let request: DecisionRequest
  let now: Int64

  // MARK: Who, why, how, when

  func match(_ rule: Rule, _ asked: Combination) -> Match {
    let criteria = rule.criteria
    guard rule.periods.allSatisfy({ $0.contains(now) }), isPurpose(rule, asked.purpose),
      isAction(rule, asked.action)
    else { return .no }
    var answers: [Match] = []
    if !criteria.custodians.isEmpty {
      answers.append(
        request.custodians.isEmpty
          ? .unknown : isAnyone(of: criteria.custodians, among: request.custodians))
    }
    if !criteria.recipients.isEmpty {
      answers.append(
        asked.recipient.isEmpty
          ? .unknown : isAnyone(of: criteria.recipients, among: asked.recipient))
    }
    return .all(answers)
  }

  private func isAnyone(of actors: [Criteria.Actor], among names: [Party]) -> Match {
    .any(
      actors.lazy.flatMap { actor in
        names.lazy.map { request.directory.match(actor, $0, now: now) }
      })
  }

  private func isPurpose(_ rule: Rule, _ purpose: Coding?) -> Bool {
    guard !rule.criteria.purposes.isEmpty else { return true }
    // Who names no purpose may have any: no permit with a purpose is theirs, every denial is.
    guard let purpose, purpose.code != "PurposeOfUse" else { return rule.kind == .deny }
    return rule.criteria.purposes.contains { isPurpose(purpose, under: $0) }
  }

  /// Whether `purpose` is `named` or a kind of it. A purpose asked for without a system is taken
  /// under any.
  func isPurpose(_ purpose: Coding, under named: Coding) -> Bool {
    var current: Coding? = purpose
    var steps = 0
    while let here = current, steps < 32 {
      if here == named || (here.system == nil && here.code == named.code) { return true }
      current = request.hierarchy[here]
      if current == nil, here.system == CodeSystem.actReason {
        current = FHIRVocabulary.purposeParents[here.code].map {
          Coding(system: CodeSystem.actReason, code: $0)
        }
      }
      steps += 1
    }
    return false
  }

  private func isAction(_ rule: Rule, _ action: String?) -> Bool {
    let named = rule.criteria.actions
    guard !named.isEmpty else { return true }
    guard let action else {
      // Asked without an action: to see the data.
      return rule.kind == .permit
        ? named.contains("access") : !named.isDisjoint(with: ["access", "use", "disclose"])
    }
    return named.contains(action)
  }

  // MARK: Which data

  /// Whether a rule is about a resource. What cannot be told counts for a denial, never for a
  /// permit.
  func covers(_ rule: Rule, _ resource: ResourceFacts) -> Bool {
    let answer = data(rule, resource)
    return rule.kind == .permit ? answer == .yes : answer != .no
  }

  private func data(_ rule: Rule, _ resource: ResourceFacts) -> Match {
    let criteria = rule.criteria
    var answers: [Match] = []
    if !criteria.labels.isEmpty {
      let isMet =
        rule.kind == .permit
        ? isPermitted(criteria.labels, resource) : isDenied(criteria.labels, resource)
      answers.append(isMet ? .yes : .no)
    }
    if !criteria.classes.isEmpty {
      answers.append(.any(criteria.classes.lazy.map { isClass($0, resource, rule.kind) }))
    }
    if !criteria.codes.isEmpty { answers.append(code(criteria.codes, resource, rule.kind)) }
    if let period = criteria.dataPeriod {
      answers.append(
        resource.time.map {
          period.contains($0) ? .yes : period.overlaps($0) ? .unknown : .no
        } ?? .unknown)
    }
    if !criteria.data.isEmpty {
      answers.append(.any(criteria.data.lazy.map { related($0, resource) }))
    }
    return .all(answers)
  }

  /// The confidentiality that a resource is handled at: a sensitivity makes it restricted at least.
  private func level(_ resource: ResourceFacts) -> Int? {
    let floor = resource.sensitivities.isEmpty ? nil : FHIRVocabulary.restricted
    let doubtful = resource.doubtfulLabels.compactMap(FHIRVocabulary.confidentialityLevel).max()
    return [resource.confidentiality, floor, doubtful].compactMap { $0 }.max()
  }

  /// A confidentiality permits up to its height; another label permits what stands under it, if
  /// every sensitivity of the resource is named and it is not very restricted.
  private func isPermitted(_ labels: [Coding], _ resource: ResourceFacts) -> Bool {
    let height = labels.compactMap(FHIRVocabulary.confidentialityLevel).max()
    let isLabelled =
      resource.confidentiality != nil
      || resource.labels.contains(where: FHIRVocabulary.isSensitivity)
    if resource.hasUnreadableLabel { return false }
    if let height, let level = level(resource), level <= height, isLabelled { return true }
    let named = labels.filter { $0.system != CodeSystem.confidentiality }
    let isNamed: (Coding) -> Bool = { label in
      named.contains { FHIRVocabulary.covers($0, label) }
    }
    return resource.labels.contains(where: isNamed) && resource.sensitivities.allSatisfy(isNamed)
      && (level(resource) ?? 0) <= max(height ?? 0, FHIRVocabulary.restricted)
  }

  /// A confidentiality denies from its height up; another label denies what stands under it.
  private func isDenied(_ labels: [Coding], _ resource: ResourceFacts) -> Bool {
    resource.hasUnreadableLabel || labels.contains { named in
      if let height = FHIRVocabulary.confidentialityLevel(named) {
        return level(resource).map { $0 >= height } ?? false
      }
      return (resource.labels + resource.doubtfulLabels).contains {
        FHIRVocabulary.covers(named, $0)
      }
    }
  }

  /// A denial of a class reaches what holds a resource of that class inside it.
  private func isClass(
    _ named: Coding, _ resource: ResourceFacts, _ kind: Provision.Kind
  ) -> Match {
    switch named.system {
    case CodeSystem.resourceTypes:
      let isInside = kind == .deny && resource.innerTypes.contains(named.code)
      return resource.type == named.code || isInside ? .yes : .no
    case CodeSystem.mimeTypes: return resource.contentTypes.contains(named.code) ? .yes : .no
    default: return .any(resource.profiles.lazy.map { profile(named.code, $0) })
    }
  }

  /// Canonical addresses: without a version, each version is meant.
  private func profile(_ named: String, _ own: String) -> Match {
    let left = named.split(separator: "|", maxSplits: 1)
    let right = own.split(separator: "|", maxSplits: 1)
    guard left.first == right.first else { return .no }
    guard left.count == 2 else { return .yes }
    return right.count == 2 ? (left[1] == right[1] ? .yes : .no) : .unknown
  }

  /// A permit needs the code as what the resource is; a denial, the code anywhere in it.
  private func code(
    _ codes: [Coding], _ resource: ResourceFacts, _ kind: Provision.Kind
  ) -> Match {
    if kind == .permit { return resource.ownCodes.isDisjoint(with: codes) ? .no : .yes }
    if !resource.allCodes.isDisjoint(with: codes) { return .yes }
    let bare = Set(resource.allCodes.filter { $0.system?.contains(":") != true }.map(\.code))
    return codes.contains { bare.contains($0.code) } ? .unknown : .no
  }

  private func related(_ named: Criteria.Related, _ resource: ResourceFacts) -> Match {
    let target = request.directory.known(named.party)
    if named.meaning == .authoredby {
      return resource.authors.isEmpty ? .unknown : .any(resource.authors.map(target.compare))
    }
    var answers = [target.compare(resource.party)]
    guard named.meaning != .instance else {
      guard answers[0] == .yes, let version = named.version else { return answers[0] }
      return version == resource.version ? .yes : .unknown
    }
    answers += resource.references.map(target.compare)
    if named.meaning == .related, let resources = request.resources {
      // What the named resource itself refers to.
      for other in resources where target.compare(other.party) == .yes {
        answers += other.references.map(resource.party.compare)
      }
    }
    return .any(answers)
  }
}
