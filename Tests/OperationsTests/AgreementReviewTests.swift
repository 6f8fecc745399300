import HubModel
import Operations
import Testing

@Suite("An agreement before it is activated")
struct AgreementReviewTests {
  static let now = AgreementFileTests.now

  static func document(_ changes: [(String, String)] = []) throws -> AgreementDocument {
    var text = try AgreementFileTests.text()
    for (old, new) in changes { text = BadFile.changing(old, to: new, in: text) }
    return try AgreementFile.document(text, file: "agreement.yaml", now: now)
  }

  static func review(
    _ changes: [(String, String)], roles: WordSet<Role>? = nil, against: Bool = true
  ) throws -> AgreementReview {
    AgreementReview(
      try document(changes), active: against ? try document().agreement : nil, roles: roles,
      now: now)
  }

  static let raised = ("version: 1", "version: 2")
  static let exception = (
    "exceptions: []",
    "exceptions:\n  - {topic: hold.requested, from: sheriff, to: [prosecutor], "
      + "legal-basis: \"28 CFR 20.21, MOU 4\"}"
  )

  @Test("the shipped agreement is good, and the version in force is said to be it")
  func good() throws {
    let review = try Self.review([])
    #expect(review.problems.isEmpty && review.warnings.isEmpty)
    #expect(review.notes.contains { $0.contains("byte by byte") })
    #expect(review.difference?.isEmpty == true)
  }

  @Test("a version that is not above the one in force is refused")
  func version() throws {
    #expect(try Self.review([("duty-line: \"555-0142\"", "duty-line: \"555-0143\"")]).problems
      .count == 1)
    #expect(try Self.review([Self.raised]).problems.isEmpty)
    #expect(try Self.review([("program: lead-lakewood", "program: other"), Self.raised]).problems
      .count == 1)
  }

  @Test("every path that needs no release is told loudly, with its legal basis")
  func exceptions() throws {
    let review = try Self.review([Self.raised, Self.exception])
    #expect(review.warnings == [
      "NO RELEASE NEEDED: hold.requested from sheriff to prosecutor; "
        + "legal basis: 28 CFR 20.21, MOU 4"
    ])
    #expect(review.notes.contains { $0.contains("handoff.requested") })
  }

  @Test("a topic that nobody may hear, and a role that never hears its topic, are told")
  func reach() throws {
    let closed = try Self.review([
      Self.raised, ("  contact.logged:\n    behavioral-health: [program-office]\n", ""),
      ("sheriff: [behavioral-health, public-defender, program-office]\n  booking.released",
        "sheriff: [behavioral-health, program-office]\n  booking.released"),
    ])
    #expect(closed.warnings == [
      "contact.logged is unreachable: no line lets anybody hear it",
      "public-defender subscribes to booking.created and can never hear it",
    ])
    // A role that no agency holds misses nothing.
    let small = try Self.review(
      [], roles: [.sheriff, .prosecutor, .behavioralHealth, .publicDefender])
    #expect(small.warnings.isEmpty)
    #expect(small.notes.contains { $0.hasPrefix("contact.logged reaches nobody") })
  }

  @Test("a date in the past, ahead, or far ahead is told; it begins with the site's day")
  func dates() throws {
    func review(_ date: String) throws -> AgreementReview {
      try Self.review([("version: 1\n", "version: 2\neffective: \(date)\n")])
    }
    #expect(try review("2026-11-01").warnings.first?.contains("is past") == true)
    #expect(try review("2026-12-01").warnings.isEmpty)
    #expect(try review("2026-12-01").notes.contains { $0.contains("from 2026-12-01 on") })
    #expect(try review("2028-12-01").warnings.first?.contains("more than a year") == true)
    let document = try Self.document([("version: 1\n", "version: 2\neffective: 2026-12-01\n")])
    #expect(document.effective == WallTime(iso8601: "2026-12-01T00:00:00-08:00"))
  }

  @Test("what it changes is told in words: added, removed, widened, narrowed, changed")
  func difference() throws {
    let lines = try #require(try Self.review([
      Self.raised, Self.exception, ("duty-line: \"555-0142\"", "duty-line: \"555-0143\""),
      ("window-days: 14", "window-days: 21"), ("  hold.requested: full\n", ""),
      ("sheriff: [prosecutor]\n  hold.opened",
        "sheriff: [prosecutor, program-office]\n  hold.opened"),
      ("  contact.logged:\n    behavioral-health: [program-office]\n", ""),
    ]).difference).lines
    #expect(lines == [
      "widened: hold.requested from sheriff to program-office (added)",
      "widened: hold.requested from sheriff to prosecutor needs no release any more "
        + "(28 CFR 20.21, MOU 4)",
      "narrowed: contact.logged from behavioral-health to program-office (removed)",
      "narrowed: whoever sends hold.requested no longer learns what became of it",
      "changed: the hold's window, from 14 days to 21 days",
      "changed: duty-line, from 555-0142 to 555-0143",
    ])
  }

  static let contradictions: [(String, String, String)] = [
    ("remind-every: 15 min", "remind-every: 1 days", "escrow"),
    ("acknowledge-within: 5 min\n  attempts: 3", "acknowledge-within: 2 h\n  attempts: 10", ""),
    ("exceptions: []",
      "exceptions:\n  - {topic: hold.requested, from: sheriff, to: [prosecutor], "
        + "legal-basis: \"...\"}", "exceptions[1].legal-basis"),
    ("exceptions: []",
      "exceptions:\n  - {topic: hold.requested, from: sheriff, to: [prosecutor], "
        + "legal-basis: MOU, purpose: charging}", "exceptions[1].purpose"),
    ("exceptions: []",
      "exceptions:\n  - {topic: hold.requested, from: sheriff, to: [prosecutor], "
        + "legal-basis: MOU, purpose: treatment}", "exceptions[1].purpose"),
  ]

  @Test("contradictory windows, no legal basis and adverse purposes are refused by name")
  func contradiction() throws {
    for (old, new, key) in Self.contradictions {
      var text = BadFile.changing(old, to: new, in: try AgreementFileTests.text())
      if key.isEmpty || key == "escrow" {
        text = BadFile.changing("deadline: 14 days\n  # T", to: "deadline: 2 h\n  # T", in: text)
      }
      do {
        _ = try AgreementFile.parse(text, file: "a.yaml", now: Self.now)
        Issue.record("accepted: \(new)")
      } catch {
        #expect(error.problems.map(\.key).contains(key.isEmpty ? "handoff" : key), "\(error)")
      }
    }
  }
}
