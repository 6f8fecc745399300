import HubModel

/// What one agency may read: what was released to it and reached it, and what it sent itself.
///
/// It says the same before and after a revocation, and the same of what was withheld as of what
/// never was (42 CFR 2.13(c); *explanation leak*).
struct AgencyRendering {
  private let explanation: Explanation
  private let agency: AgencyID?
  private let days: DayWords

  init(_ explanation: Explanation, _ agency: AgencyID?, _ days: DayWords) {
    self.explanation = explanation
    self.agency = agency
    self.days = days
  }

  var lines: [String] {
    guard let agency else { return [String(Explanation.nothing.dropLast())] }
    let sent = explanation.entries.filter { $0.entry.actor == agency }.compactMap(ownAct)
    // A number that was sent void had not reached the agency before.
    let received = PartHistory.all(in: explanation, toward: agency).filter { history in
      if case (.sent, _)? = history.outcome { true } else { false }
    }
    let told = received.compactMap(\.released).flatMap(lines(of:))
    guard !sent.isEmpty || !told.isEmpty else {
      return [String(Explanation.nothing.dropLast())]
    }
    let topic = explanation.entries.lazy.compactMap(\.entry.topic).first
    return ["message \(explanation.message)" + (topic.map { ": \($0)" } ?? "")] + sent + told
  }

  /// What the agency did itself; it was answered then, and is told no more now.
  private func ownAct(_ logged: LoggedEntry) -> String? {
    let entry = logged.entry
    switch entry.kind {
    case .accepted, .candidate:
      return "You sent it; the hub took it on \(days.day(entry.at)) at \(days.clock(entry.at)) "
        + "(\(days.zone)). What becomes of it for others you are told by outcomes alone."
    case .refused:
      return "The hub refused it on \(days.day(entry.at)): \(entry.reasons.joined(separator: ", "))"
    default: return nil
    }
  }

  private func lines(of logged: LoggedEntry) -> [String] {
    let entry = logged.entry
    guard let detail = DecisionDetail(entry.detail) else { return [] }
    var lines = [
      "You received it from \(detail.source) on \(days.day(entry.at)) at \(days.clock(entry.at)) "
        + "(\(days.zone))" + (entry.number.map { ", as delivery \($0)." } ?? ".")
    ]
    let information = detail.categories.map { CodeWords.category($0).brief }
    if !information.isEmpty {
      lines.append("  information: \(information.joined(separator: "; "))")
    }
    lines.append("  purpose: \(CodeWords.purpose(detail.purpose).brief)")
    if !entry.releases.isEmpty {
      let releases = entry.releases.map { "\($0.id) version \($0.version)" }
      lines.append("  by what right: \(CodeWords.authority(detail.authority)): "
        + releases.joined(separator: ", "))
    } else {
      lines.append("  by what right: \(CodeWords.authority(detail.authority))"
        + (detail.legalBasis.isEmpty ? "" : ": \(detail.legalBasis)"))
    }
    switch detail.statement {
    case "long": lines.append("  " + RedisclosureStatement.long)
    case "short": lines.append("  " + RedisclosureStatement.short)
    default: break
    }
    return lines
  }
}
