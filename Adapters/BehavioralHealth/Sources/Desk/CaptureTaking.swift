import AdapterKit
import Desk
import Foundation
import GRDB
import HubModel
import Operations

/// Takes a release from the form: on the spot, or as a phone sealed it earlier.
extension ProviderDesk {
  private static let names = [
    "roi_id", "version", "referral_id", "last_name", "first_name", "dob", "recipients",
    "information", "expires_on", "signer_capacity", "signer_evidence", "image_sha256", "language",
    "outcome",
  ]

  private func values(_ form: Form, _ visit: Visit, signedAt: WallTime) -> [String: String] {
    var values = form.record(Self.names)
    if values["roi_id"] == nil {
      values["roi_id"] = "roi-d-\(UUID().uuidString.lowercased().prefix(13))"
    }
    values["kind"] = "general"
    values["purposes"] = "coordination"
    values["witness"] = staff(visit)
    values["signed_at"] = signedAt.iso8601
    values["form"] = "desk-\(values["language"] ?? "en")-1"
    values["statements"] = ReleaseWords.statements.map(\.code).joined(separator: ";")
    if values["outcome"] == "refused" {
      for name in ["recipients", "information", "signed_at"] { values[name] = nil }
    }
    return values
  }

  /// What a person would miss, in the form's terms; the router would keep such a release a draft.
  private func missing(_ form: Form, hasSignature: Bool) -> [Fields.Problem] {
    guard form.text("outcome") != "refused" else { return [] }
    var problems: [Fields.Problem] = []
    if form.all("recipients").allSatisfy(\.isEmpty) {
      problems.append(.init(field: "recipients", "Mark at least one that may be told."))
    }
    if form.all("information").isEmpty {
      problems.append(.init(field: "information", "Mark at least one thing that may be told."))
    }
    if form.text("dob") == nil {
      problems.append(.init(field: "dob", "Say when the person was born."))
    }
    if !hasSignature && form.text("image_sha256") == nil {
      problems.append(
        .init(
          field: "image_sha256", "Sign on the screen, or enter the scanned form's SHA-256."))
    }
    if form.text("signer_capacity") != "patient", form.text("signer_evidence") == nil {
      problems.append(
        .init(field: "signer_evidence", "Say by what right somebody else signs."))
    }
    return problems
  }

  func take(_ visit: Visit) throws -> DeskReply {
    let problems = missing(visit.form, hasSignature: false)
    guard problems.isEmpty else { return .page(try release(visit, problems: problems)) }
    let values = values(visit.form, visit, signedAt: visit.now)
    if let problem = try office.take(values, as: ProviderFolder.releases.rawValue, at: visit.now) {
      return .page(try release(visit, problems: [problem]))
    }
    return .seeOther(try place(of: values, visit))
  }

  private func place(of values: [String: String], _ visit: Visit) throws -> String {
    let alias = try office.read { database in
      try String.fetchOne(
        database, sql: "SELECT alias FROM release_file WHERE release = ?",
        arguments: [values["roi_id"]])
    }
    let done = values["version"].map { $0 == "1" } ?? true ? "signed" : "amended"
    return alias.map { path(of: $0) + "?done=\(done)" } ?? "/people"
  }

  // MARK: Sealed on a phone

  func takeSealed(_ visit: Visit) throws -> DeskReply {
    guard let sealed = captures.open(visit) else {
      return try SealedForms.answer(
        to: nil, problems: ["It could not be opened. Capture the release once more."])
    }
    let known = try office.read { try SealedForms.subject(of: sealed.mark, in: $0) }
    if let known {
      return try SealedForms.answer(to: try place(of: ["roi_id": known], visit))
    }
    let problems = missing(sealed.form, hasSignature: sealed.signature != nil)
    guard problems.isEmpty else {
      return try SealedForms.answer(to: nil, problems: problems.map(\.text))
    }
    var values = values(sealed.form, visit, signedAt: sealed.signedAt)
    // The number is the phone's: the same form sent twice is one release.
    if sealed.form.text("roi_id") == nil { values["roi_id"] = "roi-d-\(sealed.mark.prefix(13))" }
    values["image_sha256"] = sealed.signatureHash ?? values["image_sha256"]
    let release = values["roi_id"] ?? ""
    let problem = try office.take(
      values, as: ProviderFolder.releases.rawValue, at: visit.now
    ) { try SealedForms.keep(sealed, subject: release, in: $0) }
    if let problem { return try SealedForms.answer(to: nil, problems: [problem.text]) }
    return try SealedForms.answer(to: try place(of: values, visit))
  }

  func signature(_ visit: Visit) throws -> Document {
    guard let hash = visit.path["link"].flatMap({ office.links.number("signature", $0) }) else {
      throw DeskProblem.notFound
    }
    let picture = try office.read { database in
      try Data.fetchOne(
        database, sql: "SELECT png FROM signature_image WHERE hash = ?", arguments: [hash])
    }
    guard let picture else { throw DeskProblem.notFound }
    try office.record(visit, page: "signature", subject: hash)
    return Document(picture, type: "image/png")
  }
}
