import Foundation
import GRDB
import HubModel
import Testing

@testable import AdapterKit

@Suite("A rejected file and its note go together")
struct RepairQueueTests {
  let place: Workplace
  let intake: FolderIntake
  let queue: RepairQueue

  init() throws {
    place = try Workplace()
    intake = try place.intake(try place.setting())
    let file = place.root.appendingPathComponent("sheriff.yaml")
    try Data(place.yaml(adapter: "{}").utf8).write(to: file)
    queue = try RepairQueue(configuration: file.path)
    try place.drop("a.csv", "x")
    rejectAll()
  }

  func rejectAll() {
    for _ in 0..<2 {
      _ = intake.look { _, _ in throw IntakeError("says nothing", remedy: "Say something.") }
    }
  }

  @Test("A file that is rejected again before it has quite gone back is listed again")
  func rejectedAtOnce() throws {
    let file = try #require(queue.rejected().first)
    try file.leave { url in
      try FileManager.default.moveItem(
        at: url, to: place.root.appendingPathComponent("in/forms/a.csv"))
      rejectAll()
    }
    #expect(queue.rejected().map(\.mark) == [file.mark])
    #expect(place.files("rejected") == ["a.csv", "a.csv.note.txt"])
  }

  @Test("A file that cannot go stays, with its note")
  func stays() throws {
    let file = try #require(queue.rejected().first)
    #expect(throws: CocoaError.self) {
      try file.leave { url in
        try FileManager.default.moveItem(
          at: url, to: place.root.appendingPathComponent("no-such-folder/a.csv"))
      }
    }
    #expect(place.files("rejected") == ["a.csv", "a.csv.note.txt"])
  }

  @Test("A file that has gone leaves nothing behind")
  func gone() throws {
    let file = try #require(queue.rejected().first)
    try file.leave { try FileManager.default.removeItem(at: $0) }
    #expect(place.files("rejected").isEmpty && queue.rejected().isEmpty)
  }

  @Test("A file that was cut short on its way back is still listed, and goes")
  func cutShort() throws {
    let file = try #require(queue.rejected().first)
    try FileManager.default.moveItem(at: file.note, to: RepairQueue.RejectedFile.hidden(file.note))
    let again = try #require(queue.rejected().first)
    #expect(again.mark == file.mark && again.url.path == file.url.path)
    #expect(throws: CocoaError.self) { try again.leave { _ in throw CocoaError(.fileNoSuchFile) } }
    #expect(queue.rejected().map(\.mark) == [file.mark])
    try again.leave { try FileManager.default.removeItem(at: $0) }
    let rest = try FileManager.default.contentsOfDirectory(
      atPath: place.root.appendingPathComponent("rejected").path)
    #expect(rest.isEmpty && queue.rejected().isEmpty)
  }
}
