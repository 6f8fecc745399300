import ArgumentParser
import FHIRConsent
import Foundation
import HubModel

/// Consents: what they say, before anything is sent.
struct ConsentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "consent", abstract: "Decide on consents, and account for what went out.",
    subcommands: [
      Preview.self, Accounting.self, Recipients.self, Breach.self, Decide.self, Import.self,
    ])

  struct Decide: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Decide a request over FHIR R4 consents, and print the answer as JSON.",
      discussion: """
        The request names recipients, purposes and action, and may hold resources to decide on
        and groups. One consent that is not understood makes the decision "refused".
        The answer has decision (permit, deny, not-covered or refused), withheld, deciding,
        reasons and refused (file, path and reason of what was not understood).
        Ends with 0 whenever the request was decided or a consent refused, with 2 where the
        request cannot be read, with 64 where the command is wrong (as a --now without a zone).
        """)

    @Option(help: "The moment to decide for: a FHIR dateTime such as 2026-11-21T09:00:00Z.")
    var now: String

    @Option(help: "The request, a JSON file.", completion: .file(extensions: ["json"]))
    var request: String

    @Option(help: "Where dates without a time of day begin and end: a time zone's name.")
    var zone: String = "UTC"

    @Argument(help: "FHIR R4 Consent files, each one Consent or a Bundle of consents.")
    var consents: [String]

    func run() throws {
      guard let zone = TimeZone(identifier: zone) else {
        throw ValidationError("--zone: no such time zone.")
      }
      guard let now = FHIRTime(now, zone: zone) else {
        throw ValidationError("--now: not a FHIR date or dateTime (2026-11-21T09:00:00Z).")
      }
      let asked: DecisionRequest
      do {
        asked = try readRequest(zone)
      } catch let refusal as ConsentRefusal {
        Printing.complain(refusal.description)
        try Printing.json(ConsentDecision.refusing([refusal]))
        throw ExitCode(2)
      }
      var read: [Consent] = []
      var refusals: [ConsentRefusal] = []
      for file in consents {
        do {
          read += try ConsentReader.read(
            try Self.bytes(file), file: file, zone: zone, base: asked.base)
        } catch {
          refusals.append(error)
        }
      }
      let decision = ConsentDecider.decide(
        asked, consents: read, refusals: refusals, at: WallTime(milliseconds: now.first))
      try Printing.json(decision)
    }

    private func readRequest(_ zone: TimeZone) throws -> DecisionRequest {
      let folder = URL(fileURLWithPath: request).deletingLastPathComponent()
      return try DecisionRequest.read(try Self.bytes(request), file: request, zone: zone) { path in
        let beside = URL(fileURLWithPath: path, relativeTo: folder).path
        return try Self.bytes(FileManager.default.fileExists(atPath: beside) ? beside : path)
      }
    }

    static func bytes(_ path: String) throws(ConsentRefusal) -> [UInt8] {
      do {
        return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
      } catch {
        throw ConsentRefusal(file: path, path: "file", reason: "cannot be read")
      }
    }
  }
}
