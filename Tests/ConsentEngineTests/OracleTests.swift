import ConsentEngine
import HubModel
import Testing

/// One small case of the permit question, and its answer by first principles: no code shared with
/// the engine.
private struct SmallCase: CustomStringConvertible {
  enum First: CaseIterable { case active, draft, revoked, expired, refusing, replaced }
  enum Second: CaseIterable { case none, covering, narrow, heir }

  var toProsecutor: Bool
  var isNegative: Bool
  var isAdverse: Bool
  var isLabelled: Bool
  var isField: Bool
  var namesDiscloser: Bool
  var namesRecipient: Bool
  var namesLabel: Bool
  var first: First
  var second: Second
  var named: String?

  var description: String { "\(mirror)" }
  private var mirror: [String] { Mirror(reflecting: self).children.map { "\($0.value)" } }

  static var all: [SmallCase] {
    let flags = [false, true]
    var cases: [SmallCase] = []
    for bits in 0..<256 {
      for first in First.allCases {
        for second in Second.allCases {
          for named in [nil, "r-1", "r-2"] {
            cases.append(
              SmallCase(
                toProsecutor: flags[bits & 1], isNegative: flags[bits >> 1 & 1],
                isAdverse: flags[bits >> 2 & 1], isLabelled: flags[bits >> 3 & 1],
                isField: flags[bits >> 4 & 1], namesDiscloser: flags[bits >> 5 & 1],
                namesRecipient: flags[bits >> 6 & 1], namesLabel: flags[bits >> 7 & 1],
                first: first, second: second, named: named))
          }
        }
      }
    }
    return cases
  }

  // MARK: As the engine is asked

  var recipient: Registry.Agency { toProsecutor ? prosecutor : defender }
  var category: InformationCategory { isNegative ? .participationNegative : .engagement }

  var consents: ParticipantConsents {
    let one = release("r-1", kind: isField ? .field : .multiParty) {
      $0.disclosers = [.agency(namesDiscloser ? cedar.id : harbor.id)]
      $0.recipients = [.agency(namesRecipient ? recipient.id : harbor.id)]
      $0.information = [
        InformationScope(categories: [category], labels: namesLabel ? [.mentalHealth] : [])
      ]
      if first == .draft { $0.formImageHash = [] }
      if first == .expired { $0.expiry = .at(now) }
      if first == .refusing {
        $0.refusals = [
          .init(
            recipients: [.role(recipient.role)],
            information: InformationScope(categories: [category]))
        ]
      }
    }
    var consents = said(.release(one))
    if first == .revoked { _ = try? consents.apply(revocation("r-1"), from: cedar.id) }
    if first == .replaced {
      let heir = release("r-9") {
        $0.supersedes = RoiID("r-1")!
        $0.recipients = [.agency(harbor.id)]
      }
      _ = try? consents.apply(.release(heir), from: cedar.id)
    }
    if second != .none {
      let two = release("r-2") {
        $0.recipients = [.agency(second == .narrow ? harbor.id : recipient.id)]
        $0.information = [InformationScope(categories: [category], labels: [.mentalHealth])]
        if second == .heir { $0.supersedes = RoiID("r-1")! }
      }
      _ = try? consents.apply(.release(two), from: cedar.id)
    }
    return consents
  }

  var question: Message {
    let labels: Set<SensitivityLabel> = isLabelled ? [.mentalHealth] : []
    return message(
      .participantStatus, [Segment(category, labels: labels, fields: [])],
      release: named, purpose: isAdverse ? .charging : .careCoordination)
  }

  // MARK: As the rules say

  var mayGo: Bool {
    if isAdverse || (isNegative && toProsecutor) { return false }
    // The second takes the place of the first where it says so and the first still stood.
    let isReplacedBySecond =
      second == .heir && (first == .active || first == .expired || first == .refusing)
    let firstCovers =
      first == .active && !isReplacedBySecond && !isField && namesDiscloser && namesRecipient
      && (namesLabel || !isLabelled)
    let secondCovers = second == .covering || second == .heir
    let refuses = first == .refusing && !isReplacedBySecond
    switch named {
    case nil: return (firstCovers || secondCovers) && !refuses
    case "r-1":
      if first == .revoked { return false }
      return (firstCovers || second == .heir) && !refuses
    default: return secondCovers
    }
  }
}

@Suite("The engine against an oracle of its own kind")
struct OracleTests {
  @Test("Every case of a small world is decided as the rules say")
  func exhaustive() throws {
    var permitted = 0
    for small in SmallCase.all {
      let decision = ask(small.question, to: small.recipient, small.consents)
      #expect((decision.permit != nil) == small.mayGo, "\(small): \(decision.reasons)")
      permitted += small.mayGo ? 1 : 0
    }
    #expect(SmallCase.all.count == 18_432)
    #expect(permitted > 1_000, "both answers occur: \(permitted)")
  }

  @Test("Each segment asked about has exactly one verdict, and no other has any")
  func partition() throws {
    var random = Seeded(7)
    for _ in 0..<4_000 {
      let segments = (0..<Int.random(in: 1...6, using: &random)).map { _ in
        segment(
          [.engagement, .contact, .hold, .participationNegative].randomElement(using: &random)!,
          labels: random.next() % 3 == 0 ? [.mentalHealth] : [],
          authored: random.next() % 4 == 0 ? nil : today.adding(days: Int(random.next() % 30) - 15))
      }
      let topic: Topic = random.next() % 2 == 0 ? .participantStatus : .holdOpened
      let named = random.next() % 3 == 0 ? "r-1" : nil
      var consents = said(.release(release()))
      if random.next() % 2 == 0 {
        let other = release("r-2") { $0.information[0].categories = [.contact, .hold] }
        _ = try consents.apply(.release(other), from: cedar.id)
      }
      if random.next() % 4 == 0 { _ = try consents.apply(revocation("r-1"), from: cedar.id) }
      let asked = SegmentSet(bits: UInt32(random.next() % 64))
      let decision = ask(
        message(topic, segments, release: named), from: everybody.randomElement(using: &random)!,
        to: everybody.randomElement(using: &random)!, segments: asked, consents)
      let real = asked.bits & SegmentSet.all(of: segments.count).bits
      let sets = [decision.permitted.bits, decision.held.bits, decision.withheld.bits]
      #expect(sets.reduce(0, |) == real)
      #expect(sets.map(\.nonzeroBitCount).reduce(0, +) == real.nonzeroBitCount)
      #expect((decision.permit != nil) == (decision.permitted.bits != 0))
      #expect(decision.held.isEmpty == decision.holding.isEmpty)
      #expect(decision.withheld.isEmpty == decision.withholding.isEmpty)
    }
  }

  @Test("A permit opens its own message only, and only the segments that it names")
  func permitIsBound() throws {
    let both = message(.participantStatus, [segment(), segment(.contact)])
    let permit = try #require(ask(both, said(.release(release()))).permit)
    #expect(permit.segments == SegmentSet([0]))
    var other = both
    other.id = MessageID(high: 9, low: 9)
    func deliver(_ message: Message) -> PermittedDelivery? {
      PermittedDelivery(
        permit, of: message, part: 0, alias: ParticipantAlias("x"), number: 1,
        incarnation: Incarnation("l")!)
    }
    #expect(deliver(other) == nil)
    let content = try #require(deliver(both)?.delivery.content)
    #expect(content.message.segments == [both.segments[0]])
    #expect(content.message.participant == ParticipantAlias("x"))
    #expect(content.message.audience.isEmpty && content.message.tokens.isEmpty)
    #expect(deliver(both)?.recipient == defender.id)
  }
}

/// SplitMix64: the same numbers in every run.
struct Seeded: RandomNumberGenerator {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
