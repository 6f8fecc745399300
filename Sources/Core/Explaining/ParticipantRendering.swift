import HubModel

/// The same for the person it is about: short sentences, everyday words, no codes.
struct ParticipantRendering {
  private let explanation: Explanation
  private let recipient: AgencyID?
  private let days: DayWords

  init(_ explanation: Explanation, _ recipient: AgencyID?, _ days: DayWords) {
    self.explanation = explanation
    self.recipient = recipient
    self.days = days
  }

  var lines: [String] {
    guard !explanation.entries.isEmpty else { return ["We have no note like that."] }
    var lines = ["What we did with a note about you", ""]
    if let sent = explanation.entries.first(where: { $0.entry.kind.isArrival }) {
      lines.append("\(name(sent.entry.actor)) sent it to us on \(days.day(sent.entry.at)).")
    }
    if let refused = explanation.entries.first(where: { $0.entry.kind == .refused }) {
      lines.append(
        "\(name(refused.entry.actor)) tried to send it on \(days.day(refused.entry.at)). "
          + "We did not take it. No one got it from us.")
    }
    let histories = PartHistory.all(in: explanation, toward: recipient)
    for history in histories { lines += self.lines(of: history) }
    if histories.isEmpty { lines += ["", "No one else got it from us."] }
    return lines + [
      "",
      "Do you have a question? Ask us. You can also ask how to change your mind about a form "
        + "that you signed.",
    ]
  }

  private func lines(of history: PartHistory) -> [String] {
    guard let (outcome, logged) = history.outcome else { return [] }
    let who = name(history.recipient)
    let day = days.day(logged.entry.at)
    let detail = DecisionDetail(logged.entry.detail)
    if outcome == .sent, let footing = detail?.footing, footing != "submitted" {
      return ["", "We told \(who) on \(day).", "Why: \(Self.because(logged))"]
    }
    var lines = [""]
    switch outcome {
    case .sent: lines.append("\(who) got it on \(day).")
    case .stoppedAfterSending:
      lines.append("We sent it to \(who), and then we stopped it on \(day). They may have seen it.")
    case .withheld: lines.append("\(who) did not get it.")
    case .waiting: lines.append("\(who) did not get it yet. It waits.")
    case .queued: lines.append("\(who) may have it. It will go out to them soon.")
    case .lapsed:
      return lines + [
        "\(who) did not get it.", "Why: It had to wait too long. We threw it away on \(day).",
      ]
    }
    let what = (detail?.categories ?? []).map { CodeWords.category($0).plain }
    if !what.isEmpty { lines.append("What it says: \(what.joined(separator: "; ")).") }
    if let purpose = detail?.purpose {
      lines.append("What it is for: \(CodeWords.purpose(purpose).plain).")
    }
    lines.append("Why: \(Self.because(logged))")
    if outcome == .sent, detail?.isPart2 == true {
      lines.append("We told them of the law that guards it. They may not use it against you.")
    }
    return lines
  }

  private static func because(_ logged: LoggedEntry) -> String {
    var sentences: [String] = []
    for reason in logged.entry.reasons {
      let plain = ReasonWords.of(reason).plain
      if !sentences.contains(plain) { sentences.append(plain) }
    }
    return sentences.isEmpty ? "Ask us to explain it." : sentences.joined(separator: " ")
  }

  /// `lakewood-prosecutor` as "Lakewood Prosecutor": the log knows agencies by their ids.
  private func name(_ agency: AgencyID) -> String {
    if agency == .hub { return "Our system" }
    return agency.text.split(separator: "-").map { word in
      word.prefix(1).uppercased() + word.dropFirst()
    }.joined(separator: " ")
  }
}

extension AuditEntry.Kind {
  /// The message came in.
  fileprivate var isArrival: Bool { self == .accepted || self == .candidate }
}
