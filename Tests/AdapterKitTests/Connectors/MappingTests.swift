import Foundation
import Operations
import Testing

@testable import AdapterKit

/// Reads a mapping as its file would be read.
func mapping(_ text: String) throws -> RecordMapping {
  try RecordMapping.parse(StrictYAML.parse(text, file: "mapping.yaml"))
}

@Suite("Records by a mapping file")
struct MappingTests {
  static let fixed = """
    format: fixed-width
    record-length: 12
    records-begin-with: D
    trailer: {begins-with: T, count: 2-4}
    fields: {id: 2-5, place: 6-12}
    codes: {place: {A: Plaza, B: Depot}}
    """

  func values(_ text: String, _ yaml: String) throws -> [[String: String]] {
    try mapping(yaml).table(of: Data(text.utf8), required: ["id"]).records.map {
      $0.values.mapValues(\.trimmed)
    }
  }

  @Test("Fixed columns give fields, codes are translated, spaces at the end may be missing")
  func fixedWidth() throws {
    let read = try values("H\nDc-1 A\nDc-2 B      \nT002\n", Self.fixed)
    #expect(read == [["id": "c-1", "place": "Plaza"], ["id": "c-2", "place": "Depot"]])
  }

  @Test("A line that reaches beyond the layout, or holds an unknown code, spoils itself alone")
  func fixedWidthBad() throws {
    let table = try mapping(Self.fixed).table(
      of: Data("Dc-1 A\nDc-2 A      X\nDc-3 Z\nT003\n".utf8), required: ["id"])
    #expect(table.records.count == 1)
    #expect(table.bad.map(\.line) == [2, 3])
    #expect(table.bad.map(\.description).joined().contains("columns"))
    #expect(!table.bad.map(\.description).joined().contains("Z"))
  }

  @Test(
    "A file cut between two lines shows by its trailer",
    arguments: ["Dc-1 A\nDc-2 B\n", "Dc-1 A\nT002\n", "Dc-1 A\nTxxx\n"])
  func cut(text: String) throws {
    let mapping = try mapping(Self.fixed)
    #expect(throws: IntakeError.self) { try mapping.table(of: Data(text.utf8), required: ["id"]) }
  }

  @Test("Without a trailer a last line without its end counts as cut")
  func cutLine() throws {
    let table = try mapping("format: fixed-width\nfields: {id: 1-4, place: 5-9}").table(
      of: Data("c-1 Plaza\nc-2 Pl".utf8), required: ["id"])
    #expect(table.records.count == 1)
    #expect(table.isTruncated)
  }

  @Test("Of a table every mapped column must be there, so that one that was renamed shows")
  func changedColumns() throws {
    let mapping = try mapping(
      "format: csv\nfields: {id: Ref, place: Where, sid: SID No}\noptional: [sid]")
    let good = try mapping.table(of: Data("Ref,Where\nc-1,Plaza\n".utf8), required: ["id"])
    #expect(good.records.first?.values["place"] == "Plaza")
    let error = try #require(throws: IntakeError.self) {
      try mapping.table(of: Data("Ref,Location\nc-1,Plaza\n".utf8), required: ["id"])
    }
    #expect(error.description.contains("place"))
  }

  @Test("JSON is read by path, with filters and lists")
  func json() throws {
    let yaml = """
      format: json
      records: data.people
      fields:
        id: ref
        family: name[0].family
        given: name[0].given
        sid: identifier[system=urn:sid].value
      """
    let text = """
      {"data":{"people":[{"ref":7,"name":[{"family":"Clay","given":["Ana","Lu"]}],
       "identifier":[{"system":"urn:x","value":"1"},{"system":"urn:sid","value":"WA1"}]},
       {"ref":"8","name":[]}]}}
      """
    let read = try values(text, yaml)
    #expect(read[0] == ["id": "7", "family": "Clay", "given": "Ana;Lu", "sid": "WA1"])
    #expect(read[1]["family"] == "")
  }

  @Test("A required field that the mapping does not place is named")
  func unplaced() throws {
    let mapping = try mapping("format: json\nfields: {id: ref}")
    let error = try #require(throws: IntakeError.self) {
      try mapping.table(of: Data("{}".utf8), required: ["id", "booking_no"])
    }
    #expect(error.field == "booking_no")
  }

  @Test("What no record has any more is said, without being refused")
  func remark() throws {
    let mapping = try mapping("format: json\nfields: {id: ref, sid: sid}")
    let table = try mapping.table(of: Data(#"[{"ref":1},{"ref":2}]"#.utf8), required: ["id"])
    #expect(table.remarks.first?.contains("sid") == true)
  }

  @Test(
    "A wrong mapping file is refused by line and key",
    arguments: [
      ("format: fixed-width\nfields: {id: 5-2}", "fields"),
      ("format: fixed-width\nrecord-length: 3\nfields: {id: 1-9}", "record-length"),
      ("format: xml\nrecords: \"/a[\"\nfields: {id: b}", "records"),
      ("format: xml\nrecords: /a\nfields: {id: \"b[\"}", "fields"),
      ("format: xml\nfields: {id: b}", "records"),
      ("format: hl7\nfields: {id: PID-3}", "messages"),
      ("format: hl7\nmessages: {A01: {event: x}}\nfields: {id: PID-3}", "messages"),
      ("format: hl7\nmessages: {ADT^A01: {}}\nfields: {id: PID}", "fields"),
      ("format: json\nfields: {id: \"a[\"}", "fields"),
      ("format: csv\nfields: {id: Ref}\noptional: [sid]", "optional"),
      ("format: csv\nfields: {id: Ref}\nconstants: {id: x}", "constants"),
      ("format: csv\nfields: {id: Ref}\ncodes: {other: {a: b}}", "codes"),
      ("format: excel\nfields: {id: Ref}", "format"),
      ("format: csv\nfields: {id: Ref}\nsheet: 1", "sheet"),
    ])
  func wrong(text: String, key: String) throws {
    let error = try #require(throws: ConfigurationError.self) { try mapping(text) }
    #expect(error.problems.contains { $0.key.hasPrefix(key) }, "\(error)")
  }
}

@Suite("Records in XML")
struct XMLMappingTests {
  static let yaml = """
    format: xml
    namespaces: {n: "urn:n"}
    records: /n:List/n:Person
    fields: {id: "@id", name: n:Name, alias: n:Alias, count: count(n:Alias)}
    """

  func read(_ text: String) throws -> [IntakeRecord] {
    try mapping(Self.yaml).table(of: Data(text.utf8), required: ["id"]).records
  }

  @Test("Paths, attributes, namespaces and repeated elements")
  func paths() throws {
    let read = try read(
      """
      <?xml version="1.0" encoding="ISO-8859-1"?>
      <l:List xmlns:l="urn:n"><l:Person id="c-1"><l:Name> Clay &amp; Son </l:Name>
      <l:Alias>A</l:Alias><l:Alias><![CDATA[B]]></l:Alias></l:Person>
      <l:Person id="c-2"/></l:List>
      """)
    #expect(read.map { $0.optional("id") } == ["c-1", "c-2"])
    #expect(read[0].optional("name") == "Clay & Son")
    #expect(read[0].values["alias"] == "A;B")
    #expect(read[0].values["count"] == "2")
    #expect(read[0].line == 2)
  }

  @Test(
    "What is cut, of another shape, or dangerous is refused as a whole", .timeLimit(.minutes(1)),
    arguments: [
      "", "<List", "<l:List xmlns:l='urn:n'><l:Person id='1'>", "not xml", "<List><Person/></List>",
      // A file of this machine, one of another, and a word that becomes a gigabyte.
      "<!DOCTYPE l [<!ENTITY e SYSTEM \"file:///etc/hostname\">]><List xmlns='urn:n'>"
        + "<Person id='1'><Name>&e;</Name></Person></List>",
      "<!DOCTYPE l SYSTEM \"http://127.0.0.1:9/x.dtd\"><List xmlns='urn:n'><Person id='1'/></List>",
      "<!DOCTYPE l [<!ENTITY a \"aaaaaaaaaaaaaaaaaaaa\">"
        + (1...12).map { number in
          let name = { (index: Int) in index == 0 ? "a" : "b\(index)" }
          let text = String(repeating: "&\(name(number - 1));", count: 10)
          return "<!ENTITY \(name(number)) \"\(text)\">"
        }.joined() + "]><List xmlns='urn:n'><Person id='&b12;'/></List>",
    ])
  func hostile(text: String) throws {
    // The gigabyte would not fit into a minute.
    #expect(throws: IntakeError.self) { try read(text) }
  }

  @Test("A tree of a hundred thousand levels is refused, not walked into the ground")
  func deep() throws {
    let text = "<List xmlns='urn:n'>" + String(repeating: "<a>", count: 100_000)
    #expect(throws: IntakeError.self) { try read(text) }
  }
}
