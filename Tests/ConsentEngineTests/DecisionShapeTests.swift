import ConsentEngine
import HubModel
import Testing

@Suite("A decision is whole")
struct DecisionShapeTests {
  @Test("A list of reasons has room for every reason")
  func reasons() {
    #expect(Array(WordList(Reason.allCases)) == Reason.allCases)
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

  @Test("It tells at which position the participant's log was heard, and 0 where none was")
  func position() throws {
    let asked = message(.participantStatus, [segment()])
    let heard = ask(asked, said(.release(release()), .release(release("r-2"))))
    #expect(heard.consentPosition == 2)
    #expect(heard.permit?.consentPosition == 2)
    let unheard = ask(asked, nil)
    #expect(unheard.consentPosition == 0)
    var alert = message(.handoffRequested, [Segment(.operational, fields: [])])
    alert.participant = nil
    let operational = ask(alert, nil)
    #expect(operational.consentPosition == 0)
    #expect(operational.permit?.consentPosition == 0)
  }

  @Test("A seal that proves fewer segments than there are is cut to those that it proves")
  func shortSeal() throws {
    var both = message(.participantStatus, [segment(), segment()])
    func path(_ slot: UInt32) -> Seal.Path { Seal.Path(slot: slot, siblings: []) }
    func delivered(_ proven: Int) throws -> Message {
      both.seal = Seal(
        scheme: 1, root: [1], signature: [2], signer: KeyFingerprint("key-1")!, headerSalt: [4],
        header: path(0), segments: (0..<proven).map { path(UInt32($0) + 1) })
      let permit = try #require(ask(both, said(.release(release()))).permit)
      let made = PermittedDelivery(
        permit, of: both, part: 0, alias: nil, number: 1, incarnation: Incarnation("l")!)
      return try #require(made?.delivery.content).message
    }
    for proven in 0...2 {
      let content = try delivered(proven)
      #expect(content.segments.count == 2)
      #expect(content.seal?.segments.map(\.slot) == (0..<proven).map { UInt32($0) + 1 })
      #expect(content.seal?.root == [1] && content.seal?.headerSalt == [4])
    }
  }

  @Test("A permit opens its own message only, and only the segments that it names")
  func permitIsBound() throws {
    var both = message(.participantStatus, [segment(), segment(.contact)])
    both.tokens = [IdentityToken(.stateID, [1])]
    both.audience = [defender.id, harbor.id]
    both.consent = .release(release())
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
    #expect(content.message.consent == nil)
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
