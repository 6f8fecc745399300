import ArgumentParser
import FHIRConsent
import Foundation
import HubModel
import HubProtocol

extension RoiCommand {
  struct Export: ParsableCommand {
    enum Format: String, ExpressibleByArgument { case fhir }

    static let configuration = CommandConfiguration(
      abstract: "Print a release as a FHIR R4 Consent. Never whose it is.",
      discussion: "Ends with 2 where FHIR cannot say what the release says.")

    @Argument(help: "The release's id.")
    var id: String
    @Option(help: "fhir: a FHIR R4 Consent with the hub's extensions.")
    var format = Format.fhir
    @OptionGroup var router: RouterOptions

    func run() throws {
      guard case .release(let document) = try router.ask(.release(id: id)) else {
        throw UnexpectedAnswer()
      }
      guard let state = HeldRelease.State(rawValue: document.state),
        let capturer = AgencyID(document.capturedBy), let toward = document.revokedParties
      else { throw UnexpectedAnswer() }
      let held = HeldRelease(
        try ReleaseOfInformation(decoding: document.release), state: state, capturedBy: capturer,
        revokedToward: toward)
      do {
        print(try FHIRRelease.text(of: held), terminator: "")
      } catch {
        Printing.complain(error.description)
        throw ExitCode(2)
      }
    }
  }
}

extension ConsentCommand {
  struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write FHIR R4 Consents as release forms, for the capturing agency's adapter.",
      discussion: """
        Each file holds one Consent, or a Bundle of them, in the form that 'accord roi export'
        writes. What a release form cannot say exactly is refused with its place; nothing is
        guessed. Prints what was written and refused as JSON. Ends with 0 if all was written, with
        1 if a part was, with 2 if nothing was. A form that is there already is never replaced.
        """)

    @Argument(help: "FHIR R4 Consent files.")
    var files: [String]
    @Option(help: "The folder for the forms, such as the adapter's in/releases.")
    var out: String
    @Option(help: "Where dates without a time of day begin and end: a time zone's name.")
    var zone = "UTC"
    @Option(help: "The referral, where a Consent does not say it; for one Consent.")
    var referral: String?
    @Option(help: "Who signed, where a Consent does not say it; for one Consent.")
    var lastName: String?
    @Option(help: "Who signed.")
    var firstName: String?
    @Option(help: "Their birth date, YYYY-MM-DD.")
    var dob: String?
    @Option(help: "Their state id, if known.")
    var stateID: String?

    private struct Outcome: Encodable {
      struct Written: Encodable { let file, form, release: String }
      var written: [Written] = []
      var refused: [ConsentDecision.Refused] = []
    }

    private var isOfOnePerson: Bool {
      [referral, lastName, firstName, dob, stateID].contains { $0 != nil }
    }

    func run() throws {
      guard let zone = TimeZone(identifier: zone) else {
        throw ValidationError("--zone: no such time zone.")
      }
      let (caseID, person) = try said()
      var outcome = Outcome()
      var releases: [ImportedRelease] = []
      for file in files {
        do {
          releases += try FHIRRelease.read(try Decide.bytes(file), file: file, zone: zone)
        } catch {
          outcome.refused.append(.init(error))
        }
      }
      guard !isOfOnePerson || files.count == 1 && releases.count <= 1 else {
        throw ValidationError("--referral and the person are for one Consent at a time.")
      }
      for release in releases {
        do {
          let name = "\(release.held.release.id.text).json"
          try save(try release.form(referral: caseID, person: person), as: name, of: release.file)
          outcome.written.append(
            .init(file: release.file, form: name, release: release.held.release.id.text))
        } catch {
          outcome.refused.append(.init(error))
        }
      }
      try Printing.json(outcome)
      if !outcome.refused.isEmpty { throw ExitCode(outcome.written.isEmpty ? 2 : 1) }
    }

    private func said() throws -> (CaseID?, ImportedRelease.Person?) {
      var caseID: CaseID?
      if let referral {
        guard let named = CaseID(referral) else {
          throw ValidationError("--referral: 1 to 63 of a-z, 0-9 and -.")
        }
        caseID = named
      }
      guard lastName != nil || firstName != nil || dob != nil || stateID != nil else {
        return (caseID, nil)
      }
      guard let lastName, let firstName, let date = dob.flatMap({ CivilDate($0) }) else {
        throw ValidationError("A person needs --last-name, --first-name and --dob YYYY-MM-DD.")
      }
      return (
        caseID,
        ImportedRelease.Person(
          lastName: lastName, firstName: firstName, birthDate: date, stateID: stateID)
      )
    }

    /// Forms name a person: only their owner may read them.
    private func save(
      _ form: String, as name: String, of file: String
    ) throws(ConsentRefusal) {
      let folder = URL(fileURLWithPath: out, isDirectory: true)
      let place = folder.appendingPathComponent(name).path
      let draft = folder.appendingPathComponent(".\(name).part").path
      let files = FileManager.default
      try? files.createDirectory(at: folder, withIntermediateDirectories: true)
      defer { try? files.removeItem(atPath: draft) }
      guard
        files.createFile(
          atPath: draft, contents: Data(form.utf8), attributes: [.posixPermissions: 0o600])
      else { throw ConsentRefusal(file: file, path: "--out", reason: "cannot be written to") }
      do {
        // A move never replaces what is there.
        try files.moveItem(atPath: draft, toPath: place)
      } catch {
        throw ConsentRefusal(
          file: file, path: "--out",
          reason: "cannot take \(name): a form of this release is there already, or the folder is "
            + "not to be written to")
      }
    }
  }
}
