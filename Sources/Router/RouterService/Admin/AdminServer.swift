import Foundation
import HubModel
import HubProtocol
import Ledger
import Logging
import Operations
import RouterCore
import ZeroMQ

/// Answers operators over the admin socket: questions from the ledger through a read-only
/// connection of its own, acts through the router's inbox. Its thread never holds up the router.
final class AdminServer {
  private let socket: Socket
  private let stopping: Waker
  private let settings: LiveSettings
  private let door: AdminDoor
  let watcher: Watcher
  let reader: LedgerReader
  let inbox: Inbox
  let live: LiveStatus
  let backups: BackupWorker
  let admissions: Admissions
  let retention: RetentionDesk
  /// Its thread's alone.
  var archiving: Archiving?
  private let log: Logger

  init(
    context: Context, settings: LiveSettings, backups: BackupWorker, inbox: Inbox,
    live: LiveStatus, watcher: Watcher, admissions: Admissions, retention: RetentionDesk,
    stopping: Waker
  ) throws {
    let configuration = settings.current
    self.settings = settings
    self.watcher = watcher
    self.admissions = admissions
    self.retention = retention
    self.backups = backups
    reader = try backups.reader()
    self.inbox = inbox
    self.live = live
    self.stopping = stopping
    log = configuration.log.logger("admin")
    door = AdminDoor(settings, inbox, log)
    socket = try Socket(context, .rep)
    try socket.set(.lingerMilliseconds(0))
    // An agreement's file, at its largest, as a JSON string.
    try socket.set(.maximumMessageBytes(4 << 20))
    let folder = (configuration.adminSocket as NSString).deletingLastPathComponent
    try Folder.make(folder)
    let path = configuration.adminSocket
    try AdminSocket.checkFolder(of: path, mayBeEntered: !configuration.roles.isEmpty)
    try? FileManager.default.removeItem(atPath: configuration.adminSocket)
    try socket.bind(AdminSocket.endpoint(path))
    // Whoever reaches it is asked who they are; without roles nobody else need reach it.
    chmod(path, configuration.roles.isEmpty ? 0o600 : 0o666)
  }

  var configuration: RouterConfiguration { settings.current }

  /// Serves until `stopping` wakes.
  func serve() {
    defer { socket.close() }
    while true {
      do {
        let ready = try Poller.poll(
          [socket], extraDescriptors: [stopping.descriptor], timeoutMilliseconds: -1)
        if ready.contains(1) { return }
        guard let message = try socket.receive(wait: false), let frame = message.frames.first else {
          continue
        }
        let response = answer(to: frame, from: AdminPeer(address: message.peerAddress))
        _ = try socket.send(frame: AdminSocket.encode(response), wait: true)
      } catch let error as ZeroMQError where error.isTerminated {
        return
      } catch {
        log.error("admin socket", metadata: ["error": "\(error)"])
      }
    }
  }

  private func answer(to frame: [UInt8], from peer: AdminPeer?) -> AdminResponse {
    do {
      let request = try AdminSocket.decode(AdminRequest.self, from: frame)
      if let refusal = door.refusal(of: request.act, from: peer) { return refusal }
      if let reason = request.reason, !StatedReason.isOne(reason) {
        return .failed(
          code: "reason-missing", remedy: "Say why, in \(StatedReason.rule).")
      }
      if request == .reload {
        return .reloaded(try settings.reload(by: peer.map { "\($0)" } ?? "?"))
      }
      return try answer(request, from: peer)
    } catch {
      log.warning("admin request failed", metadata: ["error": "\(error)"])
      return .failed(code: "admin-request-failed", remedy: "\(error)")
    }
  }

  private func answer(
    _ request: AdminRequest, from peer: AdminPeer?
  ) throws -> AdminResponse {
    switch request {
    case .status: return .status(try status())
    case .health: return .health(try health())
    case .integrity: return .integrity(try reader.integrity())
    case .queue, .body, .replay, .giveBack, .drain, .tail: return try answerRepair(request)
    case .reload: return .malformed("request")
    case .message(let id): return try message(id)
    case .entries, .preview: return try answerExplanation(request)
    case .releases(let id): return try releases(id)
    case .release(let id): return try release(id)
    case .held(let agency): return try held(agency)
    case .totals: return .totals(try reader.totals())
    case .revoke(let release, let reason):
      guard let id = RoiID(release) else { return .malformed("release") }
      return try revoke(id, because: reason)
    case .disclosures, .holders, .breach: return try answerDisclosures(request)
    case .cutOff(let fingerprint, let reason):
      guard let key = KeyFingerprint(fingerprint) else { return .malformed("fingerprint") }
      return perform(.cutOff(key, reason: reason), "key \(key) is cut off")
    case .acceptClock(let reason):
      return perform(.acceptClock(reason: reason), "the clock is accepted as it is")
    case .mergeIdentities(let one, let other, let reason):
      guard let first = Self.alias(one), let second = Self.alias(other) else {
        return .malformed("participant")
      }
      return perform(.merge(first, second, reason: reason), "both names are one person's")
    case .separateIdentity(let name, let reason):
      guard let alias = Self.alias(name) else { return .malformed("participant") }
      return perform(.separate(alias, reason: reason), "the name is one person's alone")
    case .expunge(let name, let reason, let isConfirmed):
      return try expunge(name, reason, isConfirmed: isConfirmed)
    case .retention, .retentionState, .legalHold, .legalHolds:
      return try answerRetention(request, from: peer)
    case .archive, .archivePage, .archiveDone: return try answerArchive(request)
    case .emergencies(let all): return .emergencies(try reader.emergencies(all: all))
    case .reviewEmergency(let id, let finding): return try review(id, finding: finding)
    case .recordOrder(let document, let participant, let reason):
      return record(document, participant: participant, reason: reason)
    case .checkpoint, .auditHead, .auditPage, .auditProof: return try answerAudit(request)
    case .keys: return keys()
    case .backup, .backupState: return answerBackup(request)
    case .reloadRegistry:
      let registry = try RegistryFile.load(configuration.registryFile).registry
      return perform(.replaceRegistry(registry), "registry is in force")
    case .activateAgreement(let text, let effective):
      return try activate(text, effective: effective.map { WallTime(milliseconds: $0) })
    case .agreements: return .agreements(try reader.agreements())
    case .agreement(let version): return try agreement(version)
    }
  }

  /// What is not an agency's name must not be answered as if none had been given.
  private func held(_ text: String?) throws -> AdminResponse {
    let agency = text.flatMap { AgencyID($0) }
    guard (agency == nil) == (text == nil) else { return .malformed("recipient") }
    return .held(try reader.held(for: agency))
  }

  /// One release, or the newest ones.
  private func releases(_ text: String?) throws -> AdminResponse {
    guard let text else { return .releases(try reader.releases(nil)) }
    guard let id = RoiID(text) else { return .malformed("release") }
    let found = try reader.releases(id)
    return found.isEmpty ? .unknownRelease : .releases(found)
  }

  private func release(_ text: String) throws -> AdminResponse {
    guard let id = RoiID(text) else { return .malformed("release") }
    guard let document = try reader.release(id) else { return .unknownRelease }
    return .release(document)
  }

  /// `agency/alias`, as the agency names the person.
  static func alias(_ text: String) -> AliasKey? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let agency = AgencyID(parts[0]), let alias = ParticipantAlias(parts[1])
    else { return nil }
    return AliasKey(agency, alias)
  }

  func perform(_ act: AdministrativeAct, _ done: String) -> AdminResponse {
    switch inbox.ask(act) {
    case .done:
      log.notice("administrative act", metadata: ["act": "\(done)"])
      return .done(done)
    // What a message's sender would be told is no use to whoever names a person here.
    case .refused(let refusal) where refusal.code == .participantMissing:
      return .unknownParticipant
    case .refused(let refusal):
      return .failed(code: refusal.description, remedy: refusal.code.remedy)
    case .busy, .previewed: return .busy
    }
  }

  private func message(_ text: String) throws -> AdminResponse {
    guard let id = MessageID(text) else { return .malformed("message id") }
    guard let report = try reader.message(id) else {
      return .failed(code: "unknown-message", remedy: "No message of this id was ever accepted.")
    }
    return .message(report)
  }

  private func status() throws -> StatusReport {
    let snapshot = live.now
    let lanes = try reader.lanes()
    let agencies = snapshot.registry.agencies.values.sorted { $0.id < $1.id }.map { agency in
      let lane = lanes[agency.id] ?? LedgerReader.LaneReport()
      let contact = snapshot.contacts[agency.id]
      return StatusReport.AgencyStatus(
        agency: agency.id.text, role: agency.role.rawValue,
        isConnected: contact?.isConnected ?? false,
        lastContact: contact?.lastContact?.milliseconds, depth: lane.depth,
        oldestPending: lane.oldestPending?.milliseconds, inFlight: lane.inFlight,
        held: lane.held, deliveredThrough: lane.deliveredThrough)
    }
    return StatusReport(
      program: snapshot.program.text, ledgerIncarnation: snapshot.incarnation.text,
      agreementVersion: snapshot.agreementVersion, isDemonstration: snapshot.isDemonstration,
      now: SystemClock().wall().milliseconds, agencies: agencies,
      agreementNote: StartingAgreement.note(
        file: configuration.agreementFile, version: snapshot.agreementVersion,
        hash: snapshot.agreementHash),
      clockHeld: snapshot.clockFault.map { "\($0)" },
      unreviewedEmergencies: try reader.emergencies(all: false).count,
      unconfirmedReleases: Dictionary(
        uniqueKeysWithValues: try reader.unconfirmedReleases().map { ($0.key.text, $0.value) }),
      keyWarnings: KeyStanding.warnings(snapshot.registry, at: SystemClock().wall()))
  }
}

extension AdminResponse {
  static func malformed(_ what: String) -> AdminResponse {
    .failed(code: "malformed-\(what.replacingOccurrences(of: " ", with: "-"))",
      remedy: "Give the \(what) as `accord` prints it.")
  }
}
