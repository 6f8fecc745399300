import ArgumentParser
import Explaining
import HubModel
import HubProtocol
import Operations

extension ConsentCommand {
  struct Preview: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show what a recipient would get of a person's, and why, without sending it.",
      discussion: """
        The router's own engine answers, from the consents as they are now. Nothing is sent; that \
        somebody asked about the person is written into the log.
        """)

    @Option(help: "The person as an agency names them: AGENCY/ALIAS.")
    var participant: String
    @Option(help: "The agency that would receive.")
    var recipient: String
    @Option(help: "What it would be for, such as care-coordination or diversion.")
    var purpose: String
    @Option(help: "Only these topics; without one, all that have the purpose.")
    var topic: [String] = []
    @Option(help: "Only these categories of information.")
    var category: [String] = []
    @Option(help: "Sensitivity that the information would have.")
    var label: [String] = []
    @Option(help: "The release that the message would name, as hand-offs and holds do.")
    var release: String?
    @Option(name: .customLong("for"), help: "agency or auditor.")
    var reader = PreviewText.Reader.auditor
    @OptionGroup var router: RouterOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
      func check<Word: RawRepresentable & CaseIterable>(
        _ option: String, _ values: [String], _ type: Word.Type
      ) throws where Word.RawValue == String {
        for value in values where Word(rawValue: value) == nil {
          let known = Word.allCases.map(\.rawValue).joined(separator: ", ")
          throw ValidationError("\(option): one of \(known).")
        }
      }
      try check("--purpose", [purpose], Purpose.self)
      try check("--topic", topic, Topic.self)
      try check("--category", category, InformationCategory.self)
      try check("--label", label, SensitivityLabel.self)
    }

    func run() throws {
      let question = PreviewQuestion(
        participant: participant, recipient: recipient, purpose: purpose, topics: topic,
        categories: category, labels: label, release: release)
      guard case .preview(let report) = try router.ask(.preview(question)) else {
        throw UnexpectedAnswer()
      }
      if output.json { return try Printing.json(PreviewText(report: report).document(for: reader)) }
      print(PreviewText(report: report).text(for: reader, .forTerminal), terminator: "")
    }
  }
}

/// A preview in words.
struct PreviewText {
  enum Reader: String, ExpressibleByArgument, CaseIterable { case agency, auditor }
  let report: PreviewReport

  private struct AgencyDocument: Encodable {
    let `for` = "agency"
    let text: String
  }

  func document(for reader: Reader) -> any Encodable {
    switch reader {
    case .auditor: report
    case .agency: AgencyDocument(text: text(for: .agency, Paint(isOn: false)))
    }
  }

  func text(for reader: Reader, _ paint: Paint) -> String {
    switch reader {
    case .agency: agencyText(paint)
    case .auditor: auditorText(paint)
    }
  }

  /// Of somebody who has signed nothing the same as of nobody: what is not released is not there.
  private func agencyText(_ paint: Paint) -> String {
    let released = report.items.filter { $0.outcome == .released }
    guard !released.isEmpty else { return Explanation.nothing }
    var table = Table("TOPIC", "FROM", "INFORMATION", "BY WHAT RIGHT", "STATEMENT")
    for item in released {
      table.add(
        item.topic, item.discloser, CodeWords.category(item.category).brief, right(of: item),
        item.statement.isEmpty ? "-" : "42 CFR 2.32(a)")
    }
    return "For \(CodeWords.purpose(report.question.purpose).brief), "
      + "\(LogText.escaped(report.question.recipient)) would get:\n\n\(table.text(paint))\n"
  }

  private func auditorText(_ paint: Paint) -> String {
    let question = report.question
    var lines = [
      "What \(question.recipient) would get about \(question.participant) for "
        + CodeWords.purpose(question.purpose).brief
        + (question.release.map { ", in messages that name \($0)" } ?? ""),
      "as of \(DayWords.exact(WallTime(milliseconds: report.at))), consent position "
        + "\(report.consentPosition), agreement version \(report.agreementVersion); "
        + "nothing was sent",
    ]
    if report.items.isEmpty {
      lines.append("The agreement lets this recipient hear of nothing with this purpose.")
    }
    for item in report.items {
      let labels = item.labels.map(CodeWords.label)
      lines += [
        "",
        "\(item.topic) from \(item.discloser): \(CodeWords.category(item.category).brief)"
          + (labels.isEmpty ? "" : " [\(labels.joined(separator: ", "))]"),
        "  \(outcome(of: item))",
      ]
      if item.outcome == .released { lines.append("  by what right: \(right(of: item))") }
      if item.outcome != .released, !item.releases.isEmpty {
        lines.append("  release: \(item.releases.joined(separator: ", "))")
      }
      for reason in item.reasons {
        let words = ReasonWords.of(reason)
        lines.append("  because: \(reason): \(words.formal)"
          + (words.source.isEmpty ? "" : " [\(words.source)]"))
      }
      if !item.statement.isEmpty {
        lines.append("  with the \(item.statement) statement of 42 CFR 2.32(a)")
      }
    }
    return lines.map { LogText.escaped($0) + "\n" }.joined()
  }

  private func outcome(of item: PreviewReport.Item) -> String {
    switch item.outcome {
    case .released: "would be released"
    case .held: "would wait for a release that covers it"
    case .withheld: "would be withheld"
    }
  }

  private func right(of item: PreviewReport.Item) -> String {
    let more = item.releases.isEmpty ? item.legalBasis : item.releases.joined(separator: ", ")
    return CodeWords.authority(item.authority) + (more.isEmpty ? "" : ": \(more)")
  }
}
