import Foundation
import Testing

@testable import AdapterKit

@Suite("Messages of HL7 version 2")
struct HL7MessageTests {
  static let text = [
    #"MSH|^~\&|HIS|GEN|ACCORD|PROV|20260617021500||ADT^A01^ADT_A01|42|P|2.5.1"#,
    #"PID|1||88^^^GEN^MR~WA1^^^WA^SID||O\T\Brien^Jo\S\e&van^""^^^^L~Alias^Jo||19850101|M"#,
    #"OBX|1|ST|A||first"#, #"OBX|2|ST|B||line\.br\two \X4D\ \E\ \Q\ end\"#, "ZXX|own|x~y",
  ].joined(separator: "\r")

  @Test(
    "Values by place, unescaped",
    arguments: [
      ("MSH-1", "|"), ("MSH-2", #"^~\&"#), ("MSH-3", "HIS"), ("MSH-9.2", "A01"), ("MSH-10", "42"),
      ("PID-3", "88"), ("PID-3[2].1", "WA1"), ("PID-3[5=SID].1", "WA1"), ("PID-3[5=X].1", ""),
      ("PID-5.1", "O&Brien"), ("PID-5.2", "Jo^e"), ("PID-5.2.2", "van"), ("PID-5.3", ""),
      ("PID-5[*].1", "O&Brien;Alias"), ("PID-40", ""), ("PV1-2", ""), ("OBX-5", "first"),
      ("OBX[2]-5", #"line two M \ \Q\ end\"#), ("OBX[3]-5", ""), ("ZXX-1", "own"),
      ("ZXX-2[*]", "x;y"),
    ])
  func places(path: String, value: String) throws {
    let message = try HL7Message(Self.text)
    #expect(message.value(try #require(HL7Path(path))) == value)
  }

  @Test("Any line end parts segments, and other separators than the usual ones are read")
  func separators() throws {
    for end in ["\r", "\n", "\r\n"] {
      let message = try HL7Message(Self.text.replacingOccurrences(of: "\r", with: end))
      #expect(message.value("ZXX-1") == "own")
      #expect(message.type == "ADT^A01")
    }
    let other = try HL7Message("MSH#:*%!#A#B#C#D#1##ADT:A03#7#P#2.3\rPID#1##1:2*3:4")
    #expect(other.type == "ADT^A03")
    #expect(other.value("PID-3[2].2") == "4")
  }

  @Test(
    "What has no usable MSH segment is refused",
    arguments: ["", "PID|1", "MSH", "MSH|", "MSH||||||", "MSH|^^^^|a", "MSHABCDEFG", "MSH|^|a"])
  func unusable(text: String) {
    #expect(throws: IntakeError.self) { try HL7Message(text) }
  }

  @Test(
    "The character set is the one that MSH-18 names",
    arguments: [
      ("UNICODE UTF-8", [0xc3, 0xa9]), ("8859/1", [0xe9]), ("8859/15", [0xe9]), ("", [0xe9]),
      ("", [0xc3, 0xa9]), ("8859/1~UNICODE UTF-8", [0xe9]),
    ] as [(String, [UInt8])])
  func characters(name: String, bytes: [UInt8]) throws {
    let head = Data("MSH|^~\\&|A|B|C|D|1||ADT^A01|1|P|2.5||||||\(name)\rPID|1||||Jos".utf8)
    let message = try HL7Message(head + Data(bytes))
    #expect(message.value("PID-5") == "José")
  }

  @Test("A message that is not in the character set it names, or names an unknown one, is refused")
  func wrongCharacters() {
    for name in ["UNICODE UTF-8", "GB 18030-2000"] {
      let head = Data("MSH|^~\\&|A|B|C|D|1||ADT^A01|1|P|2.5||||||\(name)\rPID|1||||Jos".utf8)
      #expect(throws: IntakeError.self) { try HL7Message(head + Data([0xe9])) }
    }
  }

  @Test("The same message sent again is known, whenever it is sent; another under its id is not")
  func identity() throws {
    let layout = try mapping(
      "format: hl7\nmessages: {ADT^A01: {event: booked}}\nfields: {id: PID-3}")
    let first = try #require(layout.identity(of: Data(Self.text.utf8)))
    let later = Self.text.replacingOccurrences(of: "20260617021500", with: "20260617021900")
    #expect(layout.identity(of: Data(later.utf8)) == first)
    let other = Self.text.replacingOccurrences(of: "19850101", with: "19850102")
    #expect(layout.identity(of: Data(other.utf8)) != first)
    let two = Data((Self.text + "\r" + Self.text).utf8)
    #expect(layout.identity(of: two) == nil)
  }
}
