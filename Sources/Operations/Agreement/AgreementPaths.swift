import HubModel

/// The agreement's lines on who may tell whom what.
enum AgreementPaths {
  /// `paths:`, as topic, then the role that says it, then the roles that may hear it.
  static var section: YAMLValue<Set<ProgramAgreement.Path>> {
    let roles = YAMLValue<[Role]>.list(of: .choice(), count: 0...Role.allCases.count)
    let senders = YAMLValue<[(key: Role, value: [Role], place: StrictYAML)]>.keyed(
      by: Role.self, of: roles)
    let topics = YAMLValue<[(key: Topic, value: [(key: Role, value: [Role], place: StrictYAML)],
      place: StrictYAML)]>.keyed(by: Topic.self, of: senders)
    return YAMLValue(expectation: "the lines of the agreement, by topic") { yaml, problems in
      guard let lines = topics.take(yaml, problems) else { return nil }
      var paths: Set<ProgramAgreement.Path> = []
      for line in lines {
        for sender in line.value {
          for recipient in sender.value {
            let path = ProgramAgreement.Path(line.key, from: sender.key, to: recipient)
            if let reason = refusal(of: path) {
              problems.add(reason, at: sender.place)
            } else if !paths.insert(path).inserted {
              problems.add("names \(recipient.rawValue) twice", at: sender.place)
            }
          }
        }
      }
      return paths
    }
  }

  /// `exceptions:`, paths that need no release, each with the law that allows it.
  static var exception: YAMLValue<[ProgramAgreement.Exception]> {
    .mapping { fields in
      let topic = fields.required("topic", YAMLValue<Topic>.choice())
      let from = fields.required("from", YAMLValue<Role>.choice())
      let to = fields.required("to", YAMLValue<[Role]>.list(of: .choice(), count: 1...6))
      let basis = fields.required("legal-basis", .scalar("the law that allows it, by its name") {
        $0.count <= 500 && $0.contains(where: \.isLetter) ? $0 : nil
      })
      let custody = fields.optional(
        "while", .scalar("in-custody") { $0 == "in-custody" ? $0 : nil })
      let purpose = fields.optional("purpose", YAMLValue<Purpose>.choice())
      if let topic, let purpose, let reason = refusal(of: purpose, for: topic) {
        fields.report("purpose", reason)
      }
      guard let topic, let from, let to, let basis else { return nil }
      return to.compactMap { role in
        let path = ProgramAgreement.Path(topic, from: from, to: role)
        if let reason = refusal(of: path) {
          fields.report("to", reason)
          return nil
        }
        if custody != nil, role != .sheriff {
          fields.report("while", "only a sheriff has people in custody, not \(role.rawValue)")
          return nil
        }
        return ProgramAgreement.Exception(
          path: path, legalBasis: basis, whileInCustody: custody != nil)
      }
    }
  }

  /// `outcomes:`, what a sender learns of a message's fate.
  static var outcomes: YAMLValue<[Topic: ProgramAgreement.OutcomeSetting]> {
    let setting = YAMLValue<ProgramAgreement.OutcomeSetting>.scalar("none or full") {
      ProgramAgreement.OutcomeSetting(rawValue: $0)
    }
    let lines = YAMLValue<
      [(key: Topic, value: ProgramAgreement.OutcomeSetting, place: StrictYAML)]
    >.keyed(by: Topic.self, of: setting)
    return YAMLValue(expectation: "none or full, by topic", takesEmpty: true) { yaml, problems in
      guard let lines = lines.take(yaml, problems) else { return nil }
      var outcomes: [Topic: ProgramAgreement.OutcomeSetting] = [:]
      for line in lines {
        if line.value == .full, let reason = refusalOfFull(line.key) {
          problems.add(reason, at: line.place)
        } else {
          outcomes[line.key] = line.value
        }
      }
      return outcomes
    }
  }

  /// Why the agreement cannot have this line, whatever the parties wish.
  static func refusal(of path: ProgramAgreement.Path) -> String? {
    guard let spec = Catalogue.spec(of: path.topic) else {
      return "\(path.topic) is not a message of the catalogue; nobody may hear it by agreement"
    }
    if spec.disclosure == .control {
      return "\(path.topic) goes to the router alone; no role may hear it"
    }
    guard !spec.publishers.isEmpty else {
      return "\(path.topic) is said by the router, from each agency's own view; "
        + "it needs no line and can have none"
    }
    guard spec.publishers.contains(path.from) else {
      let known = spec.publishers.map(\.rawValue).sorted().joined(separator: ", ")
      return "\(path.from.rawValue) may not publish \(path.topic); its publishers are \(known)"
    }
    if spec.purpose.isAdverse {
      return "\(path.topic) is for \(spec.purpose.rawValue), which no agreement can open"
    }
    // 42 USC 290dd-2(c) and consent rule 30: silence about an intake must not become a charge.
    if spec.fields.contains(where: { $0.category == .participationNegative }),
      path.to == .prosecutor || path.to == .sheriff
    {
      return "\(path.topic) is closed to \(path.to.rawValue) (42 USC 290dd-2(c)): "
        + "the end of a hold's window is told in neutral words instead"
    }
    return nil
  }

  /// Why an exception cannot be for this purpose.
  private static func refusal(of purpose: Purpose, for topic: Topic) -> String? {
    if purpose.isAdverse {
      return "\(purpose.rawValue) is against the person: what is learned through care "
        + "coordination never feeds it (42 USC 290dd-2(c); LEAD's golden rule)"
    }
    guard let known = Catalogue.spec(of: topic)?.purpose, known != purpose else { return nil }
    return "\(topic) is sent for \(known.rawValue) and nothing else"
  }

  /// Why a sender may not learn the fate of such a message.
  private static func refusalOfFull(_ topic: Topic) -> String? {
    switch topic {
    case .bookingCreated, .bookingReleased:
      "the fate of a booking would tell the jail who takes part; only 'none' is possible"
    default:
      Catalogue.spec(of: topic)?.publishers.isEmpty ?? true
        ? "\(topic) has no sender who could learn of it" : nil
    }
  }
}
