/// Writes a JSON value, indented, members in their order.
struct JSONPrinter {
  private var text = ""

  static func text(of value: JSONValue) -> String {
    var printer = JSONPrinter()
    printer.write(value, indent: 0)
    return printer.text + "\n"
  }

  private mutating func write(_ value: JSONValue, indent: Int) {
    switch value {
    case .object(let object):
      list(object.members, "{", "}", indent) { printer, member in
        printer.quote(member.name)
        printer.text += ": "
        printer.write(member.value, indent: indent + 2)
      }
    case .array(let values):
      list(values, "[", "]", indent) { $0.write($1, indent: indent + 2) }
    case .string(let text): quote(text)
    case .number(let text): self.text += text
    case .bool(let flag): text += flag ? "true" : "false"
    case .null: text += "null"
    }
  }

  private mutating func list<Item>(
    _ items: [Item], _ open: String, _ close: String, _ indent: Int,
    _ write: (inout JSONPrinter, Item) -> Void
  ) {
    guard !items.isEmpty else { return text += open + close }
    for (position, item) in items.enumerated() {
      text += position == 0 ? open : ","
      text += "\n" + String(repeating: " ", count: indent + 2)
      write(&self, item)
    }
    text += "\n" + String(repeating: " ", count: indent) + close
  }

  private mutating func quote(_ string: String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}

extension JSONValue {
  /// Members without a value are left out.
  static func members(_ members: (String, JSONValue?)...) -> JSONValue {
    .object(
      JSONObject(
        members.compactMap { name, value in value.map { .init(name: name, value: $0) } }))
  }

  /// `nil` where nothing is in it: FHIR knows no empty list.
  static func list(_ values: [JSONValue]) -> JSONValue? { values.isEmpty ? nil : .array(values) }

  static func coding(_ coding: Coding) -> JSONValue {
    .members(("system", coding.system.map(JSONValue.string)), ("code", .string(coding.code)))
  }

  static func concept(_ coding: Coding) -> JSONValue {
    .members(("coding", .array([.coding(coding)])))
  }

  static func identifier(_ system: String, _ value: String) -> JSONValue {
    .members(("system", .string(system)), ("value", .string(value)))
  }
}
