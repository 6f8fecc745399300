/// Decides without data: what is permitted, and by which criteria data must still be withheld.
struct Remainder {
  private let decider: ConsentDecider

  init(_ decider: ConsentDecider) { self.decider = decider }

  func conclude(_ answers: [ConsentDecider.Answer]) -> ConsentDecision {
    var result = ConsentDecision(
      decision: .permit, withheld: [], deciding: [], reasons: [], refused: [])
    var outcomes: [ConsentDecision.Outcome] = []
    for answer in answers { outcomes.append(conclude(answer, &result)) }
    result.decision =
      outcomes.contains(.deny) ? .deny : outcomes.contains(.notCovered) ? .notCovered : .permit
    if outcomes.isEmpty { result.decision = .notCovered }
    if result.decision != .permit { result.withheld = [] }
    return result
  }

  private func conclude(
    _ answer: ConsentDecider.Answer, _ result: inout ConsentDecision
  ) -> ConsentDecision.Outcome {
    let whole = answer.denials.filter { hit in
      !decider.rule(hit).criteria.isAboutData && exceptions(hit, answer).isEmpty
    }
    if let denial = whole.first {
      result.deciding += whole.map(decider.deciding)
      result.reasons.append("\(decider.words(denial)) denies \(answer.asked.words)")
      return .deny
    }
    guard !answer.permits.isEmpty else {
      result.deciding += answer.denials.map(decider.deciding)
      result.reasons.append("no consent in force permits \(answer.asked.words)")
      return .notCovered
    }
    result.deciding += (answer.permits + answer.denials).map(decider.deciding)
    let permits = answer.permits.map(decider.rule)
    let denials = answer.denials.map { ($0, decider.rule($0)) }
    let isNothingLeft = permits.allSatisfy { permit in
      denials.contains { hit, rule in
        exceptions(hit, answer).isEmpty
          && rule.criteria.onlyData.normalized == permit.criteria.onlyData.normalized
      }
    }
    if isNothingLeft {
      result.reasons.append("what is permitted to \(answer.asked.words) is denied in full")
      return .deny
    }
    for (hit, rule) in denials
    where exceptions(hit, answer).allSatisfy({ $0.criteria.isAboutData }) {
      result.withheld.append(
        entry(rule.criteria, unless: exceptions(hit, answer), because: decider.words(hit)))
    }
    if !permits.contains(where: { !$0.criteria.isAboutData }) {
      result.withheld.append(
        entry(Criteria(), unless: permits, because: "nothing else is permitted"))
    }
    result.reasons.append(
      "permits for \(answer.asked.words): "
        + answer.permits.map(decider.words).joined(separator: "; "))
    return .permit
  }

  private func exceptions(
    _ hit: ConsentDecider.Hit, _ answer: ConsentDecider.Answer
  ) -> [Rule] {
    let within = Set(decider.rule(hit).permitsWithin)
    return answer.permits.filter { $0.consent == hit.consent && within.contains($0.rule) }
      .map(decider.rule)
  }

  private func entry(
    _ criteria: Criteria, unless: [Rule], because: String?
  ) -> ConsentDecision.Withheld {
    var entry = ConsentDecision.Withheld()
    entry.labels = criteria.labels.isEmpty ? nil : criteria.labels
    entry.classes = criteria.classes.isEmpty ? nil : criteria.classes
    entry.codes = criteria.codes.isEmpty ? nil : criteria.codes
    entry.dataPeriod = criteria.dataPeriod?.words
    if !criteria.data.isEmpty {
      entry.data = criteria.data.map {
        .init(meaning: $0.meaning.rawValue, reference: $0.party.words)
      }
    }
    if !unless.isEmpty {
      entry.unless = ConsentDecider.unique(
        unless.map { self.entry($0.criteria, unless: [], because: nil) })
    }
    entry.because = because
    return entry
  }
}

extension Criteria {
  var onlyData: Criteria {
    var result = Criteria()
    result.labels = labels
    result.classes = classes
    result.codes = codes
    result.dataPeriod = dataPeriod
    result.data = data
    return result
  }
}
