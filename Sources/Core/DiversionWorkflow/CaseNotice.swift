public import HubModel

/// Something that the router tells the viewer, from the viewer's own view alone.
public struct CaseNotice: Hashable, Sendable {
  public let topic: Topic
  public let segment: Segment
  public init(topic: Topic, segment: Segment) {
    self.topic = topic
    self.segment = segment
  }
}

extension CaseNotice {
  /// `hold.due-soon` or `hold.review-due`: coded fields and dates, the same words whatever any
  /// other agency knows.
  static func hold(_ topic: Topic, _ hold: HoldState, daysLeft: Int) -> CaseNotice {
    var fields: [Field] = []
    if let id = hold.id { fields.append(Field("hold", .code(id))) }
    if let incident = hold.incident { fields.append(Field("incident", .code(incident))) }
    if let dueOn = hold.dueOn { fields.append(Field("due-on", .date(dueOn))) }
    if let due = hold.due { fields.append(Field("due-at", .time(due))) }
    if let rule = hold.rule { fields.append(Field("rule", .code(rule))) }
    fields.append(Field("days-left", .integer(Int64(daysLeft))))
    return CaseNotice(topic: topic, segment: Segment(.hold, fields: fields))
  }

  static func unanswered(_ attempt: Int, of request: HandoffState.Request) -> CaseNotice {
    var fields = [
      Field("attempt", .integer(Int64(attempt))), Field("requested-at", .time(request.requestedAt)),
    ]
    if let callback = request.callback { fields.append(Field("callback", .code(callback))) }
    if let place = request.meetingPlace { fields.append(Field("meeting-place", .text(place))) }
    return CaseNotice(
      topic: .handoffUnanswered, segment: Segment(.operational, fields: fields))
  }

  static func decided(_ decision: String, rule: String) -> CaseNotice {
    CaseNotice(
      topic: .referralDecided,
      segment: Segment(
        .referral, fields: [Field("decision", .code(decision)), Field("rule", .code(rule))]))
  }
}

/// Makes a code of a rule that an agreement words for people ("14 days from referral").
enum RuleCode {
  static func code(_ text: String) -> String? {
    let bytes = text.utf8.prefix(64).map { $0 > 32 && $0 < 127 ? $0 : UInt8(ascii: "-") }
    return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
  }
}
