import HubModel
import Testing

@testable import AdapterKit

@Suite("Acknowledgements of HL7 version 2")
struct HL7AcknowledgementTests {
  @Test(
    "Answers go out as MSH-15 and MSH-16 ask for them",
    arguments: [
      ("", "", ["AA"], ["AE"]), ("AL", "NE", ["CA"], ["CE"]),
      ("AL", "AL", ["CA", "AA"], ["CE", "AE"]),
      ("NE", "ER", [], ["AE"]), ("ER", "SU", ["AA"], ["CE"]), ("NE", "NE", [], []),
    ])
  func modes(commit: String, application: String, good: [String], bad: [String]) throws {
    let text = #"MSH|^~\&|A|B|C|D|1||ADT^A01|7|P|2.5|||"# + "\(commit)|\(application)"
    let message = try HL7Message(text)
    for (acknowledgement, codes) in [
      (HL7Acknowledgement(result: .accepted), good),
      (
        HL7Acknowledgement(
          result: .error, problem: .init(code: 207, text: "a|b^c\nd", place: "PID^1^5")), bad
      ),
    ] {
      let answers = acknowledgement.messages(
        to: message, id: "x", at: WallTime(milliseconds: 1_795_219_205_000))
      #expect(try answers.map { try HL7Message($0).value("MSA-1") } == codes)
      for answer in answers {
        let read = try HL7Message(answer)
        #expect(read.value("MSA-2") == "7")
        #expect(read.value("MSH-3") == "C")
        #expect(read.value("MSH-7") == "20261121000005+0000")
        #expect(read.type == "ACK^A01")
        if codes == bad {
          #expect(read.value("MSA-3") == "a|b^c d")
          #expect(read.value("ERR-2.3") == "5")
          #expect(read.value("ERR-3.1") == "207")
        }
      }
    }
  }
}
