import ConsentEngine
import HubModel
import Testing

@testable import Explaining

extension AgencyID {
  static let harbor = AgencyID("harbor-behavioral")!
  static let court = AgencyID("lakewood-prosecutor")!
  static let jail = AgencyID("lakewood-sheriff")!
  static let defender = AgencyID("public-defender")!
}

/// Entries as a router writes them.
struct Story {
  let message = MessageID(high: 0x0190_0000, low: 7)
  private(set) var entries: [LoggedEntry] = []
  static let start = WallTime(milliseconds: 1_795_227_000_250)

  init() {
    add(.accepted, actor: .harbor) { $0.participant = nil }
  }

  mutating func add(
    _ kind: AuditEntry.Kind, actor: AgencyID = .hub, to recipient: AgencyID? = nil,
    _ reasons: [Reason] = [], category: InformationCategory = .participation,
    authority: String = "", statement: String = "", footing: String = "submitted",
    _ change: (inout AuditEntry) -> Void = { _ in }
  ) {
    let position = UInt64(entries.count) * 3 + 11
    var entry = AuditEntry(
      kind, at: Self.start + .minutes(Int64(entries.count)), actor: actor, message: message,
      recipient: recipient, part: recipient == nil ? nil : 0,
      number: kind == .released || kind == .voided ? 4 : nil, topic: .intakeCompleted,
      consentPosition: recipient == nil ? 0 : 2, agreementVersion: 3,
      releases: reasons.contains(.releaseCovers) || reasons.contains(.revoked)
        ? [.init(RoiID("roi-1")!, version: 2)] : [],
      reasons: reasons.map(\.rawValue))
    if recipient != nil {
      entry.detail = DecisionDetail(
        source: "harbor-behavioral", purpose: "diversion", footing: footing,
        authority: authority,
        items: [.init(segment: 0, category: category.rawValue, labels: ["part-2"])],
        statement: statement
      ).text
    }
    change(&entry)
    entries.append(LoggedEntry(position: position, entry))
  }

  mutating func release(to recipient: AgencyID) {
    add(.released, to: recipient, [.releaseCovers], authority: "release", statement: "long")
  }

  func text(_ reader: ExplanationReader, _ recipient: AgencyID? = nil) -> String {
    Explanation(of: message, from: entries).text(for: reader, recipient: recipient)
  }
}

@Suite("Explanations from the log")
struct ExplanationTests {
  static var whole: Story {
    var story = Story()
    story.release(to: .court)
    story.add(.withheld, to: .jail, [.noPath])
    story.add(.held, to: .defender, [.recipientNotNamed])
    return story
  }

  @Test("The auditor reads everything, with the rules; these bytes are final")
  func auditor() {
    var story = Story()
    story.release(to: .court)
    story.add(.withheld, to: .jail, [.noPath])
    #expect(
      story.text(.auditor) == """
        message 00000000019000000000000000000007: intake.completed
        3 entries of the log, from 2026-11-21 02:10 on (UTC)

        entry 11  2026-11-21T02:10:00.250Z  accepted
          by: harbor-behavioral
          agreement: version 3

        entry 14  2026-11-21T02:11:00.250Z  released, for lakewood-prosecutor, part 0, number 4
          by: hub
          from: harbor-behavioral, as submitted
          segment 0: participation (intake, assignment, enrolment) [42 CFR Part 2]
          purpose: diversion
          by what right: written consent (42 CFR 2.31, 2.33; 45 CFR 164.508)
          went with: the long statement of 42 CFR 2.32(a) and the consent's scope (2.32(b))
          releases: roi-1 version 2
          because: release.covers: A release in force covers discloser, recipient, information \
        and purpose. [42 CFR 2.31, 2.33(b); 45 CFR 164.508]
          agreement: version 3
          consent log: position 2

        entry 17  2026-11-21T02:12:00.250Z  withheld, for lakewood-sheriff, part 0
          by: hub
          from: harbor-behavioral, as submitted
          segment 0: participation (intake, assignment, enrolment) [42 CFR Part 2]
          purpose: diversion
          because: agreement.no-path: The agreement has no path for this topic between these \
        roles. [program agreement, paths]
          agreement: version 3
          consent log: position 2

        """)
    let narrow = Self.whole.text(.auditor, .jail)
    #expect(narrow.contains("for lakewood-sheriff") && !narrow.contains("lakewood-prosecutor"))
  }

  @Test("The order of the entries that come in does not matter, nor do other messages' entries")
  func stable() {
    var other = Self.whole.entries[1].entry
    other.message = MessageID(high: 1, low: 1)
    let mixed = Self.whole.entries.reversed() + [LoggedEntry(position: 1, other)]
    for reader in ExplanationReader.allCases {
      let explanation = Explanation(of: Self.whole.message, from: mixed)
      #expect(explanation.text(for: reader, recipient: .court) == Self.whole.text(reader, .court))
    }
  }

  @Test("explanation leak: who got nothing reads the same, whatever the reason and the message")
  func outsiders() {
    var texts: Set<String> = []
    for reason in Reason.allCases {
      for kind in [AuditEntry.Kind.withheld, .held, .permitted, .lapsed] {
        var story = Story()
        story.release(to: .court)
        story.add(kind, to: .jail, [reason])
        texts.insert(story.text(.agency, .jail))
      }
    }
    texts.insert(Self.whole.text(.agency, AgencyID("a-stranger")!))
    texts.insert(Self.whole.text(.agency, nil))
    let never = Explanation(of: MessageID(high: 9, low: 9), from: Self.whole.entries)
    texts.insert(never.text(for: .agency, recipient: .jail))
    #expect(texts == [Explanation.nothing])
  }

  @Test("A recipient reads what it was told, and the same after a revocation")
  func recipient() {
    var story = Story()
    story.release(to: .court)
    let before = story.text(.agency, .court)
    for part in ["intake.completed", "November 21, 2026 at 02:11 (UTC)", "delivery 4", "diversion",
      "roi-1 version 2", RedisclosureStatement.long]
    {
      #expect(before.contains(part), "\(part)")
    }
    #expect(!before.contains("release.") && !before.contains("position"))
    story.add(.withheld, to: .jail, [.revoked])
    #expect(story.text(.agency, .court) == before)
    // Sent, and stopped before it had arrived: the agency saw a void number and nothing else.
    story.add(.voided, to: .court, [.revoked])
    #expect(story.text(.agency, .court) == Explanation.nothing)
  }

  @Test("A sender reads that it sent, and not what became of it")
  func sender() {
    var story = Story()
    let before = story.text(.agency, .harbor)
    #expect(before.contains("You sent it"))
    story.release(to: .court)
    story.add(.withheld, to: .jail, [.noPath])
    #expect(story.text(.agency, .harbor) == before)
  }

  @Test("The person reads who got what, who did not, and why, without codes")
  func participant() {
    let text = Self.whole.text(.participant)
    for part in [
      "Harbor Behavioral sent it to us on November 21, 2026.",
      "Lakewood Prosecutor got it on November 21, 2026.",
      "What it says: that you are in the program.",
      "What it is for: to keep your case out of court.",
      "Why: You signed a form that says they may have it.",
      "They may not use it against you.", "Lakewood Sheriff did not get it.",
      "Public Defender did not get it yet. It waits.", "Why: Your form does not name them.",
    ] {
      #expect(text.contains(part), "\(part)")
    }
    #expect(!text.contains("CFR") && !text.contains("roi-1") && !text.contains("0000"))
    #expect(!text.contains("{") && !text.contains(" position") && !text.contains("agreement."))
    let one = Self.whole.text(.participant, .jail)
    #expect(one.contains("Sheriff") && !one.contains("Prosecutor"))
    var stopped = Story()
    stopped.release(to: .court)
    stopped.add(.voided, to: .court, [.revoked])
    #expect(stopped.text(.participant).contains("They may have seen it."))
    #expect(stopped.text(.participant).contains("You took your consent back."))
  }

  @Test("What the person reads is of sixth-grade level, each sentence and the whole")
  func reading() {
    for reason in Reason.allCases {
      let plain = ReasonWords.of(reason.rawValue).plain
      #expect(ReadingLevel.grade(of: plain) <= 6, "\(plain) \(ReadingLevel.grade(of: plain))")
      for kind in [AuditEntry.Kind.withheld, .held, .released] {
        for category in InformationCategory.allCases {
          var story = Story()
          story.add(kind, to: .court, [reason], category: category)
          let text = story.text(.participant)
          #expect(ReadingLevel.grade(of: text) <= 6, "\(text)")
        }
      }
    }
  }

  @Test("What an entry holds cannot upset a terminal or pass for another line")
  func hostile() {
    var story = Story()
    story.add(.held, to: .court) { entry in
      entry.reasons = ["release.none\u{1b}[2J\nentry 99 released"]
      entry.detail = "operator: \u{202e}reversed"
    }
    for reader in ExplanationReader.allCases {
      let text = story.text(reader, .court)
      #expect(!text.contains("\u{1b}") && !text.contains("\u{202e}"))
      #expect(!text.contains("\nentry 99"))
    }
  }
}

/// The Flesch-Kincaid grade, with syllables counted by groups of vowels.
enum ReadingLevel {
  static func grade(of text: String) -> Double {
    let sentences = max(1, text.filter { ".!?\n".contains($0) }.count { _ in true }
      - blank(text))
    let words = text.split { !$0.isLetter && $0 != "'" }.map { $0.lowercased() }
      .filter { $0.contains(where: \.isLetter) }
    guard !words.isEmpty else { return 0 }
    let syllables = words.reduce(0) { $0 + Self.syllables(of: $1) }
    let length = Double(words.count) / Double(sentences)
    return 0.39 * length + 11.8 * Double(syllables) / Double(words.count) - 15.59
  }

  /// Line breaks that end no sentence of their own.
  private static func blank(_ text: String) -> Int {
    var count = 0
    var last: Character = "\n"
    for character in text {
      if character == "\n", ".!?\n".contains(last) { count += 1 }
      last = character
    }
    return count
  }

  private static func syllables(of word: String) -> Int {
    var count = 0
    var wasVowel = false
    for letter in word {
      let isVowel = "aeiouy".contains(letter)
      if isVowel, !wasVowel { count += 1 }
      wasVowel = isVowel
    }
    if word.hasSuffix("e"), !word.hasSuffix("le"), count > 1 { count -= 1 }
    let isSilent = word.hasSuffix("ed") && !word.hasSuffix("ted") && !word.hasSuffix("ded")
    if isSilent, count > 1 { count -= 1 }
    return max(1, count)
  }
}
