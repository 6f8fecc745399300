import AdapterKit
import DiversionWorkflow
import GRDB
import HubModel

/// Deliveries into the office's client list, and a printable notice for each.
extension DefenderAdapter {
  func apply(_ content: Delivery.Content, at now: WallTime, in database: Database) throws {
    let message = content.message
    let view = try cases.learn(message, at: now, in: database)
    guard let alias = message.participant else { return }
    var client = try Client.of(alias, in: database)
    client.lastEvent = message.topic.rawValue
    client.lastEventAt = message.sentAt.milliseconds
    client.caseID = message.caseID?.text ?? client.caseID
    let incident = message.code("incident") ?? view?.hold?.incident
    client.incident = incident ?? client.incident
    client.courtCase = message.code("court-case") ?? client.courtCase
    client.courtDate = message.date("court-date")?.description ?? client.courtDate
    if message.topic == .warrantStatus { client.warrant = message.code("status") }
    let booking = message.code("booking")
    if let booking {
      client.booking = booking
      client.offenceClass = message.code("offence-class") ?? client.offenceClass
      client.bookedAt =
        message.topic == .bookingCreated ? message.time("at")?.milliseconds : client.bookedAt
    }
    try client.save(database)
    let numbers: [(ClientKey, String?)] = [
      (.incident, incident), (.booking, booking), (.courtCase, message.code("court-case")),
    ]
    for (key, value) in numbers {
      try key.remember(value, alias, in: database)
      for var waiting in try key.waiting(value, in: database) {
        try send(&waiting, to: alias, at: now, in: database)
      }
    }
    try post(content, try Client.of(alias, in: database), view, at: now, in: database)
  }

  private func post(
    _ content: Delivery.Content, _ client: Client, _ view: CaseView?, at now: WallTime,
    in database: Database
  ) throws {
    let message = content.message
    guard let title = Self.titles[message.topic] else { return }
    var text = NoticeText(title)
    text.item("Client", client.alias)
    text.item("Name", [client.lastName, client.firstName].compactMap { $0 }.joined(separator: ", "))
    text.item("Attorney", client.attorney)
    text.item("Incident", client.incident)
    text.item("Hold", view?.hold?.id)
    if let hold = view?.hold, let due = hold.due, !hold.phase.isEnded {
      text.item(
        "Window ends",
        "\(setting.notices.moment(due)), \(setting.notices.left(until: due, at: now))")
      text.item("Rule", hold.rule)
    }
    text.item("Disposition", message.code("disposition"))
    text.item("Booking", message.code("booking"))
    text.item("At", message.time("at").map { setting.notices.moment($0) })
    text.item("Facility", message.code("facility"))
    text.item("Offence class", message.code("offence-class"))
    text.item("Court case", message.code("court-case"))
    text.item("Court date", message.date("court-date").map { setting.notices.day($0) })
    text.item("Event", message.code("event") ?? message.code("status"))
    text.todo(
      client.attorney == nil
        ? "Assign counsel: accord-public-defender assign --client \(client.alias) --attorney NAME"
        : "Tell the attorney. Keep what is privileged in your case system.")
    text.close(with: content.notice, setting.notices)
    let kind = message.topic.rawValue.split(separator: ".").joined(separator: "-")
    try Notices.add(
      "notices/\(kind)-\(message.id.description.suffix(12))", text.text, in: database)
  }

  private static let titles: [Topic: String] = [
    .holdOpened: "A CLIENT'S CASE IS ON HOLD", .holdExtended: "A CLIENT'S HOLD WAS EXTENDED",
    .holdReleased: "A CLIENT'S HOLD WAS RELEASED", .holdFiled: "CHARGES WERE FILED",
    .holdWithdrawn: "A CLIENT'S HOLD WAS WITHDRAWN", .holdVoided: "A CLIENT'S HOLD WAS VOIDED",
    .bookingCreated: "A CLIENT WAS BOOKED", .bookingReleased: "A CLIENT LEFT THE JAIL",
    .warrantStatus: "A CLIENT'S WARRANT", .caseEvent: "A CLIENT'S COURT CASE",
    .referralScreened: "A CLIENT'S REFERRAL WAS SCREENED",
    .referralDecided: "A CLIENT'S REFERRAL WAS DECIDED",
    .referralAssigned: "A CLIENT HAS A PROVIDER",
  ]
}
