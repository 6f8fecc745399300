import ConsentEngine
import HubModel

/// What the engine made of what was said.
///
/// As the router does it: who withdraws everything withdraws what has not been seen yet.
func heard(_ sayings: [OracleSaying], under law: SiteSwitches) -> ParticipantConsents {
  var consents = ParticipantConsents()
  for saying in sayings {
    for id in saying.restored { consents.marks.take(.unconfirmed(id)) }
    guard
      var change = try? consents.apply(
        saying.statement, from: saying.by, under: law, at: saying.at)
    else { continue }
    if case .revocation(let revocation) = saying.statement, revocation.id == nil {
      consents.revokeUnseen(toward: revocation.recipients, at: saying.at, in: &change)
    }
  }
  return consents
}

extension OracleAnswer {
  static let names: [Reason: String] = [
    .releaseCovers: "releases", .operational: "operational", .ownView: "own view",
    .ownMessage: "own message", .agreementException: "exception", .courtOrder: "order",
    .emergency: "emergency",
  ]

  /// The engine's answer, in the oracle's words.
  init(_ decision: Decision) {
    permitted = Array(decision.permitted)
    held = Array(decision.held)
    withheld = Array(decision.withheld)
    if case .releases(let versions)? = decision.permit?.authority {
      papers = versions.map(\.id).sorted()
    }
    // One part may go out by several authorities; each is in the log by its reason.
    for reason in decision.reasons {
      if let authority = Self.names[reason] { authorities.append(authority) }
    }
    authorities.sort()
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
    if isReplaced { return .superseded }
    return isSigned && lacked.isEmpty ? .active : .draft
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
      if state == .draft, paper.isSigned, record.missing.sorted() != paper.lacked.sorted() {
        return "  \(paper.form.id) lacks \(record.missing), oracle \(paper.lacked)"
      }
    }
    let marks = consents.marks
    if marks.suspended != Set(stopped) {
      return "  suspended: engine \(marks.suspended), oracle \(stopped)"
    }
    if marks.unconfirmed != Set(doubtful) {
      return "  unconfirmed: engine \(marks.unconfirmed), oracle \(doubtful)"
    }
    if marks.voided != Set(forged) { return "  void: engine \(marks.voided), oracle \(forged)" }
    return consents.records.count == papers.count ? nil : "  the engine keeps more releases"
  }
}

extension OracleCase {
  func decision(_ consents: ParticipantConsents) -> Decision {
    var bits: UInt32 = 0
    for index in asked { bits |= 1 << UInt32(index) }
    var consents = consents
    consents.orders = orders
    consents.emergencies = emergencies
    for stay in stays {
      consents.marks.take(
        stay.isBooking ? .booked(stay.by, at: stay.at) : .freed(stay.by, at: stay.at))
    }
    return decide(
      ReleaseRequest(
        message: message, discloser: discloser, recipient: recipient, footing: footing,
        segments: SegmentSet(bits: bits), received: received),
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
    var lines = sayings.map { saying in
      let age = ConsentEngineTests.now.milliseconds - saying.at.milliseconds
      return "  \(saying.by.text) reports, \(age) ms ago: \(saying.statement.story)"
    }
    lines.append("  counsel then: \(lawThen.story); now: \(agreement.switches.story)")
    lines += stays.map { "  \($0)".replacing("HubModel.", with: "") }
    lines += orders.map { "  order: \($0)".replacing("HubModel.", with: "") }
    lines += emergencies.map { "  emergency: \($0)".replacing("HubModel.", with: "") }
    lines.append(
      "  asked at now\(now.milliseconds - ConsentEngineTests.now.milliseconds >= 0 ? "+" : "")"
        + "\(now.milliseconds - ConsentEngineTests.now.milliseconds) ms: may \(recipient.id.text) "
        + "have \(asked) of \(message.topic) from \(discloser.id.text) (by "
        + "\(message.source.text)) for \(message.purpose.rawValue), naming "
        + "\(message.release?.text ?? "no release"), \(message.participant?.text ?? "nobody"), "
        + "to \(message.audience.map(\.text)), tokens \(message.tokens.count), known \(isKnown), "
        + "paths \(agreement.paths.count), exceptions \(agreement.exceptions.count), "
        + "received \(received)".replacing("HubModel.", with: ""))
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

extension SiteSwitches {
  var story: String {
    "intermediary \(hubIsIntermediary), tracks \(criminalJusticeTracks.sorted()), "
      + "states \(states.sorted()), negative status \(negativeStatusToJustice)"
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
