import ConsentEngine
import HubModel
import Testing

/// Mistakes that other consent engines are known to have made, one test of each by its name. The
/// article *Pitfalls* says where those of other rooms stand.
@Suite("Pitfalls of consent engines")
struct PitfallTests {
  let status = message(.participantStatus, [segment()])

  static let noEngagement = ReleaseOfInformation.Refusal(
    recipients: [.agency(defender.id)],
    information: InformationScope(categories: [.engagement]))

  static let broken: [(String, @Sendable (inout ReleaseOfInformation) -> Void)] = [
    ("no signed form", { $0.formImageHash = [] }), ("no purpose", { $0.purposes = [] }),
    ("no expiry", { $0.expiry = nil }), ("no recipient", { $0.recipients = [] }),
    ("nothing described", { $0.information = [] }), ("unsigned", { $0.signedAt = nil }),
    ("expired", { $0.expiry = .at(now) }), ("not begun", { $0.startsAt = now + .days(1) }),
  ]

  @Test("Pitfall: vanishing deny", arguments: broken)
  func vanishingDeny(
    _ name: String, _ damage: @Sendable (inout ReleaseOfInformation) -> Void
  ) throws {
    // A release that cannot permit, for whatever is wrong with it, can still refuse.
    let deny = release("r-2") {
      $0.refusals = [Self.noEngagement]
      damage(&$0)
    }
    let decision = ask(status, said(.release(release()), .release(deny)))
    #expect(decision.verdict == .withheld, "\(name)")
    #expect(decision.reasons == [.explicitRefusal], "\(name)")
    #expect(decision.permit == nil)
  }

  @Test("Pitfall: newest wins")
  func newestWins() throws {
    let refusing = release("r-1") { $0.refusals = [Self.noEngagement] }
    // Whichever came last, whatever its version or date, the refusal stands.
    for later in 1...3 {
      let newer = release("r-2", version: UInt32(later)) {
        $0.signedAt = WallTime(milliseconds: now.milliseconds - 1)
      }
      #expect(ask(status, said(.release(refusing), .release(newer))).verdict == .withheld)
      #expect(ask(status, said(.release(newer), .release(refusing))).verdict == .withheld)
    }
    // Only a form that says whose place it takes replaces it.
    let heir = release("r-2") { $0.supersedes = RoiID("r-1")! }
    #expect(ask(status, said(.release(refusing), .release(heir))).verdict == .permitted)
  }

  @Test("Pitfall: any-purpose match", arguments: Purpose.allCases)
  func anyPurposeMatch(_ agreed: Purpose) throws {
    // One purpose agreed to is that one and no other.
    for asked in Purpose.allCases {
      let roi = release {
        $0.purposes = [agreed]
        $0.recipients = [.agency(cedar.id)]
      }
      let question = message(.participantStatus, [segment()], purpose: asked)
      let verdict = ask(question, to: cedar, said(.release(roi))).verdict
      // Engagement is not what every purpose needs.
      let needsIt = ![.diversion, .identityResolution].contains(asked) && !asked.isAdverse
      #expect((verdict == .permitted) == (asked == agreed && needsIt), "\(asked) under \(agreed)")
    }
  }

  @Test("Pitfall: label-or-class")
  func labelOrClass() throws {
    let roi = said(
      .release(
        release {
          $0.information = [
            InformationScope(categories: [.engagement], labels: [.mentalHealth]),
            InformationScope(categories: [.contact], labels: [.domesticViolence]),
          ]
        }))
    func verdict(_ category: InformationCategory, _ labels: WordSet<SensitivityLabel>) -> Verdict? {
      ask(message(.participantStatus, [segment(category, labels: labels)]), roi).verdict
    }
    #expect(verdict(.engagement, [.mentalHealth]) == .permitted)
    #expect(verdict(.contact, [.domesticViolence]) == .permitted)
    // The category of the one with the label of the other; or one label of two.
    #expect(verdict(.engagement, [.domesticViolence]) == .held)
    #expect(verdict(.contact, [.mentalHealth]) == .held)
    #expect(verdict(.engagement, [.mentalHealth, .domesticViolence]) == .held)
    #expect(verdict(.booking, [.mentalHealth]) == .held)
  }

  @Test("Pitfall: role hat")
  func roleHat() throws {
    // A prosecutor who is also the program's liaison asks with the prosecutor's key: the role that
    // the registry gives counts, and a release for the office does not serve.
    let office = agency("office", .programOffice)
    let roi = release { $0.recipients = [.role(.programOffice)] }
    #expect(ask(status, to: office, said(.release(roi))).verdict == .permitted)
    #expect(ask(status, to: prosecutor, said(.release(roi))).verdict == .held)
    // Nor does a hat open a gate of the law.
    let named = release {
      $0.recipients = [.agency(prosecutor.id), .role(.programOffice), .role(.prosecutor)]
      $0.information[0].categories.insert(.participationNegative)
    }
    let negative = message(.participantStatus, [segment(.participationNegative)])
    #expect(ask(negative, to: prosecutor, said(.release(named))).verdict == .withheld)
    #expect(ask(negative, to: office, said(.release(named))).verdict == .permitted)
  }

  @Test("Pitfall: ROI as privilege waiver", arguments: everybody)
  func privilegeWaiver(_ recipient: Registry.Agency) throws {
    let everything = said(
      .release(
        release {
          $0.disclosers = everybody.map { .agency($0.id) }
          $0.recipients = everybody.map { .agency($0.id) }
          $0.information = [
            InformationScope(
              categories: .all,
              labels: .all)
          ]
          $0.purposes = WordSet(Purpose.allCases.filter { !$0.isAdverse })
        }))
    for category in [InformationCategory.engagement, .defence, .courtCase] {
      for discloser in everybody {
        let privileged = message(
          .participantStatus, [segment(category, labels: [.privileged])], source: discloser)
        let decision = ask(privileged, from: discloser, to: recipient, everything)
        #expect(decision.verdict == .withheld)
        #expect(decision.permit == nil)
      }
    }
  }
}
