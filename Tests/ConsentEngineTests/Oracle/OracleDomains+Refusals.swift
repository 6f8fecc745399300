import ConsentEngine
import HubModel

/// Small worlds of refusals, and of forms that take each other's place.
extension OracleDomain {
  // MARK: Refusals

  /// whom it refuses, what, which label, what became of it, second release, labels asked, named,
  /// discloser
  static let refusals = OracleDomain(
    space: SmallDomain(
      name: "a refusal among releases", sizes: [4, 2, 4, 6, 2, 4, 3, 2], stride: 3)
  ) { answers in
    var refusing = release("r-1")
    refusing.disclosers = [.agency(cedar.id), .agency(harbor.id)]
    refusing.information = [
      InformationScope(categories: [.engagement], labels: [.mentalHealth, .part2])
    ]
    refusing.refusals = [
      .init(
        recipients: [
          [Party.agency(defender.id)], [.role(.publicDefender)],
          [.agency(prosecutor.id), .person(defender.id, reference: "7")],
          [.agency(prosecutor.id)],
        ][answers[0]],
        information: InformationScope(
          categories: answers[1] == 0 ? [.engagement] : [.contact], labels: labelSets[answers[2]]))
    ]
    var sayings: [OracleSaying] = []
    switch answers[3] {
    case 1: refusing.expiry = .at(now)
    case 2: refusing.formImageHash = []
    default: break
    }
    sayings.append(says(.release(refusing)))
    if answers[3] == 3 { sayings.append(says(revocation("r-1"))) }
    if answers[3] == 4 {
      sayings.append(says(revocation("r-1", toward: [.agency(defender.id)])))
    }
    var second = refusing
    second.id = RoiID("r-2") ?? refusing.id
    second.expiry = .at(now + .days(1))
    second.formImageHash = Array(repeating: 1, count: 32)
    second.refusals = []
    if answers[3] == 5 { second.supersedes = refusing.id }
    if answers[4] == 1 { sayings.append(says(.release(second))) }
    var segment = Segment(.engagement, authored: today, fields: [])
    segment.labels = labelSets[answers[5]]
    return asking(
      message(
        .participantStatus, [segment], release: [nil, "r-1", "r-2"][answers[6]],
        purpose: .careCoordination),
      sayings, from: answers[7] == 0 ? cedar : harbor)
  }

  // MARK: What a refusal is about

  /// labels refused, asked, days refused, day asked, authors refused, discloser, category
  static let refused = OracleDomain(
    space: SmallDomain(
      name: "what a refusal is about", sizes: [4, 4, 4, 4, 4, 2, 2], stride: 1)
  ) { answers in
    var form = release("r-1")
    form.disclosers = [.agency(cedar.id), .agency(harbor.id)]
    form.information = [
      InformationScope(categories: [.engagement], labels: [.mentalHealth, .part2])
    ]
    form.refusals = [
      .init(
        recipients: [.role(.publicDefender)],
        information: InformationScope(
          categories: answers[6] == 0 ? [.engagement] : [.contact], labels: labelSets[answers[0]],
          authoredFrom: answers[2] & 1 == 0 ? nil : today,
          authoredThrough: answers[2] & 2 == 0 ? nil : today,
          authors: [[], [cedar.id], [harbor.id], [sheriff.id, cedar.id]][answers[4]]))
    ]
    var segment = Segment(.engagement, fields: [])
    segment.labels = labelSets[answers[1]]
    segment.authored = [nil, today, today.adding(days: -1), today.adding(days: 1)][answers[3]]
    return asking(
      message(.participantStatus, [segment], purpose: .careCoordination), [says(.release(form))],
      from: answers[5] == 0 ? cedar : harbor)
  }

  // MARK: Who takes whose place

  static let placeWords: [OracleSaying] = {
    func form(
      _ id: String, version: UInt32 = 1, heirOf older: String? = nil, isWhole: Bool = true,
      isRefusing: Bool = false
    ) -> OracleSaying {
      says(
        .release(
          release(id, version: version) {
            $0.supersedes = older.flatMap { RoiID($0) }
            if !isWhole { $0.formImageHash = [] }
            if isRefusing {
              $0.refusals = [.init(recipients: [.role(.publicDefender)], information: .status)]
            }
          }))
    }
    return [
      form("r-1"), form("r-1", isRefusing: true), form("r-1", isWhole: false, isRefusing: true),
      form("r-1", version: 2), form("r-1", version: 2, isWhole: false, isRefusing: true),
      form("r-2", heirOf: "r-1"), form("r-2", heirOf: "r-1", isWhole: false),
      form("r-2", version: 2), form("r-3"), says(revocation("r-1")), says(revocation("r-2")),
      says(refusal("r-2")), event(.voided, "r-2"),
    ]
  }()

  /// four words, what is named
  static let places = OracleDomain(
    space: SmallDomain(
      name: "who takes whose place",
      sizes: Array(repeating: placeWords.count, count: 4) + [3], stride: 29)
  ) { answers in
    asking(
      message(
        .participantStatus, [segment()], release: [nil, "r-1", "r-2"][answers[4]],
        purpose: .careCoordination),
      answers.prefix(4).map { placeWords[$0] })
  }
}
