import AdapterKit
import Foundation
import GRDB
import HubModel

/// A release as the person signed it, or their no.
struct ReleaseCapture {
  enum Outcome: String, CaseIterable { case signed, refused, incapacity }

  let record: IntakeRecord
  let id: RoiID
  let caseID: CaseID
  let person: PeopleBook.Person
  let outcome: Outcome
  let kind: ReleaseOfInformation.Kind

  init(_ record: IntakeRecord, dates: DateReader) throws(IntakeError) {
    self.record = record
    guard let id: RoiID = try record.identifier("roi_id") else {
      throw record.wrong("roi_id", "is empty or missing", "Give the release its number.")
    }
    self.id = id
    caseID = try record.caseID()
    person = PeopleBook.Person(
      lastName: try record.required("last_name"), firstName: try record.required("first_name"),
      birthDate: try dates.date("dob", of: record), stateID: record.optional("sid"))
    if record.optional("outcome") == nil {
      outcome = .signed
    } else {
      outcome = try record.choice("outcome", Outcome.self)
    }
    switch record.optional("kind") ?? "general" {
    case "general": kind = .multiParty
    case let word:
      guard let named = ReleaseOfInformation.Kind(rawValue: word) else {
        throw record.wrong("kind", "is not known", "Use general, or a kind of the protocol.")
      }
      kind = named
    }
  }

  /// - Parameters:
  ///   - labels: those to which the printed form says yes, where the record has no `labels`.
  ///   - field: the release with which the case began; a full release replaces it, unless the
  ///     form names another or says `none`.
  func release(
    dates: DateReader, agency: AgencyID, labels: WordSet<SensitivityLabel>, printed: Set<String>,
    field: RoiID?
  ) throws(IntakeError) -> ReleaseOfInformation {
    var release = try ReleaseForm(dates: dates, capturer: agency, printed: printed).release(
      id, from: record, prefix: "", kind: kind, labels: try ownLabels() ?? labels)
    if let stewards = try stewards() { release.identityStewards = stewards }
    if record.optional("supersedes") == nil, field != id { release.supersedes = field }
    return release
  }

  /// `none` says that there is none; a form without a word has the agency itself.
  private func stewards() throws(IntakeError) -> [AgencyID]? {
    let words = record.list("identity_stewards")
    if words == ["none"] { return [] }
    return words.isEmpty ? nil : try record.agencies("identity_stewards")
  }

  private func ownLabels() throws(IntakeError) -> WordSet<SensitivityLabel>? {
    let words = record.list("labels")
    guard !words.isEmpty else { return nil }
    if words == ["none"] { return [] }
    var labels: WordSet<SensitivityLabel> = []
    for word in words {
      guard let label = SensitivityLabel(rawValue: word), label != .privileged else {
        throw record.wrong(
          "labels", "has a word that is not known",
          "Use part-2, mental-health, criminal-history or domestic-violence.")
      }
      labels.insert(label)
    }
    return labels
  }
}

/// A release taken back: one or all, wholly or toward some recipients. Said aloud or written, it
/// counts at once.
struct Revocation {
  let record: IntakeRecord
  let caseID: CaseID
  let release: RoiID?
  let receivedAt: WallTime?
  let recipients: [Party]

  init(_ record: IntakeRecord, dates: DateReader) throws(IntakeError) {
    self.record = record
    caseID = try record.caseID()
    release = try record.identifier("roi_id")
    receivedAt = try dates.time("received_at", of: record)
    recipients = try record.parties("recipients")
  }
}

extension ProviderAdapter {
  func capture(
    _ capture: ReleaseCapture, content: [UInt8]? = nil, at now: WallTime, in database: Database
  ) throws {
    var file = try CareCase.of(capture.caseID, in: database)
    let alias: ParticipantAlias
    if let told = file.alias.flatMap({ ParticipantAlias($0) }) {
      alias = told
      try setting.people.remember(told, capture.person, in: database)
    } else {
      alias = try setting.people.alias(of: capture.person, in: database)
    }
    let known = try ReleaseFile.fetchOne(database, key: capture.id.text)
    var stored = ReleaseFile(
      release: capture.id.text, version: 1, caseID: capture.caseID.text, alias: alias.text,
      state: .signed, recipients: "", information: "", message: "",
      content: content.map { Data($0) })
    let topic: Topic
    let statement: ConsentStatement
    switch capture.outcome {
    case .signed:
      let release = try capture.release(
        dates: setting.dates, agency: setting.configuration.agency, labels: settings.formLabels,
        printed: settings.formStatements, field: file.release.flatMap { RoiID($0) })
      if let known, known.version >= Int(release.version), known.state != .refused,
        known.state != .incapacity
      {
        throw capture.record.wrong(
          "version", "of this release was taken before", "An amendment has the next version.")
      }
      topic = release.version > 1 ? .roiAmended : .roiSigned
      statement = .release(release)
      stored.describe(release)
      if let known, known.state == .revoked || known.state == .revokedInPart {
        // An amendment cannot bring back what was taken back.
        stored.state = known.state
        stored.revokedToward = known.revokedToward
      }
    case .refused, .incapacity:
      let reason: RoiRefusal.Reason = capture.outcome == .refused ? .refused : .incapacity
      topic = .roiRefused
      statement = .refusal(RoiRefusal(id: capture.id, reason: reason))
      stored.state = capture.outcome == .refused ? .refused : .incapacity
    }
    let message = setting.message(
      topic, at: now, participant: alias, tokens: setting.people.tokens(of: capture.person),
      caseID: capture.caseID, consent: statement)
    try setting.send(message, in: database)
    try note(message, of: alias, at: now, in: database)
    stored.message = message.id.description
    try stored.save(database)
    file.alias = alias.text
    try file.save(database)
    var client = Client(alias, capture.person)
    client.language =
      try capture.record.code("language") ?? Client.fetchOne(database, key: alias.text)?.language
    try client.save(database)
  }

  func revoke(_ revocation: Revocation, at now: WallTime, in database: Database) throws {
    let alias = try alias(of: revocation, in: database)
    let recipients = revocation.record.list("recipients").joined(separator: ";")
    guard
      try TakenRecord.isNew(
        "revoke", revocation.caseID.text, revocation.release?.text ?? "all",
        revocation.receivedAt?.iso8601, recipients, in: database)
    else { return }
    let message = setting.message(
      .roiRevoked, at: now, participant: alias, caseID: revocation.caseID,
      consent: .revocation(
        RoiRevocation(id: revocation.release, recipients: revocation.recipients)))
    try setting.send(message, in: database)
    try note(message, of: alias, at: now, in: database)
    let files = try ReleaseFile.fetchAll(
      database,
      sql: "SELECT * FROM release_file WHERE alias = ? AND (? IS NULL OR release = ?)",
      arguments: [alias.text, revocation.release?.text, revocation.release?.text])
    for var file in files where file.state == .signed || file.state == .revokedInPart {
      if recipients.isEmpty {
        file.state = .revoked
      } else {
        file.state = .revokedInPart
        let toward = [file.revokedToward, recipients].filter { !$0.isEmpty }
        file.revokedToward = toward.joined(separator: ";")
      }
      file.message = message.id.description
      try file.update(database)
    }
  }

  /// By the referral, or by the release that is named: to stop is always the safe side.
  private func alias(
    of revocation: Revocation, in database: Database
  ) throws -> ParticipantAlias {
    if let release = revocation.release,
      let known = try ReleaseFile.fetchOne(database, key: release.text)?.alias,
      let alias = ParticipantAlias(known)
    {
      return alias
    }
    return try alias(of: revocation.caseID, revocation.record, in: database)
  }
}

extension ReleaseFile {
  mutating func describe(_ release: ReleaseOfInformation) {
    version = Int(release.version)
    signedAt = release.signedAt?.milliseconds
    if case .at(let end)? = release.expiry { expiresAt = end.milliseconds }
    recipients = release.recipients.map(\.words).joined(separator: ";")
    information = Set(release.information.flatMap(\.categories)).map(\.rawValue).sorted()
      .joined(separator: ";")
  }
}

extension Party {
  var words: String {
    switch self {
    case .agency(let agency): agency.text
    case .role(let role): role.rawValue
    case .person(let agency, let reference): "\(reference)@\(agency)"
    }
  }
}
