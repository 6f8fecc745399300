import ArgumentParser
import Foundation
import HubModel
import HubProtocol
import Operations
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

struct TailCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tail",
    abstract: "Show what happens as it happens: decisions, deliveries, refusals. Of nobody.",
    discussion: """
      Entries of the log without whatever they say of a person. Goes on until Ctrl-C. With --json \
      each event is one line.
      """)

  @Option(help: "Begin with the last so many entries.") var last = 10
  @Option(help: "Only this kind, as 'withheld'; may be given several times.")
  var kind: [String] = []
  @Option(help: "Only what is on its way to this agency, or comes from it.") var agency: String?
  @Flag(help: "Show what is there and end.") var once = false
  @OptionGroup var router: RouterOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard (0...10_000).contains(last) else { throw ValidationError("--last is 0 to 10000.") }
  }

  func run() throws {
    let isStopped = StopMark()
    let shutdown = Shutdown(on: [SIGINT, SIGTERM]) { _ in isStopped.set() }
    defer { withExtendedLifetime(shutdown) {} }
    try KnownNames.check(agencies: [agency], router)
    guard case .tail(let head) = try router.ask(.tail(from: nil)) else { throw UnexpectedAnswer() }
    var next = head.next - min(head.next, UInt64(last))
    while !isStopped.isSet {
      guard case .tail(let page) = try router.ask(.tail(from: next)) else {
        throw UnexpectedAnswer()
      }
      for event in page.events where isWanted(event) { try show(event) }
      next = page.next
      guard page.events.isEmpty else { continue }
      if once { return }
      Thread.sleep(forTimeInterval: 0.5)
    }
  }

  private func isWanted(_ event: TailPage.Event) -> Bool {
    (kind.isEmpty || kind.contains(event.kind))
      && (agency.map { $0 == event.actor || $0 == event.recipient } ?? true)
  }

  private func show(_ event: TailPage.Event) throws {
    if output.json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      print(String(decoding: try encoder.encode(event), as: UTF8.self))
    } else {
      print(Self.line(event))
    }
    // Whoever reads through a pipe wants it now.
    fflush(nil)
  }

  static func line(_ event: TailPage.Event) -> String {
    var words = ["\(WallTime(milliseconds: event.at).iso8601)  \(event.kind)"]
    if let topic = event.topic { words.append(topic) }
    words.append(event.recipient.map { "\(event.actor) → \($0)" } ?? event.actor)
    if let number = event.number { words.append("#\(number)") }
    if !event.reasons.isEmpty { words.append(event.reasons.joined(separator: ",")) }
    if let message = event.message { words.append(message) }
    return LogText.escaped(words.joined(separator: "  "))
  }

  private final class StopMark: Sendable {
    private let flag = Atomic(false)
    var isSet: Bool { flag.load(ordering: .acquiring) }
    func set() { flag.store(true, ordering: .releasing) }
  }
}

struct TraceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace",
    abstract: "Show one message's way: when it was made, taken, decided, sent and confirmed.",
    discussion: """
      What the router knows. At the sender and at each recipient 'trace' of its own daemon shows \
      the rest. Names nobody.
      """)

  @Argument(help: "The message's id: 32 hexadecimal digits.") var id: String
  @OptionGroup var router: RouterOptions
  @OptionGroup var output: OutputOptions

  func validate() throws { try validateMessageID(id) }

  func run() throws {
    guard case .message(let report) = try router.ask(.message(id: id)) else {
      throw UnexpectedAnswer()
    }
    let way = MessageWay(report)
    if output.json { return try Printing.json(way) }
    print(way.text(.forTerminal))
  }
}

/// A message's way in the order of its steps, with the time between them.
struct MessageWay: Encodable {
  struct Step: Encodable {
    let at: Int64
    let what: String
    let agency: String
    let recipient: String?
    let part: UInt16?
    let number: UInt64?
    let reasons: [String]
    /// Milliseconds since the step before.
    let after: Int64
  }

  let message: String
  let topic: String
  let source: String
  /// W3C Trace Context, as it stands in each delivery.
  let traceparent: String?
  let steps: [Step]

  init(_ report: MessageReport) {
    message = report.id
    topic = report.topic
    source = report.source
    traceparent = MessageID(report.id).flatMap { TraceContext(of: $0) }?.description
    var found: [(Int64, String, String, MessageReport.Step?, MessageReport.Part?)] = []
    // An id carries the time at which its adapter made it.
    if let made = MessageID(report.id)?.madeAt {
      found.append((made.milliseconds, "made", report.source, nil, nil))
    }
    found += report.steps.map { step in
      (step.at, Self.word(step.kind), step.actor, step, nil)
    }
    for part in report.parts where part.fate == Fate.delivered.rawValue {
      found.append((part.changedAt, "confirmed", part.recipient, nil, part))
    }
    found.sort { $0.0 < $1.0 }
    var last: Int64?
    steps = found.map { at, what, agency, step, part in
      defer { last = at }
      return Step(
        at: at, what: what, agency: agency, recipient: step?.recipient ?? part?.recipient,
        part: step?.part ?? part?.part, number: step?.number ?? part?.number,
        reasons: step?.reasons ?? [], after: max(0, at - (last ?? at)))
    }
  }

  private static func word(_ kind: String) -> String {
    switch kind {
    case "accepted": "taken by the router, flushed"
    case "permitted": "permitted, waits for its recipient"
    case "released": "decided and sent"
    case "resent": "decided and sent again"
    case "held": "decided: held until a release covers it"
    case "withheld": "decided: withheld"
    case "voided": "decided: its number sent void"
    case "quarantined": "set aside by the recipient's adapter"
    case "replayed": "an operator had it decided again"
    case "lapsed": "its escrow ended"
    default: kind
    }
  }

  func text(_ paint: Paint) -> String {
    var table = Table("TIME", "AFTER", "STEP", "AGENCY", "TO", "NUMBER", "WHY")
    for step in steps {
      table.add(
        WallTime(milliseconds: step.at).iso8601, Self.span(step.after), step.what, step.agency,
        step.recipient ?? "-", step.number.map { "\($0)" } ?? "-",
        Words.list(step.reasons, or: "-"))
    }
    let trace = traceparent.map { "\ntraceparent \($0)" } ?? ""
    return LogText.escaped("\(topic) \(message) from \(source)") + trace + "\n\n"
      + table.text(paint)
  }

  static func span(_ milliseconds: Int64) -> String {
    switch milliseconds {
    case ..<1_000: "\(milliseconds) ms"
    case ..<60_000: "\(milliseconds / 1_000) s"
    case ..<3_600_000: "\(milliseconds / 60_000) min"
    default: "\(milliseconds / 3_600_000) h"
    }
  }
}
