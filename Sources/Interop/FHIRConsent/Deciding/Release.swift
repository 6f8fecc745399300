/// Decides resource by resource.
struct Release {
  private let decider: ConsentDecider
  private let resources: [ResourceFacts]

  init(_ decider: ConsentDecider, _ resources: [ResourceFacts]) {
    self.decider = decider
    self.resources = resources
  }

  private enum Verdict {
    case permitted(by: ConsentDecider.Hit)
    case denied(by: ConsentDecider.Hit)
    case uncovered(String)
  }

  func conclude(_ answers: [ConsentDecider.Answer]) -> ConsentDecision {
    var result = ConsentDecision(
      decision: .notCovered, withheld: [], deciding: [], reasons: [], refused: [])
    var isAnyReleased = false
    var isAnyDenied = false
    for resource in resources {
      var because: String?
      for answer in answers {
        switch verdict(resource, answer) {
        case .permitted(let hit): result.deciding.append(decider.deciding(hit))
        case .denied(let hit):
          isAnyDenied = true
          result.deciding.append(decider.deciding(hit))
          because = "denied by \(decider.words(hit))"
        case .uncovered(let reason): because = because ?? reason
        }
      }
      if let because {
        result.withheld.append(.init(reference: resource.name, because: because))
      } else {
        isAnyReleased = true
      }
    }
    result.decision = isAnyReleased ? .permit : isAnyDenied ? .deny : .notCovered
    for answer in answers {
      result.reasons.append(summary(answer))
    }
    return result
  }

  private func summary(_ answer: ConsentDecider.Answer) -> String {
    if answer.permits.isEmpty, answer.denials.isEmpty {
      return "no consent in force speaks of \(answer.asked.words)"
    }
    return [("permits", answer.permits), ("denials", answer.denials)]
      .filter { !$0.1.isEmpty }
      .map { name, hits in
        "\(name) for \(answer.asked.words): "
          + hits.map(decider.words).joined(separator: "; ")
      }
      .joined(separator: ". ")
  }

  private func verdict(_ resource: ResourceFacts, _ answer: ConsentDecider.Answer) -> Verdict {
    let matcher = decider.matcher
    let permits = answer.permits.filter { hit in
      isSubject(resource, hit, unknownCounts: false) && matcher.covers(decider.rule(hit), resource)
    }
    for hit in answer.denials
    where isSubject(resource, hit, unknownCounts: true)
      && matcher.covers(decider.rule(hit), resource) {
      let exceptions = decider.rule(hit).permitsWithin
      let isExcepted = permits.contains {
        $0.consent == hit.consent && exceptions.contains($0.rule)
      }
      if !isExcepted { return .denied(by: hit) }
    }
    guard let permit = permits.first else {
      return .uncovered(
        answer.permits.isEmpty
          ? "no consent in force permits \(answer.asked.words)"
          : "no permit covers it for \(answer.asked.words)")
    }
    guard isWithinOwnPurposes(resource, answer.asked.purpose) else {
      return .uncovered("its own label keeps it to another purpose")
    }
    return .permitted(by: permit)
  }

  /// A resource that names nobody is read as the patient's.
  private func isSubject(
    _ resource: ResourceFacts, _ hit: ConsentDecider.Hit, unknownCounts: Bool
  ) -> Bool {
    guard let subject = resource.subject else { return true }
    let patient = decider.matcher.request.directory.known(decider.consents[hit.consent].patient)
    let match = patient.compare(subject)
    return match == .yes || (unknownCounts && match == .unknown)
  }

  /// A purpose of use that data carry as a label must not conflict with the one asked for.
  private func isWithinOwnPurposes(_ resource: ResourceFacts, _ purpose: Coding?) -> Bool {
    guard !resource.purposeTags.isEmpty else { return true }
    guard let purpose else { return false }
    return resource.purposeTags.allSatisfy { tags in
      tags.contains { decider.matcher.isPurpose(purpose, under: $0) }
    }
  }
}
