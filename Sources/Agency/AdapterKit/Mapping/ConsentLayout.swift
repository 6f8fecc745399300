import FHIRConsent
import Foundation
import Operations

/// Consents of FHIR R4, each as a release form of the agency that captured it. Their elements have
/// their places by FHIR; the mapping file says what the server's own names mean here.
///
/// | Consent | the form's `outcome` |
/// |---|---|
/// | active | signed; without a version of its own it is the next of what is known here |
/// | rejected | refused |
/// | inactive, entered in error | revoked, or suspended where it says so |
/// | draft, proposed, superseded | no form |
struct ConsentLayout: Sendable {
  let served: ServedConsents

  init?(_ fields: YAMLFields) {
    let zone = fields.required("time-zone", .timeZone)
    let parties = fields.value("parties", .keyed(byTextOf: .text()), default: [])
    let words = fields.value("words", .keyed(byTextOf: .text()), default: [])
    let systems = fields.value(
      "systems", .keyed(byTextOf: YAMLValue<ServedConsents.System>.choice()), default: [])
    let statements = fields.value("statements", .list(of: .code, count: 0...20), default: [])
    for word in words where !word.key.contains("|") || !word.value.contains("|") {
      fields.report("words", "\(word.key) and its meaning must each be a system, |, and a code")
    }
    guard let zone else { return nil }
    func dictionary<Value>(
      _ read: [(key: String, value: Value, place: StrictYAML)]
    ) -> [String: Value] {
      Dictionary(read.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
    }
    served = ServedConsents(
      names: .init(
        parties: dictionary(parties), words: dictionary(words), systems: dictionary(systems),
        statements: Set(statements)),
      zone: zone)
  }

  func read(_ bytes: Data) throws(IntakeError) -> TableReader.Table {
    guard bytes.count <= TableReader.largestFile else {
      throw IntakeError("is larger than 64 MiB", remedy: "Split it.")
    }
    let readings: [Result<ServedConsents.Reading, ConsentRefusal>]
    do throws(ConsentRefusal) {
      readings = try served.read(Array(bytes), file: "")
    } catch {
      throw IntakeError(error, form: nil)
    }
    var table = TableReader.Table(header: [], records: [], isTruncated: false, bad: [])
    for (index, reading) in readings.enumerated() {
      let form = readings.count > 1 ? index + 1 : nil
      do throws(ConsentRefusal) {
        guard let values = try values(of: try reading.get()) else { continue }
        table.records.append(IntakeRecord(line: nil, form: form, values: values))
      } catch {
        table.bad.append(IntakeError(error, form: form))
      }
    }
    table.names = Set(table.records.flatMap(\.values.keys))
    return table
  }

  /// - Returns: `nil` for a Consent that says nothing yet, or nothing more.
  private func values(
    of reading: ServedConsents.Reading
  ) throws(ConsentRefusal) -> [String: String]? {
    switch reading {
    case .nothing: return nil
    case .withdrawal(let id, let referral, let isSuspended):
      var values = ["roi_id": id.text, "outcome": isSuspended ? "suspended" : "revoked"]
      values["referral_id"] = referral?.text
      return values
    case .refusal(let id, let referral, let person):
      var values = [
        "roi_id": id.text, "outcome": "refused", "referral_id": referral.text,
        "last_name": person.lastName, "first_name": person.firstName,
        "dob": "\(person.birthDate)", "version": "next",
      ]
      values["sid"] = person.stateID
      return values
    case .release(let release):
      let form = try release.form()
      guard let record = try? FormReader.read(Data(form.utf8)).first else {
        throw ConsentRefusal(file: "", path: "Consent", reason: "makes no release form")
      }
      var values = record.values
      if !release.saysVersion { values["version"] = "next" }
      return values
    }
  }
}

extension IntakeError {
  init(_ refusal: ConsentRefusal, form: Int?) {
    self.init(
      field: refusal.path, refusal.reason,
      remedy: "Mend the Consent, or say in the mapping file what its names mean.")
    self.form = form
  }
}
