import ConsentEngine
import HubModel
import Testing

@Suite("The log of what a participant said")
struct LogTests {
  func position(_ id: String, in consents: ParticipantConsents) -> UInt64? {
    consents.records.first { $0.roi.id.text == id }?.position
  }

  @Test("Each change takes the next position and marks what it changed, and nothing else")
  func positions() throws {
    var consents = said(.release(release("r-1")), .release(release("r-2")))
    #expect(consents.position == 2)
    #expect(position("r-1", in: consents) == 1)
    #expect(position("r-2", in: consents) == 2)
    let change = try consents.apply(revocation("r-1"), from: cedar.id)
    #expect(change.position == 3)
    #expect(change.records.map(\.roi.id.text) == ["r-1"])
    #expect(change.records.map(\.position) == [3])
    #expect(consents.position == 3)
    #expect(position("r-1", in: consents) == 3)
    #expect(position("r-2", in: consents) == 2)
    let rest = try consents.apply(revocation(nil), from: cedar.id)
    #expect(rest.records.map(\.roi.id.text) == ["r-2"], "r-1 was withdrawn before")
    #expect(position("r-1", in: consents) == 3)
    #expect(position("r-2", in: consents) == consents.position)
  }

  @Test("Whatever changes something takes one position, and so does all that it changes")
  func eachKind() throws {
    func event(_ kind: RoiEvent.Kind) -> ConsentStatement {
      .event(RoiEvent(kind, id: RoiID("r-3"), event: kind == .occurred ? "discharge" : ""))
    }
    let draft = release("r-2") { $0.formImageHash = [] }
    let heir = release("r-3") { $0.supersedes = RoiID("r-1") }
    let words: [(ConsentStatement, [String])] = [
      (.release(release("r-1")), ["r-1"]), (.release(draft), ["r-2"]),
      (refusal("r-2"), ["r-2"]), (refusal("r-4", .incapacity), ["r-4"]),
      (refusal("r-4"), ["r-4"]), (.release(heir), ["r-3", "r-1"]), (event(.suspended), []),
      (event(.resumed), []), (event(.occurred), []), (event(.voided), []),
      (revocation("r-3", toward: [.agency(defender.id)]), ["r-3"]), (revocation("r-9"), []),
      (revocation(nil), ["r-1", "r-2", "r-4", "r-3"]),
    ]
    var consents = ParticipantConsents()
    for (index, (statement, changed)) in words.enumerated() {
      let change = try consents.apply(statement, from: cedar.id)
      #expect(change.position == UInt64(index + 1), "\(statement)")
      #expect(change.records.map(\.roi.id.text) == changed, "\(statement)")
      #expect(change.records.allSatisfy { $0.position == change.position }, "\(statement)")
      #expect(change.records.allSatisfy(consents.records.contains), "\(statement)")
      #expect(!change.isEmpty && consents.position == change.position, "\(statement)")
    }
  }

  @Test("What changes nothing takes no position")
  func nothing() throws {
    let partly = revocation("r-1", toward: [.agency(harbor.id)])
    var consents = said(
      .release(release("r-1", version: 2)), .release(release("r-2") { $0.formImageHash = [] }),
      partly)
    let before = consents
    let words: [ConsentStatement] = [
      .release(release("r-1", version: 2)), .release(release("r-1")), refusal("r-1"),
      refusal("r-2", .incapacity), partly, .event(RoiEvent(.resumed, id: RoiID("r-1"))),
      .event(RoiEvent(.confirmed, id: RoiID("r-1"))), .event(RoiEvent(.occurred, event: "")),
    ]
    for statement in words {
      let change = try consents.apply(statement, from: cedar.id)
      #expect(change.isEmpty && change.position == 3, "\(statement)")
      #expect(consents == before, "\(statement)")
    }
  }

  @Test("A form that comes after its heir is told of once, as replaced")
  func lateOriginal() throws {
    var consents = said(.release(release("r-2") { $0.supersedes = RoiID("r-1") }))
    let change = try consents.apply(.release(release("r-1")), from: cedar.id)
    #expect(change.records == [consents.records[1]])
    #expect(change.records.map(\.state) == [.superseded])
  }

  @Test("A withdrawal of what was never seen is kept once")
  func tombstones() throws {
    var consents = ParticipantConsents()
    let first = try consents.apply(revocation("r-1"), from: cedar.id)
    #expect(first.tombstones.map(\.text) == ["r-1"])
    #expect(!first.isEmpty)
    #expect(consents.position == 1)
    #expect(try consents.apply(revocation("r-1"), from: cedar.id).isEmpty)
    #expect(consents.position == 1)
  }

  @Test("A message that names a release goes on under the last of a line of heirs")
  func longLine() throws {
    let third = release("r-3") { $0.supersedes = RoiID("r-2")! }
    let second = release("r-2") {
      $0.supersedes = RoiID("r-1")!
      $0.recipients = [.agency(harbor.id)]
    }
    let naming = message(.participantStatus, [segment()], release: "r-1")
    let line: [ConsentStatement] = [.release(release("r-1")), .release(second), .release(third)]
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
      var consents = ParticipantConsents()
      for index in order { _ = try consents.apply(line[index], from: cedar.id) }
      #expect(ask(naming, consents).verdict == .permitted, "\(order)")
      #expect(ask(naming, consents).deciding.map(\.id.text) == ["r-3"], "\(order)")
    }
  }
}
