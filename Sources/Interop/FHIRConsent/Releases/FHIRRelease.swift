public import Foundation
public import HubModel

/// Releases of information in the form of FHIR R4 Consents, both ways.
public enum FHIRRelease {
  /// The release as one Consent, which ``read(_:file:zone:)`` reads back as the same release.
  /// - Throws: what FHIR cannot say of it without saying more.
  public static func text(of held: HeldRelease) throws(ConsentRefusal) -> String {
    let text = JSONPrinter.text(of: try ReleaseWriter(held).consent())
    let back = try read(Array(text.utf8), file: held.release.id.text)
    guard back.count == 1, back[0].held.normalized == held.normalized else {
      throw ConsentRefusal(
        file: held.release.id.text, path: "release",
        reason: "cannot be written so that it would be read as the same")
    }
    return text
  }

  /// Reads a Consent, or a Bundle of them, as releases.
  /// - Parameter zone: where dates without a time of day begin and end.
  /// - Throws: whatever a release cannot say exactly, with its element.
  public static func read(
    _ bytes: [UInt8], file: String, zone: TimeZone = .gmt
  ) throws(ConsentRefusal) -> [ImportedRelease] {
    let reader = ConsentReader(file: file, zone: zone, modifiers: ReleaseProfile.modifiers)
    var releases: [ImportedRelease] = []
    for consent in try reader.read(bytes) {
      releases.append(try ReleaseReader(consent, zone: zone).read())
    }
    return releases
  }
}

/// A release that came as a FHIR Consent, with what the Consent says of its person and case.
public struct ImportedRelease: Sendable {
  /// Who signed, as a release form asks for them.
  public struct Person: Hashable, Sendable {
    public var lastName: String
    public var firstName: String
    public var birthDate: CivilDate
    public var stateID: String?
    public init(
      lastName: String, firstName: String, birthDate: CivilDate, stateID: String? = nil
    ) {
      self.lastName = lastName
      self.firstName = firstName
      self.birthDate = birthDate
      self.stateID = stateID
    }
  }

  public let held: HeldRelease
  public let referral: CaseID?
  public let person: Person?
  public let file: String
  let consent: Consent
}
