import Foundation
public import Operations

/// Where a system's records hold an adapter's fields: read from a mapping file, which says the
/// format, the place of each field, and what the system's codes mean. The article *Connectors*
/// lists the keys of each format.
public struct RecordMapping: Sendable {
  enum Format: String, CaseIterable, Sendable {
    case csv, json, xml, hl7, cloudevents
    case fixedWidth = "fixed-width"
    case fhirConsent = "fhir-consent"
  }

  enum Layout: Sendable {
    case csv(CSVLayout)
    case json(JSONLayout)
    case fixedWidth(FixedWidthLayout)
    case xml(XMLLayout)
    case hl7(HL7Layout)
    case events(EventLayout)
    case consents(ConsentLayout)
  }

  let layout: Layout
  /// Every field that a record of this mapping can have.
  let fields: Set<String>
  /// What the system's codes mean, by field; a code that is not among them spoils its record.
  let codes: [String: [String: String]]
  /// The same in every record.
  let constants: [String: String]
  /// Fields without a value of which a record is refused.
  let required: Set<String>
  /// Where each field stands, as the mapping file has it.
  var places: [String: String] = [:]

  /// The file's records.
  /// - Parameter required: fields without which nothing can be done with a record.
  /// - Throws: where the file as a whole cannot be read, or the mapping does not place a required
  ///   field.
  func table(
    of bytes: Data, required: [String]
  ) throws(IntakeError) -> TableReader.Table {
    let missing = isOpen ? [] : required.filter { !fields.contains($0) }
    guard missing.isEmpty else {
      throw IntakeError(
        field: missing.joined(separator: ", "), "has no place in the connector's mapping file",
        remedy: "Say there under 'fields' where it stands.")
    }
    var table =
      switch layout {
      case .csv(let layout): try layout.read(bytes)
      case .json(let layout): try layout.read(bytes)
      case .fixedWidth(let layout): try layout.read(bytes)
      case .xml(let layout): try layout.read(bytes)
      case .hl7(let layout): try layout.read(bytes)
      case .events(let layout): try layout.read(bytes)
      case .consents(let layout): try layout.read(bytes)
      }
    table.names.formUnion(fields)
    finish(&table)
    remarkEmpty(&table)
    return table
  }

  /// What of a file can be read, and what is wrong with the rest.
  struct Form: Sendable {
    var good = 0
    var bad: [IntakeError] = []
  }

  /// How the file is formed. It follows from its bytes and the mapping file alone, never from what
  /// the adapter knows of anybody: so whoever sent it may be told.
  func form(of bytes: Data) -> Form {
    do throws(IntakeError) {
      let table = try table(of: bytes, required: [])
      return Form(good: table.records.count, bad: table.bad)
    } catch {
      return Form(bad: [error])
    }
  }

  /// A value that no record has any more may have moved: worth a look, and no reason to refuse.
  private func remarkEmpty(_ table: inout TableReader.Table) {
    guard table.records.count > 1 else { return }
    let empty = fields.filter { field in table.records.allSatisfy { $0.optional(field) == nil } }
    guard !empty.isEmpty else { return }
    table.remarks.append(
      "No record has a value for \(empty.sorted().joined(separator: ", ")). If the file holds "
        + "them, compare its layout with the mapping file.")
  }

  /// What tells a file from every other, where its format has better than its bytes.
  func identity(of bytes: Data) -> Data? {
    switch layout {
    case .hl7(let layout): layout.identity(of: bytes)
    case .events(let layout): layout.identity(of: bytes)
    case .csv, .json, .fixedWidth, .xml, .consents: nil
    }
  }

  /// CloudEvents whose data are forms of the adapter's own.
  static let events = RecordMapping(
    layout: .events(EventLayout(places: [:])), fields: [], codes: [:], constants: [:],
    required: [])

  /// Whether records bring fields that no mapping places.
  private var isOpen: Bool {
    switch layout {
    case .events(let layout): layout.places.isEmpty
    case .consents: true
    case .csv, .json, .fixedWidth, .xml, .hl7: false
    }
  }

  /// Puts codes and constants in.
  private func finish(_ table: inout TableReader.Table) {
    let found = table.records
    table.records = []
    for record in found {
      do throws(IntakeError) {
        var values = record.values
        for (field, value) in constants { values[field] = value }
        for (field, known) in codes {
          guard let word = values[field]?.trimmed, !word.isEmpty else { continue }
          guard let code = known[word] ?? known["*"] else {
            throw record.wrong(
              field, "holds a code that the mapping file does not know",
              "Add it there under 'codes', or mend the record.")
          }
          values[field] = code
        }
        let filled = IntakeRecord(line: record.line, form: record.form, values: values)
        for field in required.sorted() { _ = try filled.required(field) }
        table.records.append(filled)
      } catch {
        table.bad.append(error)
      }
    }
  }

  /// Reads a mapping file.
  /// - Throws: every problem found in it.
  public static func load(_ path: String) throws(ConfigurationError) -> RecordMapping {
    try parse(StrictYAML.load(path))
  }

  static func parse(_ yaml: StrictYAML) throws(ConfigurationError) -> RecordMapping {
    try yaml.read { fields in
      let format = fields.required("format", YAMLValue<Format>.choice())
      // A consent's elements have their places by FHIR.
      let named: [(key: String, value: String, place: StrictYAML)]? =
        format == .fhirConsent ? [] : fields.required("fields", .keyed(byTextOf: .text()))
      let codes = fields.value(
        "codes", .keyed(byTextOf: .keyed(byTextOf: .text())), default: [])
      let required = fields.value("required", .list(of: .text()), default: [])
      let constants = fields.value("constants", .keyed(byTextOf: .text()), default: [])
      guard let format, let named else { return nil }
      let places = Dictionary(named.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
      let layout: Layout? =
        switch format {
        case .csv: CSVLayout(fields, places).map { .csv($0) }
        case .json: JSONLayout(fields, places).map { .json($0) }
        case .fixedWidth: FixedWidthLayout(fields, places).map { .fixedWidth($0) }
        case .xml: XMLLayout(fields, places).map { .xml($0) }
        case .hl7: HL7Layout(fields, places).map { .hl7($0) }
        case .cloudevents: EventLayout(fields, places).map { .events($0) }
        case .fhirConsent: ConsentLayout(fields).map { .consents($0) }
        }
      guard let layout else { return nil }
      let fixed = Dictionary(constants.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
      for twice in fixed.keys.sorted() where places[twice] != nil {
        fields.report("constants", "\(twice) stands under 'fields' too; keep one of them")
      }
      let all = Set(places.keys).union(fixed.keys).union(layout.ownFields)
      let isOpen = format == .fhirConsent
      for unknown in codes.map(\.key) where !isOpen && !all.contains(unknown) {
        fields.report("codes", "\(unknown) is no field of this mapping")
      }
      for unknown in required where !isOpen && !all.contains(unknown) {
        fields.report("required", "\(unknown) is no field of this mapping")
      }
      return RecordMapping(
        layout: layout, fields: all,
        codes: Dictionary(
          codes.map { code in
            (code.key, Dictionary(code.value.map { ($0.key, $0.value) }) { $1 })
          }, uniquingKeysWith: { $1 }),
        constants: fixed, required: Set(required), places: places)
    }
  }
}

extension RecordMapping.Layout {
  /// Fields that come from the format itself.
  fileprivate var ownFields: Set<String> {
    if case .hl7(let layout) = self { layout.ownFields } else { [] }
  }
}
