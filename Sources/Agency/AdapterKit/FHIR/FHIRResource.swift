import Foundation
import HubModel

/// A delivery as a resource of FHIR R4, for the agency's own records system.
///
/// | delivery | resource |
/// |---|---|
/// | `handoff.requested`, `handoff.details` | Task: what is asked of whoever is on call |
/// | `referral.submitted` | ServiceRequest |
/// | every other | Communication, its values as text |
///
/// Each bears the message's id as an identifier, by which the same delivery finds its resource
/// again; the person is named by the agency's own alias and no more than was released. The scope of
/// the release, and the notice of 42 CFR 2.32, stand in a note of the resource.
enum FHIRResource {
  static let messages = "urn:accord:message"
  static let cases = "urn:accord:case"
  static let participants = "urn:accord:participant"
  static let topics = "urn:accord:topic"

  /// - Returns: the resource's type and its JSON.
  static func of(_ content: Delivery.Content) -> (type: String, json: [String: Any]) {
    let message = content.message
    switch message.topic {
    case .handoffRequested, .handoffDetails: return ("Task", task(content))
    case .referralSubmitted: return ("ServiceRequest", request(content))
    default: return ("Communication", communication(content))
    }
  }

  private static func task(_ content: Delivery.Content) -> [String: Any] {
    let message = content.message
    var task = common(content, "Task")
    task["status"] = "requested"
    task["intent"] = "order"
    task["priority"] = "stat"
    task["code"] = concept(message.topic)
    task["authoredOn"] = message.sentAt.iso8601
    task["requester"] = organization(message.source)
    task["for"] = subject(message)
    task["groupIdentifier"] = message.caseID.map { identifier(cases, $0.text) }
    task["input"] = values(of: message).map { field -> [String: Any] in
      ["type": ["text": field.name], field.isDate ? "valueDateTime" : "valueString": field.text]
    }.orNothing
    return task
  }

  private static func request(_ content: Delivery.Content) -> [String: Any] {
    let message = content.message
    var request = common(content, "ServiceRequest")
    request["status"] = "active"
    request["intent"] = "order"
    request["code"] = concept(message.topic)
    request["authoredOn"] = message.sentAt.iso8601
    request["requester"] = organization(message.source)
    // The resource must have one; a referral without a person's alias is of whoever is meant.
    request["subject"] = subject(message) ?? ["display": "not named"]
    request["requisition"] = message.caseID.map { identifier(cases, $0.text) }
    var notes = [["text": lines(of: message)]]
    if let words = noticeText(content) { notes.append(["text": words]) }
    request["note"] = notes
    return request
  }

  private static func communication(_ content: Delivery.Content) -> [String: Any] {
    let message = content.message
    var communication = common(content, "Communication")
    communication["status"] = "completed"
    communication["category"] = [concept(message.topic)]
    communication["sent"] = message.sentAt.iso8601
    communication["sender"] = organization(message.source)
    communication["subject"] = subject(message)
    communication["payload"] = values(of: message).map {
      ["contentString": "\($0.name): \($0.text)"]
    }.orNothing
    return communication
  }

  private static func common(_ content: Delivery.Content, _ type: String) -> [String: Any] {
    let message = content.message
    var identifiers = [identifier(messages, key(of: content))]
    if let caseID = message.caseID { identifiers.append(identifier(cases, caseID.text)) }
    var resource: [String: Any] = ["resourceType": type, "identifier": identifiers]
    if let words = noticeText(content) { resource["note"] = [["text": words]] }
    return resource
  }

  /// Names a delivery: the parts of a message that are released apart are resources of their own.
  static func key(of content: Delivery.Content) -> String {
    "\(content.message.id)-\(content.part)"
  }

  private static func identifier(_ system: String, _ value: String) -> [String: Any] {
    ["system": system, "value": value]
  }

  private static func concept(_ topic: Topic) -> [String: Any] {
    ["coding": [["system": topics, "code": topic.rawValue]], "text": topic.rawValue]
  }

  private static func organization(_ agency: AgencyID) -> [String: Any] {
    ["type": "Organization", "display": agency.text]
  }

  private static func subject(_ message: Message) -> [String: Any]? {
    message.participant.map {
      ["type": "Patient", "identifier": identifier(participants, $0.text)]
    }
  }

  private static func noticeText(_ content: Delivery.Content) -> String? {
    guard let notice = content.notice else { return nil }
    var words = notice.scopes.map { scope in
      "Told under release \(scope.release), version \(scope.version), for "
        + scope.purposes.map(\.rawValue).sorted().joined(separator: ", ")
        + (scope.expiresAt.map { ", until \($0.iso8601)" } ?? "") + "."
    }
    if !notice.statement.isEmpty { words.append(notice.statement) }
    return words.isEmpty ? nil : words.joined(separator: "\n")
  }

  private struct Value {
    var name: String
    var text: String
    var isDate: Bool
  }

  private static func values(of message: Message) -> [Value] {
    message.segments.flatMap(\.fields).map { field in
      switch field.value {
      case .code(let text), .text(let text):
        Value(name: field.name, text: text.isEmpty ? "-" : text, isDate: false)
      case .integer(let number): Value(name: field.name, text: "\(number)", isDate: false)
      case .flag(let flag): Value(name: field.name, text: "\(flag)", isDate: false)
      case .date(let date): Value(name: field.name, text: "\(date)", isDate: true)
      case .time(let time): Value(name: field.name, text: time.iso8601, isDate: true)
      }
    }
  }

  private static func lines(of message: Message) -> String {
    let lines = values(of: message).map { "\($0.name): \($0.text)" }
    return lines.isEmpty ? message.topic.rawValue : lines.joined(separator: "\n")
  }
}

extension Array {
  /// FHIR has no empty lists.
  fileprivate var orNothing: [Element]? { isEmpty ? nil : self }
}
