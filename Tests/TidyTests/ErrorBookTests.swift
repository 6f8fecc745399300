import Foundation
import Testing

/// Codes that the sources say, held against the table of `accord errors` and its article.
@Suite("Error codes")
struct ErrorBookTests {
  static let article = "Sources/Operations/Operations.docc/Errors.md"
  static let tables = ["Own", "Keeping", "Desk"].map {
    "Sources/Operations/Errors/ErrorBook+\($0).swift"
  }
  static let hub = "Sources/Core/HubModel/ErrorCode.swift"

  /// Types that are thrown to people, and the code under which each stands; `nil` where the type
  /// has codes of its own, read from its file below.
  static let types: [String: String?] = [
    "StoreError": nil, "LedgerError": nil, "KeyStoreError": nil, "Refusal": nil,
    "AdminError": nil, "RouterRefusal": nil, "RouterStartError": nil,
    "DeskError": nil, "NoticeFailure": "notice", "IntakeError": "file-rejected",
    "PolledFailure": "connector", "ReloadFailure": "reload-not-confirmed",
    "BackupFailure": "backup-not-confirmed", "DatabaseCopyError": "copy-failed",
    "UnexpectedAnswer": "unexpected-answer", "CountyError": "setup",
    "CriminalJusticeRouteError": "criminal-justice-route", "ConfigurationError": "configuration",
    "CoreDumpsAllowed": "core-dumps", "ConsentRefusal": "consent-not-understood",
    "JSONProblem": "consent-not-understood", "ZeroMQError": "socket", "AuditFlaw": "audit-flaw",
    "MalformedLeaf": "audit-flaw", "Failure": "connector", "Unreadable": "audit-file",
    "Stopped": "stopped", "EnrolmentError": "enrolment", "CannotBecome": "cannot-become",
    "RehearsalFailure": "backup-incomplete", "BackupNotOpened": "backup-not-opened",
    "StateInUse": "state-in-use",
    "MLLPFault": "connector",
    // Carries another.
    "DaemonEnd": nil,
    "SignOnProblem": nil, "FolderError": "folder",
    // Said on a page, in its own words; seen by no operator.
    "DeskProblem": "desk",
  ]

  private func text(_ path: String) throws -> String {
    try String(contentsOf: House.root.appendingPathComponent(path), encoding: .utf8)
  }

  private func codes() throws -> Set<String> {
    let own = try Self.tables.map(text).joined().matches(of: /ErrorNote\(\s*"([a-z-]+)"/)
      .map { $0.output.1 }
    let hub = try text(Self.hub).matches(of: /case \w+ = "([a-z-]+)"/).map { $0.output.1 }
    #expect(Set(own).isDisjoint(with: hub) && Set(own).count == own.count)
    return Set((own + hub).map(String.init))
  }

  @Test("Every code of the router, its stores and its commands is in the table")
  func codesAreKnown() throws {
    let known = try codes()
    var said: [String: String] = [:]
    for path in [
      "Sources/Router/Ledger/LedgerError.swift", "Sources/Router/Keys/KeyStoreError.swift",
      "Sources/Agency/HubClient/Store/StoreError.swift",
    ] {
      let words = try text(path).matches(of: /case \w+(?: = "([a-z-]+)")?\n/)
      for word in words {
        let name = word.output.1.map(String.init)
          ?? String(word.output.0.dropFirst(5).trimmingCharacters(in: .whitespacesAndNewlines))
        said[name] = path
      }
    }
    for file in House.swiftFiles(under: "Sources/Router/RouterService") {
      let text = file.lines.joined(separator: "\n")
      for match in text.matches(of: /\.failed\(\s*code: "([a-z-]+)"/) {
        said[String(match.output.1)] = file.path
      }
      for match in text.matches(of: /\.malformed\("([a-z -]+)"\)/) {
        said["malformed-" + match.output.1.replacing(" ", with: "-")] = file.path
      }
    }
    for match in try text("Sources/Operations/Errors/ErrorBook.swift")
      .matches(of: /case \.\w+: "([a-z-]+)"/)
    {
      said[String(match.output.1)] = "ErrorBook.swift"
    }
    #expect(said.count > 40)
    for (code, path) in said { #expect(known.contains(code), "\(code) of \(path)") }
  }

  @Test("Every type of error that people can meet stands under a code")
  func types() throws {
    let known = try codes()
    for case let code? in Self.types.values { #expect(known.contains(code), "\(code)") }
    let files = House.swiftFiles(under: "Sources") + House.swiftFiles(under: "Adapters")
    for file in files where !file.path.contains("/Simulator/") && !file.path.contains("-bench/") {
      for line in file.lines {
        guard let found = line.firstMatch(of: /(?:struct|enum) (\w+): .*\bError\b/) else {
          continue
        }
        let name = String(found.output.1)
        #expect(Self.types.keys.contains(name), "\(name) in \(file.path): give it a code")
      }
    }
  }

  @Test("The article has each code once, in order, and no other")
  func article() throws {
    let rows = try text(Self.article).matches(of: /\n\| `([a-z-]+)` \|/).map { String($0.output.1) }
    #expect(rows == (try codes()).sorted())
  }

  @Test("Each of the hub's codes is explained")
  func explained() throws {
    let names = try text(Self.hub).matches(of: /case (\w+) = "/).map { String($0.output.1) }
    let told = try text("Sources/Operations/Errors/ErrorCode+Note.swift")
    for name in names { #expect(told.contains("    .\(name): ("), "\(name)") }
  }
}
