/// Text made safe for a line of a log or a terminal.
public enum LogText {
  /// The longest value that is logged, in characters; a longer one ends in "…".
  public static let longest = 2_000

  /// Escapes what could end a line, forge another, or make a terminal show something else: control
  /// characters, line separators, and marks that change the direction of writing.
  public static func escaped(_ text: String) -> String {
    var result = ""
    var count = 0
    for scalar in text.unicodeScalars {
      count += 1
      guard count <= longest else { return result + "…" }
      switch scalar {
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\\": result += "\\\\"
      default:
        if isHarmful(scalar) {
          result += "\\u{" + String(scalar.value, radix: 16) + "}"
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result
  }

  /// A value of `key=value`: quoted where it would otherwise not be one word.
  public static func quoted(_ value: String) -> String {
    let escaped = escaped(value)
    let isWord =
      !escaped.isEmpty
      && escaped.unicodeScalars.allSatisfy { $0 != " " && $0 != "\"" && $0 != "=" }
    if isWord { return escaped }
    return "\"" + escaped.split(separator: "\"", omittingEmptySubsequences: false)
      .joined(separator: "\\\"") + "\""
  }

  private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator, .format, .surrogate, .privateUse,
      .unassigned:
      true
    default: false
    }
  }
}
