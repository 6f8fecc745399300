import AdapterKit
import DiversionWorkflow
import GRDB
import HubModel

/// Deliveries into the agency's own tables, and the alerts, notices and questions that follow.
extension ProviderAdapter {
  func apply(_ content: Delivery.Content, at now: WallTime, in database: Database) throws {
    let message = content.message
    let view = try cases.learn(message, at: now, in: database)
    if let alias = message.participant { try note(message, of: alias, at: now, in: database) }
    var file: CareCase?
    if let caseID = message.caseID { file = try follow(message, caseID, in: database) }
    switch message.topic {
    case .handoffRequested, .handoffUnanswered:
      if let file { try raise(message, file, at: now, in: database) }
    case .handoffDetails: try postDetails(content, in: database)
    case .bookingCreated, .bookingReleased: try postBooking(content, in: database)
    case .identityCandidate: try ask(content, in: database)
    case .holdOpened, .holdExtended, .holdReleased, .holdFiled, .holdWithdrawn, .holdVoided,
      .holdDueSoon, .holdReviewDue:
      try postHold(content, view, at: now, in: database)
    case .warrantStatus, .caseEvent, .defenceAssigned, .roiExpiring:
      try postEvent(content, in: database)
    default: break
    }
  }

  private func follow(
    _ message: Message, _ caseID: CaseID, in database: Database
  ) throws -> CareCase {
    var file = try CareCase.of(caseID, in: database)
    file.alias = message.participant?.text ?? file.alias
    file.release = file.release ?? message.release?.text
    file.hold = message.code("hold") ?? file.hold
    if message.topic == .handoffRequested {
      file.request = message.id.description
      file.requestedAt = (message.time("requested-at") ?? message.sentAt).milliseconds
      file.place = message.text("meeting-place")
      file.callback = message.code("callback")
      file.safety = message.codes("safety").joined(separator: ";")
      file.door = message.code("door") ?? file.door
    }
    if message.topic == .handoffDetails {
      file.needs = message.codes("need").joined(separator: ";")
    }
    try file.save(database)
    return file
  }

  private func raise(
    _ message: Message, _ file: CareCase, at now: WallTime, in database: Database
  ) throws {
    let attempt = message.topic == .handoffRequested ? 0 : Int(message.integer("attempt") ?? 1)
    try alert(
      file, attempt: max(0, attempt), request: file.request ?? "", at: now, in: database)
  }

  private func postDetails(_ content: Delivery.Content, in database: Database) throws {
    let message = content.message
    guard let caseID = message.caseID, let alias = message.participant else { return }
    let known = try Client.fetchOne(database, key: alias.text)
    let person = PeopleBook.Person(
      lastName: message.text("last-name") ?? "", firstName: message.text("first-name") ?? "",
      birthDate: message.date("date-of-birth"), stateID: known?.stateID)
    try setting.people.remember(alias, person, in: database)
    var client = Client(alias, person)
    client.language = message.code("language")
    try client.save(database)
    var words = NoticeText("HAND-OFF: WHO")
    words.item("Referral", caseID.text)
    words.item("Name", client.name)
    words.item("Also known as", message.texts("alias").joined(separator: ", "))
    words.item("Born", person.birthDate.map { setting.notices.day($0) })
    words.item("Language", client.language)
    words.item("Needs", message.codes("need").joined(separator: ", "))
    words.close(with: content.notice, setting.notices)
    try Notices.replace("alerts/\(caseID)-who", words.text, in: database)
  }

  private func postBooking(_ content: Delivery.Content, in database: Database) throws {
    let message = content.message
    let isCorrection = message.flag("correction") == true
    var words = NoticeText(
      message.topic == .bookingCreated ? "A PARTICIPANT WAS BOOKED" : "A PARTICIPANT LEFT JAIL")
    if isCorrection { words.say("This corrects an earlier notice of the same booking.") }
    words.item("Participant", message.participant?.text)
    words.item("Name", try Client.name(of: message.participant?.text, in: database))
    words.item("Booking", message.code("booking"))
    words.item("When", message.time("at").map { setting.notices.moment($0) })
    words.item("Facility", message.code("facility"))
    words.item("Offence class", message.code("offence-class"))
    words.item("Court", message.date("court-date").map { setting.notices.day($0) })
    words.todo(
      message.topic == .bookingCreated
        ? "Tell the case manager. Do not tell the jail why you ask."
        : "Tell the case manager: the person may need a contact today.")
    words.close(with: content.notice, setting.notices)
    try Notices.add("alerts/booking-\(message.id)", words.text, in: database)
  }

  private func postHold(
    _ content: Delivery.Content, _ view: CaseView?, at now: WallTime, in database: Database
  ) throws {
    let message = content.message
    guard let caseID = message.caseID else { return }
    let word = message.topic.rawValue.dropFirst("hold.".count)
    var words = NoticeText("HOLD ON FILING: \(word)")
    words.item("Referral", caseID.text)
    words.item("Name", try Client.name(of: message.participant?.text, in: database))
    words.item("Hold", message.code("hold"))
    if let due = view?.hold?.due, view?.hold?.phase.isEnded == false {
      words.item(
        "Ends", "\(setting.notices.moment(due)), \(setting.notices.left(until: due, at: now))")
    }
    words.item("Rule", view?.hold?.rule)
    words.item("Asks for", message.codes("condition").joined(separator: ", "))
    words.item("Disposition", message.code("disposition"))
    words.close(with: content.notice, setting.notices)
    try Notices.replace("notices/\(caseID)-\(message.topic)", words.text, in: database)
  }

  private func postEvent(_ content: Delivery.Content, in database: Database) throws {
    let message = content.message
    let titles: [Topic: String] = [
      .warrantStatus: "A PARTICIPANT'S WARRANT", .caseEvent: "A PARTICIPANT'S COURT CASE",
      .defenceAssigned: "A PARTICIPANT HAS COUNSEL", .roiExpiring: "A RELEASE ENDS SOON",
    ]
    var words = NoticeText(titles[message.topic] ?? "NEWS")
    words.item("Participant", message.participant?.text)
    words.item("Name", try Client.name(of: message.participant?.text, in: database))
    words.item("Status", message.code("status") ?? message.code("event"))
    words.item("Attorney", message.text("attorney"))
    words.item("Court case", message.code("court-case"))
    words.item("Court date", message.date("court-date").map { setting.notices.day($0) })
    words.item("Release", message.code("release"))
    words.item("Ends", message.time("expires-at").map { setting.notices.moment($0) })
    if message.topic == .roiExpiring {
      words.todo("Ask the person whether they want to sign again.")
    }
    words.close(with: content.notice, setting.notices)
    try Notices.add("notices/\(message.topic)-\(message.id)", words.text, in: database)
  }

  private func ask(_ content: Delivery.Content, in database: Database) throws {
    let message = content.message
    guard let candidate = message.code("candidate"), let alias = message.participant else { return }
    let question = Question(
      candidate: candidate, alias: alias.text, origin: message.code("from") ?? "",
      matchedOn: message.code("matched-on") ?? "")
    guard try Question.fetchOne(database, key: candidate) == nil else { return }
    try question.insert(database)
    let client = try Client.fetchOne(database, key: alias.text)
    var words = NoticeText("IS THIS THE SAME PERSON?")
    words.say("A booking at \(question.origin) may be your participant's.")
    words.item("Participant", alias.text)
    words.item("Name", client?.name)
    words.item("Born", client?.birthDate)
    words.item("Matches by", question.matchedOn)
    words.todo(
      "Confirm only what you know for certain; a name and birth date are not enough.\n"
        + "  accord-behavioral-health identity confirm \(candidate)\n"
        + "  accord-behavioral-health identity reject \(candidate)")
    words.close(with: content.notice, setting.notices)
    try Notices.add("questions/\(candidate)", words.text, in: database)
  }
}

extension Message {
  func text(_ name: String) -> String? {
    if case .text(let value)? = value(name) { value } else { nil }
  }

  /// Every value of a repeating field, in order.
  func codes(_ name: String) -> [String] {
    segments.flatMap(\.fields).compactMap { field in
      if field.name == name, case .code(let value) = field.value { value } else { nil }
    }
  }

  func texts(_ name: String) -> [String] {
    segments.flatMap(\.fields).compactMap { field in
      if field.name == name, case .text(let value) = field.value { value } else { nil }
    }
  }
}
