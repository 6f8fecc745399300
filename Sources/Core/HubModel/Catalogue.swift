/// What one topic's messages look like: the hub's message catalogue, checked at both ends.
public struct TopicSpec: Sendable {
  public enum FieldType: String, Sendable { case code, text, integer, date, time, flag }

  public struct FieldSpec: Sendable {
    public let name: String
    public let type: FieldType
    public let category: InformationCategory
    public let required: Bool
    public let repeats: Bool
  }

  public let topic: Topic
  public let disclosure: DisclosureClass
  /// Who may publish it; empty: the router alone.
  public let publishers: WordSet<Role>
  public let purpose: Purpose
  public let needsParticipant: Bool
  public let needsCase: Bool
  public let fields: [FieldSpec]
  /// A document may be attached (never toward police: its schema holds coded values alone).
  public let mayAttach: Bool

  public func field(_ name: String) -> FieldSpec? { fields.first { $0.name == name } }
}

/// Builds one row of the catalogue; the order of the calls is the order of the fields.
struct TopicSpecBuilder {
  var spec: [TopicSpec.FieldSpec] = []
  let category: InformationCategory

  func with(
    _ name: String, _ type: TopicSpec.FieldType, _ category: InformationCategory? = nil,
    required: Bool = false, repeats: Bool = false
  ) -> Self {
    var next = self
    next.spec.append(
      .init(
        name: name, type: type, category: category ?? self.category, required: required,
        repeats: repeats))
    return next
  }
}

public enum Catalogue {
  public static let all: [Topic: TopicSpec] = Dictionary(
    uniqueKeysWithValues: (referral + handoff + hold + consent + emergency + care + justice
      + identity + hub).map { ($0.topic, $0) })

  public static func spec(of topic: Topic) -> TopicSpec? { rows[Int(topic.ordinal)] }

  /// Every decision asks for it, and for nothing else of the row.
  public static func disclosure(of topic: Topic) -> DisclosureClass? {
    disclosures[Int(topic.ordinal)]
  }

  // By the topic's place in its declaration.
  private static let rows = Topic.allCases.map { all[$0] }
  private static let disclosures = rows.map { $0?.disclosure }

  static func row(
    _ topic: Topic, _ disclosure: DisclosureClass, by publishers: WordSet<Role>,
    _ purpose: Purpose, participant: Bool, needsCase: Bool = true, mayAttach: Bool = false,
    category: InformationCategory, _ fields: (TopicSpecBuilder) -> TopicSpecBuilder
  ) -> TopicSpec {
    TopicSpec(
      topic: topic, disclosure: disclosure, publishers: publishers, purpose: purpose,
      needsParticipant: participant, needsCase: needsCase,
      fields: fields(TopicSpecBuilder(category: category)).spec, mayAttach: mayAttach)
  }

  private static let referrers: WordSet<Role> = [
    .sheriff, .prosecutor, .behavioralHealth, .programOffice,
  ]

  static let referral = [
    row(
      .referralSubmitted, .fieldRelease, by: referrers, .diversion, participant: true,
      category: .referral
    ) {
      $0.with("door", .code, required: true)  // arrest-diversion, social-contact, community
        .with("referred-at", .time, required: true)
        .with("incident", .code)
        .with("offence", .code, repeats: true)
        .with("offence-level", .code)
        .with("referrer", .code)
        .with("reason", .code)
        .with("last-name", .text, .handoffDetails)
        .with("first-name", .text, .handoffDetails)
        .with("date-of-birth", .date, .handoffDetails)
        .with("alias", .text, .handoffDetails, repeats: true)
    },
    row(
      .referralScreened, .fieldRelease, by: [.sheriff, .prosecutor, .programOffice], .diversion,
      participant: true, category: .referral
    ) { $0.with("eligible", .flag, required: true).with("rule", .code, required: true) },
    row(
      .referralDecided, .fieldRelease, by: [.prosecutor, .programOffice], .diversion,
      participant: true, category: .referral
    ) {
      $0.with("decision", .code, required: true)  // approved, ineligible, declined
        .with("rule", .code, required: true)
    },
    row(
      .referralAssigned, .fullRelease, by: [.programOffice, .behavioralHealth],
      .careCoordination, participant: true, category: .participation
    ) { $0.with("assigned-to", .code, required: true).with("assigned-on", .date) },
    row(
      .referralWaitlisted, .fullRelease, by: [.programOffice, .behavioralHealth],
      .careCoordination, participant: true, category: .participation
    ) { $0.with("waitlisted-on", .date) },
  ]

  static let handoff = [
    row(
      .handoffRequested, .operational, by: referrers, .careCoordination, participant: false,
      category: .operational
    ) {
      $0.with("requested-at", .time, required: true)
        .with("meeting-place", .text, required: true)  // never a residence
        .with("callback", .code, required: true)
        .with("safety", .code, repeats: true)
        .with("door", .code)
    },
    row(
      .handoffDetails, .fieldRelease, by: referrers, .careCoordination, participant: true,
      category: .handoffDetails
    ) {
      $0.with("last-name", .text, required: true)
        .with("first-name", .text, required: true)
        .with("middle-name", .text)
        .with("date-of-birth", .date)
        .with("alias", .text, repeats: true)
        .with("language", .code)
        .with("need", .code, repeats: true)
    },
    row(
      .handoffAcknowledged, .operational, by: [.behavioralHealth], .careCoordination,
      participant: false, category: .operational
    ) {
      $0.with("responder", .code, required: true).with("eta-minutes", .integer)
        .with("acknowledged-at", .time, required: true)
    },
    row(
      .handoffDeclined, .operational, by: [.behavioralHealth], .careCoordination,
      participant: false, category: .operational
    ) { $0.with("responder", .code).with("reason", .code, required: true) },
    row(
      .handoffArrived, .operational, by: [.behavioralHealth], .careCoordination,
      participant: false, category: .operational
    ) { $0.with("responder", .code).with("arrived-at", .time, required: true) },
    row(
      .handoffUnanswered, .operational, by: [], .careCoordination, participant: false,
      category: .operational
    ) {
      $0.with("attempt", .integer, required: true).with("requested-at", .time, required: true)
        .with("callback", .code).with("meeting-place", .text)
    },
    row(
      .handoffCompleted, .fieldRelease, by: [.sheriff, .behavioralHealth], .careCoordination,
      participant: true, category: .participation
    ) {
      $0.with("outcome", .code, required: true)  // accepted, declined, left
        .with("completed-at", .time, required: true)
    },
  ]

  private static let holdFields: @Sendable (TopicSpecBuilder) -> TopicSpecBuilder = {
    $0.with("hold", .code, required: true)
      .with("incident", .code)
      .with("due-on", .date)
      .with("due-at", .time)
      .with("rule", .code)
      .with("condition", .code, repeats: true)
      .with("reason", .code)
      .with("disposition", .code)
      .with("decided-on", .date)
  }

  static let hold =
    [
      row(
        .holdRequested, .fieldRelease, by: [.sheriff], .diversion, participant: true,
        category: .hold
      ) {
        $0.with("incident", .code, required: true)
          .with("referred-at", .time, required: true)
          .with("ori", .code)
          .with("offence", .code, repeats: true)
          .with("offence-level", .code)
          .with("officer", .code)
          .with("callback", .code)
          .with("complainant-consent", .code)
          .with("last-name", .text)
          .with("first-name", .text)
          .with("date-of-birth", .date)
      }
    ]
    + [
      Topic.holdOpened, .holdExtended, .holdReleased, .holdFiled, .holdWithdrawn, .holdVoided,
    ].map {
      row(
        $0, .fieldRelease, by: [.prosecutor], .diversion, participant: true, category: .hold,
        holdFields)
    }
    + [Topic.holdDueSoon, .holdReviewDue].map {
      row(
        $0, .fieldRelease, by: [], .diversion, participant: false, category: .hold
      ) {
        $0.with("hold", .code).with("incident", .code).with("due-on", .date)
          .with("due-at", .time).with("rule", .code).with("days-left", .integer)
      }
    }

  private static let capturers: WordSet<Role> = [
    .sheriff, .behavioralHealth, .publicDefender, .programOffice, .privacyOfficer,
  ]

  static let consent =
    [
      Topic.roiSigned, .roiAmended, .roiRefused, .roiRevoked, .roiSuspended, .roiResumed,
      .roiVoided, .roiConfirmed,
    ].map {
      row(
        $0, .control, by: capturers, .careCoordination, participant: true, needsCase: false,
        category: .release
      ) { $0 }
    } + [
      // A final disposition is the prosecutor's to report.
      row(
        .roiEvent, .control, by: capturers.union([.prosecutor]), .careCoordination,
        participant: true, needsCase: false, category: .release
      ) { $0 },
      row(
        .roiExpiring, .fullRelease, by: [], .careCoordination, participant: true,
        needsCase: false, category: .release
      ) { $0.with("release", .code, required: true).with("expires-at", .time) }
    ]

  static let emergency = [
    // The elements of 42 CFR 2.51(c); the time is the router's.
    row(
      .emergencyDeclared, .control, by: [.behavioralHealth], .emergencyTreatment,
      participant: true, needsCase: false, category: .release
    ) {
      $0.with("recipient-name", .text, required: true)
        .with("affiliation", .text, required: true)
        .with("declared-by", .text, required: true)
        .with("nature", .text, required: true)
    },
    row(
      .emergencyOpened, .operational, by: [], .operations, participant: false,
      needsCase: false, category: .operational
    ) {
      $0.with("emergency", .code, required: true).with("agency", .code, required: true)
        .with("opened-at", .time, required: true).with("closes-at", .time, required: true)
    },
  ]

  static let care = [
    row(
      .intakeCompleted, .fullRelease, by: [.behavioralHealth], .diversion, participant: true,
      category: .participation
    ) { $0.with("completed-on", .date, required: true).with("hold", .code) },
    row(
      .intakeNotCompleted, .fullReleasePart2, by: [.behavioralHealth], .careCoordination,
      participant: true, category: .participationNegative
    ) { $0.with("hold", .code) },
    row(
      .participantStatus, .fullRelease, by: [.behavioralHealth], .careCoordination,
      participant: true, needsCase: false, mayAttach: true, category: .engagement
    ) { $0.with("status", .code, required: true).with("as-of", .date) },
    row(
      .contactLogged, .fullRelease, by: [.behavioralHealth], .careCoordination,
      participant: true, needsCase: false, category: .contact
    ) { $0.with("kind", .code, required: true).with("on", .date, required: true) },
  ]

  static let justice =
    [Topic.bookingCreated, .bookingReleased].map {
      row(
        $0, .fullRelease, by: [.sheriff], .careCoordination, participant: false,
        needsCase: false, category: .booking
      ) {
        $0.with("booking", .code, required: true)
          .with("at", .time, required: true)
          .with("offence-class", .code)
          .with("court-date", .date)
          .with("facility", .code)
          .with("correction", .flag)
      }
    } + [
      row(
        .warrantStatus, .fullRelease, by: [.sheriff, .prosecutor], .careCoordination,
        participant: true, needsCase: false, category: .courtCase
      ) { $0.with("status", .code, required: true).with("court-case", .code) },
      row(
        .caseEvent, .fullRelease, by: [.prosecutor], .careCoordination, participant: true,
        needsCase: false, category: .courtCase
      ) {
        $0.with("event", .code, required: true).with("court-case", .code)
          .with("court-date", .date)
      },
      row(
        .defenceAssigned, .fullRelease, by: [.publicDefender], .legalDefence, participant: true,
        needsCase: false, category: .defence
      ) {
        $0.with("attorney", .text, required: true).with("court-case", .code)
          .with("assigned-on", .date)
      },
    ]

  static let identity =
    [
      row(
        .identityCandidate, .fullRelease, by: [], .identityResolution, participant: true,
        needsCase: false, category: .identity
      ) {
        $0.with("candidate", .code, required: true).with("from", .code, required: true)
          .with("matched-on", .code, required: true)
      }
    ]
    + [Topic.identityConfirmed, .identityRejected].map {
      row(
        $0, .control, by: [.behavioralHealth, .publicDefender, .programOffice],
        .identityResolution, participant: true, needsCase: false, category: .identity
      ) { $0.with("candidate", .code, required: true) }
    }

  static let hub = [
    row(
      .outcome, .operational, by: [], .careCoordination, participant: false, needsCase: false,
      category: .operational
    ) {
      $0.with("message", .code, required: true).with("topic", .code, required: true)
        .with("recipient", .code, required: true).with("fate", .code, required: true)
        .with("reminder", .integer).with("reason", .code)
    },
    row(
      .outcomeConfirmed, .control, by: .all, .careCoordination,
      participant: false, needsCase: false, category: .operational
    ) { $0.with("message", .code, required: true) },
  ]
}
