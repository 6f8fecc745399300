import AdapterKit
import Desk
import GRDB
import HubClient
import HubModel

/// What this agency said about a person and was told, to print for them; and bookings.
extension ProviderDesk {
  func accounting(_ visit: Visit) throws -> Page {
    let alias = try alias(visit)
    let known = try known(alias, visit)
    try office.record(visit, page: "accounting", subject: alias)
    let own = office.host.setting.configuration.agency.text
    let states = try office.host.setting.store.read { database in
      try known.events.filter { $0.source == own }.reduce(into: [String: String]()) {
        $0[$1.message] = try state(of: $1.message, in: database)
      }
    }
    func rows(_ events: [PersonEvent]) -> [[HTML]] {
      events.map { event in
        [
          "\(dates.moment(WallTime(milliseconds: event.at)))", "\(TopicWords.of(event.topic))",
          "\(event.words.replacing("-", with: " "))",
          event.source == own ? "\(states[event.message] ?? "")" : "\(name(of: event.source))",
        ]
      }
    }
    let said = rows(known.events.filter { $0.source == own })
    let told = rows(known.events.filter { $0.source != own })
    let open = known.releases.filter { $0.state == "signed" || $0.state == "revoked in part" }
    return Page(
      "What was shared", isOfPerson: true,
      body: """
        <p class='screen'><a href='\(path(of: alias))'>Back</a></p>
        <h1>What was shared about \(known.client.name)</h1>
        \(Part.note("""
          <p>This is what <strong>\(office.settings.name)</strong> gave to the program's hub, and
          what it was told. The hub passes on only what a release covers at that moment. To whom
          each thing went in the end, the hub's own accounting says: the program's privacy officer
          prints it on request, for three years back.</p>
          """))
        \(said.isEmpty
          ? Part.empty("This agency has said nothing about this person.")
          : Part.table(caption: "What we said", ["When", "What", "Detail", "State"], said))
        \(told.isEmpty
          ? Part.empty("This agency was told nothing about this person.")
          : Part.table(caption: "What we were told", ["When", "What", "Detail", "By"], told))
        <h2>Who may know now</h2>
        \(open.isEmpty ? Part.empty("Nobody: no release is in force.") : .nothing)
        \(open.map { release($0, alias, visit) })
        <h2>How to stop it</h2><p>Say so to anybody at \(office.settings.name), aloud or in writing,
        at any time. It counts at once.</p>
        <div class='buttons'><button class='button second' type='button' data-print hidden>Print
        this page</button></div>
        """)
  }

  private func state(of message: String, in database: Database) throws -> String {
    guard let id = MessageID(message) else { return "" }
    switch try office.host.setting.store.submissionState(of: id, in: database) {
    case .receipted?, nil: return "the hub has it"
    case .refused?: return "the hub did not take it"
    case .spooled?: return "waits here"
    }
  }

  // MARK: Bookings

  func bookings(_ visit: Visit) throws -> Page {
    let events = try office.read { database in
      try PersonEvent.fetchAll(
        database,
        sql: """
          SELECT * FROM person_event WHERE topic IN (?, ?) ORDER BY seq DESC LIMIT 100
          """,
        arguments: [Topic.bookingCreated.rawValue, Topic.bookingReleased.rawValue]
      ).map { ($0, try Client.name(of: $0.alias, in: database)) }
    }
    if !events.isEmpty { try office.record(visit, page: "bookings", subject: "list") }
    let rows = events.map { event, name -> [HTML] in
      [
        Part.link(path(of: event.alias), name ?? "Participant"),
        Part.tag(
          TopicWords.of(event.topic),
          event.topic == Topic.bookingCreated.rawValue ? .warning : .plain),
        "\(event.words.replacing("-", with: " "))",
        "\(dates.moment(WallTime(milliseconds: event.at)))",
      ]
    }
    return Page(
      "Bookings", isLive: true, isOfPerson: !rows.isEmpty,
      body: """
        <h1>Bookings of participants</h1>
        <p>Only of people whose release covers it. Do not tell the jail why you ask.</p>
        \(rows.isEmpty
          ? Part.empty("No participant was booked. A booking stands here as the jail tells it.")
          : Part.table(caption: "The latest first", ["Who", "What", "Detail", "Told"], rows))
        """)
  }
}
