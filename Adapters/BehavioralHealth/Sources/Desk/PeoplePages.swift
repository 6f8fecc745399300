import AdapterKit
import Desk
import GRDB
import HubModel
import Operations

/// Participants and their releases; one person's page.
extension ProviderDesk {
  func lists<Result>(
    _ visit: Visit, _ body: (ProviderLists) throws -> Result
  ) throws -> Result {
    // By the store's own connection, which alone knows what the hub has confirmed.
    try office.host.setting.store.read { database in
      try body(ProviderLists(adapter: adapter, now: visit.now, database: database))
    }
  }

  func people(_ visit: Visit) throws -> Page {
    try office.record(visit, page: "participants", subject: "list")
    let after = visit.query.first("after").flatMap { office.links.number("people-after", $0) }
    let (rows, last) = try lists(visit) { lists in
      let place = try after.flatMap { try Client.fetchOne(lists.database, key: $0) }
      let page = try PeopleList.page(after: place, in: lists.database)
      return (try lists.people(page.people), page.hasMore ? page.people.last?.alias : nil)
    }
    let more = last.map { alias -> HTML in
      let link = office.links.link("people-after", alias)
      return "<p><a class='button second' href='/people?after=\(link)'>More participants</a></p>"
    }
    return Page(
      "Participants", isLive: true, isOfPerson: true,
      body: """
        <h1>Participants</h1>\(Self.search.form(visit))
        \(rows.isEmpty
          ? Part.empty("Nobody yet. Whoever signs a release, or comes by a hand-off, stands here.")
          : table("Everybody whom this agency knows by the program, by name", rows))\(more)
        """)
  }

  private static let search = Search(
    "Find a participant", at: "/people", field: "name", label: "Last name, or referral",
    missing: "Type a last name.")

  func find(_ visit: Visit) throws -> DeskReply {
    guard let words = Self.search.words(visit) else { return Self.search.again(visit) }
    let (rows, hasMore) = try lists(visit) { lists in
      let found = try PeopleList.found(words, in: lists.database)
      return (try lists.people(found.people), found.hasMore)
    }
    let more: HTML? = hasMore ? "<p>There are more. Type more of the name.</p>" : nil
    return try Self.search.answer(
      visit, in: office, about: rows.map(\.line.participant), "\(table("Found", rows))\(more)",
      orWhereNone: """
        <p><strong>Nobody whom this agency knows has such a name or referral.</strong></p>
        <p>Type how the last name begins, or the whole number of a referral.</p>
        """)
  }

  private func table(
    _ caption: String, _ people: [(line: PersonLine, releases: [ReleaseLine])]
  ) -> HTML {
    let rows = people.map { person, releases -> [HTML] in
      let states = releases.map { "<span>\(tag(of: $0))</span> " as HTML }
      let name = person.name.isEmpty ? "Name not told" : person.name
      return [
        Part.link(path(of: person.participant), name), "\(day(person.birthDate))",
        states.isEmpty ? Part.tag("No release", .warning) : states.joined(),
        "\(person.referrals.joined(separator: ", "))",
      ]
    }
    return Part.table(caption: caption, ["Name", "Born", "Release", "Referrals"], rows)
  }

  func day(_ text: String) -> String { CivilDate(text).map { dates.day($0) } ?? text }

  /// The release's state in a word, and whether the hub has it yet.
  func tag(of release: ReleaseLine) -> HTML {
    let words = release.state + (release.inEffect == "not yet" ? ", not yet in effect" : "")
    switch (release.state, release.inEffect) {
    case (_, let effect) where effect.hasPrefix("REFUSED"):
      return Part.tag("not taken by the hub", .urgent)
    case (_, "not yet"): return Part.tag(words, .warning)
    case ("signed", _): return Part.tag("release signed", .good)
    case ("revoked", _), ("expired", _), ("refused", _): return Part.tag(words, .urgent)
    default: return Part.tag(words, .warning)
    }
  }

  struct Known {
    let client: Client
    let cases: [CaseLine]
    let releases: [ReleaseLine]
    let events: [PersonEvent]
  }

  func known(_ alias: String, _ visit: Visit) throws -> Known {
    let known = try lists(visit) { lists -> Known? in
      guard let client = try Client.fetchOne(lists.database, key: alias) else { return nil }
      let events = try PersonEvent.fetchAll(
        lists.database,
        sql: "SELECT * FROM person_event WHERE alias = ? ORDER BY seq DESC LIMIT 300",
        arguments: [alias])
      return Known(
        client: client, cases: try lists.cases(of: alias),
        releases: try lists.releases(of: alias), events: events)
    }
    guard let known else { throw DeskProblem.notFound }
    return known
  }

  func person(_ visit: Visit, problems: [Fields.Problem]) throws -> Page {
    let alias = try alias(visit)
    let known = try known(alias, visit)
    try office.record(visit, page: "participant", subject: alias)
    let client = known.client
    let said = visit.query.first("done").flatMap { Self.done[$0] }
    let done: HTML? = said.map { words -> HTML in
      """
      <div class='callout callout-good' role='status'><p class='callout-title'>\(words)</p>
      <p>The state below says whether the hub has it already.</p></div>
      """
    }
    let cases = known.cases.map { line -> HTML in
      Part.summary([
        ("Referral", "\(line.referral)"), ("Hand-off", "\(line.handoff)"),
        ("Hold on filing", "\(line.holdStatus.replacing("-", with: " "))"),
        ("Hold ends", line.holdEnds.isEmpty ? nil : "\(line.holdEnds), \(line.left)"),
      ]) + (visit.may(.capture) ? reportForm(line, alias, visit) : .nothing)
    }
    return Page(
      "Participant", isLive: true, isOfPerson: true, status: problems.isEmpty ? 200 : 422,
      body: """
        <p class='screen'><a href='/people'>All participants</a></p>\(done)
        \(Fields(visit.form, problems: problems).errorSummary)
        <h1>\(client.name)</h1>
        \(Part.summary([
          ("Born", "\(day(client.birthDate ?? ""))"), ("State id", "\(client.stateID ?? "")"),
          (
            "Language",
            client.language.map { "\(Self.languages[$0] ?? $0)" }
          ),
        ]))
        <h2>Who may see what, until when</h2>
        \(known.releases.isEmpty
          ? Part.empty("No release yet: nothing about this person goes anywhere.") : .nothing)
        \(known.releases.map { release($0, alias, visit) })
        \(visit.may(.capture)
          ? "<p><a class='button' href='/release?person=\(office.links.link("person", alias))'>"
            + "Capture a release</a></p>" as HTML : .nothing)
        <h2>Cases</h2>\(cases.isEmpty ? Part.empty("No case is known.") : cases.joined())
        <h2>What was shared</h2>
        <p><a href='\(path(of: alias))/accounting'>What this agency said and was told, to read
        and to print</a></p>
        """)
  }

  private static let languages = [
    "en": "English", "es": "Spanish", "ru": "Russian", "vi": "Vietnamese", "so": "Somali",
  ]
  private static let done = [
    "revoked": "Revoked. It counts from now.", "reported": "Taken.",
    "signed": "The release is captured.", "amended": "The release is amended.",
  ]

  /// In the person's words: who, what, until when; and how to stop it.
  func release(_ line: ReleaseLine, _ alias: String, _ visit: Visit) -> HTML {
    let recipients = line.recipients.split(separator: ";").map(String.init)
    let who = recipients.map { "<li>\(name(of: $0))</li>" as HTML }
    let what = line.information.split(separator: ";").map { word -> HTML in
      "<li>\(ReleaseWords.category(String(word)))</li>"
    }
    let partly: HTML? =
      line.revokedToward.isEmpty
      ? nil
      : """
        <p><strong>No longer to:</strong> \(line.revokedToward.split(separator: ";").map {
          name(of: String($0)) }.joined(separator: ", "))</p>
        """
    let isOpen = line.state == "signed" || line.state == "revoked in part"
    let actions: HTML? =
      visit.may(.capture) && isOpen ? stopForm(line, recipients, alias, visit) : nil
    return """
      <section class='who'><h3>Release \(line.release), version \(line.version)
      \(tag(of: line))</h3>
      \(who.isEmpty ? .nothing : "<p>May know:</p><ul>\(who)</ul>" as HTML)
      \(what.isEmpty ? .nothing : "<p>About:</p><ul>\(what)</ul>" as HTML)\(partly)
      \(Part.summary([("Signed", "\(line.signed)"), ("Until", "\(line.expires)")]))\(actions)
      </section>
      """
  }

  private func stopForm(
    _ line: ReleaseLine, _ recipients: [String], _ alias: String, _ visit: Visit
  ) -> HTML {
    let person = office.links.link("person", alias)
    let release = office.links.link("release", line.release)
    let own = office.host.setting.configuration.agency.text
    let options = recipients.filter { $0 != own }.map { recipient -> HTML in
      "<option value='\(recipient)'>Only toward \(name(of: recipient))</option>"
    }
    let id = "toward-" + release.prefix(12)
    return """
      <div class='buttons screen'>
      <a class='button second' href='/release?person=\(person)&amp;amend=\(release)'>Amend</a></div>
      <details class='screen'><summary>Revoke this release</summary>
      <p>It stops at once, and can be said aloud. What was told before cannot be called back; the
      list of it is below.</p><form method='post' action='\(path(of: alias))/revoke'>\(visit.token)
      <input type='hidden' name='release' value='\(release)'><div class='field'>
      <label for='\(id)'>What stops</label><select id='\(id)' name='recipients'>
      <option value=''>All of it</option>\(options)</select></div>
      <button class='button danger'>Revoke now</button></form></details>
      """
  }

  private func reportForm(_ line: CaseLine, _ alias: String, _ visit: Visit) -> HTML {
    let referral = office.links.link("case", line.referral)
    let today = agreement.calendar.date(of: visit.now).description
    let id = "on-" + referral.prefix(12)
    func hidden(_ name: StaticString, _ value: String) -> HTML {
      "<input type='hidden' name='\("\(name)")' value='\(value)'>"
    }
    return """
      <details class='screen'><summary>Say what happened</summary>
      <form method='post' action='\(path(of: alias))/report'>\(visit.token)
      \(hidden("case", referral))\(hidden("kind", "intake-completed"))
      <div class='field'><label for='\(id)'>Intake completed on</label>
      <input class='width-middle' type='date' id='\(id)' name='completed_on' value='\(today)'></div>
      <button class='button'>Intake is completed</button></form>
      <form method='post' action='\(path(of: alias))/report'>\(visit.token)
      \(hidden("case", referral))\(hidden("kind", "status"))<div class='field'>
      <label for='\(id)-s'>Status</label><select id='\(id)-s' name='status'>
      <option value='intake-started'>Intake started</option>
      <option value='engaged'>Engaged</option><option value='active'>Active</option>
      <option value='inactive'>Inactive</option><option value='closed'>Closed</option></select>
      </div>
      <button class='button second'>Tell the status</button></form></details>
      """
  }

  // MARK: Saying something

  func revoke(_ visit: Visit) throws -> DeskReply {
    let alias = try alias(visit)
    guard let release = visit.form.first("release").flatMap({ office.links.number("release", $0) }),
      let line = try known(alias, visit).releases.first(where: { $0.release == release })
    else { throw DeskProblem.notFound }
    var values = visit.form.record(["recipients"])
    values["command"] = "revoke"
    values["roi_id"] = release
    values["referral_id"] = line.referral
    values["received_at"] = visit.now.iso8601
    if let problem = try office.take(values, at: visit.now) {
      return .page(try person(visit, problems: [problem]))
    }
    return .seeOther(path(of: alias) + "?done=revoked")
  }

  func report(_ visit: Visit) throws -> DeskReply {
    let alias = try alias(visit)
    guard let referral = visit.form.first("case").flatMap({ office.links.number("case", $0) }),
      let kind = visit.form.text("kind"), ["intake-completed", "status"].contains(kind)
    else { throw DeskProblem.notFound }
    var values = visit.form.record(kind == "status" ? ["status"] : ["completed_on"])
    values["command"] = kind
    values["referral_id"] = referral
    if let problem = try office.take(values, at: visit.now) {
      return .page(try person(visit, problems: [problem]))
    }
    return .seeOther(path(of: alias) + "?done=reported")
  }
}
