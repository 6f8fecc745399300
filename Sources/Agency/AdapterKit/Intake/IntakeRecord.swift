import Crypto
public import HubModel

/// What is wrong with a file or one record of it, where, and what to do: the text of the note
/// that goes with it. Never a value from the file: those may be a participant's.
public struct IntakeError: Error, Hashable, Sendable, CustomStringConvertible {
  public var line: Int?
  /// Which form of a JSON list of several, from 1.
  public var form: Int?
  public var field: String?
  public var problem: String
  public var remedy: String

  public init(line: Int? = nil, field: String? = nil, _ problem: String, remedy: String) {
    self.line = line
    self.field = field
    self.problem = problem
    self.remedy = remedy
  }

  public var description: String {
    let place = [
      line.map { "line \($0)" }, form.map { "form \($0)" }, field.map { "field \($0)" },
    ].compactMap { $0 }
    let start = place.isEmpty ? "" : place.joined(separator: ", ") + ": "
    return "\(start)\(problem). \(remedy)"
  }
}

/// One record of a file: values by the adapter's own field names, whatever the file called them.
public struct IntakeRecord: Sendable {
  /// Line on which the record begins, from 1; nil in a JSON document.
  public let line: Int?
  /// Which form of a JSON list of several, from 1; nil elsewhere.
  public let form: Int?
  public let values: [String: String]

  public init(line: Int?, form: Int? = nil, values: [String: String]) {
    self.line = line
    self.form = form
    self.values = values
  }

  /// The value without white space around it; nil where it is missing or empty.
  public func optional(_ field: String) -> String? {
    guard let value = values[field]?.trimmed, !value.isEmpty else { return nil }
    return value
  }

  public func required(_ field: String) throws(IntakeError) -> String {
    guard let value = optional(field) else {
      throw wrong(field, "is empty or missing", "Fill it in.")
    }
    return value
  }

  /// Values separated by `;`.
  public func list(_ field: String) -> [String] {
    (values[field] ?? "").split(separator: ";").map { String($0).trimmed }.filter { !$0.isEmpty }
  }

  public func wrong(_ field: String, _ problem: String, _ remedy: String) -> IntakeError {
    var error = IntakeError(line: line, field: field, problem, remedy: remedy)
    error.form = form
    return error
  }

  /// Refuses fields that nobody asked for: in a command each is a slip of somebody's hand.
  public func allow(only fields: Set<String>) throws(IntakeError) {
    guard let unknown = values.keys.filter({ !fields.contains($0) }).min() else { return }
    throw wrong(
      FormReader.printable(unknown), "is not known here",
      "Use: \(fields.sorted().joined(separator: ", ")).")
  }

  /// SHA-256 over the fields whose names begin with `prefix`: tells whether they changed.
  public func fingerprint(prefix: String) -> [UInt8] {
    var hash = SHA256()
    for (name, value) in values.sorted(by: { $0.key < $1.key }) where name.hasPrefix(prefix) {
      hash.update(data: Array("\(name)=\(value.trimmed)".utf8) + [0])
    }
    return Array(hash.finalize())
  }

  /// A word of a code list: spaces become `-`.
  public func code(_ field: String) throws(IntakeError) -> String? {
    guard let text = optional(field) else { return nil }
    let code = text.split(separator: " ").joined(separator: "-")
    guard FieldValue.isCode(code) else {
      throw wrong(field, "is not a code", "Use at most 64 letters, digits and signs.")
    }
    return code
  }

  public func identifier<Tag>(_ field: String) throws(IntakeError) -> Identifier<Tag>? {
    guard let text = optional(field) else { return nil }
    guard let identifier = Identifier<Tag>(text.lowercased()) else {
      throw wrong(
        field, "is not an identifier", "Use 1 to 63 letters a-z, digits and hyphens.")
    }
    return identifier
  }

  public func choice<Choice: RawRepresentable & CaseIterable>(
    _ field: String, _ type: Choice.Type
  ) throws(IntakeError) -> Choice where Choice.RawValue == String {
    let text = try required(field)
    guard let choice = Choice(rawValue: text) else {
      let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw wrong(field, "is not known", "Use one of: \(known).")
    }
    return choice
  }
}

extension String {
  var trimmed: String {
    let isSpace: (Character) -> Bool = { $0.isWhitespace || $0.isNewline }
    return String(drop(while: isSpace).reversed().drop(while: isSpace).reversed())
  }
}
