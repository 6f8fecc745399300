import AdapterKit
import Foundation
import Testing

@Suite("Tables as records systems export them")
struct TableReaderTests {
  let plain = "booking_no,last_name,sid\n26-1,Ibáñez,ZZ1\n26-2,\"O'Dell, Jr\",\n"

  func read(_ bytes: Data, required: [String] = ["booking_no"]) throws -> TableReader.Table {
    try TableReader(columns: ["sid": "State Number"], aliases: ["bkg_no": "booking_no"])
      .read(bytes, required: required)
  }

  @Test("Line ends, byte order marks and encodings do not change what is read")
  func encodings() throws {
    let crlf = plain.replacingOccurrences(of: "\n", with: "\r\n")
    let forms: [Data] = [
      Data(plain.utf8), Data(crlf.utf8), Data(plain.replacing("\n", with: "\r").utf8),
      Data([0xef, 0xbb, 0xbf]) + Data(crlf.utf8),
      try #require(plain.data(using: .isoLatin1)),
      try #require(plain.data(using: .utf16)),
      Data(plain.dropLast().utf8),
    ]
    for bytes in forms {
      let table = try read(bytes)
      #expect(table.records.map { $0.values["last_name"] } == ["Ibáñez", "O'Dell, Jr"])
      #expect(table.records.map(\.line) == [2, 3])
      #expect(!table.isTruncated)
    }
  }

  @Test("Other delimiters, a title above the header and renamed columns are understood")
  func headers() throws {
    let table = try read(
      Data("Jail roster\nprinted Monday\n\nState Number;BKG No.;Last\nZZ1;26-1;Clay\n".utf8))
    #expect(table.records.first?.values == ["sid": "ZZ1", "booking_no": "26-1", "last": "Clay"])
    #expect(table.records.first?.line == 5)
  }

  @Test("An alias gives way to a column with the field's own name")
  func aliasGivesWay() throws {
    let table = try read(Data("bkg_no,booking_no\nother,26-1\n".utf8))
    #expect(table.records.first?.values["booking_no"] == "26-1")
  }

  @Test("A missing column is named, with the line of the header")
  func missingColumn() throws {
    let error = try #require(throws: IntakeError.self) {
      try read(Data(plain.utf8), required: ["booking_no", "inmate_no"])
    }
    #expect(error.line == 1)
    #expect(error.field == "inmate_no")
    #expect(error.remedy.contains("columns"))
  }

  @Test("Line numbers count the line breaks within quoted values")
  func lineNumbers() throws {
    let table = try read(
      Data("booking_no,place\r\n26-1,\"Market\nnorth \"\"side\"\"\"\r\n26-2,Plaza\r\n".utf8))
    #expect(table.records.map(\.line) == [2, 4])
    #expect(table.records.first?.values["place"] == "Market\nnorth \"side\"")
  }

  @Test("A stray quotation mark spoils its own record, not the file")
  func strayQuote() throws {
    let table = try read(
      Data("booking_no,last_name\n26-1,Bob \"B\" Clay\n26-2,\"a\"b,c\n26-3,Dunn\n".utf8))
    #expect(table.records.map { $0.values["booking_no"] } == ["26-3"])
    #expect(table.bad.map(\.line) == [2, 3])
  }

  @Test("A record with more values than columns is bad; a shorter one lacks the rest")
  func columnCounts() throws {
    let table = try read(Data("booking_no,a,b\n26-1,x,y,z\n26-2,x\n26-3,x,y,,\n".utf8))
    #expect(table.bad.map(\.line) == [2])
    #expect(table.records.map { $0.optional("b") } == [nil, "y"])
  }

  @Test(
    "A file cut within a record is seen to be cut",
    arguments: ["26-2,Cl", "26-2,\"Clay, J", "26-2,\"Clay\"\"", "2"])
  func truncated(end: String) throws {
    let table = try read(Data("booking_no,last_name,sid\n26-1,Amos,ZZ1\n\(end)".utf8))
    #expect(table.isTruncated)
    #expect(table.records.count == 1)
  }

  @Test("What is no table is refused as a whole")
  func hostile() {
    let forms: [Data] = [
      Data(), Data([0, 1, 2]), Data("\n\n\n".utf8), Data("\"".utf8),
      Data("booking_no,booking_no\n1,2\n".utf8), Data(repeating: 65, count: (64 << 20) + 1),
    ]
    for bytes in forms {
      #expect(throws: IntakeError.self) { try read(bytes) }
    }
  }
}
