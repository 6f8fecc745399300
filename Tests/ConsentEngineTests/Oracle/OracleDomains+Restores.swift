import ConsentEngine
import HubModel

/// Small worlds of what comes from outside the person's papers: custody, and a restored ledger.
extension OracleDomain {
  // MARK: Custody (45 CFR 164.512(k)(5))

  /// From the plainest question on, before it.
  static let stayTimes = [now - 3_000, now - 2_000, now - 1_000]

  static let stays: [OracleStay] = [
    OracleStay(by: sheriff.id, isBooking: true, at: stayTimes[0]),
    OracleStay(by: sheriff.id, isBooking: false, at: stayTimes[0]),
    OracleStay(by: sheriff.id, isBooking: true, at: stayTimes[1]),
    OracleStay(by: sheriff.id, isBooking: false, at: stayTimes[1]),
    OracleStay(by: sheriff.id, isBooking: true, at: stayTimes[2]),
    OracleStay(by: prosecutor.id, isBooking: true, at: stayTimes[2]),
    OracleStay(by: prosecutor.id, isBooking: false, at: stayTimes[1]),
  ]

  /// three words of custody, agreement, who asks, what is told, for what, what the person signed
  static let custody = OracleDomain(
    space: SmallDomain(
      name: "what a jail may be told",
      sizes: Array(repeating: stays.count + 1, count: 3) + [5, 4, 5, 4, 3], stride: 101)
  ) { answers in
    let path = ProgramAgreement.Path(.participantStatus, from: .behavioralHealth, to: .sheriff)
    let other = ProgramAgreement.Path(.participantStatus, from: .behavioralHealth, to: .prosecutor)
    let jail = ProgramAgreement.Exception(
      path: path, legalBasis: "45 CFR 164.512(k)(5)", whileInCustody: true)
    let always = ProgramAgreement.Exception(path: path, legalBasis: "order 12")
    var open = OracleTests.agreements.open
    open.exceptions = [jail]
    let agreements = [
      agreement([], exceptions: [jail]), agreement([], exceptions: [jail, always]),
      agreement([], exceptions: [.init(path: other, legalBasis: "order 12"), jail]),
      agreement([path], exceptions: [jail]), open,
    ]
    let (category, labels): (InformationCategory, WordSet<SensitivityLabel>) = [
      (.engagement, []), (.engagement, [.part2]), (.psychotherapyNotes, []),
      (.participationNegative, []), (.contact, [.mentalHealth]),
    ][answers[5]]
    var refusing = release("r-1") { $0.recipients = [.role(.sheriff), .role(.prosecutor)] }
    refusing.refusals = [.init(recipients: [.role(.sheriff)], information: .status)]
    let signed: [[OracleSaying]] = [
      [], [says(.release(release("r-1") { $0.recipients = [.role(.sheriff)] }))],
      [says(.release(refusing))],
    ]
    var asked = asking(
      message(
        .participantStatus, [segment(category, labels: labels)],
        purpose: [.careCoordination, .treatment, .warrant, .diversion][answers[6]]),
      signed[answers[7]], to: [sheriff, prosecutor, defender, sheriff][answers[4]])
    asked.isKnown = answers[4] != 3
    asked.stays = answers.prefix(3).compactMap { $0 == 0 ? nil : stays[$0 - 1] }
    asked.agreement = agreements[answers[3]]
    asked.paths = [[], [], [], [path], OracleTests.agreements.openPaths][answers[3]]
    return asked
  }

  // MARK: After a restore

  /// what was known before, what is doubtful, two words after, what is named
  static let restores = OracleDomain(
    space: SmallDomain(
      name: "a release out of a backup", sizes: [4, 4, 10, 10, 3], stride: 1)
  ) { answers in
    let known: [[OracleSaying]] = [
      [], [says(.release(release("r-1")))],
      [says(.release(release("r-1"))), says(.release(release("r-2")))],
      [
        says(.release(release("r-1"))),
        OracleSaying(statement: .release(release("r-2")), by: harbor.id),
      ],
    ]
    let doubtful = [["r-1"], ["r-1", "r-2"], ["r-2"], []][answers[1]].compactMap { RoiID($0) }
    let byTheOperator = OracleSaying(
      statement: .event(RoiEvent(.confirmed, id: RoiID("r-1"))), by: .hub)
    let words: [OracleSaying] = [
      event(.confirmed), event(.confirmed, by: harbor), event(.confirmed, nil),
      event(.confirmed, "r-2"), byTheOperator, says(.release(release("r-1"))),
      says(.release(release("r-1", version: 2))), says(revocation("r-1")), event(.suspended),
      event(.voided),
    ]
    var first = words[answers[2]]
    first.restored = doubtful
    return asking(
      message(
        .participantStatus, [segment()], release: [nil, "r-1", "r-2"][answers[4]],
        purpose: .careCoordination),
      known[answers[0]] + [first, words[answers[3]]])
  }
}
