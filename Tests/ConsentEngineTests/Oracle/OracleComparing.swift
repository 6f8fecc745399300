import ConsentEngine
import HubModel

/// What the engine made of what was said.
func heard(_ sayings: [OracleSaying]) -> ParticipantConsents {
  var consents = ParticipantConsents()
  for saying in sayings { _ = try? consents.apply(saying.statement, from: saying.by) }
  return consents
}

extension OracleAnswer {
  /// The engine's answer, in the oracle's words.
  init(_ decision: Decision) {
    permitted = decision.permitted.indexes.map { $0 }
    held = decision.held.indexes.map { $0 }
    withheld = decision.withheld.indexes.map { $0 }
    switch decision.permit?.authority {
    case nil: authorities = []
    case .releases(let versions)?:
      authorities = ["releases"]
      papers = versions.map(\.id).sorted()
    case .operational?: authorities = ["operational"]
    case .ownView?: authorities = ["own view"]
    case .ownMessage?: authorities = ["own message"]
    case .agreementException?: authorities = ["exception"]
    case .courtOrder?: authorities = ["order"]
    case .emergency?: authorities = ["emergency"]
    }
    statement = decision.permit?.notice.map { notice in
      notice.statement.hasPrefix(oracleStatement1Start)
        ? oracleStatement1Start : notice.statement
    }
  }
}

extension OraclePaper {
  /// Where the paper stands, in the model's words.
  func state(in log: OracleLog) -> RoiState {
    if wasRevoked { return .revoked }
    if wasRefused { return .refused }
    if !isSigned || !log.rule1_missing(form).isEmpty { return .draft }
    return isReplaced ? .superseded : .active
  }
}

extension OracleLog {
  /// Where engine and oracle see a release at different points of its life.
  func disagreement(_ consents: ParticipantConsents) -> String? {
    for paper in papers {
      guard let record = consents.records.first(where: { $0.roi.id == paper.form.id }) else {
        return "  the engine lost \(paper.form.id)"
      }
      let state = paper.state(in: self)
      if record.state != state {
        return "  \(paper.form.id): engine \(record.state), oracle \(state)"
      }
      // Of somebody who could not decide, that stands there instead.
      if record.missing == ["incapacity"] { continue }
      if state == .draft, paper.isSigned, record.missing != rule1_missing(paper.form) {
        return "  \(paper.form.id) lacks \(record.missing), oracle \(rule1_missing(paper.form))"
      }
    }
    return consents.records.count == papers.count ? nil : "  the engine keeps more releases"
  }
}

extension OracleCase {
  func decision(_ consents: ParticipantConsents) -> Decision {
    var bits: UInt32 = 0
    for index in asked { bits |= 1 << UInt32(index) }
    return decide(
      ReleaseRequest(
        message: message, discloser: discloser, recipient: recipient, footing: footing,
        segments: SegmentSet(bits: bits)),
      under: agreement, consents: isKnown ? consents : nil, at: now)
  }

  /// What engine and oracle say differently; `nil` where they agree.
  func disagreement(_ engine: Decision, _ log: OracleLog) -> String? {
    var found = OracleAnswer(engine)
    let expected = Oracle(self, log).answer()
    // Of those that refuse, one at least is named among those that decided.
    let isNamed = engine.deciding.contains { expected.refusing.contains($0.id) }
    found.refusing = isNamed ? expected.refusing : []
    if found == expected { return nil }
    return "  engine: \(found) because \(engine.reasons.map(\.rawValue))\n  oracle: \(expected)"
  }

  /// Everything of the case that could matter, for a person to read.
  var story: String {
    var lines = sayings.map { "  \($0.by.text) reports: \($0.statement.story)" }
    lines.append(
      "  asked at now\(now.milliseconds - ConsentEngineTests.now.milliseconds >= 0 ? "+" : "")"
        + "\(now.milliseconds - ConsentEngineTests.now.milliseconds) ms: may \(recipient.id.text) "
        + "have \(asked) of \(message.topic) from \(discloser.id.text) (by "
        + "\(message.source.text)) for \(message.purpose.rawValue), naming "
        + "\(message.release?.text ?? "no release"), \(message.participant?.text ?? "nobody"), "
        + "to \(message.audience.map(\.text)), tokens \(message.tokens.count), known \(isKnown), "
        + "paths \(agreement.paths.count), exceptions \(agreement.exceptions.count)")
    for (index, segment) in message.segments.enumerated() {
      lines.append(
        "    \(index): \(segment.category.rawValue) \(segment.labels.map(\.rawValue).sorted()) "
          + "authored \(segment.authored.map { "today\($0.day - today.day)" } ?? "never") "
          + "attached \(segment.attachment.count)")
    }
    return lines.joined(separator: "\n")
  }
}

extension ConsentStatement {
  var story: String {
    switch self {
    case .release(let form): form.story
    case .refusal(let refusal): "\(refusal.id.text) \(refusal.reason.rawValue)"
    case .revocation(let revocation):
      "\(revocation.id?.text ?? "all") withdrawn toward \(revocation.recipients)"
    case .event(let event):
      "\(event.id?.text ?? "all") \(event.kind.rawValue) \(event.event)"
    }
  }
}

extension ReleaseOfInformation {
  /// What sets it apart from the plainest form.
  var story: String {
    var choices = Choices(following: [])
    let plain = Mirror(reflecting: OracleCases.release(&choices)).children.map { "\($0.value)" }
    return zip(Mirror(reflecting: self).children, plain).compactMap { child, plain in
      let value = "\(child.value)"
      return child.label == "id" || value != plain
        ? "\(child.label ?? ""): \(value.replacing("HubModel.", with: ""))" : nil
    }.joined(separator: "\n    ")
  }
}
