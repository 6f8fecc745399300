import HubModel

extension StatePack {
  /// The packs of the site, and those that the form itself names.
  static func inForce(
    for release: ReleaseOfInformation, under law: SiteSwitches
  ) -> [StatePack] {
    if law.states.isEmpty && release.jurisdictions.isEmpty { return [] }
    return all.filter { law.states.contains($0.code) || release.jurisdictions.contains($0.code) }
  }

  /// Codes of the elements that the release lacks by this state's law.
  func missing(in release: ReleaseOfInformation) -> [String] {
    var missing: [String] = []
    if needsRecipientInstitution && release.recipients.contains(where: \.isRole) {
      missing.append("\(code):recipient-institution")
    }
    for form in rules(for: release) {
      for statement in form.requiredStatements.subtracting(release.printed) {
        missing.append("\(code):statement:\(statement.rawValue)")
      }
    }
    return missing
  }

  /// Whether the state's law keeps the release from serving the request for this segment.
  func forbids(
    _ release: ReleaseOfInformation, labels: WordSet<SensitivityLabel>, to recipient: Role,
    for purpose: Purpose
  ) -> Bool {
    let apart = labels.intersection(labelsApart)
    if !apart.isEmpty, !release.information.allSatisfy({ isAbout(apart, $0) }) { return true }
    return rules(for: release).contains { form in
      form.excludedRoles.contains(recipient) || !form.purposes.contains(purpose)
        || !form.excludedLabels.isDisjoint(with: labels)
    }
  }

  /// About that and nothing else. Part 2 says who obtained it, not what it is about.
  private func isAbout(_ apart: WordSet<SensitivityLabel>, _ scope: InformationScope) -> Bool {
    !scope.labels.isDisjoint(with: apart)
      && scope.labels.isSubset(of: labelsApart.union([.part2]))
  }

  private func rules(for release: ReleaseOfInformation) -> [FormRule] {
    forms.filter { release.formTemplate.utf8.starts(with: $0.template.utf8) }
  }
}
