import HubProtocol
import Testing

@Suite("A reason for the log")
struct StatedReasonTests {
  @Test(
    "It is short, and on one line",
    arguments: ["x", "kept from the court's list", "por orden del juez, señor García Ñúñez"])
  func good(_ text: String) { #expect(StatedReason.isOne(text)) }

  @Test(
    "What is empty, long, or steers a terminal is none",
    arguments: [
      "", "   ", String(repeating: "a", count: 201), "two\nlines", "a\u{1B}[2Jb", "a\u{7}",
      "a\u{85}b", "a\u{2028}b", "a\u{202E}b", "a" + String(repeating: "\u{301}", count: 500),
    ])
  func bad(_ text: String) { #expect(!StatedReason.isOne(text)) }

  @Test("Whoever must say why is known by their request")
  func requests() {
    #expect(AdminRequest.drain(true, reason: "why").reason == "why")
    #expect(AdminRequest.reviewEmergency(id: "e-1", finding: "right").reason == "right")
    #expect(AdminRequest.status.reason == nil)
  }
}
