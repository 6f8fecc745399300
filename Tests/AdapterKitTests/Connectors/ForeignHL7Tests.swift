import Foundation
import HubModel
import Testing

@testable import AdapterKit
@testable import accord_sheriff

/// Messages as hospitals' and jails' interface engines really send them, by the sheriff's example.
@Suite("HL7 version 2 of systems that nobody here wrote")
struct ForeignHL7Tests {
  let desk: SheriffDesk
  let mapping: RecordMapping

  init() throws {
    desk = try SheriffDesk(SheriffExamples.section)
    mapping = try RecordMapping.load(
      SheriffExamples.root.appendingPathComponent("adt-hl7.yaml").path)
  }

  static let usual = [
    #"MSH|^~\&|HIS|GEN|ACCORD|SO|20260617021500-0700||ADT^A01^ADT_A01|7|P|2.5.1"#,
    "EVN|A01|20260617021000-0700",
    "PID|1||881^^^JAIL^MR~WA9^^^WA^SID||Hale^Tom^M^^^^L||19851101|M",
    "PV1|1|I|||||||||||||||||B-1",
  ].joined(separator: "\r")

  func take(_ bytes: Data) throws -> IntakeReport {
    let adapter = desk.adapter
    return try adapter.setting.store.write { database in
      try adapter.take(
        IntakeFile(folder: "roster", name: "health-files-1.hl7", bytes: bytes, mapping: mapping),
        at: desk.now, in: database)
    }
  }

  static func changed(_ changes: [(String, String)]) -> String {
    changes.reduce(usual) {
      #expect($0.contains($1.0), "the usual message has no \($1.0)")
      return $0.replacing($1.0, with: $1.1)
    }
  }

  /// What each system does, as a change of the usual message.
  static let habits: [(String, [(String, String)])] = [
    ("version 2.3, without structure or offset",
      [("^ADT_A01|7|P|2.5.1", "|7|P|2.3"), ("-0700", "")]),
    ("version 2.8 with a truncation sign", [("^~\\&|", "^~\\&#|"), ("|2.5.1", "|2.8")]),
    ("a version with its country", [("|2.5.1", "|2.5.1^USA^1.0")]),
    ("no version", [("|2.5.1", "|")]),
    ("the event in EVN alone", [("ADT^A01^ADT_A01", "ADT")]),
    ("fractions of a second", [("20260617021500-0700", "20260617021500.1234-0700")]),
    ("times in UTC", [("20260617021000-0700", "20260617091000+0000")]),
    ("line feeds", [("\r", "\n")]), ("both line ends", [("\r", "\r\n")]),
    ("a line end too many", [("\rPV1", "\r\rPV1"), ("|B-1", "|B-1\r\r")]),
    ("the frames of MLLP, written down", [("MSH|", "\u{0b}MSH|"), ("|B-1", "|B-1\r\u{1c}\r")]),
    ("segments of its own", [("\rPID", "\rZHD|x^y|z\rPID"), ("|B-1", "|B-1\rZPV|1||a&b")]),
    ("segments between, in its own order", [("\rPV1", "\rPD1||||1^Doc\rNK1|1|Hale^Kay\rPV1")]),
    ("many names and numbers",
      [("Hale^Tom^M^^^^L", "Hale^Tom^M^^^^L~Halle^Thomas^^^^^A"), ("WA9^", "4^^^X^PT~WA9^")]),
    ("empty fields, and explicit nothings", [("|M\r", "|\"\"\r"), ("^M^^^^L", "^\"\"^^^^L")]),
    ("escapes", [("|M\r", "|M||\\.br\\\\X41\\\\Zx\\\\Q|C:\\temp\r")]),
    ("a character set by its own name", [("|2.5.1", "|2.5.1||||||ISO-8859-1")]),
    ("a long header", [("|2.5.1", "|2.5.1|||AL|NE|USA|UNICODE UTF-8|en^English^ISO639||x^y")]),
  ]

  @Test("What systems are used to do is read", arguments: habits.indices)
  func habit(index: Int) throws {
    let (habit, changes) = Self.habits[index]
    let report = try take(Data(Self.changed(changes).utf8))
    #expect(report.rejected == [], "\(habit)")
    #expect(desk.news() == ["booking.created B-1"], "\(habit)")
  }

  @Test("Other signs than the usual ones, all of them")
  func signs() throws {
    let text = Self.usual.replacing("|", with: "#").replacing("^", with: ":")
      .replacing("~", with: "*").replacing("\\", with: "%").replacing("&", with: "!")
    #expect(try take(Data(text.utf8)).rejected == [])
    #expect(desk.news() == ["booking.created B-1"])
  }

  @Test("A byte order mark and names beyond ASCII, in the character set that MSH-18 names, or none",
    arguments: [
      ("", String.Encoding.utf8, true), ("", .isoLatin1, false), ("", .utf16, false),
      ("UNICODE UTF-8", .utf8, true), ("utf8", .utf8, false), ("8859/1", .isoLatin1, false),
      ("WE8MSWIN1252", .windowsCP1252, false), ("8859/15", .init(rawValue: 0x8000_020f), false),
    ])
  func characters(name: String, encoding: String.Encoding, isMarked: Bool) throws {
    let text = Self.changed([("|2.5.1", "|2.5.1||||||\(name)"), ("Hale^Tom", "Muñoz^René")])
    var bytes = try #require(text.data(using: encoding))
    if isMarked { bytes = Data([0xef, 0xbb, 0xbf]) + bytes }
    #expect(try take(bytes).rejected == [])
    let message = try #require(desk.place.messages.first)
    let person = PeopleBook.Person(
      lastName: "Muñoz", firstName: "René", birthDate: CivilDate("1985-11-01"), stateID: "WA9")
    let wanted = desk.adapter.setting.people.tokens(of: person)
    #expect(Set(wanted).isSubset(of: Set(message.tokens)))
    #expect(isMarked == (HL7Message.header(of: bytes)?.controlID == "7" && isMarked))
  }

  static func batch(_ count: String, _ messages: [String]) -> String {
    ([#"FHS|^~\&|HIS"#, #"BHS|^~\&|HIS"#] + messages + ["BTS|\(count)", "FTS|1"])
      .joined(separator: "\r")
  }

  @Test("A file of batches is each of its messages; a bad one among them is named by its number")
  func batches() throws {
    let second = Self.changed([("|7|", "|8|"), ("B-1", "B-2")])
    let bad = Self.changed([("|7|", "|9|"), ("B-1", "")])
    let report = try take(Data(Self.batch("3", [Self.usual, second, bad]).utf8))
    #expect(report.rejected.map(\.form) == [3])
    #expect(desk.news() == ["booking.created B-1", "booking.created B-2"])
  }

  @Test("A batch that is not whole is refused as a whole, and says what is missing", arguments: [
    (Self.batch("2", [usual]), "BTS-1"),
    (Self.batch("1", [usual]).replacing("\rFTS|1", with: ""), "FTS"),
    (Self.batch("1", [usual]).replacing("\rBTS|1\rFTS|1", with: ""), "BTS"),
    (Self.batch("1", [usual]).replacing("FTS|1", with: "FTS|2"), "FTS-1"),
  ])
  func cut(text: String, field: String) throws {
    let error = #expect(throws: IntakeError.self) { try take(Data(text.utf8)) }
    #expect(error?.field == field && error?.description.contains("Transfer") == true)
    #expect(desk.news() == [])
  }

  @Test("What cannot be taken is refused by its place, and no value of it is told", arguments: [
    ([("|B-1", "")], "booking_no"), ([("\rPV1|1|I|||||||||||||||||B-1", "")], "booking_no"),
    ([("Hale^Tom^M^^^^L", "")], "first_name"), ([("19851101", "1985")], "dob"),
    ([("19851101", "19851399")], "dob"), ([("20260617021000-0700", "yesterday")], "changed_at"),
    ([("ADT^A01^ADT_A01", "ORU^R01")], "MSH-9"), ([("|7|P|", "|7|T|")], "MSH-11"),
    ([("|2.5.1", "|3.0")], "MSH-12"), ([("|2.5.1", "|2.5.1||||||ISO IR87")], "MSH-18"),
    ([("^~\\&|", "^^^^|")], "MSH-2"), ([("MSH|", "MSX|")], nil),
  ] as [([(String, String)], String?)])
  func refused(changes: [(String, String)], field: String?) throws {
    let report: IntakeReport
    do {
      report = try take(Data(Self.changed(changes).utf8))
    } catch let error as IntakeError {
      report = IntakeReport(rejected: [error])
    }
    let error = try #require(report.rejected.first)
    #expect(error.field == field, "\(error)")
    for value in ["Hale", "Tom", "1985", "WA9"] { #expect(!error.description.contains(value)) }
    #expect(!error.remedy.isEmpty)
    #expect(desk.news() == [])
  }
}
