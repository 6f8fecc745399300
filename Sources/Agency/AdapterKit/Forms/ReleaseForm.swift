public import HubModel

/// Reads a release of information from a form. Form codes are the program's own words; each maps
/// to categories and purposes of the hub.
public struct ReleaseForm: Sendable {
  public let dates: DateReader
  /// Who captured it: always among the disclosers and recipients, since answers come back to it.
  public let capturer: AgencyID

  public init(dates: DateReader, capturer: AgencyID) {
    self.dates = dates
    self.capturer = capturer
  }

  /// A form's word → what it covers.
  static let information: [String: Set<InformationCategory>] = [
    "handoff-details": [.handoffDetails],
    "hold": [.hold],
    "referral": [.referral],
    "intake-status": [.participation],
    "participation-status": [.engagement, .participation],
    "bookings": [.booking],
    "case-events": [.courtCase],
    "defense-assignment": [.defence],
    "contacts": [.contact],
    "identity": [.identity],
  ]

  static let purposes: [String: Set<Purpose>] = [
    "coordination": [.careCoordination, .diversion, .legalDefence, .identityResolution]
  ]

  /// - Parameters:
  ///   - prefix: of the form's field names, `roi_` on a referral form.
  ///   - kind: field or multi-party.
  /// - Returns: the release as the form has it; what it lacks keeps it a draft at the router,
  ///   which names the missing elements.
  public func release(
    _ id: RoiID, from record: IntakeRecord, prefix: String, kind: ReleaseOfInformation.Kind,
    labels: Set<SensitivityLabel>
  ) throws(IntakeError) -> ReleaseOfInformation {
    var parties: [Party] = [.agency(capturer)]
    for text in record.list(prefix + "recipients") {
      guard let agency = AgencyID(text) else {
        throw record.wrong(
          prefix + "recipients", "names no agency", "Use agency ids of the registry.")
      }
      if agency != capturer { parties.append(.agency(agency)) }
    }
    let categories: Set<InformationCategory> = try words(
      prefix + "information", of: record, Self.information)
    let purposes: Set<Purpose> = try words(prefix + "purposes", of: record, Self.purposes)
    let expires = try dates.date(prefix + "expires_on", of: record)
    let signed = try dates.time(prefix + "signed_at", of: record)
    var release = ReleaseOfInformation(
      id: id, version: UInt32(record.optional("version") ?? "1") ?? 1, kind: kind,
      disclosers: parties, recipients: parties,
      information: [InformationScope(categories: categories, labels: labels)],
      purposes: purposes, signedAt: signed,
      expiry: expires.map { .at(dates.calendar.end(of: $0)) })
    let capacity = record.optional(prefix + "signer_capacity") ?? "patient"
    guard let signer = ReleaseOfInformation.SignerCapacity(rawValue: capacity) else {
      throw record.wrong(
        prefix + "signer_capacity", "is not known", "Use patient, parent or guardian.")
    }
    release.signer = signer
    release.signerEvidence = record.optional(prefix + "signer_evidence") ?? ""
    release.witness = record.optional(prefix + "witness") ?? ""
    release.formTemplate = record.optional(prefix + "form") ?? ""
    release.formImageHash = Hex.decode(record.optional(prefix + "image_sha256") ?? "") ?? []
    release.statements = Set(record.list("statements"))
    release.coversEarlier = record.optional("covers_earlier").map { $0 != "no" } ?? true
    if kind == .multiParty { release.identityStewards = [capturer] }
    if let older = record.optional("supersedes") { release.supersedes = RoiID(older) }
    return release
  }

  private func words<Word: RawRepresentable & Hashable>(
    _ field: String, of record: IntakeRecord, _ known: [String: Set<Word>]
  ) throws(IntakeError) -> Set<Word> where Word.RawValue == String {
    var found: Set<Word> = []
    for text in record.list(field) {
      if let words = known[text] {
        found.formUnion(words)
      } else if let word = Word(rawValue: text) {
        found.insert(word)
      } else {
        throw record.wrong(
          field, "has a word that is not known",
          "Use: \(known.keys.sorted().joined(separator: ", ")).")
      }
    }
    return found
  }
}
