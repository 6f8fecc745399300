@testable import ConsentEngine
import HubModel
import Testing

@Suite("A release's life: only active permits")
struct LifecycleTests {
  let status = message(.participantStatus, [segment()])
  let naming = message(.participantStatus, [segment()], release: "r-1")

  static let table: [(String, [ConsentStatement], Verdict, Reason)] = [
    ("active", [.release(release())], .permitted, .releaseCovers),
    ("draft", [.release(release { $0.signedAt = nil })], .held, .notSigned),
    ("revoked", [.release(release()), revocation("r-1")], .withheld, .revoked),
    ("revoked with all", [.release(release()), revocation(nil)], .withheld, .revoked),
    (
      "superseded",
      [
        .release(release()),
        .release(
          release("r-2") {
            $0.supersedes = RoiID("r-1")!
            $0.recipients = [.agency(harbor.id)]
          }),
      ], .held, .superseded
    ),
    ("refused", [refusal("r-1")], .withheld, .refused),
    ("no capacity", [refusal("r-1", .incapacity)], .held, .notSigned),
    ("tombstone", [revocation("r-1"), .release(release())], .withheld, .revoked),
    (
      "tombstone in part",
      [revocation("r-1", toward: [.agency(harbor.id)]), .release(release())], .withheld, .revoked
    ),
    (
      "revoked toward this one",
      [.release(release()), revocation("r-1", toward: [.agency(defender.id)])], .withheld, .revoked
    ),
    (
      "revoked toward its role",
      [.release(release()), revocation("r-1", toward: [.role(.publicDefender)])], .withheld,
      .revoked
    ),
    (
      "revoked toward another",
      [.release(release()), revocation("r-1", toward: [.agency(harbor.id)])], .permitted,
      .releaseCovers
    ),
    (
      "amended after it was revoked",
      [.release(release()), revocation("r-1"), .release(release(version: 2))], .withheld, .revoked
    ),
    (
      "amended after it was revoked in part",
      [
        .release(release()), revocation("r-1", toward: [.agency(defender.id)]),
        .release(release(version: 2)),
      ], .withheld, .revoked
    ),
    (
      "signed after a lack of capacity", [refusal("r-1", .incapacity), .release(release())],
      .permitted, .releaseCovers
    ),
    (
      "amended into a draft",
      [.release(release()), .release(release(version: 2) { $0.formImageHash = [] })], .held,
      .notSigned
    ),
    (
      "an older version that comes late",
      [
        .release(release(version: 2) { $0.recipients = [.agency(harbor.id)] }),
        .release(release()),
      ], .held, .recipientNotNamed
    ),
    (
      "names itself as what it replaces",
      [
        .release(release()),
        .release(release(version: 2) { $0.supersedes = RoiID("r-1")! }),
      ], .permitted, .releaseCovers
    ),
  ]

  @Test("The table of states", arguments: table)
  func states(
    _ name: String, _ statements: [ConsentStatement], _ verdict: Verdict, _ reason: Reason
  ) throws {
    var consents = ParticipantConsents()
    for statement in statements { _ = try consents.apply(statement, from: cedar.id) }
    let decision = ask(naming, consents)
    #expect(decision.verdict == verdict, "\(name)")
    #expect(decision.reasons.contains(reason), "\(name): \(decision.reasons)")
  }

  @Test("It ends with the millisecond of its expiry, and begins with that of its start")
  func expiry() throws {
    let end = now + .days(1)
    let consents = said(.release(release(expiresAt: end)))
    let last = WallTime(milliseconds: end.milliseconds - 1)
    #expect(ask(status, consents, at: last).verdict == .permitted)
    #expect(ask(status, consents, at: end).reasons == [.expired])
    #expect(ask(status, consents, at: end).verdict == .held)
    let begins = said(.release(release { $0.startsAt = now }))
    #expect(ask(status, begins).verdict == .permitted)
    let before = WallTime(milliseconds: now.milliseconds - 1)
    #expect(ask(status, begins, at: before).reasons == [.notStarted])
    #expect(begins.nextStart(after: before) == now)
    #expect(begins.nextStart(after: now) == nil)
  }

  @Test("A message that names a release goes on under what replaced it, not once it is revoked")
  func lineage() throws {
    let heir = release("r-2") { $0.supersedes = RoiID("r-1")! }
    var consents = said(.release(release()), .release(heir))
    #expect(ask(naming, consents).deciding == [.init(RoiID("r-2")!, version: 1)])
    _ = try consents.apply(revocation("r-1"), from: cedar.id)
    #expect(ask(naming, consents).reasons == [.revoked])
    #expect(ask(status, consents).verdict == .permitted, "the heir stands for itself")
    _ = try consents.apply(revocation("r-2"), from: cedar.id)
    #expect(ask(status, consents).verdict == .withheld)
  }

  @Test("A release that comes after the one that replaced it is replaced on arrival")
  func lateOriginal() throws {
    let narrow = release("r-2") {
      $0.supersedes = RoiID("r-1")!
      $0.recipients = [.agency(harbor.id)]
    }
    for consents in [
      said(.release(release()), .release(narrow)), said(.release(narrow), .release(release())),
    ] {
      #expect(ask(status, consents).verdict == .held)
      #expect(consents.records.first { $0.roi.id == RoiID("r-1")! }?.state == .superseded)
    }
    let dead = said(.release(narrow), revocation("r-2"), .release(release()))
    #expect(ask(status, dead).verdict == .held)
    let draft = release("r-2") {
      $0.supersedes = RoiID("r-1")!
      $0.signedAt = nil
    }
    #expect(ask(status, said(.release(draft), .release(release()))).verdict == .permitted)
  }

  @Test("What was replaced does not stand again, whatever is signed under either id")
  func replacedForGood() throws {
    let narrow = release("r-2") {
      $0.supersedes = RoiID("r-1")!
      $0.recipients = [.agency(harbor.id)]
    }
    var freed = narrow
    freed.version = 2
    freed.supersedes = nil
    let consents = said(
      .release(release()), .release(narrow), .release(freed), .release(release(version: 2)))
    #expect(consents.records.map(\.state) == [.superseded, .active])
    #expect(ask(naming, consents).reasons == [.superseded])
  }

  @Test("A draft is refused by whoever could sign it, and what it refuses goes on subtracting")
  func refusedDraft() throws {
    let draft = ConsentStatement.release(
      release {
        $0.formImageHash = []
        $0.refusals = Self.refusing.refusals
      })
    let other = ConsentStatement.release(release("r-2"))
    let refused = said(draft, refusal("r-1"))
    #expect(refused.records[0].state == .refused)
    #expect(refused.records[0].missing == ["signed-form"])
    #expect(ask(status, said(draft, other, refusal("r-1"))).reasons == [.explicitRefusal])
    // Whoever could not decide said neither yes nor no.
    let unable = said(draft, refusal("r-1", .incapacity))
    #expect(unable.records[0].state == .draft && unable.position == 1)
  }

  @Test("Withdrawn before it was ever seen, it stays withdrawn whatever is said of it")
  func withdrawnUnseen() throws {
    for reason in [RoiRefusal.Reason.refused, .incapacity] {
      let consents = said(revocation("r-1"), refusal("r-1", reason))
      #expect(consents.records[0].state == .revoked)
      #expect(ask(naming, consents).reasons == [.revoked])
    }
  }

  static let refusing = release("r-0") {
    $0.refusals = [
      .init(
        recipients: [.agency(defender.id)],
        information: InformationScope(categories: [.engagement]))
    ]
  }

  @Test("An explicit refusal subtracts, and outlives later releases and the end of its own")
  func explicitRefusal() throws {
    var consents = said(.release(Self.refusing))
    #expect(ask(status, consents).reasons == [.explicitRefusal])
    #expect(ask(status, consents).verdict == .withheld)
    _ = try consents.apply(.release(release()), from: cedar.id)
    #expect(ask(status, consents).verdict == .withheld)
    _ = try consents.apply(revocation("r-0"), from: cedar.id)
    #expect(ask(status, consents).verdict == .withheld, "a revocation never widens")
    #expect(ask(naming, consents).verdict == .permitted, "decided on its own line alone")
    // Whoever signs a new form in its place has thought again.
    let heir = release("r-3") { $0.supersedes = RoiID("r-0")! }
    let rethought = said(.release(Self.refusing), .release(heir))
    #expect(ask(status, rethought).verdict == .permitted)
  }

  @Test("A refusal of Part 2 information finds it by who obtained it")
  func refusalOfLabel() throws {
    let roi = release {
      $0.disclosers = [.agency(cedar.id), .agency(harbor.id)]
      $0.information = [InformationScope(categories: [.engagement], labels: [.part2])]
      $0.refusals = [
        .init(
          recipients: [.agency(defender.id)],
          information: InformationScope(categories: [.engagement], labels: [.part2]))
      ]
    }
    let asked = message(.participantStatus, [segment(labels: [])])
    #expect(ask(asked, from: cedar, said(.release(roi))).verdict == .permitted)
    #expect(ask(asked, from: harbor, said(.release(roi))).reasons == [.explicitRefusal])
  }

  @Test("A bare refusal answers for the messages that name it, and for no others")
  func bareRefusal() throws {
    let consents = said(refusal("r-1"))
    #expect(ask(naming, consents).verdict == .withheld)
    #expect(ask(status, consents).verdict == .held)
    #expect(ask(status, said(refusal("r-2"), .release(release()))).verdict == .permitted)
    // What was signed is revoked, not refused.
    #expect(ask(naming, said(.release(release()), refusal("r-1"))).verdict == .permitted)
  }

  @Test("Only whoever captured a release amends or refuses it; anybody may stop it")
  func capturer() throws {
    var consents = said(.release(release()))
    #expect(throws: Refusal(.notCapturer)) {
      try consents.apply(.release(release(version: 2)), from: harbor.id)
    }
    #expect(throws: Refusal(.notCapturer)) {
      try consents.apply(refusal("r-1"), from: harbor.id)
    }
    #expect(try !consents.apply(revocation("r-1"), from: harbor.id).isEmpty)
    #expect(ask(status, consents).verdict == .withheld)
  }

  @Test("Said twice, it changes nothing the second time")
  func idempotent() throws {
    var consents = said(.release(release()))
    #expect(try consents.apply(.release(release()), from: cedar.id).isEmpty)
    #expect(try !consents.apply(revocation("r-1"), from: cedar.id).isEmpty)
    #expect(try consents.apply(revocation("r-1"), from: cedar.id).isEmpty)
    #expect(try consents.apply(.release(release()), from: cedar.id).isEmpty)
    #expect(consents.position == 2)
  }

  static let elements: [(String, @Sendable (inout ReleaseOfInformation) -> Void)] = [
    ("discloser", { $0.disclosers = [] }), ("recipient", { $0.recipients = [] }),
    ("information", { $0.information = [] }),
    ("information", { $0.information[0].categories = [] }),
    ("purpose", { $0.purposes = [] }), ("signature-date", { $0.signedAt = nil }),
    ("signed-form", { $0.formImageHash = [1] }), ("expiry", { $0.expiry = nil }),
    ("expiry", { $0.expiry = .never }), ("expiry", { $0.expiry = .event("") }),
    ("expiry", { $0.expiry = .at($0.signedAt ?? now) }),
    ("signer-evidence", { $0.signer = .guardian }),
    ("separate-consent-for-proceedings", { $0.purposes.insert(.warrant) }),
  ]

  @Test("Each element of 42 CFR 2.31(a) missing keeps it a draft", arguments: elements)
  func missing(
    _ code: String, _ change: @Sendable (inout ReleaseOfInformation) -> Void
  ) throws {
    var roi = release()
    #expect(roi.missingElements(under: SiteSwitches()) == [])
    change(&roi)
    #expect(roi.missingElements(under: SiteSwitches()) == [code])
    #expect(said(.release(roi)).records[0].state == .draft)
  }
}
