import Foundation
import HubModel

/// The tables of the article *Joining as an agency*, as the code itself would write them.
enum ArticleTables {
  static let article = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Sources/Wire/HubProtocol/HubProtocol.docc/Joining-as-an-agency.md")

  /// What stands in the article between `<!-- name -->` and the next comment.
  static func inArticle(_ name: String) throws -> String? {
    let text = try String(contentsOf: article, encoding: .utf8)
    guard let start = text.range(of: "<!-- \(name) -->\n"),
      let end = text.range(of: "<!--", range: start.upperBound..<text.endIndex)
    else { return nil }
    return text[start.upperBound..<end.lowerBound].trimmingCharacters(in: .newlines)
  }

  private static func table(_ head: [String], _ rows: [[String]]) -> String {
    ([head, head.map { _ in "---" }] + rows)
      .map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n")
  }

  private static func yes(_ flag: Bool) -> String { flag ? "yes" : "" }

  static var topics: String {
    table(
      ["Topic", "Published by", "Sequence", "Purpose", "Participant", "Subject", "Attachment",
        "Class"],
      Topic.allCases.compactMap { topic in
        guard let spec = Catalogue.spec(of: topic) else { return nil }
        let roles = Role.allCases.filter { spec.publishers.contains($0) }.map(\.rawValue)
        let person =
          spec.needsParticipant
          ? "required" : spec.disclosure == .operational ? "forbidden" : "optional"
        return [
          "`\(topic)`", roles.isEmpty ? "the hub" : roles.joined(separator: ", "),
          topic.sequence == .control ? "CONTROL" : "DATA", "`\(spec.purpose.rawValue)`", person,
          spec.needsCase ? "required" : "optional", yes(spec.mayAttach),
          spec.disclosure.rawValue,
        ]
      })
  }

  static var fields: String {
    table(
      ["Topic", "Field", "Type", "Category", "Required", "Repeats"],
      Topic.allCases.flatMap { topic in
        (Catalogue.spec(of: topic)?.fields ?? []).map { field in
          [
            "`\(topic)`", "`\(field.name)`", field.type.rawValue, "`\(field.category.rawValue)`",
            yes(field.required), yes(field.repeats),
          ]
        }
      })
  }

  static var errors: String {
    table(
      ["Code", "Try again unchanged", "What to do"],
      ErrorCode.allCases.map { ["`\($0.rawValue)`", yes($0.isRetryable), $0.remedy] })
  }

  static var limits: String {
    table(
      ["What", "Limit"],
      [
        ["An identifier", "\(Limits.identifierBytes.lowerBound) to "
          + "\(Limits.identifierBytes.upperBound) bytes of `a-z`, `0-9`, `-`"],
        ["A frame", "\(Limits.frameBytes) bytes"],
        ["A message as encoded", "\(Limits.messageBytes) bytes"],
        ["Messages in a publish", "\(Limits.messagesPerPublish)"],
        ["Segments of a message", "\(Limits.segments)"],
        ["Fields of a segment", "\(Limits.fieldsPerSegment)"],
        ["A text", "\(Limits.fieldBytes) bytes of UTF-8"],
        ["A code", "1 to 64 bytes of printable ASCII without spaces"],
        ["Identity tokens of a message", "\(Limits.identityTokens)"],
        ["Agencies in an audience", "\(Limits.audience)"],
        ["Window", "told in the welcome; at most \(Limits.largestWindow)"],
        ["Connections of one agency", "\(Limits.sessionsPerAgency)"],
        ["Time between pings", "\(Limits.pingEvery.milliseconds) ms"],
        ["Silence after which a connection is forgotten",
          "\(Limits.sessionSilence.milliseconds) ms"],
      ])
  }

  static var words: String {
    func list<Word: RawRepresentable>(_ words: [Word]) -> String where Word.RawValue == String {
      words.map { "`\($0.rawValue)`" }.joined(separator: ", ")
    }
    return table(
      ["List", "Words"],
      [
        ["Role", list(Role.allCases)], ["Purpose", list(Purpose.allCases)],
        ["Information category", list(InformationCategory.allCases)],
        ["Sensitivity label", list(SensitivityLabel.allCases)],
        ["Identity token", list(IdentityToken.Kind.allCases)],
        ["Release kind", list(ReleaseOfInformation.Kind.allCases)],
        ["Release signer", list(ReleaseOfInformation.SignerCapacity.allCases)],
        ["Refusal reason", list(RoiRefusal.Reason.allCases)],
        ["Fate", list(Fate.allCases)],
      ])
  }

  static let all: [(name: String, table: String)] = [
    ("words", words), ("topics", topics), ("fields", fields), ("limits", limits),
    ("errors", errors),
  ]
}
