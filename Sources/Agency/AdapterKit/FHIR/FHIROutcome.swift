import Foundation

/// What a server says of a request that it did not carry out (an OperationOutcome), in the words
/// that FHIR itself defines: kinds of issues and the elements they are about. Diagnostics and other
/// texts are the server's own, may quote a person's values, and are passed over.
enum FHIROutcome {
  private static let mostIssues = 3

  /// The codes of FHIR's value set *issue-type*.
  private static let kinds: Set<String> = [
    "invalid", "structure", "required", "value", "invariant", "security", "login", "unknown",
    "expired", "forbidden", "suppressed", "processing", "not-supported", "duplicate",
    "multiple-matches", "not-found", "deleted", "too-long", "code-invalid", "extension",
    "too-costly", "business-rule", "conflict", "transient", "lock-error", "no-store", "exception",
    "timeout", "incomplete", "throttled", "informational",
  ]

  /// `required at Task.status; invalid`, of errors alone; `nil` where it says none.
  static func words(of body: Data) -> String? {
    guard let outcome = (try? JSONSerialization.jsonObject(with: body)) as? [String: Any] else {
      return nil
    }
    return words(of: outcome)
  }

  static func words(of outcome: [String: Any]) -> String? {
    guard outcome["resourceType"] as? String == "OperationOutcome",
      let issues = outcome["issue"] as? [[String: Any]]
    else { return nil }
    let words = issues.filter { ["error", "fatal"].contains($0["severity"] as? String) }
      .compactMap(word(of:)).prefix(mostIssues)
    return words.isEmpty ? nil : words.joined(separator: "; ")
  }

  private static func word(of issue: [String: Any]) -> String? {
    guard let kind = issue["code"] as? String, kinds.contains(kind) else { return nil }
    let places = ((issue["expression"] ?? issue["location"]) as? [String] ?? []).filter(isPlain)
    return places.first.map { "\(kind) at \($0)" } ?? kind
  }

  /// An element's name and place alone: a condition within an expression could hold a value.
  private static func isPlain(_ expression: String) -> Bool {
    expression.utf8.count <= 100
      && expression.wholeMatch(of: /[A-Z][A-Za-z]*(\.[a-z][A-Za-z]*|\[[0-9]+\])*/) != nil
  }
}
