import Foundation
import HubModel
import Testing

@testable import AdapterKit
@testable import accord_sheriff

@Suite("What comes by a connection")
struct IntakeDoorTests {
  let desk: SheriffDesk
  let round: DoorRound

  init() throws {
    desk = try SheriffDesk(SheriffExamples.section)
    round = try DoorRound(desk)
  }

  func bring(_ text: String, _ door: IntakeDoor) async -> ArrivalAnswer {
    await door.bring(
      Data(text.utf8), by: "health", ending: "hl7", into: "roster", at: desk.now.milliseconds)
  }

  @Test("It is taken, refused or known as a dropped file is, and kept the same way")
  func outcomes() async throws {
    let good = try SheriffExamples.text("adt-a01.hl7")
    let later = good.replacing("20260617021500-0700||", with: "20260617021900-0700||")
    #expect(later != good)
    let outcomes = try await round.open { door in
      var outcomes: [String] = []
      // The second leaves out the first name, and keeps the middle one in its place.
      for text in [good, later, good.replacing("Hale^Tom", with: "Hale^"), "MSH"] {
        guard case .filed(let filing) = await bring(text, door) else { continue }
        outcomes.append(filing.outcome.rawValue)
      }
      return outcomes
    }
    #expect(outcomes == ["file taken", "file seen before", "file rejected", "file rejected"])
    #expect(desk.news() == ["booking.created B-1004"])
    #expect(desk.place.files("done").count { $0.hasSuffix(".hl7") } == 2)
    #expect(desk.place.files("rejected").count == 4)
    #expect(desk.place.files("in/roster").isEmpty)
  }

  @Test("A door that is closed, or before which too many wait, tells the sender to come again")
  func closed() async throws {
    let door = IntakeDoor {}
    let waiting = (0..<IntakeDoor.mostWaiting).map { _ in
      Task { if case .notNow = await bring("x", door) { true } else { false } }
    }
    while await waitingCount(door) < IntakeDoor.mostWaiting { await Task.yield() }
    guard case .notNow = await bring("x", door) else {
      Issue.record("one more was let in")
      return
    }
    door.close()
    for task in waiting { #expect(await task.value) }
    guard case .notNow = await bring("x", door) else {
      Issue.record("a closed door let somebody in")
      return
    }
  }

  private func waitingCount(_ door: IntakeDoor) async -> Int { door.waitingCount }

  @Test("What a crash left behind was never answered: taken, it is put away; else it is removed")
  func crash() async throws {
    let text = try SheriffExamples.text("adt-a01.hl7")
    let folder = desk.place.root.appendingPathComponent("in/roster")
    func leave(_ name: String) throws {
      try Data(text.utf8).write(to: folder.appendingPathComponent(".arriving-" + name))
    }
    try leave("health-1-1.hl7")
    try await round.clearArrivals()
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    #expect(desk.place.files("done").isEmpty)
    _ = try await round.open { door in await bring(text, door) }
    try leave("health-1-2.hl7")
    try await round.clearArrivals()
    #expect(desk.place.files("done").contains("health-1-2.hl7"))
    #expect(desk.news() == ["booking.created B-1004"])
  }
}
