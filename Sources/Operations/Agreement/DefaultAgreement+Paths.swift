import HubModel

extension DefaultAgreement {
  /// The lines of the message catalogue. What the router says by itself (clocks, outcomes, possible
  /// matches) and what it alone hears (`roi.*`, identity decisions) has no line and can have none.
  static let paths = """
    # topic: {who says it: [who may hear it]}
    paths:
      referral.submitted:
        sheriff: [program-office]
        prosecutor: [program-office]
        behavioral-health: [program-office]
      referral.screened:
        sheriff: [behavioral-health, program-office]
        prosecutor: [sheriff, behavioral-health, program-office]
        program-office: [sheriff, prosecutor, behavioral-health]
      referral.decided:
        prosecutor: [sheriff, behavioral-health, program-office]
        program-office: [sheriff, prosecutor, behavioral-health]
      referral.assigned:
        behavioral-health: [sheriff, program-office]
        program-office: [sheriff, behavioral-health]
      referral.waitlisted:
        behavioral-health: [sheriff, program-office]
        program-office: [sheriff, behavioral-health]

      # Names no person: goes out at once, without a release.
      handoff.requested:
        sheriff: [behavioral-health]
        program-office: [behavioral-health]
      handoff.details:
        sheriff: [behavioral-health]
        program-office: [behavioral-health]
      handoff.acknowledged:
        behavioral-health: [sheriff, program-office]
      handoff.declined:
        behavioral-health: [sheriff, program-office]
      handoff.arrived:
        behavioral-health: [sheriff, program-office]
      handoff.completed:
        sheriff: [program-office]
        behavioral-health: [program-office]

      hold.requested:
        sheriff: [prosecutor]
      hold.opened:
        prosecutor: [sheriff, program-office, behavioral-health, public-defender]
      hold.extended:
        prosecutor: [sheriff, program-office, behavioral-health, public-defender]
      hold.released:
        prosecutor: [sheriff, behavioral-health, public-defender]
      hold.filed:
        prosecutor: [sheriff, behavioral-health, public-defender]
      hold.withdrawn:
        prosecutor: [sheriff, behavioral-health, public-defender]
      hold.voided:
        prosecutor: [sheriff, behavioral-health, public-defender]

      intake.completed:
        behavioral-health: [prosecutor, program-office]
      # Closed to the prosecutor (42 USC 290dd-2(c)): silence must not become a charge.
      intake.not-completed:
        behavioral-health: [program-office]
      participant.status:
        behavioral-health: [prosecutor, program-office]
      contact.logged:
        behavioral-health: [program-office]

      booking.created:
        sheriff: [behavioral-health, public-defender, program-office]
      booking.released:
        sheriff: [behavioral-health, public-defender, program-office]
      warrant.status:
        sheriff: [behavioral-health, public-defender]
        prosecutor: [behavioral-health, public-defender]
      case.event:
        prosecutor: [behavioral-health, public-defender]
      defence.assigned:
        public-defender: [behavioral-health, prosecutor]
    """

  /// Whether the role's part in the program rests on hearing the topic: the shipped lines.
  static func subscribes(_ role: Role, to topic: Topic) -> Bool {
    subscriptions[topic]?.contains(role) ?? false
  }

  private static let subscriptions: [Topic: WordSet<Role>] = {
    let problems = ProblemList()
    guard let yaml = try? StrictYAML.parse(paths, file: "shipped agreement"),
      let lines = yaml.readMapping(problems, { $0.required("paths", AgreementPaths.section) })
    else { return [:] }
    return Dictionary(grouping: lines, by: \.topic).mapValues { WordSet($0.map(\.to)) }
  }()
}
