import Foundation
import HubModel
import HubProtocol
import Operations

/// What an agreement is checked against.
struct AgreementSetting {
  /// The version in force; `nil` where it is not known.
  var active: ProgramAgreement?
  /// Roles that an agency of the registry holds; `nil` where the registry is not known.
  var roles: WordSet<Role>?
  /// Why there is nothing to compare with, where there should be.
  var warnings: [String] = []
  var notes: [String] = []

  init() {}

  init(_ check: AgreementCommand.Check, now: WallTime) {
    if let against = check.against {
      do {
        active = try AgreementFile.load(against, now: now)
      } catch {
        warnings.append("not compared: \(error)")
      }
      return
    }
    let options = check.router
    let isConfigured = FileManager.default.fileExists(atPath: options.config)
    if isConfigured, let configuration = try? options.configuration(),
      let registry = try? RegistryFile.load(configuration.registryFile)
    {
      roles = WordSet(registry.agencies.map(\.role))
    }
    guard !check.alone, isConfigured || options.socket != nil else {
      notes.append("compared with no other version")
      return
    }
    do {
      guard case .agreement(_, let text) = try options.ask(.agreement(version: nil)) else {
        throw UnexpectedAnswer()
      }
      active = try AgreementFile.parse(text, file: "the version in force", now: now)
    } catch {
      warnings.append("not compared with the version in force: \(error)")
    }
  }
}

/// What a check of an agreement found.
struct AgreementReport: Encodable {
  let file: String
  let state: String
  let program: String?
  let version: UInt32?
  /// SHA-256 of the file: what the ledger and the router's log name it by.
  let hash: String?
  let paths: Int
  let problems: [String]
  let warnings: [String]
  let notes: [String]
  /// Against the version in force, in words; `nil` where there was none to compare with.
  let changes: [String]?

  init(file: String, text: String, setting: AgreementSetting = .init(), now: WallTime) {
    self.file = file
    do {
      let document = try AgreementFile.document(text, file: file, now: now)
      let agreement = document.agreement
      let review = AgreementReview(
        document, active: setting.active, roles: setting.roles, now: now)
      program = agreement.program.text
      version = agreement.version
      hash = Hex.encode(agreement.contentHash)
      paths = agreement.paths.count
      problems = review.problems
      warnings = review.warnings + setting.warnings
      notes = review.notes + setting.notes
      changes = review.difference?.lines
    } catch {
      program = nil
      version = nil
      hash = nil
      paths = 0
      problems = error.problems.map(\.description)
      warnings = []
      notes = []
      changes = nil
    }
    state = Self.health(problems, warnings).word
  }

  var health: Health { Self.health(problems, warnings) }

  private static func health(_ problems: [String], _ warnings: [String]) -> Health {
    problems.isEmpty ? (warnings.isEmpty ? .good : .warning) : .critical
  }

  func text(_ paint: Paint) -> String {
    var lines = problems.map(LogText.escaped)
    lines += warnings.map { "warning: \(LogText.escaped($0))" }
    lines += notes.map { "note: \(LogText.escaped($0))" }
    if let changes {
      lines += ["", changes.isEmpty ? "It changes nothing." : "Against the version in force:"]
      lines += changes.map { "  \(LogText.escaped($0))" }
    }
    if let program, let version, let hash {
      lines += ["", "\(program) version \(version), \(paths) paths, SHA-256 \(hash)"]
    }
    let summary =
      switch health {
      case .good: "Good: the router can use it."
      case .warning: "Usable, with warnings."
      case .critical, .unknown: "Not usable: the router would keep the agreement that it has."
      }
    return (lines + [paint.health(summary, health)]).joined(separator: "\n")
  }
}
