import Foundation
import HubModel
import HubProtocol
import Operations
import Testing

@testable import accord

@Suite("What operators are told")
struct WatchOutputTests {
  private func health(
    draining: Bool = false, backup: Bool = false, handoffs: Int = 0, urgent: [String: Int] = [:],
    notReady: [String] = []
  ) -> HealthReport {
    HealthReport(
      version: "1", now: OutputTests.now.milliseconds, startedAt: 0, notReady: notReady,
      isDraining: draining, turnAge: 0, freeBytes: 1 << 40, ledgerBytes: 1 << 20, deadlines: [],
      deadlinesWithinHour: 0, deadlinesWithinDay: 0, newestBackup: nil, newestCheckpoint: nil,
      openHandoffs: handoffs, isBackupRunning: backup, isRedeciding: false,
      timeCritical: urgent, setAside: [:], commitMedian: nil, commitWorst: nil)
  }

  @Test("Stopping waits for a backup, for hand-offs, and for what a connected agency takes now")
  func safeToStop() {
    let connected = OutputTests.report([OutputTests.agency(isConnected: true)])
    let away = OutputTests.report([OutputTests.agency(isConnected: false)])
    func obstacles(_ health: HealthReport, _ status: StatusReport) -> Int {
      RouterCommand.SafeToStop.judge(health, status).obstacles.count
    }
    #expect(obstacles(health(), connected) == 0)
    #expect(obstacles(health(backup: true), connected) == 1)
    #expect(obstacles(health(handoffs: 2), connected) == 1)
    let urgent = ["lakewood-sheriff": 3]
    #expect(obstacles(health(urgent: urgent), connected) == 1)
    // Who is away waits either way.
    #expect(obstacles(health(urgent: urgent), away) == 0)
    let notes = RouterCommand.SafeToStop.judge(health(urgent: urgent), away).notes
    #expect(notes.contains { $0.contains("is away") })
  }

  @Test("A status is not good while the router is in maintenance, or kept from its work")
  func statusOfRouter() {
    func text(_ standing: HealthReport?) -> StatusText {
      StatusText(
        report: OutputTests.report([OutputTests.agency(isConnected: true)]),
        moment: OutputTests.moment, standing: standing)
    }
    let plain = Paint(isOn: false)
    for calm in [text(nil), text(health())] {
      #expect(calm.health == .good && calm.text(plain).contains("Good: "))
    }
    let drained = text(health(draining: true))
    #expect(drained.health == .warning && !drained.text(plain).contains("Good: "))
    #expect(drained.text(plain).contains("MAINTENANCE: nothing new is taken"))
    #expect(drained.text(plain).contains("accord router resume"))
    let full = text(health(notReady: ["disk space is low (3 MiB free)"]))
    #expect(full.health == .critical && !full.text(plain).contains("Good: "))
    #expect(full.text(plain).contains("ROUTER: disk space is low (3 MiB free)."))
  }

  @Test("An agency that is heard and takes nothing is told what it waits for after a restore")
  func waitsForAWord() {
    var agency = OutputTests.agency(isConnected: false)
    agency.lastContact = OutputTests.now.milliseconds - 5_000
    let text = StatusText(report: OutputTests.report([agency]), moment: OutputTests.moment)
      .text(Paint(isOn: false))
    #expect(text.contains("heard, takes none") && text.contains("'restored accept'"))
    agency.lastContact = OutputTests.now.milliseconds - 240_000
    #expect(!StatusText.waitsForAWord(agency, now: OutputTests.now.milliseconds))
  }

  @Test("A reload says what waits for a restart also when the file has not changed since")
  func reloadLines() {
    func lines(_ changed: [String], _ applied: [String], _ rest: [String]) -> [String] {
      RouterCommand.Reload.lines(
        ReloadReport(changed: changed, applied: applied, needsRestart: rest, hash: ""))
    }
    #expect(lines([], [], []) == ["The file says what it said before."])
    #expect(lines([], [], ["window"]).last == "After a restart: window.")
    #expect(lines(["window"], [], []) == ["The file says what runs."])
    #expect(
      lines(["window", "log.level"], ["log.level"], ["window"])
        == ["In force now: log.level.", "After a restart: window."])
  }

  @Test("Without a backup the doctor names the timers and what they wait for")
  func backupRemedy() {
    #expect(Doctor.backupRemedy.contains("/etc/accord/backup-recipients"))
    #expect(Doctor.backupRemedy.contains("accord-backup-ledger"))
  }

  @Test("What age says of a backup becomes what to do")
  func backupNotOpened() {
    func text(_ said: String) -> String {
      BackupNotOpened("b.age", identity: "me.key", said: said).description
    }
    #expect(text("age: error: no identity matched any of the recipients").contains("encrypted to"))
    #expect(text("age: error: failed to read header: EOF\n").contains("take another copy"))
    #expect(
      text("age: error: reading \"me.key\": unknown identity type").contains("age-keygen"))
    #expect(!text("age: report unexpected or unhelpful errors at X").contains("report"))
  }

  @Test("Where no router is set up, doctor and check say so, and name an agency's own")
  func noRouter() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("no-router-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.path + "/router.yaml"
    for text in [nil, RouterTemplate.unfilled] {
      if let text { try TextFile.write(text, to: path, mode: 0o644, overwrites: false) }
      let options = try RouterOptions.parse(["--config", path])
      for diagnosis in [
        Doctor(options).examine(), ConfigurationCheck.examine(path, isRunning: false),
      ] {
        #expect(diagnosis.exitCode == 2)
        #expect(diagnosis.lines.count == 1)
        #expect(diagnosis.lines.first?.text == "no router is set up here: \(path)")
        #expect(diagnosis.lines.first?.remedy?.contains("accord-prosecutor doctor") == true)
      }
    }
  }

  @Test("A check's line has its word, its text without bars, and numbers with their bounds")
  func checkLine() {
    let checked = Checked(
      health: .critical, text: "a | b\nc",
      data: [Checked.datum("oldest", 12, unit: "s", 300, 900), Checked.datum("depth", 3)])
    #expect(
      checked.line("QUEUE") == "ACCORD QUEUE CRITICAL - a / b\\nc | oldest=12s;300;900 depth=3")
    #expect(Checked(health: .good, text: "fine", data: []).line("DISK") == "ACCORD DISK OK - fine")
    #expect(Checked.grade(5, warning: 5, critical: 9) == .warning)
    #expect(Checked.grade(9, warning: 5, critical: 9) == .critical)
    #expect(Checked.grade(4.9, warning: 5, critical: 9) == .good)
  }

  @Test("A message's way is in the order of time, from its making to its confirmation")
  func way() throws {
    let made = MessageID(at: OutputTests.now, random: (1, 2))
    let start = OutputTests.now.milliseconds
    let step = MessageReport.Step(
      index: 1, at: start + 40, kind: "accepted", actor: "a", recipient: nil, part: nil,
      number: nil, releases: [], reasons: [], consentPosition: 0)
    var sent = step
    sent.at = start + 55
    sent.kind = "released"
    sent.recipient = "b"
    let part = MessageReport.Part(
      recipient: "b", part: 0, categories: [], fate: "delivered", number: 4, wasDisclosed: true,
      changedAt: start + 90)
    let way = MessageWay(
      MessageReport(
        id: made.description, topic: "hold.requested", source: "a", caseID: nil,
        acceptedAt: start + 40, basis: "submitted", parts: [part], steps: [sent, step]))
    #expect(way.steps.map(\.what).first == "made" && way.steps.last?.what == "confirmed")
    #expect(way.steps.map(\.after) == [0, 40, 15, 35])
    #expect(way.text(Paint(isOn: false)).contains("35 ms"))
  }

  @Test("An event is one line, with codes and without a person")
  func event() {
    let event = TailPage.Event(
      position: 7, at: OutputTests.now.milliseconds, kind: "withheld", actor: "hub",
      message: "00", topic: "hold.requested", recipient: "b", part: 0, number: nil,
      reasons: ["no-release"])
    #expect(
      TailCommand.line(event)
        == "2026-11-21T02:10:00Z  withheld  hold.requested  hub → b  no-release  00")
  }

  @Test("The age of a backup is green for a day and a half, red after a week, yellow for none")
  func backupAge() {
    #expect(Doctor.level(ofBackup: nil) == .yellow)
    #expect(Doctor.level(ofBackup: Span.hours(30).milliseconds) == .green)
    #expect(Doctor.level(ofBackup: Span.hours(50).milliseconds) == .yellow)
    #expect(Doctor.level(ofBackup: Span.days(8).milliseconds) == .red)
  }
}
