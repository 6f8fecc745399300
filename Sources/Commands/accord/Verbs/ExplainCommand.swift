import ArgumentParser
import Explaining
import Foundation
import HubModel
import HubProtocol
import Operations

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Explain every decision about a message, from the log alone.",
    discussion: """
      For the auditor with all rules, for the person in plain words, for an agency no more than \
      it was told. From an export (accord audit export), which is verified first, the same bytes \
      come out as from the router, in the same zone.
      """)

  @Argument(help: "The message's id: 32 hexadecimal digits.")
  var id: String
  @Option(help: "Only what became of it for this agency; with --for agency, the one that asks.")
  var recipient: String?
  @Option(
    name: .customLong("for"), help: "participant, agency or auditor.", transform: Self.reader)
  var reader = ExplanationReader.auditor
  @Option(help: "Explain from this export instead of asking the router.")
  var export: String?
  @Option(help: "The time zone of days and clocks.")
  var zone = "UTC"
  @OptionGroup var key: TrustedKey
  @OptionGroup var router: RouterOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    try validateMessageID(id)
    guard TimeZone(identifier: zone) != nil else {
      throw ValidationError("--zone: no such time zone.")
    }
    guard recipient.map({ AgencyID($0) != nil }) ?? true else {
      throw ValidationError("--recipient: an agency's id is 1 to 63 of a-z, 0-9 and -.")
    }
    if reader == .agency, recipient == nil {
      throw ValidationError("--for agency needs --recipient: the agency that asks.")
    }
  }

  private static func reader(_ text: String) throws -> ExplanationReader {
    guard let reader = ExplanationReader(rawValue: text) else {
      throw ValidationError("--for: participant, agency or auditor.")
    }
    return reader
  }

  func run() throws {
    guard let message = MessageID(id), let timeZone = TimeZone(identifier: zone) else { return }
    let explanation = Explanation(of: message, from: try entries(message))
    let days = SiteZone(timeZone).days(explanation.entries.map(\.entry.at))
    let text = explanation.text(
      for: reader, recipient: recipient.flatMap { AgencyID($0) }, days: days)
    guard output.json else { return print(text, terminator: "") }
    try Printing.json(ExplanationDocument(explanation, reader, recipient, text))
  }

  private func entries(_ message: MessageID) throws -> [LoggedEntry] {
    if let export { return try Self.entries(of: message, in: export, trusting: key.bytes()) }
    guard case .entries(let leaves) = try router.ask(.entries(message: id)) else {
      throw UnexpectedAnswer()
    }
    return try leaves.map { LoggedEntry(position: $0.position, try Self.entry($0.leaf)) }
  }

  /// Only what verifies is explained.
  static func entries(
    of message: MessageID, in export: String, trusting key: [UInt8]?
  ) throws -> [LoggedEntry] {
    var verifier = AuditVerifier(trusting: key, against: nil)
    var found: [LoggedEntry] = []
    try LineFile(path: export).lines { line in
      try verifier.take(line)
      guard case .entry(let position, _, let leaf) = try AuditExportLine(reading: line) else {
        return
      }
      let entry = try Self.entry(leaf)
      if entry.message == message { found.append(LoggedEntry(position: position, entry)) }
    }
    _ = try verifier.finish()
    return found
  }

  private static func entry(_ leaf: [UInt8]) throws -> AuditEntry {
    do {
      return try AuditLeaf(decoding: leaf).entry
    } catch {
      throw AuditFlaw(.malformed, "an entry is of a kind that this version cannot read")
    }
  }
}

/// An explanation for programs. An agency's and a participant's have nothing beside their words.
struct ExplanationDocument: Encodable {
  struct Entry: Encodable {
    struct Why: Encodable {
      let code: String
      let meaning: String
      let source: String
    }
    let position: UInt64
    let at: Int64
    let kind: String
    let actor: String
    let recipient: String?
    let part: UInt16?
    let number: UInt64?
    let releases: [String]
    let reasons: [Why]
    let consentPosition: UInt64
    let agreementVersion: UInt32
    let detail: String
  }
  let `for`: String
  let text: String
  let entries: [Entry]?

  init(
    _ explanation: Explanation, _ reader: ExplanationReader, _ recipient: String?, _ text: String
  ) {
    `for` = reader.rawValue
    self.text = text
    guard reader == .auditor else {
      entries = nil
      return
    }
    entries = explanation.entries.filter { logged in
      recipient == nil || logged.entry.recipient == nil || logged.entry.recipient?.text == recipient
    }.map { logged in
      let entry = logged.entry
      return Entry(
        position: logged.position, at: entry.at.milliseconds, kind: entry.kind.word,
        actor: entry.actor.text, recipient: entry.recipient?.text, part: entry.part,
        number: entry.number, releases: entry.releases.map { "\($0.id) v\($0.version)" },
        reasons: entry.reasons.map {
          let words = ReasonWords.of($0)
          return Entry.Why(code: $0, meaning: words.formal, source: words.source)
        },
        consentPosition: entry.consentPosition, agreementVersion: entry.agreementVersion,
        detail: entry.detail)
    }
  }
}
