import Foundation
import Operations

/// A JSON document whose records and fields stand at paths: `data.inmates`, `name[0].family`,
/// `identifier[system=urn:x].value`. A path to several plain values gives them joined by `;`.
struct JSONLayout: Sendable {
  let records: JSONPath
  let places: [String: JSONPath]

  init?(_ fields: YAMLFields, _ places: [String: String]) {
    let path = fields.value("records", .text(), default: "")
    guard let records = JSONPath(path) else {
      fields.report("records", JSONPath.expectation)
      return nil
    }
    self.records = records
    var read: [String: JSONPath] = [:]
    for (field, text) in places.sorted(by: { $0.key < $1.key }) {
      if let place = JSONPath(text) {
        read[field] = place
      } else {
        fields.report("fields", "\(field) \(JSONPath.expectation)")
      }
    }
    self.places = read
  }

  func read(_ bytes: Data) throws(IntakeError) -> TableReader.Table {
    guard bytes.count <= TableReader.largestFile else {
      throw IntakeError("is larger than 64 MiB", remedy: "Split it.")
    }
    guard let document = try? JSONSerialization.jsonObject(with: bytes) else {
      throw IntakeError("is not a JSON document", remedy: "Check its commas and quotes.")
    }
    let found = records.values(in: document).flatMap { value in
      Self.resources(of: value) ?? (value as? [Any]) ?? [value]
    }
    guard !found.isEmpty || !records.values(in: document).isEmpty else {
      throw IntakeError(
        "has nothing at the path of its records",
        remedy: "Check the file, or 'records' in the mapping file.")
    }
    var table = TableReader.Table(header: [], records: [], isTruncated: false, bad: [])
    for (index, object) in found.enumerated() {
      let form = found.count > 1 ? index + 1 : nil
      guard object is [String: Any] else {
        var error = IntakeError("is not a record", remedy: "Write one JSON object for each.")
        error.form = form
        table.bad.append(error)
        continue
      }
      guard !Self.isModified(object) else {
        var error = IntakeError(
          field: "modifierExtension", "may change what the resource means",
          remedy: "Nothing of it was taken. Have the system send it without, or leave it out.")
        error.form = form
        table.bad.append(error)
        continue
      }
      let values = places.mapValues { path in
        path.values(in: object).compactMap(FormReader.text(of:)).joined(separator: ";")
      }
      table.records.append(IntakeRecord(line: nil, form: form, values: values))
    }
    return table
  }
}

extension JSONLayout {
  /// FHIR: whoever does not know a modifying extension must not use the resource.
  fileprivate static func isModified(_ value: Any) -> Bool {
    guard let resource = value as? [String: Any], resource["resourceType"] is String,
      let extensions = resource["modifierExtension"] as? [Any]
    else { return false }
    return !extensions.isEmpty
  }

  /// A Bundle of FHIR stands for the resources that were searched for; what came along with them
  /// does not.
  fileprivate static func resources(of value: Any) -> [Any]? {
    guard let bundle = value as? [String: Any], bundle["resourceType"] as? String == "Bundle",
      let entries = bundle["entry"] as? [[String: Any]]
    else { return nil }
    return entries.compactMap { entry in
      let mode = (entry["search"] as? [String: Any])?["mode"] as? String
      return mode == nil || mode == "match" ? entry["resource"] : nil
    }
  }
}

/// A path into a JSON document.
struct JSONPath: Sendable {
  enum Step: Hashable, Sendable {
    case key(String)
    case index(Int)
    /// Those items of a list whose value at the key is this.
    case `where`(String, String)
  }

  static let expectation = "must be a path such as data.people[0].name or id[type=SID].value"

  let steps: [Step]

  /// As a mapping file has it.
  var text: String {
    steps.reduce(into: "") { text, step in
      switch step {
      case .key(let key): text += (text.isEmpty ? "" : ".") + key
      case .index(let index): text += "[\(index)]"
      case .where(let key, let value): text += "[\(key)=\(value)]"
      }
    }
  }

  /// - Returns: `nil` where the text is no path. The empty text is the document itself.
  init?(_ text: String) {
    var steps: [Step] = []
    var rest = text[...]
    while !rest.isEmpty {
      if rest.first == "[" {
        guard let end = rest.firstIndex(of: "]") else { return nil }
        let inner = rest[rest.index(after: rest.startIndex)..<end]
        let parts = inner.split(separator: "=", maxSplits: 1).map(String.init)
        if let index = Int(inner), index >= 0 {
          steps.append(.index(index))
        } else if parts.count == 2 {
          steps.append(.where(parts[0], parts[1]))
        } else {
          return nil
        }
        rest = rest[rest.index(after: end)...]
        continue
      }
      if rest.first == "." { rest = rest.dropFirst() }
      let key = rest.prefix { $0 != "." && $0 != "[" }
      guard !key.isEmpty else { return nil }
      steps.append(.key(String(key)))
      rest = rest[key.endIndex...]
    }
    self.steps = steps
  }

  /// What stands there: nothing, one value, or one of each item of the lists on the way.
  func values(in document: Any) -> [Any] {
    var found: [Any] = [document]
    for step in steps {
      found = found.flatMap { value -> [Any] in
        switch step {
        case .key(let key):
          let objects = (value as? [Any]) ?? [value]
          return objects.compactMap { ($0 as? [String: Any])?[key] }.filter { !($0 is NSNull) }
        case .index(let index):
          guard let list = value as? [Any], index < list.count else { return [] }
          return [list[index]]
        case .where(let key, let wanted):
          return ((value as? [Any]) ?? [value]).filter { item in
            ((item as? [String: Any])?[key]).flatMap(FormReader.text(of:)) == wanted
          }
        }
      }
    }
    return found
  }
}
