public import Foundation
public import HubModel

/// Consents as a server of FHIR keeps them: beside the Patients whom they name, with agencies and
/// codes by the server's own names, in whatever state they are.
public struct ServedConsents: Sendable {
  /// What the server's names mean here. A name that is not listed is read as it stands.
  public struct Names: Hashable, Sendable {
    /// A reference (`Organization/42`) or an identifier (`system|value`), and the agency's id or
    /// the role that it means.
    public var parties: [String: String]
    /// A coding (`system|code`), and the one of the profile (or of HL7) that it means.
    public var words: [String: String]
    /// An identifier's system, and which of the profile's it is.
    public var systems: [String: System]
    /// What the form that people sign says, where a Consent does not tell (`FormStatement`).
    public var statements: Set<String>

    public init(
      parties: [String: String] = [:], words: [String: String] = [:],
      systems: [String: System] = [:], statements: Set<String> = []
    ) {
      (self.parties, self.words, self.systems) = (parties, words, systems)
      self.statements = statements
    }
  }

  /// Systems of identifiers that a site may have under a name of its own.
  public enum System: String, CaseIterable, Hashable, Sendable {
    case release, referral, agency
    case stateID = "state-id"

    var urn: String { ReleaseProfile.root + rawValue }
  }

  /// What one Consent says to the agency that filed it, or will.
  public enum Reading: Sendable {
    /// Signed and in force.
    case release(ImportedRelease)
    /// The person was asked and said no.
    case refusal(RoiID, CaseID, ImportedRelease.Person)
    /// No longer in force, for good or (`isSuspended`) until somebody lets it go on.
    case withdrawal(RoiID, CaseID?, isSuspended: Bool)
    /// A draft, or replaced by a newer one: says nothing yet, or nothing more.
    case nothing
  }

  public let names: Names
  /// Where dates without a time of day begin and end.
  public let zone: TimeZone

  /// Of Consents in one document.
  static let mostConsents = 10_000

  public init(names: Names, zone: TimeZone) { (self.names, self.zone) = (names, zone) }

  /// Reads a Consent, a Bundle with Consents and Patients, or a list of either. Each Consent is
  /// read on its own.
  /// - Throws: where the document as a whole is none of these.
  public func read(
    _ bytes: [UInt8], file: String
  ) throws(ConsentRefusal) -> [Result<Reading, ConsentRefusal>] {
    let reader = ConsentReader(file: file, zone: zone, modifiers: ReleaseProfile.modifiers)
    let document = try reader.document(bytes)
    var results: [Result<Reading, ConsentRefusal>] = []
    for value in document.array ?? [document] {
      let resources = Self.resources(of: value)
      guard !resources.isEmpty else {
        throw ConsentRefusal(
          file: file, path: "resourceType",
          reason: "is neither Consent nor a Bundle that holds one")
      }
      let patients = Dictionary(
        resources.filter { $0["resourceType"]?.string == "Patient" }
          .compactMap { patient in patient["id"]?.string.map { ($0, patient) } },
        uniquingKeysWith: { $1 })
      for consent in resources where consent["resourceType"]?.string == "Consent" {
        guard results.count < Self.mostConsents else {
          throw ConsentRefusal(
            file: file, path: "Bundle.entry", reason: "has more than \(Self.mostConsents) Consents")
        }
        do throws(ConsentRefusal) {
          results.append(.success(try reading(of: consent, patients, reader)))
        } catch {
          results.append(.failure(error))
        }
      }
    }
    return results
  }

  /// The resource itself, or those of a Bundle; empty for anything else.
  private static func resources(of value: JSONValue) -> [JSONObject] {
    guard let object = value.object else { return [] }
    switch object["resourceType"]?.string {
    case "Consent": return [object]
    case "Bundle":
      let found = (object["entry"]?.array ?? []).compactMap { $0.object?["resource"]?.object }
      return found.contains { $0["resourceType"]?.string == "Consent" } ? found : []
    default: return []
    }
  }

  private func reading(
    of served: JSONObject, _ patients: [String: JSONObject], _ reader: ConsentReader
  ) throws(ConsentRefusal) -> Reading {
    let object = ServedNames(names: names, patients: patients).translated(served)
    switch object["status"]?.string {
    case "draft", "proposed": return .nothing
    case "inactive", "entered-in-error":
      let state = state(of: object)
      if state == .superseded { return .nothing }
      // To stop is the safe side: whatever else it says need not be understood.
      let (id, referral) = try identifiers(of: object, reader)
      return .withdrawal(id, referral, isSuspended: state == .suspended)
    case "rejected":
      let release = ReleaseReader(try reader.consent(object, path: "Consent"), zone: zone)
      let (id, referral) = try release.identifiers()
      guard let referral, let person = try release.person() else {
        throw release.refusal(
          "Consent", "does not say of which referral and whose it is: it needs both to be filed")
      }
      return .refusal(id, referral, person)
    default:
      let consent = try reader.consent(object, path: "Consent")
      return .release(filed(try ReleaseReader(consent, zone: zone).read()))
    }
  }

  /// With what goes without saying at that server. No release opens what is privileged, so a
  /// Consent that says nothing of it means the rest.
  private func filed(_ release: ImportedRelease) -> ImportedRelease {
    var held = release.held
    if held.release.statements.isEmpty { held.release.statements = names.statements }
    for index in held.release.information.indices {
      held.release.information[index].labels.remove(.privileged)
    }
    return ImportedRelease(
      held: held, referral: release.referral, person: release.person, file: release.file,
      consent: release.consent)
  }

  private func state(of object: JSONObject) -> HeldRelease.State? {
    (object["extension"]?.array ?? []).compactMap(\.object)
      .first { $0["url"]?.string == ReleaseProfile.Extension.state.url }
      .flatMap { $0["valueCode"]?.string }.flatMap { HeldRelease.State(rawValue: $0) }
  }

  private func identifiers(
    of object: JSONObject, _ reader: ConsentReader
  ) throws(ConsentRefusal) -> (RoiID, CaseID?) {
    func value(_ system: String) -> String? {
      (object["identifier"]?.array ?? []).compactMap(\.object)
        .first { $0["system"]?.string == system }?["value"]?.string
    }
    guard let id = value(ReleaseProfile.release).flatMap({ RoiID($0) }) else {
      throw ConsentRefusal(
        file: reader.file, path: "Consent.identifier",
        reason: "has none of system \(ReleaseProfile.release): nobody can tell what has ended")
    }
    return (id, value(ReleaseProfile.referral).flatMap { CaseID($0) })
  }
}

extension ImportedRelease {
  /// Whether the Consent itself says which version of the release it is.
  public var saysVersion: Bool {
    (consent.source["extension"]?.array ?? []).contains {
      $0.object?["url"]?.string == ReleaseProfile.Extension.version.url
    }
  }
}
