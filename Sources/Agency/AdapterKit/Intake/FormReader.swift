public import Foundation

/// Reads a form that is one JSON document: a flat object, or a list of them. Lists of plain values
/// are joined by `;`, so that a form has the same fields as a row of a table.
public enum FormReader {
  public static func read(_ bytes: Data) throws(IntakeError) -> [IntakeRecord] {
    guard bytes.count <= TableReader.largestFile else {
      throw IntakeError("is larger than 64 MiB", remedy: "Split it.")
    }
    guard let document = try? JSONSerialization.jsonObject(with: bytes) else {
      throw IntakeError("is not a JSON document", remedy: "Check its commas and quotes.")
    }
    let objects: [Any] = (document as? [Any]) ?? [document]
    var records: [IntakeRecord] = []
    for (index, object) in objects.enumerated() {
      let form = objects.count > 1 ? index + 1 : nil
      guard let fields = object as? [String: Any] else {
        throw Self.wrong(form, nil, "is not a form", "Write one JSON object for each form.")
      }
      var values: [String: String] = [:]
      for (name, value) in fields {
        guard let text = text(of: value) else {
          throw Self.wrong(
            form, printable(name), "has parts of its own", "Write a plain value or list.")
        }
        values[name] = text
      }
      records.append(IntakeRecord(line: nil, form: form, values: values))
    }
    return records
  }

  private static func wrong(
    _ form: Int?, _ field: String?, _ problem: String, _ remedy: String
  ) -> IntakeError {
    var error = IntakeError(field: field, problem, remedy: remedy)
    error.form = form
    return error
  }

  static func text(of value: Any) -> String? {
    switch value {
    case let text as String: return text
    case is NSNull: return ""
    case let number as NSNumber: return number.stringValue
    case let list as [Any]:
      let parts = list.map { item -> String? in
        // A party may be written with its role beside it; the agency says who it is.
        if let party = item as? [String: Any] { return party["agency"] as? String }
        return text(of: item)
      }
      return parts.contains { $0 == nil } ? nil : parts.compactMap { $0 }.joined(separator: ";")
    default: return nil
    }
  }

  static func printable(_ name: String) -> String {
    String(decoding: name.utf8.prefix(40).map { $0 > 32 && $0 < 127 ? $0 : 63 }, as: UTF8.self)
  }
}
