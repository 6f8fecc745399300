import Foundation
import HubModel
import Operations
import Testing

@testable import AdapterKit

/// Tables, XML and events as other systems really write them.
@Suite("Files and events of systems that nobody here wrote")
struct ForeignFilesTests {
  func mapping(_ text: String) throws -> RecordMapping {
    try RecordMapping.parse(StrictYAML.parse(text, file: "m.yaml"))
  }

  // MARK: Tables

  static let table = """
    format: csv
    required: [booking_no]
    fields: {booking_no: Booking No, name: Name, address: Address}
    """

  @Test("Tables of spreadsheets and old systems", arguments: [
    "Booking No;Name;Address\r\nB-1;Muñoz René;1 Main St, Apt 2, Lake, WA\r\n",
    "sep=;\r\nBooking No;Name;Address\r\nB-1;Muñoz René;1 Main St, Apt 2, Lake, WA\r\n",
    "Booking No\tName\tAddress\nB-1\tMuñoz René\t1 Main St, Apt 2, Lake, WA\n",
    "\"Booking No\",\"Name\",\"Address\"\r\"B-1\",\"Muñoz René\",\"1 Main St, Apt 2, Lake, WA\"\r",
    "BOOKING  NO|name|Address |Extra\nB-1|Muñoz René|1 Main St, Apt 2, Lake, WA|x\n",
  ])
  func tables(text: String) throws {
    for encoding in [String.Encoding.utf8, .windowsCP1252, .utf16] {
      for mark in [Data(), Data([0xef, 0xbb, 0xbf])] where encoding == .utf8 || mark.isEmpty {
        let bytes = mark + (try #require(text.data(using: encoding)))
        let read = try mapping(Self.table).table(of: bytes, required: [])
        #expect(read.bad == [] && read.records.count == 1)
        let record = try #require(read.records.first)
        #expect(record.optional("booking_no") == "B-1")
        #expect(record.optional("name") == "Muñoz René")
        #expect(record.optional("address") == "1 Main St, Apt 2, Lake, WA")
      }
    }
  }

  @Test("A value of several lines, quotes in it, is one value, and lines are counted on")
  func lines() throws {
    let text = "Booking No;Name;Address\r\nB-1;\"He said \"\"no\"\"\";\"1 Main St\r\nApt 2\"\r\n"
      + ";x;y\r\n"
    let read = try mapping(Self.table).table(of: Data(text.utf8), required: [])
    #expect(read.records.map { $0.optional("address") } == ["1 Main St\nApt 2"])
    #expect(read.records.first?.optional("name") == "He said \"no\"")
    #expect(read.bad.map(\.line) == [4] && read.bad.first?.field == "booking_no")
  }

  @Test("A table whose columns are others says which is missing")
  func columns() throws {
    let error = #expect(throws: IntakeError.self) {
      try mapping(Self.table).table(of: Data("Booking;Name;Address\nB-1;x;y\n".utf8), required: [])
    }
    #expect(error?.field == "booking_no" && error?.line == 1)
  }

  // MARK: XML

  static let xml = """
    format: xml
    namespaces: {j: "urn:j", nc: "urn:nc"}
    records: //j:Booking
    required: [booking_no, last_name]
    fields:
      booking_no: nc:ActivityIdentification/nc:IdentificationID
      last_name: j:Subject/nc:PersonName/nc:PersonSurName
      charges: j:Charge/j:ChargeStatute/nc:StatuteCodeID
      released: j:Release/nc:ActivityDate/nc:DateTime
    """

  static func document(_ declaration: String, _ name: String = "Muñoz") -> String {
    """
    \(declaration)<soap:Envelope xmlns:soap="urn:soap"><soap:Body>
    <!-- exported nightly --><BookingList xmlns="urn:j" xmlns:n="urn:nc">
      <Booking xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
        <n:ActivityIdentification><n:IdentificationID>B-1</n:IdentificationID>
        </n:ActivityIdentification>
        <Subject><n:PersonName><n:PersonSurName><![CDATA[\(name)]]> &amp; Sons</n:PersonSurName>
        </n:PersonName></Subject>
        <Charge><ChargeStatute><n:StatuteCodeID>9A.56</n:StatuteCodeID></ChargeStatute></Charge>
        <Charge><ChargeStatute><n:StatuteCodeID>&#x36;9.50</n:StatuteCodeID></ChargeStatute>
        </Charge>
        <Release xsi:nil="true"/>
        <Extension xmlns="urn:vendor"><Notes>unread</Notes></Extension>
      </Booking>
    </BookingList></soap:Body></soap:Envelope>
    """
  }

  @Test("A court's document: wrapped, with prefixes of its own, in several character sets",
    arguments: [
      ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", String.Encoding.utf8, []),
      ("<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\r\n", .utf8, [239, 187, 191]),
      ("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>", .isoLatin1, []),
      ("<?xml version=\"1.0\" encoding=\"windows-1252\"?>", .windowsCP1252, []),
      ("<?xml version=\"1.0\" encoding=\"UTF-16\"?>", .utf16, []), ("", .utf8, []),
      ("<?xml version=\"1.0\"?>", .utf8, [10, 13, 10]),
    ] as [(String, String.Encoding, [UInt8])])
  func court(declaration: String, encoding: String.Encoding, before: [UInt8]) throws {
    let text = Self.document(declaration)
    let bytes = Data(before) + (try #require(text.data(using: encoding)))
    let read = try mapping(Self.xml).table(of: bytes, required: [])
    let record = try #require(read.records.first)
    #expect(record.optional("booking_no") == "B-1")
    #expect(record.optional("last_name") == "Muñoz & Sons")
    #expect(record.list("charges") == ["9A.56", "69.50"])
    #expect(record.optional("released") == nil && read.bad == [])
  }

  @Test("XML that cannot be read says from which line on, and tells no value", arguments: [
    (Data(document("").replacing("</Booking>", with: "").utf8), "well-formed"),
    (Data(document("").dropLast(40).utf8), "well-formed"),
    (Data(document("<?xml version=\"1.0\" encoding=\"UTF-8\"?>").data(using: .isoLatin1)!),
      "well-formed"),
    (Data(document("<!DOCTYPE x [<!ENTITY e \"e\">]>").utf8), "DOCTYPE"),
    (Data(document("").replacing("urn:j\"", with: "urn:j2\"").utf8), "path of its records"),
    (Data(), "well-formed"),
  ])
  func badXML(bytes: Data, words: String) throws {
    let error = #expect(throws: IntakeError.self) {
      try mapping(Self.xml).table(of: bytes, required: [])
    }
    #expect(error?.description.contains(words) == true, "\(String(describing: error))")
    #expect(error?.description.contains("Mu") == false)
  }

  // MARK: CloudEvents

  @Test("Events as their libraries write them: with extensions, in base64, marked, in a batch",
    arguments: [
      #"{"specversion":"1.0","id":"1","source":"/x","type":"t","data":{"n":"B-1"}}"#,
      #"{"specversion":"1.0","id":"1","source":"/x","type":"t","data_base64":"eyJuIjoiQi0xIn0="}"#,
      "\u{feff}" + #"{"specversion":"1.0","id":"1","source":"urn:x","type":"t","sequence":"9","#
        + #""partitionkey":"k","dataschema":"https://x.example/s","data":{"n":"B-1","m":[1,{}]}}"#,
      #"[{"specversion":"1.0","id":"1","source":"/x","type":"t","data":{"n":"B-1"}}]"#,
    ])
  func events(text: String) throws {
    let mapping = try mapping("format: cloudevents\nfields: {booking_no: n}\n")
    let read = try mapping.table(of: Data(text.utf8), required: [])
    #expect(read.records.map { $0.optional("booking_no") } == ["B-1"] && read.bad == [])
  }

  @Test("An event that is none says which attribute is wrong, and which of a batch", arguments: [
    (#"{"specversion":"0.3","id":"1","source":"/x","type":"t","data":{}}"#, "specversion"),
    (#"{"specversion":"1.0","source":"/x","type":"t","data":{}}"#, "id"),
    (#"{"specversion":"1.0","id":"1","source":"","type":"t","data":{}}"#, "source"),
    (#"{"specversion":"1.0","id":"1","source":"/x","type":"t","data":"{}"}"#, "data"),
    (#"{"specversion":"1.0","id":"1","source":"/x","type":"t","data_base64":"%"}"#, "data"),
    (#"{"specversion":"1.0","id":"1","source":"/x","type":"t"}"#, "data"),
  ])
  func badEvents(text: String, field: String) throws {
    let mapping = try mapping("format: cloudevents\nfields: {booking_no: n}\n")
    let good = #"{"specversion":"1.0","id":"1","source":"/x","type":"t","data":{"n":"B-1"}}"#
    let read = try mapping.table(of: Data("[\(good),\(text)]".utf8), required: [])
    #expect(read.records.count == 1)
    #expect(read.bad.map(\.field) == [field] && read.bad.map(\.form) == [2])
  }

  // MARK: FHIR

  @Test("A bundle with what came along, contained resources and extensions; not one that modifies")
  func bundle() throws {
    let mapping = try mapping(
      "format: json\nfields: {booking_no: id, of: \"contained[resourceType=Organization].name\"}\n")
    let task = #"{"resourceType":"Task","id":"B-1","extension":[{"url":"u","valueCode":"x"}],"#
      + #""contained":[{"resourceType":"Organization","id":"o","name":"Ward"}]}"#
    let odd = #"{"resourceType":"Task","id":"B-2","modifierExtension":[{"url":"not-to-be-done"}]}"#
    let text = """
      {"resourceType":"Bundle","type":"searchset","total":2,"entry":[
       {"resource":\(task),"search":{"mode":"match"}},{"resource":\(odd)},
       {"resource":{"resourceType":"Patient","id":"p"},"search":{"mode":"include"}},
       {"resource":{"resourceType":"OperationOutcome"},"search":{"mode":"outcome"}}]}
      """
    let read = try mapping.table(of: Data(text.utf8), required: [])
    #expect(read.records.map(\.values) == [["booking_no": "B-1", "of": "Ward"]])
    #expect(read.bad.map(\.field) == ["modifierExtension"] && read.bad.map(\.form) == [2])
  }
}
