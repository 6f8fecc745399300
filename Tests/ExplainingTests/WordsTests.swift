import ConsentEngine
import HubModel
import Testing

@testable import Explaining

@Suite("Words for codes")
struct WordsTests {
  @Test("Every reason that the engine has is in the table", arguments: Reason.allCases)
  func reasons(_ reason: Reason) {
    #expect(ReasonWords.codes.contains(reason.rawValue), "add \(reason.rawValue)")
  }

  @Test("Every category, purpose, label, role and kind has words")
  func codes() {
    #expect(Set(CodeWords.categories.keys) == Set(InformationCategory.allCases))
    #expect(Set(CodeWords.purposes.keys) == Set(Purpose.allCases))
    #expect(Set(CodeWords.labels.keys) == Set(SensitivityLabel.allCases))
    #expect(Set(CodeWords.roles.keys) == Set(Role.allCases))
    #expect(Set(CodeWords.kinds.keys) == Set(ReleaseOfInformation.Kind.allCases))
  }

  @Test("What this version does not know is shown as it stands, and never guessed")
  func unknown() {
    #expect(ReasonWords.of("release.of-a-new-kind").formal == "release.of-a-new-kind")
    #expect(!ReasonWords.of("release.of-a-new-kind").plain.contains("release.of"))
    #expect(CodeWords.category("dreams").brief == "dreams")
    #expect(CodeWords.authority("a-king") == "a-king")
  }

  @Test("Days and clocks are those of the calendar that is handed in")
  func days() {
    let time = WallTime(milliseconds: 1_795_227_000_250)
    #expect(DayWords.exact(time) == "2026-11-21T02:10:00.250Z")
    #expect(DayWords().day(time) == "November 21, 2026")
    let west = DayWords(
      calendar: SiteCalendar(offsets: [.init(from: time, seconds: -8 * 3_600)]), zone: "west")
    #expect(west.day(time) == "November 20, 2026")
    #expect(west.clock(time) == "18:10" && west.sortable(time) == "2026-11-20 18:10")
  }
}
