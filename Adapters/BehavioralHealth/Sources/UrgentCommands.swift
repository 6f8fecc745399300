import AdapterKit
import ArgumentParser
import GRDB
import HubModel

struct Suspend: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Stop a participant's release at once: an oral request, or a doubt of its truth.",
    discussion: "What was told to stop goes on with 'resume', or ends with 'revoke' in writing.")
  @Argument(help: "The referral's id.") var referral: String
  @Option(help: "The release's id; all of the participant's if left out.") var release: String?
  @OptionGroup var options: ConfigurationOption
  func run() throws {
    print(
      try CommandDrop.write(
        "suspend", ["referral_id": referral, "roi_id": release], configuration: options.config))
  }
}

struct Resume: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Let a suspended release go on: the request was withdrawn, the doubt is gone.")
  @Argument(help: "The referral's id.") var referral: String
  @Option(help: "The release's id; all of the participant's if left out.") var release: String?
  @OptionGroup var options: ConfigurationOption
  func run() throws {
    print(
      try CommandDrop.write(
        "resume", ["referral_id": referral, "roi_id": release], configuration: options.config))
  }
}

struct Emergency: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Declare a medical emergency in which consent cannot be had (42 CFR 2.51).",
    discussion: """
      Opens what is needed at once to this agency's medical personnel, for hours. The privacy
      officer is told at the same moment and reviews it.
      """)
  @Argument(help: "The referral's id.") var referral: String
  @Option(help: "Who of the medical personnel receives the information.") var recipient: String
  @Option(help: "And where they belong.") var affiliation: String
  @Option(help: "Who declares it.") var declaredBy: String
  @Option(help: "What the emergency is.") var nature: String
  @OptionGroup var options: ConfigurationOption
  func run() throws {
    print(
      try CommandDrop.write(
        "emergency",
        [
          "referral_id": referral, "recipient_name": recipient, "affiliation": affiliation,
          "declared_by": declaredBy, "nature": nature,
        ], configuration: options.config))
  }
}

extension ProviderAdapter {
  func suspend(
    _ record: IntakeRecord, _ kind: RoiEvent.Kind, at now: WallTime, in database: Database
  ) throws {
    let caseID = try record.caseID()
    let release: RoiID? = try record.identifier("roi_id")
    let alias = try alias(of: caseID, record, in: database)
    let message = setting.message(
      kind == .suspended ? .roiSuspended : .roiResumed, at: now, participant: alias,
      caseID: caseID, consent: .event(RoiEvent(kind, id: release)))
    try setting.send(message, in: database)
    try note(message, of: alias, at: now, in: database)
  }

  func declareEmergency(
    _ record: IntakeRecord, at now: WallTime, in database: Database
  ) throws {
    let caseID = try record.caseID()
    let elements = ["recipient_name", "affiliation", "declared_by", "nature"]
    let fields = try elements.map { name in
      Field(name.replacing("_", with: "-"), .text(try record.required(name)))
    }
    let message = setting.message(
      .emergencyDeclared, at: now, participant: try alias(of: caseID, record, in: database),
      caseID: caseID, segments: [Segment(.release, fields: fields)])
    try setting.send(message, in: database)
  }
}
