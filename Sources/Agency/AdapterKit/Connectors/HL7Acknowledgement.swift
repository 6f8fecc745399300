import Foundation
import HubModel

/// What a message of HL7 version 2 is answered (chapter 2 of the standard, *acknowledgement*).
///
/// | code | meaning | what the sender does |
/// |---|---|---|
/// | AA | on disk and decided | goes on |
/// | AE | its content cannot be read by the mapping; kept here to be mended | has somebody look |
/// | AR | of a type, version or processing that is not taken | has somebody look |
///
/// In the enhanced mode (MSH-15 or MSH-16 valued) the commit answers CA, CE and CR come first, and
/// either is sent only as those fields ask for it.
///
/// An answer follows from the message and the mapping file alone. What the adapter makes of it (a
/// person it does not know, a case that has ended) stands in the agency's own `rejected`: told to
/// the sender, it would tell who takes part in the program.
struct HL7Acknowledgement: Sendable {
  enum Result: String, Sendable { case accepted = "A", error = "E", rejected = "R" }

  let result: Result
  struct Problem: Sendable, Hashable {
    /// HL7 table 0357.
    var code: Int
    /// For the sender's operator; never a value of the message.
    var text: String
    /// As ERR-2 names a place: `PID^1^5`.
    var place: String?
  }

  /// `nil` where all is well.
  var problem: Problem?

  private static let conditions = [
    100: "Segment sequence error", 101: "Required field missing", 102: "Data type error",
    200: "Unsupported message type", 201: "Unsupported event code",
    202: "Unsupported processing id", 203: "Unsupported version id",
    207: "Application internal error",
  ]

  /// The answers, in the order in which they go out; none where the sender asked for none.
  /// - Parameter id: of the first answer (MSH-10); the second's ends with `-2`.
  func messages(to message: HL7Message?, id: String, at now: WallTime) -> [String] {
    let commit = message?.value("MSH-15") ?? ""
    let application = message?.value("MSH-16") ?? ""
    guard !commit.isEmpty || !application.isEmpty else {
      return [text(to: message, code: "A" + result.rawValue, id: id, at: now)]
    }
    var answers: [String] = []
    if isWanted(commit) {
      answers.append(text(to: message, code: "C" + result.rawValue, id: id, at: now))
    }
    if isWanted(application) {
      let own = answers.isEmpty ? id : id + "-2"
      answers.append(text(to: message, code: "A" + result.rawValue, id: own, at: now))
    }
    return answers
  }

  /// HL7 table 0155.
  private func isWanted(_ condition: String) -> Bool {
    switch condition {
    case "AL": true
    case "ER": result != .accepted
    case "SU": result == .accepted
    default: false
    }
  }

  private func text(to message: HL7Message?, code: String, id: String, at now: WallTime) -> String {
    let signs = HL7Message.Signs()
    func copied(_ place: String) -> String { escaped(message?.value(place) ?? "", signs) }
    let version = message.map { $0.value("MSH-12.1") }.flatMap { $0.isEmpty ? nil : $0 } ?? "2.5.1"
    let event = message?.value("MSH-9.2") ?? ""
    let processing = message.map { $0.value("MSH-11.1") }.flatMap { $0.isEmpty ? nil : $0 } ?? "P"
    var header = [
      "MSH", signs.text, copied("MSH-5"), copied("MSH-6"), copied("MSH-3"), copied("MSH-4"),
      Self.stamp(now), "", event.isEmpty ? "ACK" : "ACK^\(escaped(event, signs))^ACK", id,
      escaped(processing, signs), escaped(version, signs),
    ]
    header += ["", "", "", "", "", "UNICODE UTF-8"]
    var segments = [header.joined(separator: "|")]
    var answer = ["MSA", code, copied("MSH-10")]
    if let problem { answer.append(escaped(String(problem.text.prefix(80)), signs)) }
    segments.append(answer.joined(separator: "|"))
    if let problem {
      let words = Self.conditions[problem.code] ?? "Application internal error"
      segments.append(
        ["ERR", "", problem.place ?? "", "\(problem.code)^\(words)^HL70357", "E", "", "", "",
          escaped(String(problem.text.prefix(250)), signs)].joined(separator: "|"))
    }
    return segments.joined(separator: "\r") + "\r"
  }

  private func escaped(_ text: String, _ signs: HL7Message.Signs) -> String {
    var result = ""
    for letter in text {
      switch letter {
      case "\\": result += "\\E\\"
      case signs.field: result += "\\F\\"
      case signs.component: result += "\\S\\"
      case signs.repetition: result += "\\R\\"
      case signs.subcomponent: result += "\\T\\"
      default: result.append(letter.isNewline ? " " : letter)
      }
    }
    return result
  }

  /// `20261121021005+0000`.
  static func stamp(_ time: WallTime) -> String {
    String(time.iso8601.prefix(19)).filter { $0.isNumber } + "+0000"
  }
}
