import AdapterKit
import Desk
import Foundation
import GRDB
import HubModel
import Operations

/// The short form at the roadside.
extension SheriffDesk {
  private static let levels = [
    ("misdemeanor", "Misdemeanor"), ("gross-misdemeanor", "Gross misdemeanor"),
    ("felony", "Felony"),
  ]
  private static let safety = [
    ("weapon-on-scene", "Weapon on scene"), ("medical-needed", "Medical help needed"),
    ("agitated", "Agitated"), ("others-present", "Others present"),
  ]

  func refer(_ visit: Visit, problems: [Fields.Problem]) -> Page {
    let fields = Fields(visit.form, problems: problems)
    return Page(
      "New referral", status: problems.isEmpty ? 200 : 422, scripts: [.capture],
      body: """
        \(fields.errorSummary)<div id='waiting' class='callout' hidden></div>
        <h1>New referral</h1>
        <form method='post' action='/refer' id='capture' data-key='\(captures.publicKey)'
        data-send='/refer/sealed' data-blank='/refer' data-hash='roi_image_sha256'
        data-kept='Kept on this device, sealed. It is sent by itself when there is a signal. Call \
        the duty line if it cannot wait.' data-unsigned='Have the release signed in the box, or \
        choose that it follows.'>\(visit.token)
        \(scene(fields))\(person(fields))\(release(fields))
        <button class='button big'>Send and call the case manager</button></form>
        """)
  }

  private func scene(_ fields: Fields) -> HTML {
    let offences =
      settings.offences.isEmpty
      ? fields.input(
        "offenses", "Offence code", hint: "As the program agreement lists it; several with ;",
        width: "middle")
      : fields.group(
        "offenses", "Offence", .several,
        settings.offences.map { Fields.Option($0.code, "\($0.words) (\($0.code))") },
        hint: "Codes that the program agreement lets divert. Others may still be a social contact.")
    return """
      <h2>1. Where</h2>
      \(fields.group(
        "door", "Why", .one,
        [
          .init("arrest-diversion", "Instead of booking", hint: "There is an incident number."),
          .init("social-contact", "Social contact", hint: "No charge."),
        ], chosen: ["arrest-diversion"], isRequired: true))
      \(fields.input(
        "meeting_place", "Meeting place", hint: "Not anybody's home.", isRequired: true))
      \(fields.input(
        "officer_callback", "Your callback number", .tel, autocomplete: "tel", isRequired: true,
        width: "middle"))
      \(fields.group(
        "safety_codes", "Safety", .several, Self.safety.map { Fields.Option($0.0, $0.1) }))
      <h2>2. What</h2>
      \(fields.input("incident_no", "Incident number", width: "middle"))\(offences)
      \(fields.choice("offense_level", "Level", Self.levels))
      """
  }

  private func person(_ fields: Fields) -> HTML {
    """
    <h2>3. Who</h2>
    \(fields.input("first_name", "First name", isRequired: true))
    \(fields.input("last_name", "Last name", isRequired: true))
    \(fields.input("dob", "Born on", .date, width: "middle"))
    \(fields.input("sid", "State id, if known", width: "middle"))
    """
  }

  private func release(_ fields: Fields) -> HTML {
    let names = settings.fieldRecipients.map(\.name).joined(separator: ", ")
    return """
      <h2>4. The field release</h2>
      <p>Read aloud: “May I tell \(names.isEmpty ? "the prosecutor and the case manager" : names)
      who you are, and that charges wait while you talk with them? You can stop this at any time by
      saying so. You get help whether or not you sign.”</p>
      \(fields.group(
        "roi_outcome", "What the person says", .one,
        [
          .init("signed", "Yes, and signs below"), .init("refused", "No"),
          .init("incapacity", "Cannot decide now"), .init("pending", "It follows"),
        ], chosen: ["signed"], isRequired: true))
      <div id='sign' hidden><p id='pad-label'>The person signs here with a finger, pen or mouse</p>
      <canvas id='pad' class='pad' role='img' aria-labelledby='pad-label' tabindex='0'></canvas>
      <p><button type='button' class='button small second' id='clear'>Sign again</button></p></div>
      <details><summary>Signed on paper instead</summary>
      \(fields.input(
        "roi_image_sha256", "SHA-256 of the scanned form",
        hint: "64 digits; 'sha256sum' tells it."))</details>
      """
  }

  // MARK: Taking

  private static let names = [
    "door", "meeting_place", "officer_callback", "safety_codes", "incident_no", "offenses",
    "offense_level", "first_name", "last_name", "dob", "sid", "roi_outcome", "roi_image_sha256",
  ]

  private func values(
    _ form: Form, _ visit: Visit, number: String, signedAt: WallTime
  ) -> [String: String] {
    var values = form.record(Self.names)
    values["referral_id"] = number
    values["referred_at"] = signedAt.iso8601
    values["officer_badge"] = visit.account.staff ?? visit.account.name
    if values["roi_outcome"] == "pending" { values["roi_outcome"] = nil }
    if values["roi_outcome"] == "signed" {
      values["roi_signed_at"] = signedAt.iso8601
      values["roi_signer_capacity"] = "patient"
      values["roi_witness"] = visit.account.staff ?? visit.account.name
      values["roi_form"] = "desk-field-1"
      values["roi_recipients"] = settings.fieldRecipients.map(\.id).joined(separator: ";")
      values["roi_information"] = "handoff-details;hold"
      values["roi_purposes"] = "coordination"
      let end = dates.calendar.date(of: signedAt).adding(days: 90)
      values["roi_expires_on"] = end.description
    }
    return values
  }

  /// What the officer left out; the rest the adapter says.
  private func missing(_ form: Form, hasSignature: Bool) -> [Fields.Problem] {
    var problems: [Fields.Problem] = []
    if form.text("door") == "arrest-diversion", form.text("incident_no") == nil {
      problems.append(.init(field: "incident_no", "Give the incident's number."))
    }
    if form.text("officer_callback") == nil {
      problems.append(
        .init(field: "officer_callback", "Give a number by which you can be called."))
    }
    if form.text("roi_outcome") == "signed" {
      if !hasSignature && form.text("roi_image_sha256") == nil {
        problems.append(
          .init(
            field: "roi_image_sha256",
            "The release needs a signature on the screen, or the scanned form's SHA-256."))
      }
      if settings.fieldRecipients.isEmpty {
        problems.append(
          .init(
            field: nil, "The configuration names nobody under 'field-recipients'. Choose that "
              + "the release follows, and tell whoever runs this desk."))
      }
    }
    return problems
  }

  func take(_ visit: Visit) throws -> DeskReply {
    let problems = missing(visit.form, hasSignature: false)
    guard problems.isEmpty else { return .page(refer(visit, problems: problems)) }
    let number = "lr-d-" + UUID().uuidString.lowercased().prefix(8)
    let values = values(visit.form, visit, number: number, signedAt: visit.now)
    let problem = try office.take(values, as: "referrals", at: visit.now) { database in
      try own(number, visit, in: database)
    }
    if let problem { return .page(refer(visit, problems: [problem])) }
    return .seeOther(path(of: number))
  }

  private func own(_ number: String, _ visit: Visit, in database: Database) throws {
    try database.execute(
      sql: "INSERT OR IGNORE INTO desk_referral (case_id, account, at) VALUES (?, ?, ?)",
      arguments: [number, visit.account.name, visit.now.milliseconds])
  }

  func takeSealed(_ visit: Visit) throws -> DeskReply {
    guard let sealed = captures.open(visit) else {
      return try SealedForms.answer(
        to: nil, problems: ["It could not be opened. Fill in the form once more."])
    }
    if let known = try office.read({ try SealedForms.subject(of: sealed.mark, in: $0) }) {
      return try SealedForms.answer(to: path(of: known))
    }
    let problems = missing(sealed.form, hasSignature: sealed.signature != nil)
    guard problems.isEmpty else {
      return try SealedForms.answer(to: nil, problems: problems.map(\.text))
    }
    let number = "lr-d-" + sealed.mark.prefix(8)
    var values = values(sealed.form, visit, number: number, signedAt: sealed.signedAt)
    if values["roi_outcome"] == "signed" {
      values["roi_image_sha256"] = sealed.signatureHash ?? values["roi_image_sha256"]
    }
    let problem = try office.take(values, as: "referrals", at: visit.now) { database in
      try SealedForms.keep(sealed, subject: number, in: database)
      try own(number, visit, in: database)
    }
    if let problem { return try SealedForms.answer(to: nil, problems: [problem.text]) }
    return try SealedForms.answer(to: path(of: number))
  }
}
