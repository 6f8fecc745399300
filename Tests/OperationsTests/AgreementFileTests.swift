import Foundation
import HubModel
import Operations
import Testing

@Suite("Agreement file")
struct AgreementFileTests {
  static let now = WallTime(iso8601: "2026-11-21T02:10:00Z") ?? WallTime(milliseconds: 0)

  static func text(isDemonstration: Bool = false) throws -> String {
    let program = try #require(ProgramID("lead-lakewood"))
    return DefaultAgreement(
      program: program, timeZone: "America/Los_Angeles", dutyLine: "555-0142",
      isDemonstration: isDemonstration
    ).text
  }

  static func agreement(isDemonstration: Bool = false) throws -> ProgramAgreement {
    try AgreementFile.parse(
      text(isDemonstration: isDemonstration), file: "agreement.yaml", now: now)
  }

  @Test("the shipped agreement has no exception, and full outcomes for the captured two only")
  func defaults() throws {
    let agreement = try Self.agreement()
    #expect(agreement.exceptions.isEmpty)
    #expect(agreement.outcomes == [.holdRequested: .full, .handoffDetails: .full])
    #expect(agreement.hold.window == .days(14))
    #expect(agreement.hold.reminders == [7, 3, 1, 0])
    #expect(agreement.hold.reminderMinute == 480)
    #expect(agreement.handoff.acknowledgeWithin == .minutes(5))
    #expect(agreement.escrow.timeCritical == [.holdRequested, .handoffDetails])
    #expect(!agreement.isDemonstration)
    #expect(agreement.dutyLine == "555-0142")
  }

  @Test("by the shipped agreement a missed intake never reaches prosecutor or police")
  func notCompleted() throws {
    let audience = try Self.agreement().audience(
      of: .intakeNotCompleted, from: .behavioralHealth)
    #expect(audience == [.programOffice])
  }

  @Test("by the shipped agreement nobody but the router hears of releases or their revocation")
  func releasesStayInside() throws {
    let topics: [Topic] = [
      .roiSigned, .roiAmended, .roiRefused, .roiRevoked, .roiExpiring, .identityConfirmed,
      .identityRejected,
    ]
    let agreement = try Self.agreement()
    #expect(agreement.paths.allSatisfy { !topics.contains($0.topic) })
  }

  @Test("every path of the shipped agreement has a publisher of the catalogue")
  func publishers() throws {
    for path in try Self.agreement().paths {
      #expect(Catalogue.spec(of: path.topic)?.publishers.contains(path.from) == true, "\(path)")
    }
  }

  @Test("every topic that an agency publishes to others has a path in the shipped agreement")
  func complete() throws {
    let agreement = try Self.agreement()
    let published = Catalogue.all.values.filter {
      !$0.publishers.isEmpty && $0.disclosure != .control
    }
    for spec in published {
      #expect(agreement.paths.contains { $0.topic == spec.topic }, "\(spec.topic)")
    }
  }

  @Test(
    "the notice of a hold and the hand-off reach whom the domain names",
    arguments: [
      (Topic.handoffRequested, Role.sheriff, [Role.behavioralHealth]),
      (.handoffDetails, .sheriff, [.behavioralHealth]),
      (.holdRequested, .sheriff, [.prosecutor]),
      (.holdOpened, .prosecutor, [.sheriff, .publicDefender, .behavioralHealth, .programOffice]),
      (.holdReleased, .prosecutor, [.sheriff, .publicDefender, .behavioralHealth]),
      (.intakeCompleted, .behavioralHealth, [.prosecutor, .programOffice]),
      (.bookingCreated, .sheriff, [.publicDefender, .behavioralHealth, .programOffice]),
      (.defenceAssigned, .publicDefender, [.prosecutor, .behavioralHealth]),
    ])
  func audiences(_ topic: Topic, _ from: Role, _ to: [Role]) throws {
    #expect(try Self.agreement().audience(of: topic, from: from) == to)
  }

  @Test("a demonstration's agreement shortens its windows and says so")
  func demonstration() throws {
    let agreement = try Self.agreement(isDemonstration: true)
    #expect(agreement.isDemonstration)
    #expect(agreement.hold.window == .shortened(.seconds(60)))
  }

  @Test("the content hash is the SHA-256 of the file")
  func contentHash() throws {
    let first = try Self.agreement()
    let second = try AgreementFile.parse(Self.text() + "# more\n", file: "a", now: Self.now)
    #expect(first.contentHash.count == 32)
    #expect(first.contentHash != second.contentHash)
  }

  @Test("the calendar knows the site's summer time for years to come")
  func calendar() throws {
    let calendar = try Self.agreement().calendar
    #expect(calendar.offsetSeconds(at: Self.now) == -8 * 3_600)
    let summer = try #require(WallTime(iso8601: "2033-07-01T12:00:00Z"))
    #expect(calendar.offsetSeconds(at: summer) == -7 * 3_600)
    let past = try #require(WallTime(iso8601: "2025-07-01T12:00:00Z"))
    #expect(calendar.offsetSeconds(at: past) == -7 * 3_600)
  }

  struct Change: Sendable, CustomTestStringConvertible {
    let old: String
    let new: String
    /// The line of the change itself is looked for by this text.
    let at: String
    let key: String
    let says: String
    init(_ old: String, _ new: String, at: String, _ key: String, _ says: String) {
      self.old = old
      self.new = new
      self.at = at
      self.key = key
      self.says = says
    }
    var testDescription: String { "\(key): \(says)" }
  }

  static let bad: [Change] = [
    Change(
      "  hold.requested:\n    sheriff:", "  hold.requested:\n    prosecutor:",
      at: "    prosecutor: [prosecutor]", "paths.hold.requested.prosecutor",
      "prosecutor may not publish hold.requested; its publishers are sheriff"),
    Change(
      "paths:\n", "paths:\n  roi.signed:\n    sheriff: [prosecutor]\n",
      at: "    sheriff: [prosecutor]", "paths.roi.signed.sheriff", "goes to the router alone"),
    Change(
      "paths:\n", "paths:\n  hold.review-due:\n    prosecutor: [sheriff]\n",
      at: "    prosecutor: [sheriff]", "paths.hold.review-due.prosecutor", "said by the router"),
    Change(
      "paths:\n", "paths:\n  delivery.void:\n    sheriff: [prosecutor]\n",
      at: "    sheriff: [prosecutor]", "paths.delivery.void.sheriff", "not a message"),
    Change(
      "behavioral-health: [program-office]\n  participant",
      "behavioral-health: [prosecutor]\n  participant",
      at: "    behavioral-health: [prosecutor]", "paths.intake.not-completed.behavioral-health",
      "closed to prosecutor"),
    Change(
      "  hold.opened:", "  hold.openned:", at: "  hold.openned:", "paths.hold.openned",
      "did you mean 'hold.opened'"),
    Change(
      "sheriff: [prosecutor]", "sheriff: [prosecutor, prosecutr]",
      at: "sheriff: [prosecutor, prosecutr]", "paths.hold.requested.sheriff[2]",
      "did you mean 'prosecutor'"),
    Change(
      "outcomes:\n", "outcomes:\n  booking.created: full\n", at: "  booking.created: full",
      "outcomes.booking.created", "who takes part"),
    Change(
      "window-days: 14", "window-seconds: 90", at: "  window-seconds: 90", "hold.window-seconds",
      "only a demonstration may"),
    Change(
      "acknowledge-within: 5 min", "acknowledge-within: 5 s", at: "  acknowledge-within: 5 s",
      "handoff.acknowledge-within", "from 1 min to 2 h"),
    Change(
      "deadline: 14 days\n  # Their", "deadline: 14\n  # Their", at: "  deadline: 14",
      "escrow.deadline", "such as '30 s'"),
    Change(
      "reminders: [7, 3, 1, 0]", "reminders: [15]", at: "  reminders: [15]", "hold.reminders",
      "longer before the end"),
    Change(
      "\"08:00\"", "\"24:00\"", at: "  reminder-time: \"24:00\"", "hold.reminder-time",
      "time of day"),
    Change(
      "exceptions: []", "exceptions:\n  - {topic: hold.requested, from: sheriff, to: [prosecutor]}",
      at: "  - {topic: hold.requested", "exceptions[1].legal-basis", "is missing"),
    Change("America/Los_Angeles", "PST", at: "time-zone: PST", "time-zone", "a time zone such as"),
    Change("holidays: []", "holidays: [2026-11-31]", at: "holidays: [", "holidays[1]", "a date as"),
    Change("version: 1", "version: 0", at: "version: 0", "version", "from 1"),
    Change("escrow:", "escrw:", at: "escrw:", "escrw", "did you mean 'escrow'"),
  ]

  @Test("a bad agreement is refused by name, at the exact place", arguments: bad)
  func refused(_ change: Change) throws {
    let text = BadFile.changing(change.old, to: change.new, in: try Self.text())
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let line = (lines.firstIndex { $0.hasPrefix(change.at) || $0.contains(change.at) } ?? -1) + 1
    BadFile(change.key, text, line: line, key: change.key, says: change.says).check { _ in
      try AgreementFile.parse(text, file: "test.yaml", now: Self.now)
    }
  }

  @Test("an exception opens its path, with its legal basis")
  func exception() throws {
    let text = BadFile.changing(
      "exceptions: []",
      to: "exceptions:\n  - {topic: hold.requested, from: sheriff, to: [prosecutor], "
        + "legal-basis: \"MOU 4\"}", in: try Self.text())
    let agreement = try AgreementFile.parse(text, file: "a.yaml", now: Self.now)
    #expect(agreement.exceptions.map(\.legalBasis) == ["MOU 4"])
  }
}
