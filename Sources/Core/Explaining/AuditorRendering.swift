import HubModel

/// Everything that the log holds of a message, with the rules.
struct AuditorRendering {
  private let explanation: Explanation
  private let entries: [LoggedEntry]
  private let days: DayWords

  init(_ explanation: Explanation, _ recipient: AgencyID?, _ days: DayWords) {
    self.explanation = explanation
    self.days = days
    entries = explanation.entries.filter {
      recipient == nil || $0.entry.recipient == nil || $0.entry.recipient == recipient
    }
  }

  var lines: [String] {
    guard let first = entries.first else {
      return ["message \(explanation.message)", "Nothing is in the log about it."]
    }
    let topic = explanation.entries.lazy.compactMap(\.entry.topic).first
    let count = entries.count == 1 ? "1 entry" : "\(entries.count) entries"
    return [
      "message \(explanation.message)" + (topic.map { ": \($0)" } ?? ""),
      "\(count) of the log, from \(days.sortable(first.entry.at)) on (\(days.zone))",
    ] + entries.flatMap(lines(of:))
  }

  private func lines(of logged: LoggedEntry) -> [String] {
    let entry = logged.entry
    var head = "entry \(logged.position)  \(DayWords.exact(entry.at))  \(entry.kind.word)"
    if let recipient = entry.recipient { head += ", for \(recipient)" }
    if let part = entry.part { head += ", part \(part)" }
    if let number = entry.number { head += ", number \(number)" }
    var lines = ["", head]
    func tell(_ name: String, _ text: String) { lines.append("  \(name): \(text)") }
    tell("by", entry.actor.text)
    let detail = DecisionDetail(entry.detail)
    if let detail { lines += self.lines(of: detail, entry) }
    if !entry.releases.isEmpty {
      let releases = entry.releases.map { "\($0.id) version \($0.version)" }
      tell("releases", releases.joined(separator: ", "))
    }
    for reason in entry.reasons {
      let words = ReasonWords.of(reason)
      let meaning = words.formal == reason ? "" : ": \(words.formal)"
      tell("because", reason + meaning + (words.source.isEmpty ? "" : " [\(words.source)]"))
    }
    if entry.agreementVersion > 0 { tell("agreement", "version \(entry.agreementVersion)") }
    if entry.consentPosition > 0 { tell("consent log", "position \(entry.consentPosition)") }
    if detail == nil, !entry.detail.isEmpty { tell("detail", entry.detail) }
    return lines
  }

  private func line(of trace: DecisionDetail.Trace) -> String {
    let words = ReasonWords.of(trace.reason)
    let source = words.source.isEmpty ? "" : " [\(words.source)]"
    let lacks = trace.elements.isEmpty ? "" : "; lacks \(trace.elements.joined(separator: ", "))"
    return "  \(trace.release.id) version \(trace.release.version), to segment \(trace.segment): "
      + "\(words.formal)\(source)\(lacks)"
  }

  private func lines(of detail: DecisionDetail, _ entry: AuditEntry) -> [String] {
    var lines = ["  from: \(detail.source), as \(detail.footing)"]
    lines += detail.items.map { item in
      let labels = item.labels.map(CodeWords.label)
      return "  segment \(item.segment): \(CodeWords.category(item.category).brief)"
        + (labels.isEmpty ? "" : " [\(labels.joined(separator: ", "))]")
    }
    lines.append("  purpose: \(CodeWords.purpose(detail.purpose).brief)")
    if !detail.authority.isEmpty {
      lines.append("  by what right: \(CodeWords.authority(detail.authority))")
    }
    if !detail.legalBasis.isEmpty { lines.append("  legal basis: \(detail.legalBasis)") }
    if !detail.statement.isEmpty {
      lines.append("  went with: the \(detail.statement) statement of 42 CFR 2.32(a) "
        + "and the consent's scope (2.32(b))")
    }
    if let parent = detail.parent { lines.append("  answers or passes on: \(parent)") }
    lines += detail.traces.map(line(of:))
    return lines + detail.others.map { "  also: \($0)" }
  }
}
