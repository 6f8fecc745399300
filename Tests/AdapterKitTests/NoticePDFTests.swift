import Foundation
import Testing

@testable import AdapterKit

@Suite("Notices as PDF")
struct NoticePDFTests {
  let place: Workplace
  init() throws { place = try Workplace() }

  func run(_ program: String, _ arguments: [String]) throws -> String {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/\(program)")
    process.arguments = arguments
    process.standardOutput = output
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test("A notice is text that can be searched, with a title, a heading and tagged paragraphs")
  func text() throws {
    var words = NoticeText("HOLD ON FILING")
    words.say("A referral to diversion was made; María José says: fi-ligatures stay letters.")
    words.item("Incident", "26-040920")
    words.todo("Open the hold.")
    let file = place.root.appendingPathComponent("a.pdf")
    try #require(NoticePDF.render(words.text)).write(to: file)
    let text = try run("pdftotext", ["-layout", file.path, "-"])
    for part in ["HOLD ON FILING", "María José", "fi-ligatures", "Incident: 26-040920"] {
      #expect(text.contains(part), "\(text)")
    }
    #expect(!text.contains("===="))
    let facts = try run("pdfinfo", [file.path])
    #expect(facts.contains("Title:") && facts.contains("HOLD ON FILING"))
    #expect(facts.contains("Tagged:          yes"))
    #expect(facts.contains("Pages:           1"))
    #expect(facts.contains("612 x 792 pts (letter)"))
    let structure = try run("pdfinfo", ["-struct-text", file.path])
    #expect(structure.contains("H1"))
    #expect(structure.contains("P (block)"))
  }

  @Test("A notice of any length loses no line and runs over as many pages as it needs")
  func long() throws {
    var words = NoticeText("LONG")
    for number in 1...150 { words.say("Line \(number) " + String(repeating: "word ", count: 40)) }
    let file = place.root.appendingPathComponent("a.pdf")
    try #require(NoticePDF.render(words.text)).write(to: file)
    let text = try run("pdftotext", ["-layout", file.path, "-"])
    for number in 1...150 { #expect(text.contains("Line \(number) ")) }
    #expect(!(try run("pdfinfo", [file.path])).contains("Pages:           1\n"))
  }
}
