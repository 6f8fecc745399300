public import HubModel

/// Reads a release of information from a form. Form codes are the program's own words; each maps
/// to categories and purposes of the hub.
public struct ReleaseForm: Sendable {
  public let dates: DateReader
  /// Who captured it: always among the disclosers and recipients, since answers come back to it.
  public let capturer: AgencyID
  /// What the agency's printed form says, by ``FormStatement``; a record's own `statements` come
  /// before it.
  public let printed: Set<String>

  public init(dates: DateReader, capturer: AgencyID, printed: Set<String>) {
    self.dates = dates
    self.capturer = capturer
    self.printed = printed
  }

  /// A form's word → what it covers.
  static let information: [String: WordSet<InformationCategory>] = [
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

  static let purposes: [String: WordSet<Purpose>] = [
    "coordination": [.careCoordination, .diversion, .legalDefence, .identityResolution]
  ]

  /// - Parameters:
  ///   - prefix: of the form's field names, `roi_` on a referral form.
  ///   - kind: field or multi-party.
  /// - Returns: the release as the form has it; what it lacks keeps it a draft at the router,
  ///   which names the missing elements.
  public func release(
    _ id: RoiID, from record: IntakeRecord, prefix: String, kind: ReleaseOfInformation.Kind,
    labels: WordSet<SensitivityLabel>
  ) throws(IntakeError) -> ReleaseOfInformation {
    var parties: [Party] = [.agency(capturer)]
    for text in record.list(prefix + "recipients") {
      guard let agency = AgencyID(text) else {
        throw record.wrong(
          prefix + "recipients", "names no agency", "Use agency ids of the registry.")
      }
      if agency != capturer { parties.append(.agency(agency)) }
    }
    let categories: WordSet<InformationCategory> = try words(
      prefix + "information", of: record, Self.information)
    let purposes: WordSet<Purpose> = try words(prefix + "purposes", of: record, Self.purposes)
    let version = try number(prefix, "version", of: record)
    let disclosers = try record.parties(prefix + "disclosers")
    let signed = try dates.time(prefix + "signed_at", of: record)
    var release = ReleaseOfInformation(
      id: id, version: version, kind: kind,
      disclosers: disclosers.isEmpty ? parties : disclosers, recipients: parties,
      information: [try scope(prefix, categories, labels, of: record)],
      purposes: purposes, signedAt: signed, expiry: try expiry(prefix, of: record))
    let capacity = record.optional(prefix + "signer_capacity") ?? "patient"
    guard let signer = ReleaseOfInformation.SignerCapacity(rawValue: capacity) else {
      throw record.wrong(
        prefix + "signer_capacity", "is not known", "Use patient, parent or guardian.")
    }
    release.signer = signer
    release.signerEvidence = record.optional(prefix + "signer_evidence") ?? ""
    release.witness = record.optional(prefix + "witness") ?? ""
    release.formTemplate = record.optional(prefix + "form") ?? ""
    release.formImageHash = try imageHash(prefix + "image_sha256", of: record)
    let statements = record.list(field(prefix, "statements", of: record))
    release.statements = statements.isEmpty ? printed : Set(statements)
    release.track = record.optional("door") ?? ""
    release.coversEarlier = try coversEarlier(prefix, of: record)
    if kind == .multiParty { release.identityStewards = [capturer] }
    release.supersedes = try older(prefix, than: id, of: record)
    release.startsAt = try dates.time(prefix + "starts_at", of: record)
    release.revocableFrom = record.optional(prefix + "revocable_from") ?? ""
    release.conditionedOn = Set(record.list(prefix + "conditioned_on"))
    release.jurisdictions = record.list(prefix + "jurisdictions")
    release.redisclosure = record.optional(prefix + "redisclosure") ?? ""
    release.stopUseNotice = try flag(prefix + "stop_use_notice", of: record) ?? false
    return release
  }

  private func scope(
    _ prefix: String, _ categories: WordSet<InformationCategory>,
    _ labels: WordSet<SensitivityLabel>, of record: IntakeRecord
  ) throws(IntakeError) -> InformationScope {
    InformationScope(
      categories: categories, labels: labels,
      authoredFrom: try dates.date(prefix + "authored_from", of: record),
      authoredThrough: try dates.date(prefix + "authored_through", of: record),
      authors: try record.agencies(prefix + "authors"))
  }

  /// A day, which it ends with; a moment; an event, by its code; or never.
  private func expiry(
    _ prefix: String, of record: IntakeRecord
  ) throws(IntakeError) -> ReleaseOfInformation.Expiry? {
    var ends: [ReleaseOfInformation.Expiry] = []
    if let date = try dates.date(prefix + "expires_on", of: record) {
      ends.append(.at(dates.calendar.end(of: date)))
    }
    if let time = try dates.time(prefix + "expires_at", of: record) { ends.append(.at(time)) }
    if let event = record.optional(prefix + "expires_with") { ends.append(.event(event)) }
    if try flag(prefix + "never_expires", of: record) == true { ends.append(.never) }
    guard ends.count <= 1 else {
      throw record.wrong(
        prefix + "expires_on", "is not the only end",
        "Give one of expires_on, expires_at, expires_with and never_expires.")
    }
    return ends.first
  }

  /// Some forms give these fields the release's prefix, and some do not.
  private func field(_ prefix: String, _ name: String, of record: IntakeRecord) -> String {
    record.optional(prefix + name) == nil ? name : prefix + name
  }

  private func number(
    _ prefix: String, _ name: String, of record: IntakeRecord
  ) throws(IntakeError) -> UInt32 {
    let field = field(prefix, name, of: record)
    guard let text = record.optional(field) else { return 1 }
    guard let number = UInt32(text), (1...10_000).contains(number),
      text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    else { throw record.wrong(field, "is no version", "Use a whole number from 1.") }
    return number
  }

  private func imageHash(
    _ field: String, of record: IntakeRecord
  ) throws(IntakeError) -> [UInt8] {
    guard let text = record.optional(field) else { return [] }
    guard let hash = Hex.decode(text.lowercased()), hash.count == 32 else {
      throw record.wrong(field, "is no SHA-256", "Use its 64 hexadecimal digits.")
    }
    return hash
  }

  private func coversEarlier(
    _ prefix: String, of record: IntakeRecord
  ) throws(IntakeError) -> Bool {
    try flag(field(prefix, "covers_earlier", of: record), of: record) ?? true
  }

  private func flag(_ field: String, of record: IntakeRecord) throws(IntakeError) -> Bool? {
    switch record.optional(field)?.lowercased() {
    case nil: return nil
    case "yes", "true": return true
    case "no", "false": return false
    default: throw record.wrong(field, "is neither yes nor no", "Write yes or no.")
    }
  }

  /// The release that this one replaces; `roi-26-0016 v1` names a version, and what is replaced is
  /// the release. An amendment is the next version of the same one and replaces no other.
  private func older(
    _ prefix: String, than id: RoiID, of record: IntakeRecord
  ) throws(IntakeError) -> RoiID? {
    let field = field(prefix, "supersedes", of: record)
    guard let text = record.optional(field), text.lowercased() != "none" else { return nil }
    let words = text.split(separator: " ")
    let isVersion = words.count == 1 || (words.count == 2 && words[1].first == "v"
      && UInt32(words[1].dropFirst()) != nil)
    guard isVersion, let older = words.first.flatMap({ RoiID($0.lowercased()) }) else {
      throw record.wrong(
        field, "names no release", "Use a release's number, as roi-26-0016 or roi-26-0016 v1.")
    }
    return older == id ? nil : older
  }

  private func words<Word: CaseHashed & RawRepresentable>(
    _ field: String, of record: IntakeRecord, _ known: [String: WordSet<Word>]
  ) throws(IntakeError) -> WordSet<Word> where Word.RawValue == String {
    var found: WordSet<Word> = []
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

extension IntakeRecord {
  /// Agencies by id, separated by `;`.
  public func agencies(_ field: String) throws(IntakeError) -> [AgencyID] {
    var agencies: [AgencyID] = []
    for name in list(field) {
      guard let agency = AgencyID(name) else {
        throw wrong(field, "names no agency", "Use agency ids of the registry.")
      }
      agencies.append(agency)
    }
    return agencies
  }

  /// Agencies by id and roles by name, separated by `;`.
  public func parties(_ field: String) throws(IntakeError) -> [Party] {
    var parties: [Party] = []
    for name in list(field) {
      if let role = Role(rawValue: name) {
        parties.append(.role(role))
      } else if let agency = AgencyID(name) {
        parties.append(.agency(agency))
      } else {
        throw wrong(field, "names no agency", "Use agency ids of the registry, or roles.")
      }
    }
    return parties
  }
}
