import HubModel
import Logging
import Operations
import RouterCore

/// Which agreement a router starts with (see the article *Decisions of the running router*): the
/// version in force by the ledger; the configured file only where the ledger has none yet.
struct StartingAgreement {
  let active: ProgramAgreement
  let scheduled: [ScheduledAgreement]
  /// The file to record, where the ledger knows no agreement yet.
  let first: AgreementDocument?

  /// - Throws: where there is no agreement to go by: the ledger's cannot be read by this program,
  ///   or there is none and the configured file is bad.
  init(
    _ configuration: RouterConfiguration, _ recovered: Recovered, now: WallTime, log: Logger
  ) throws {
    let recorded = recovered.agreements.first { $0.version == recovered.agreementVersion }
    guard let recorded else {
      let document = try AgreementFile.document(
        TextFile.read(configuration.agreementFile), file: configuration.agreementFile, now: now)
      active = document.agreement
      scheduled = []
      first = document
      if let date = document.effective, date > now {
        log.warning(
          "the first agreement is in force at once, though its file gives a later date",
          metadata: ["effective": "\(date.iso8601)"])
      }
      return
    }
    active = try Self.read(recorded, now: now)
    first = nil
    scheduled = recovered.agreements.filter { $0.version > recorded.version }
      .compactMap { waiting in
        do {
          let agreement = try Self.read(waiting, now: now)
          return ScheduledAgreement(agreement, effective: waiting.effective)
        } catch {
          log.error(
            "a recorded agreement cannot be read any more and will not come into force",
            metadata: ["version": "\(waiting.version)", "error": "\(error)"])
          return nil
        }
      }
    if let note = Self.note(
      file: configuration.agreementFile, version: active.version, hash: active.contentHash)
    {
      log.warning("\(note)")
    }
  }

  private static func read(
    _ recorded: RecordedAgreement, now: WallTime
  ) throws -> ProgramAgreement {
    try AgreementFile.parse(
      String(decoding: recorded.text, as: UTF8.self),
      file: "agreement version \(recorded.version) of the ledger", now: now)
  }

  /// What an operator must know where the configured file is not the version in force.
  static func note(file: String, version: UInt32, hash: [UInt8]) -> String? {
    let remedy =
      "it stays in force until 'accord agreement activate' puts another in its place"
    guard let text = try? TextFile.read(file) else {
      return "agreement version \(version) is in force by the ledger; the configured file \(file) "
        + "cannot be read: \(remedy)"
    }
    guard AgreementFile.hash(of: text) != hash else { return nil }
    return "agreement version \(version) is in force by the ledger; the configured file \(file) "
      + "is another (SHA-256 \(Hex.encode(AgreementFile.hash(of: text)))): \(remedy)"
  }
}

extension StartingAgreement {
  /// Has the very first agreement in the ledger before the first message is decided by it.
  func record(in inbox: Inbox) {
    guard let first else { return }
    let text = Array(first.text.utf8)
    inbox.tell(.administration(.activate(active, text: text, effective: nil), ticket: 0))
  }
}
