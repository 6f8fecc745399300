import HubModel
import ZeroMQ

extension RegistryFile {
  /// The file as it is written: always the same text for the same registry.
  public var text: String {
    var lines = [
      "# The agencies of the program and their public keys: who may connect to the router, and as",
      "# what. Rights follow from role and key. Compare a new key's fingerprint with the agency by",
      "# telephone before its entry goes in. 'accord agency add' writes this file; comments of",
      "# your own are not kept.",
      agencies.isEmpty ? "agencies: []" : "agencies:",
    ]
    for agency in agencies { lines += Self.lines(agency) }
    if cutOffs.isEmpty {
      lines += [
        "", "# Keys that get nothing more: 'accord key cut-off' lists them here.", "cut-off: []",
      ]
    } else {
      lines += ["", "# Keys that get nothing more, whatever else this file says.", "cut-off:"]
      for cutOff in cutOffs {
        lines += [
          "  - fingerprint: \"\(cutOff.fingerprint)\"",
          "    at: \"\(cutOff.at.iso8601)\"",
          "    reason: \(YAMLText.quoted(cutOff.reason))",
        ]
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Replaces the file as a whole.
  public func write(to path: String, overwrites: Bool) throws(ConfigurationError) {
    try TextFile.write(text, to: path, mode: 0o644, overwrites: overwrites)
  }

  private static func lines(_ agency: Registry.Agency) -> [String] {
    var lines = [
      "  - id: \"\(agency.id)\"",
      "    name: \(YAMLText.quoted(agency.name))",
      "    role: \(agency.role.rawValue)",
      "    # Counsel decides whether the agency is a Part 2 program (42 CFR 2.11).",
      "    part-2-program: \(agency.isPart2Program)",
      "    release-port: \(agency.releasePort)",
    ]
    if agency.maySendUnsealed {
      lines += [
        "    # Its client cannot sign: what comes from it cannot be proved to be from it.",
        "    unsealed-messages: true",
      ]
    }
    if agency.keys.isEmpty { return lines + ["    keys: []", ""] }
    lines.append("    keys:")
    for key in agency.keys {
      let curve = CurvePublicKey(bytes: key.curve)?.z85 ?? ""
      lines += [
        "      - fingerprint: \"\(key.fingerprint)\"",
        "        curve: \"\(curve)\"",
        "        signing: \"\(Hex.encode(key.signing))\"",
        "        # Only a consumer acknowledges; other keys of the agency submit, or listen.",
        "        consumer: \(key.isConsumer)",
      ]
      if key.use == .listener { lines.append("        listener: true") }
      if let time = key.enrolledAt { lines.append("        enrolled: \"\(time.iso8601)\"") }
      if let time = key.expiresAt { lines.append("        expires: \"\(time.iso8601)\"") }
    }
    return lines
  }
}

/// Text as YAML's double-quoted style writes it.
public enum YAMLText {
  public static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      default:
        if scalar.properties.generalCategory == .control {
          let digits = String(scalar.value, radix: 16)
          result += "\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result + "\""
  }
}
