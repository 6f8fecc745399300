import Foundation
import GRDB
import HubClient
import HubModel
import HubProtocol
import Operations
import Testing

/// Backups of several ages, restored into a running county of real processes.
@Suite("A restored county", .serialized, .timeLimit(.minutes(15)))
struct RestoreCountyTests {
  /// Which backup is restored; two newer ones make the first too old for the spools.
  enum Age: Int, CaseIterable { case old, covered, newest }

  private func town() throws -> Town {
    let town = try Town()
    let path = town.path("router.yaml")
    let text = try String(contentsOfFile: path, encoding: .utf8)
      .replacing("checkpoint-seconds: 3600", with: "checkpoint-seconds: 1")
      .replacing("expunge-before-retention: refuse", with: "expunge-before-retention: allow")
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return town
  }

  private func done(_ result: Program.Result, _ place: SourceLocation = #_sourceLocation) throws {
    try #require(result.status == 0, "\(result.output)", sourceLocation: place)
  }

  private func settle(_ agency: TownAgency) throws {
    _ = try eventually(within: 30) {
      agency.link.state.dataDepth + agency.link.state.controlDepth == 0 ? true : nil
    }
  }

  private func backUp(_ town: Town, _ age: Age) throws {
    try done(town.accord("backup", "ledger", town.path("ledger-\(age)")))
  }

  /// Restores, starts the router, and has every agency accept the new life.
  private func restore(
    _ town: Town, _ age: Age, _ agencies: [TownAgency]
  ) throws -> (Program, Incarnation) {
    let arguments = [
      "restore", "--config", town.path("router.yaml"), "--backup", town.path("ledger-\(age)"),
      "--reason", "the disk failed", "--json",
    ]
    try done(Program.run("accord-router", arguments))
    let result = try Program.run("accord-router", arguments + ["--confirm"])
    try done(result)
    struct Answer: Decodable {
      struct Report: Decodable { let incarnation: String }
      let report: Report
    }
    let answer = try JSONDecoder().decode(Answer.self, from: Data(result.output.utf8))
    let life = try #require(Incarnation(answer.report.incarnation))
    let router = try town.startRouter()
    for agency in agencies {
      _ = try eventually(within: 30) { agency.link.state.unconfirmedLedger == life ? true : nil }
      #expect(try agency.store.announcedIncarnation() == life)
      try agency.link.confirmIncarnation(life)
    }
    for agency in agencies {
      _ = try eventually(within: 30) {
        agency.link.state.isConnected && agency.link.state.unconfirmedLedger == nil ? true : nil
      }
      try settle(agency)
    }
    return (router, life)
  }

  @Test(
    "No revoked release revives, no number is reused, nobody shredded returns; the fork is seen",
    arguments: Age.allCases)
  func everyAge(_ age: Age) async throws {
    let town = try town()
    var router = try town.startRouter()
    let provider = try TownAgency("harbor-behavioral", .behavioralHealth, in: town)
    let prosecutor = try TownAgency("lakewood-prosecutor", .prosecutor, in: town)
    let applied = prosecutor.link.events()
    try provider.link.start()
    try prosecutor.link.start()
    var releases: [ReleaseOfInformation] = []
    for person in 1...4 {
      try provider.sign(
        "roi-\(person)", participant: "person-\(person)", toward: [prosecutor], [.participation],
        [.diversion])
      let last = try #require(try provider.lastRelease())
      releases.append(last)
    }
    var sent: [Int: [MessageID]] = [:]
    func intake(_ person: Int, _ day: Int) throws {
      sent[person, default: []].append(
        try provider.completeIntake("person-\(person)", on: CivilDate(day: 20_000 + day)))
    }
    for person in 1...4 { try intake(person, 0) }
    try await prosecutor.waits(for: applied) { $0 == .applied(through: 4) }
    try backUp(town, .old)
    for person in 1...4 { try intake(person, 1) }
    try settle(provider)
    try backUp(town, .covered)
    // All of this no backup but the newest knows.
    for person in 1...4 { try intake(person, 2) }
    try settle(provider)
    try provider.store.publish(
      provider.message(
        .roiRevoked, .careCoordination, participant: "person-1", case: nil,
        consent: .revocation(RoiRevocation(id: RoiID("roi-1")))), role: provider.role)
    try settle(provider)
    try done(town.accord("roi", "revoke", "roi-2", "--reason", "said so at the office"))
    try done(
      town.accord(
        "participant", "expunge", "harbor-behavioral/person-3", "--reason", "a court's order",
        "--confirm"))
    let defender = try KeyFile.load(town.path("keys/lakewood-defender.yaml")).fingerprint
    try done(town.accord("key", "cut-off", defender.text, "--reason", "a lost laptop"))
    try backUp(town, .newest)
    try intake(4, 3)
    // Somebody of whom no backup has heard.
    try intake(5, 3)
    try settle(provider)
    try done(
      town.accord("participant", "hold", "harbor-behavioral/person-5", "--reason", "case 26-14"))
    let old = try #require(provider.link.state.ledger)
    #expect(router.stop() == 0)

    let (again, life) = try restore(town, age, [provider, prosecutor])
    router = again
    #expect(life != old)
    let status = try town.accord("status")
    #expect(status.output.contains("RESTORED"), "\(status.output)")
    // As an agency's daemon does by 'restored confirm --all': what ended first.
    try provider.store.publish(
      provider.message(
        .roiRevoked, .careCoordination, participant: "person-1", case: nil,
        consent: .revocation(RoiRevocation(id: RoiID("roi-1")))), role: provider.role)
    for person in [2, 3, 4] {
      try provider.store.publish(
        provider.message(
          .roiConfirmed, .careCoordination, participant: "person-\(person)", case: nil,
          consent: .release(releases[person - 1])), role: provider.role)
    }
    try settle(provider)
    let before = Set(prosecutor.applied.all.map(\.message.id))
    for person in 1...4 { try intake(person, 9) }
    let fresh = (1...4).compactMap { sent[$0]?.last }
    _ = try eventually(within: 30) {
      prosecutor.applied.all.contains { $0.message.id == fresh[3] } ? true : nil
    }
    try settle(provider)
    let after = Set(prosecutor.applied.all.map(\.message.id)).subtracting(before)
    #expect(after.isDisjoint(with: fresh.prefix(3)), "a revoked or shredded one went out")
    // Each once, whatever came twice.
    let rows = try prosecutor.appliedRows().map(\.message)
    #expect(Set(rows).count == rows.count)
    if age != .old {
      // What was accepted of people who are still here is here again.
      for id in [1, 2, 4].flatMap({ sent[$0] ?? [] }) {
        guard case .message = try town.ask(.message(id: id.description)) else {
          Issue.record("message \(id) is lost")
          continue
        }
      }
    }
    let kept = try town.accord(
      "participant", "expunge", "harbor-behavioral/person-5", "--reason", "asked", "--confirm")
    #expect(kept.status != 0 && kept.output.contains("legal-hold"), "\(kept.output)")
    for id in (sent[3] ?? []).dropLast() {
      guard case .message(let report) = try town.ask(.message(id: id.description)) else { continue }
      #expect(report.parts.allSatisfy { ["shredded", "withheld", "delivered"].contains($0.fate) })
    }
    guard case .failed(let code, _) = try town.ask(.cutOff(fingerprint: "nobody", reason: "x"))
    else { throw CancellationError() }
    #expect(code == "unknown-key")
    try expectCutOff(defender, in: town)
    try expectFork(town, prosecutor, life, old)
    provider.link.stop()
    prosecutor.link.stop()
    #expect(router.stop() == 0)
  }

  /// The registry file still has it, and yet it gets in nowhere.
  private func expectCutOff(_ key: KeyFingerprint, in town: Town) throws {
    let rows = try DatabaseQueue(path: town.path("state/router/ledger.sqlite")).read {
      try String.fetchAll($0, sql: "SELECT fingerprint FROM cut_off")
    }
    #expect(rows == [key.text])
  }

  private func expectFork(
    _ town: Town, _ prosecutor: TownAgency, _ life: Incarnation, _ old: Incarnation
  ) throws {
    let chain = town.path("prosecutor.chain")
    _ = try eventually(within: 30) {
      try prosecutor.store.chain(of: prosecutor.id, program: #require(ProgramID("lakewood")))
        .links.last?.ledger == life ? true : nil
    }
    try Data(
      prosecutor.store.chain(of: prosecutor.id, program: #require(ProgramID("lakewood"))).text.utf8
    ).write(to: URL(fileURLWithPath: chain))
    let export = town.path("log.export")
    try done(town.accord("audit", "export", "--output", export))
    let swift = try Program.run("accord", ["audit", "verify", export, "--chain", chain])
    #expect(swift.status == 0, "\(swift.output)")
    #expect(swift.output.contains("2 lives of the ledger"))
    #expect(swift.output.contains("restored"), "\(swift.output)")
    let python = try Program.run(
      "/usr/bin/python3", [AuditTests.verifier.path, export, "--chain", chain],
      environment: ["PYTHONDONTWRITEBYTECODE": "1"])
    #expect(python.status == 0, "\(python.output)")
    // No number twice for one recipient in one life of the ledger.
    var numbers: Set<String> = []
    for line in try String(contentsOfFile: export, encoding: .utf8).split(separator: "\n") {
      guard case .entry(_, _, let bytes) = try AuditExportLine(reading: line) else { continue }
      let leaf = try AuditLeaf(decoding: bytes)
      guard leaf.entry.kind == .released, let number = leaf.entry.number,
        let recipient = leaf.entry.recipient
      else { continue }
      #expect(numbers.insert("\(leaf.incarnation) \(recipient) \(number)").inserted)
    }
  }

  @Test("Adapters' people accept the new life, and confirm what they captured, by commands")
  func daemons() throws {
    let town = try town()
    var router = try town.startRouter()
    let sheriff = try start("accord-sheriff", "lakewood-sheriff", in: town)
    let prosecutor = try start("accord-prosecutor", "lakewood-prosecutor", in: town)
    for number in ["26-0", "26-1"] { try drop(number, in: town) }
    try expectHolds(["26-0", "26-1"], in: town)
    try backUp(town, .newest)
    try drop("26-2", in: town)
    try expectHolds(["26-0", "26-1", "26-2"], in: town)
    try done(adapter("sheriff", ["revoke", "lr-26-1"], in: town))
    _ = try town.totals { ($0.auditByKind["consent-changed"] ?? 0) >= 4 }
    #expect(try adapter("sheriff", ["restored"], in: town).status == 0)
    #expect(router.stop() == 0)
    let arguments = [
      "restore", "--config", town.path("router.yaml"), "--backup", town.path("ledger-newest"),
      "--reason", "the disk failed", "--confirm",
    ]
    let restored = try Program.run("accord-router", arguments)
    try done(restored)
    router = try town.startRouter()
    let life = try eventually(within: 30) { () -> String? in
      let shown = try adapter("sheriff", ["restored"], in: town)
      return shown.status == 2 ? shown.output.split(separator: " ").last.map(String.init) : nil
    }.trimmingCharacters(in: .whitespacesAndNewlines)
    #expect(restored.output.contains(life))
    #expect(try adapter("sheriff", ["restored", "accept", "another"], in: town).status != 0)
    #expect(try adapter("sheriff", ["restored", "confirm", "--all"], in: town).status != 0)
    for agency in ["sheriff", "prosecutor"] {
      _ = try eventually(within: 30) {
        try adapter(agency, ["restored"], in: town).status == 2 ? true : nil
      }
      try done(adapter(agency, ["restored", "accept", life], in: town))
    }
    let shown = try adapter("sheriff", ["restored"], in: town)
    #expect(shown.status == 1, "\(shown.output)")
    let list = try adapter("sheriff", ["restored", "releases"], in: town).output
    #expect(list.contains("ended") && list.contains("suspended: confirm it"), "\(list)")
    // Until then nothing rests on the release; what came again waits.
    _ = try eventually(within: 30) {
      try town.accord("status").output.contains("RESTORED") ? true : nil
    }
    try done(adapter("sheriff", ["restored", "confirm", "--all"], in: town))
    _ = try eventually(within: 30) {
      try town.accord("status").output.contains("RESTORED") ? nil : true
    }
    #expect(try adapter("sheriff", ["restored"], in: town).status == 0)
    try drop("26-3", in: town)
    try expectHolds(["26-0", "26-1", "26-2", "26-3"], in: town)
    let releases = try town.accord("roi", "show")
    #expect(releases.output.contains("revoked"), "\(releases.output)")
    for program in [sheriff, prosecutor, router] { program.stop() }
  }

  private func start(_ daemon: String, _ agency: String, in town: Town) throws -> Program {
    let program = try town.start(daemon, ["run", "--config", town.path("\(agency).yaml")])
    try program.expect("adapter is up")
    return program
  }

  private func adapter(
    _ name: String, _ arguments: [String], in town: Town
  ) throws -> Program.Result {
    try Program.run(
      "accord-\(name)", arguments + ["--config", town.path("lakewood-\(name).yaml")])
  }

  private func drop(_ number: String, in town: Town) throws {
    let now = SystemClock().wall()
    let expires = SiteCalendar.utc.date(of: now).adding(days: 60)
    let form = [
      "referral_id": "lr-\(number)", "door": "arrest-diversion", "referred_at": now.iso8601,
      "incident_no": number, "meeting_place": "5th and Main", "officer_callback": "555-0100",
      "offenses": "ORS-1", "offense_level": "misdemeanor", "last_name": "Tester-\(number)",
      "first_name": "Ann", "dob": "1990-01-01", "sid": "S\(number)",
      "roi_outcome": "signed", "roi_signed_at": now.iso8601,
      "roi_signer_capacity": "patient", "roi_witness": "429",
      "roi_recipients": "lakewood-prosecutor;harbor-behavioral",
      "roi_information": "handoff-details;hold", "roi_purposes": "coordination",
      "roi_expires_on": "\(expires)", "roi_form": "LKSO-ROI-F 2026-01",
      "roi_image_sha256": String(repeating: "ab", count: 32),
    ]
    let folder = town.path("files/lakewood-sheriff/in/referrals")
    try JSONEncoder().encode(form).write(to: URL(fileURLWithPath: "\(folder)/.\(number).tmp"))
    try FileManager.default.moveItem(
      atPath: "\(folder)/.\(number).tmp", toPath: "\(folder)/\(number).json")
  }

  private struct Hold: Decodable { let incident_no: String }

  private func expectHolds(_ incidents: [String], in town: Town) throws {
    let found = try eventually(within: 60) { () -> [String]? in
      let result = try adapter("prosecutor", ["holds", "--all", "--json"], in: town)
      let holds = try JSONDecoder().decode([Hold].self, from: Data(result.output.utf8))
      return holds.count >= incidents.count ? holds.map(\.incident_no) : nil
    }
    #expect(found.sorted() == incidents)
  }
}

extension TownAgency {
  /// The release that was spooled last.
  func lastRelease() throws -> ReleaseOfInformation? {
    let bodies = try store.read {
      try Data.fetchAll($0, sql: "SELECT body FROM spool ORDER BY entry DESC")
    }
    for body in bodies {
      let message = try HubModel.Message(decoding: [UInt8](body), source: id)
      if case .release(let release)? = message.consent { return release }
    }
    return nil
  }
}
