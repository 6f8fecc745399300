import Foundation
import GRDB
import HubModel
import Logging
import Synchronization
import Testing

@testable import AdapterKit
@testable import Operations

@Suite("Files, each taken once")
struct FolderIntakeTests {
  let place: Workplace
  let setting: AdapterSetting
  let intake: FolderIntake

  init() throws {
    place = try Workplace()
    setting = try place.setting()
    intake = try place.intake(setting)
  }

  /// Sends one message for each record with a `place`.
  func take(_ file: IntakeFile, _ database: Database) throws -> IntakeReport {
    var report = IntakeReport()
    let table = try file.records(TableReader(), required: ["id"])
    try report.each(table, in: database) { record in
      var list = FieldList()
      list.time("requested-at", WallTime(milliseconds: 0))
      list.text("meeting-place", record.optional("place"))
      list.code("callback", try record.code("callback") ?? "none")
      try setting.send(
        setting.message(
          .handoffRequested, at: WallTime(milliseconds: 0), caseID: try record.identifier("id"),
          segments: [Segment(.operational, fields: list.fields)]), in: database)
    }
    return report
  }

  @discardableResult
  func look() -> Int { intake.look(take) }
  func lookTwice() { _ = (look(), look()) }

  @Test("A file is taken when it has stopped changing")
  func waits() throws {
    try place.drop("a.csv", "id,place\nc-1,Pla")
    look()
    try place.drop("a.csv", "id,place\nc-1,Plaza\n")
    look()
    #expect(place.messages.isEmpty)
    look()
    #expect(place.messages.count == 1)
    #expect(place.files("done") == ["a.csv"])
    #expect(place.files("in/forms").isEmpty)
  }

  @Test("Files that are still being written are left alone")
  func unfinished() throws {
    for name in [".a.csv", "a.csv.tmp", "a.PART", "a.csv.filepart", "a.csv~"] {
      try place.drop(name, "id,place\nc-1,Plaza\n")
    }
    lookTwice()
    #expect(place.messages.isEmpty)
    #expect(place.files("in/forms").count == 5)
  }

  @Test("A file beside the folders is rejected when it is whole, with a note that names them")
  func stray() throws {
    let stray = place.root.appendingPathComponent("in/a.csv")
    try Data("id,place\nc-1,Pla".utf8).write(to: stray)
    look()
    try Data("id,place\nc-1,Plaza\n".utf8).write(to: stray)
    look()
    #expect(place.files("in").contains("a.csv"))
    look()
    #expect(place.messages.isEmpty)
    #expect(!place.files("in").contains("a.csv"))
    #expect(place.read("rejected/a.csv") == "id,place\nc-1,Plaza\n")
    #expect(place.read("rejected/a.csv.note.txt")?.contains("forms") == true)
  }

  @Test("A file beside the folders does not keep those in them from being taken")
  func strayBesideGood() throws {
    try Data("x".utf8).write(to: place.root.appendingPathComponent("in/notes.txt"))
    try place.drop("a.csv", "id,place\nc-1,Plaza\n")
    lookTwice()
    #expect(place.messages.count == 1)
    #expect(place.files("rejected") == ["notes.txt", "notes.txt.note.txt"])
  }

  @Test("Of a folder of another name the log warns once, without its name; its files stay")
  func otherFolder() throws {
    let lines = Mutex<[String]>([])
    let log = Logger(label: "test") { label in
      LineLogHandler(
        label: label, configuration: LogConfiguration(format: .plain, level: .info),
        now: { WallTime(milliseconds: 0) }, write: { line in lines.withLock { $0.append(line) } })
    }
    let intake = try place.intake(setting, log: log)
    _ = intake.look(take)
    #expect(lines.withLock { $0 }.isEmpty)
    let other = place.root.appendingPathComponent("in/ann-lee")
    try FileManager.default.createDirectory(at: other, withIntermediateDirectories: true)
    try Data("x".utf8).write(to: other.appendingPathComponent("a.csv"))
    for _ in 0..<3 { _ = intake.look(take) }
    let told = lines.withLock { $0 }
    #expect(told.count == 1 && told[0].contains("folders=commands,forms"))
    #expect(!told[0].contains("ann"))
    #expect(place.files("in/ann-lee") == ["a.csv"])
  }

  @Test("The same bytes under another name send nothing again, and a note says so")
  func repeated() throws {
    try place.drop("a.csv", "id,place\nc-1,Plaza\n")
    lookTwice()
    try place.drop("b.csv", "id,place\nc-1,Plaza\n")
    lookTwice()
    #expect(place.messages.count == 1)
    #expect(place.files("done") == ["a.csv", "b.csv", "b.csv.note.txt"])
    #expect(place.read("done/b.csv.note.txt")?.contains("taken before") == true)
  }

  @Test("Nothing in done or rejected is ever overwritten")
  func neverOverwrites() throws {
    for number in 1...3 {
      try place.drop("a.csv", "id,place\nc-\(number),Plaza\n")
      lookTwice()
    }
    #expect(place.files("done") == ["2-a.csv", "3-a.csv", "a.csv"])
  }

  @Test("Good records go on; bad ones come back as a table of their own with their lines named")
  func badRecords() throws {
    try place.drop(
      "a.csv", "id,place,callback\nc-1,Plaza,5\nNo Id!,Secret place,5\nc-3,Depot,5\nc-4,,5\n")
    lookTwice()
    #expect(place.messages.map { $0.caseID?.text } == ["c-1", "c-3"])
    #expect(place.files("done") == ["a.csv"])
    #expect(
      place.read("rejected/a.csv") == "id,place,callback\nNo Id!,Secret place,5\nc-4,,5\n")
    let note = try #require(place.read("rejected/a.csv.note.txt"))
    #expect(note.contains("line 3, field id: is not an identifier"))
    #expect(note.contains("line 5, field meeting-place"))
    #expect(note.contains("2 record(s) were taken"))
    #expect(!note.contains("Secret"))
  }

  @Test("The mended table is taken like any file")
  func mended() throws {
    try place.drop("a.csv", "id,place\nc-1,Plaza\nNo Id!,Depot\n")
    lookTwice()
    let bad = try #require(place.read("rejected/a.csv"))
    try place.drop("a.csv", bad.replacing("No Id!", with: "c-2"))
    lookTwice()
    #expect(place.messages.map { $0.caseID?.text } == ["c-1", "c-2"])
  }

  @Test("A file that is bad as a whole is rejected with a note, and sends nothing")
  func badFile() throws {
    try place.drop("a.csv", "number,place\nc-1,Plaza\n")
    lookTwice()
    #expect(place.messages.isEmpty)
    #expect(place.files("rejected") == ["a.csv", "a.csv.note.txt"])
    let note = try #require(place.read("rejected/a.csv.note.txt"))
    #expect(note.contains("line 1, field id: no such column. Export it"))
  }

  @Test("What was rejected whole may come again as it is")
  func rejectedAgain() throws {
    for _ in 1...2 {
      try place.drop("a.csv", "number\nc-1\n")
      lookTwice()
    }
    #expect(place.files("done").isEmpty)
    #expect(place.files("rejected").count == 4)
  }

  @Test("A list of forms names the form that is bad")
  func forms() throws {
    try place.drop("a.json", #"[{"id":"c-1","place":"Plaza"},{"id":"c 2","place":"Depot"}]"#)
    lookTwice()
    #expect(place.messages.count == 1)
    #expect(place.read("rejected/a.json.note.txt")?.contains("form 2, field id") == true)
  }

  @Test("A command need not wait for a second look")
  func commands() throws {
    try place.drop("x.json", #"{"id":"c-1","place":"Plaza"}"#, in: "commands")
    try place.drop("y.json", #"{"id":"c-2","pla"#, in: "commands")
    #expect(look() == 1)
    #expect(place.messages.map { $0.caseID?.text } == ["c-1"])
  }

  @Test("A process that ends before a file is put away puts it away at its next start")
  func killedBeforeMove() throws {
    let text = "id,place\nc-1,Plaza\nNo Id!,Depot\n"
    try place.drop("a.csv", text)
    lookTwice()
    // As if the file had never been moved: the store alone knows what was decided.
    let filing = Filing(
      try setting.store.write { database in
        var report = IntakeReport()
        try database.inSavepoint {
          report = try take(
            IntakeFile(folder: "forms", name: "a.csv", bytes: Data(text.utf8)), database)
          return .rollback
        }
        return report
      }, of: IntakeFile(folder: "forms", name: "a.csv", bytes: Data(text.utf8)))
    try setting.store.write {
      try $0.execute(
        sql: "UPDATE taken_file SET filing = ?", arguments: [try JSONEncoder().encode(filing)])
    }
    try FileManager.default.removeItem(at: place.root.appendingPathComponent("rejected"))
    place.forgetMessages()
    let restarted = try place.intake(setting)
    try place.drop("a.csv", text)
    _ = (restarted.look(take), restarted.look(take))
    #expect(place.messages.isEmpty)
    #expect(place.files("rejected") == ["a.csv", "a.csv.note.txt"])
  }

  @Test("Where files show how things stand, old bytes are news once others came between")
  func snapshots() throws {
    let intake = try place.intake(setting, snapshots: ["forms"])
    var taken = 0
    let states = ["id\nc-1\n", "id\nc-1\n", "id\nc-2\n", "id\nc-1\n", "id\nc-1\n"]
    for (index, text) in states.enumerated() {
      try place.drop("\(index).csv", text)
      for _ in 1...2 {
        _ = intake.look { _, _ in
          taken += 1
          return IntakeReport(taken: 1)
        }
      }
    }
    #expect(taken == 3)
    #expect(place.files("done").count { $0.hasSuffix(".note.txt") } == 2)
  }

  @Test("Messages and the record of their file are one transaction")
  func oneTransaction() throws {
    try place.drop("a.csv", "id,place\nc-1,Plaza\n")
    _ = look()
    _ = intake.look { file, database in
      _ = try take(file, database)
      throw CancellationError()
    }
    let remembered = try setting.store.read {
      try Int.fetchOne($0, sql: "SELECT count(*) FROM taken_file")
    }
    #expect(remembered == 0)
    #expect(place.files("in/forms") == ["a.csv"])
    place.forgetMessages()
    lookTwice()
    #expect(place.messages.count == 1)
  }
}
