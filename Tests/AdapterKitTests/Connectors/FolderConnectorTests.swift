import Foundation
import GRDB
import HubModel
import Synchronization
import Testing

@testable import AdapterKit
@testable import accord_sheriff

/// The examples of the sheriff's README, as they stand in the repository.
enum SheriffExamples {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Adapters/Sheriff/Examples")

  static func text(_ name: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent(name), encoding: .utf8)
  }

  /// What follows `adapter:` in a configuration with the README's connectors.
  static let section = """
    {}
    connectors:
      nightly:
        kind: folder
        folder: roster
        files: "roster-fixed-*.dat"
        mapping: \(root.path)/roster-fixed.yaml
      web-export:
        kind: folder
        folder: roster
        files: "changes-*.xml"
        mapping: \(root.path)/changes-xml.yaml
      health-files:
        kind: folder
        folder: roster
        files: "*.hl7"
        mapping: \(root.path)/adt-hl7.yaml
    """
}

@Suite("A watched folder, read by a mapping")
struct FolderConnectorTests {
  let desk: SheriffDesk
  let intake: FolderIntake

  init() throws {
    desk = try SheriffDesk(SheriffExamples.section)
    let setting = desk.adapter.setting
    let folders = setting.configuration.folders
    intake = try FolderIntake(
      desk.adapter.folders, snapshots: desk.adapter.snapshotFolders, incoming: folders.incoming,
      done: folders.done, rejected: folders.rejected, store: setting.store,
      connectors: setting.connectors, log: setting.log)
  }

  func drop(_ name: String, _ text: String) throws { try desk.place.drop(name, text, in: "roster") }

  func look() {
    for _ in 1...2 {
      _ = intake.look { try desk.adapter.take($0, at: desk.now, in: $1) }
    }
  }

  func dropExample(_ name: String, as other: String? = nil) throws {
    try drop(other ?? name, SheriffExamples.text(name))
    look()
  }

  @Test("The README's examples give what the README says")
  func examples() throws {
    try dropExample("roster-fixed-20260617-0600.dat")
    #expect(desk.news() == ["booking.created B-1001", "booking.created B-1002"])
    try dropExample("changes-20260617.xml")
    #expect(desk.news() == ["booking.created B-1003", "booking.released B-1001"])
    try dropExample("adt-a01.hl7")
    #expect(desk.news() == ["booking.created B-1004"])
    #expect(desk.place.files("rejected").isEmpty)
  }

  @Test("Twice: the same file under another name sends nothing, and its note says so")
  func twice() throws {
    try dropExample("changes-20260617.xml")
    desk.place.forgetMessages()
    try dropExample("changes-20260617.xml", as: "changes-again.xml")
    #expect(desk.news() == [])
    let note = desk.place.read("done/changes-again.xml.note.txt")
    #expect(note?.contains("taken before") == true)
  }

  @Test("Late: a roster older than one that was taken releases nobody")
  func late() throws {
    try dropExample("roster-fixed-20260617-0600.dat")
    desk.place.forgetMessages()
    let early = try SheriffExamples.text("roster-fixed-20260617-0600.dat").split(separator: "\n")
    let text = (early.prefix(2) + ["T000001"]).joined(separator: "\n") + "\n"
    try drop("roster-fixed-20260616-0600.dat", text)
    look()
    #expect(desk.news() == [])
    try drop("roster-fixed-20260617-0700.dat", "H\n" + text)
    look()
    #expect(desk.news() == ["booking.released B-1002"])
  }

  @Test("Partial: a file that lost its end is kept, named, and releases nobody")
  func partial() throws {
    try dropExample("roster-fixed-20260617-0600.dat")
    desk.place.forgetMessages()
    let whole = try SheriffExamples.text("roster-fixed-20260617-0600.dat")
    try drop("roster-fixed-20260617-0700.dat", String(whole.prefix(124)))
    let xml = try SheriffExamples.text("changes-20260617.xml")
    try drop("changes-cut.xml", String(xml.prefix(500)))
    look()
    #expect(desk.news() == [])
    #expect(
      desk.place.files("rejected") == [
        "changes-cut.xml", "changes-cut.xml.note.txt", "roster-fixed-20260617-0700.dat",
        "roster-fixed-20260617-0700.dat.note.txt",
      ])
    let note = desk.place.read("rejected/changes-cut.xml.note.txt")
    #expect(note?.contains("not well-formed XML") == true)
  }

  @Test("Out of order: changes count as of their own time")
  func outOfOrder() throws {
    let xml = try SheriffExamples.text("changes-20260617.xml")
    try drop("changes-2.xml", xml)
    look()
    desk.place.forgetMessages()
    // An earlier admission of the one who has left, arriving behind.
    try drop(
      "changes-1.xml",
      xml.replacing("B-1003", with: "B-1001").replacing("T02:10", with: "T01:00"))
    look()
    #expect(!desk.news().contains("booking.created B-1001 again"))
  }

  @Test("Changed columns: a renamed element spoils the records and names the field")
  func changed() throws {
    let xml = try SheriffExamples.text("changes-20260617.xml")
    try drop("changes-new.xml", xml.replacing("Surname", with: "FamilyName"))
    look()
    #expect(desk.news() == [])
    let note = try #require(desk.place.read("rejected/changes-new.xml.note.txt"))
    #expect(note.contains("field last_name"))
    #expect(note.contains("line 3"))
    #expect(!note.contains("Moss"))
  }

  @Test("The check shows what each connector would send, and which fields it found")
  func check() throws {
    let configuration = desk.place.root.appendingPathComponent("sheriff.yaml")
    try Data(desk.place.yaml(adapter: SheriffExamples.section).utf8).write(to: configuration)
    let file = SheriffExamples.root.appendingPathComponent("adt-a01.hl7")
    for connector in [nil, "health-files"] {
      let checked = CheckedFile(
        SheriffAdapter.self, file: file.path, connector: connector,
        configuration: configuration.path, json: false
      ) { _, _ in "referrals" }
      #expect(checked.exitCode == 0, "\(checked.text)")
      #expect(checked.text.contains("would send booking.created"))
      #expect(checked.text.contains("booking_no 1"))
      #expect(checked.text.contains("inmate_no 1"))
      #expect(!checked.text.contains("Hale"))
    }
    let unknown = CheckedFile(
      SheriffAdapter.self, file: file.path, connector: "none-such",
      configuration: configuration.path, json: false
    ) { _, _ in "referrals" }
    #expect(unknown.exitCode == 3)
    #expect(unknown.text.contains("health-files, nightly, web-export"))
    #expect(desk.news() == [])
  }

  @Test("A connector of a folder that the adapter does not have is refused")
  func wrongFolder() throws {
    let setting = try desk.place.setting(
      migrations: SheriffAdapter.migrations,
      adapter: SheriffExamples.section.replacing("folder: roster", with: "folder: rosters"))
    #expect(throws: (any Error).self) {
      try setting.connectors.check(folders: desk.adapter.folders, file: "sheriff.yaml")
    }
  }
}
