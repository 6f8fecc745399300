import AdapterKit
import Desk
import Foundation
import GRDB
import HubModel
import Operations

/// Capturing a release: each choice explained while it is made, signed on the screen, sent later
/// where there is no signal.
extension ProviderDesk {
  /// What a release form is begun with.
  struct Start {
    var lastName = ""
    var firstName = ""
    var birthDate = ""
    var referral = ""
    var release = ""
    var version = 1
    var recipients: Set<String> = []
    var referrals: [String] = []
  }

  private func start(_ visit: Visit) throws -> Start {
    var start = Start()
    let asked = visit.form.first("person") ?? visit.query.first("person")
    if let alias = asked.flatMap({ office.links.number("person", $0) }) {
      let known = try known(alias, visit)
      try office.record(visit, page: "release", subject: alias)
      start.lastName = known.client.lastName
      start.firstName = known.client.firstName
      start.birthDate = known.client.birthDate ?? ""
      start.referrals = known.cases.map(\.referral)
      let amended = (visit.form.first("amend") ?? visit.query.first("amend"))
        .flatMap { office.links.number("release", $0) }
      if let line = known.releases.first(where: { $0.release == amended }) {
        start.release = line.release
        start.version = line.version + 1
        start.referrals = [line.referral]
        start.recipients = Set(line.recipients.split(separator: ";").map(String.init))
      }
    } else if visit.query.first("blank") == nil {
      start.referrals = try office.read { database in
        try String.fetchAll(
          database,
          sql: """
            SELECT caseID FROM care_case WHERE alias IS NULL
            ORDER BY requestedAt DESC, caseID LIMIT 20
            """)
      }
    }
    start.referral = start.referrals.count == 1 ? start.referrals[0] : ""
    return start
  }

  func release(_ visit: Visit, problems: [Fields.Problem]) throws -> Page {
    let start = try start(visit)
    let fields = Fields(visit.form, problems: problems)
    let language = visit.query.first("lang").flatMap { ReleaseWords.Language(rawValue: $0) } ?? .en
    let text = ReleaseText.of(language)
    let hidden: HTML = """
      \(visit.token)<input type='hidden' name='roi_id' value='\(start.release)'>
      <input type='hidden' name='version' value='\(start.version)'>
      <input type='hidden' name='person' value='\(visit.query.first("person") ?? "")'>
      <input type='hidden' name='amend' value='\(visit.query.first("amend") ?? "")'>
      <input type='hidden' name='language' value='\(language.rawValue)'>
      """
    return Page(
      "New release", status: problems.isEmpty ? 200 : 422, scripts: [.capture],
      body: """
        \(languages(visit, language))
        <div lang='\(language.rawValue)'>\(fields.errorSummary)
        <div id='waiting' class='callout' hidden></div>
        <h1>\(start.release.isEmpty ? text.title : text.amendTitle)</h1><p>\(text.purpose)</p>
        <form method='post' action='/release' id='capture' data-key='\(captures.publicKey)'
        data-send='/release/sealed' data-blank='/release?blank=1'
        data-kept='\(text.kept)' data-unsigned='\(text.unsigned)'>\(hidden)
        \(person(start, fields, text))\(scope(start, fields, text, language))
        \(reading(text, language))\(signing(fields, text, visit))
        <button class='button big'>\(text.finish)</button></form>
        <details><summary>\(text.refused)</summary><form method='post' action='/release'>\(hidden)
        \(refusal(start, text))</form></details></div>
        """)
  }

  private func languages(_ visit: Visit, _ current: ReleaseWords.Language) -> HTML {
    let keep = ["person", "amend"].compactMap { name in
      visit.query.first(name).map { "&\(name)=\($0)" }
    }.joined()
    return current == .en
      ? "<p class='language'><a lang='es' href='/release?lang=es\(keep)'>En español</a></p>"
      : "<p class='language'><a lang='en' href='/release?lang=en\(keep)'>In English</a></p>"
  }

  private func person(_ start: Start, _ fields: Fields, _ text: ReleaseText) -> HTML {
    let referral =
      start.referrals.isEmpty
      ? fields.input("referral_id", text.referral, isRequired: true, value: start.referral)
      : fields.choice(
        "referral_id", text.referral, start.referrals.map { ($0, $0) }, chosen: start.referral)
    return """
      <h2>1. \(text.who)</h2>
      \(fields.input("first_name", text.firstName, isRequired: true, value: start.firstName))
      \(fields.input("last_name", text.lastName, isRequired: true, value: start.lastName))
      \(fields.input("dob", text.born, .date, value: start.birthDate, width: "middle"))\(referral)
      """
  }

  private func scope(
    _ start: Start, _ fields: Fields, _ text: ReleaseText, _ language: ReleaseWords.Language
  ) -> HTML {
    let partners = adapter.settings.partners.map { Fields.Option($0.id, $0.name) }
    let until = agreement.calendar.date(of: SystemClock().wall()).adding(days: 365)
    let recipients =
      partners.isEmpty
      ? fields.input(
        "recipients", text.recipients, hint: "Agency ids of the program, separated by ;",
        isRequired: true, value: start.recipients.sorted().joined(separator: ";"))
      : fields.group(
        "recipients", text.recipients, .several, partners, hint: text.recipientsHint,
        chosen: start.recipients)
    return """
      <h2>2. \(text.what)</h2>\(recipients)
      \(fields.group(
        "information", text.information, .several,
        ReleaseWords.information.map { Fields.Option($0.code, $0.words(language)) },
        hint: text.informationHint))
      <p>\(text.coordination)</p>
      \(fields.input(
        "expires_on", text.until, .date, hint: text.untilHint, isRequired: true,
        value: until.description, width: "middle"))
      """
  }

  private func reading(_ text: ReleaseText, _ language: ReleaseWords.Language) -> HTML {
    let lines = ReleaseWords.statements.map { "<li>\($0.words(language))</li>" as HTML }
    return "<h2>3. \(text.know)</h2><ul>\(lines)</ul>"
  }

  private func signing(_ fields: Fields, _ text: ReleaseText, _ visit: Visit) -> HTML {
    """
    <h2>4. \(text.sign)</h2>
    \(fields.choice(
      "signer_capacity", text.signer,
      [("patient", text.patient), ("parent", text.parent), ("guardian", text.guardian)]))
    \(fields.input("signer_evidence", text.evidence, hint: text.evidenceHint))
    <div id='sign' hidden><p id='pad-label'>\(text.pad)</p>
    <canvas id='pad' class='pad' role='img' aria-labelledby='pad-label' tabindex='0'></canvas>
    <p><button type='button' class='button small second' id='clear'>\(text.clear)</button></p></div>
    <details id='paper'><summary>\(text.paper)</summary>
    \(fields.input(
      "image_sha256", text.paperHash, hint: text.paperHint))</details>
    """
  }

  private func refusal(_ start: Start, _ text: ReleaseText) -> HTML {
    let fields: HTML = """
      <input type='hidden' name='outcome' value='refused'>
      <div class='field'><label for='r-first'>\(text.firstName)</label><input class='width-wide' \
      id='r-first' name='first_name' value='\(start.firstName)' autocomplete='off' required></div>
      <div class='field'><label for='r-last'>\(text.lastName)</label><input class='width-wide' \
      id='r-last' name='last_name' value='\(start.lastName)' autocomplete='off' required></div>
      <div class='field'><label for='r-case'>\(text.referral)</label><input class='width-wide' \
      id='r-case' name='referral_id' value='\(start.referral)' autocomplete='off' required></div>
      """
    return fields + "<button class='button second'>\(text.refusedButton)</button>"
  }
}
