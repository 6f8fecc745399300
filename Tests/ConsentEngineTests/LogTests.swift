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
