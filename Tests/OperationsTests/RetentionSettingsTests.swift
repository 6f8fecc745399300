import HubModel
import Operations
import Testing

@Suite("Retention in the router's configuration")
struct RetentionSettingsTests {
  private func read(_ section: String) throws(ConfigurationError) -> RetentionSettings {
    try RouterConfiguration.parse(
      StrictYAML.parse(ConfigurationTests.router + section, file: "/srv/conf/router.yaml")
    ).retention
  }

  @Test("left out, each kind has a default that is not below its floor")
  func defaults() throws {
    let settings = try read("")
    for kind in RetentionSettings.Kind.allCases {
      #expect(settings[kind] == kind.fallback && kind.fallback >= kind.floor)
    }
    #expect(settings.runAt == 180 && !settings.isArchivedFirst)
  }

  @Test("what is given is taken, and a day is counted back from now")
  func given() throws {
    let settings = try read(
      "retention: {content-days: 90, people-days: 2192, run-at: \"22:45\", archive-first: true}\n")
    #expect(settings[.content] == 90 && settings[.people] == 2_192)
    #expect(settings.runAt == 1_365 && settings.isArchivedFirst)
    let now = WallTime(milliseconds: 1_800_000_000_000)
    #expect(settings.cutoff(.content, at: now) + .days(90) == now)
    #expect(try read("retention: {run-at: never}\n").runAt == nil)
  }

  @Test("below the floor the router does not start, and is told which rule says so", arguments: [
    ("people-days: 2191", "45 CFR 164.530(j)(2)"), ("content-days: 89", "90 days"),
    ("bookings-days: 0", "1 to"),
  ])
  func floors(_ line: String, _ rule: String) {
    let error = #expect(throws: ConfigurationError.self) {
      _ = try read("retention: {\(line)}\n")
    }
    #expect(error?.problems.count == 1)
    #expect(error?.problems.first?.text.contains(rule) == true)
  }

  @Test("a time of day that is none is refused", arguments: ["3", "24:00", "03:60", "0300", "3:00"])
  func times(_ text: String) {
    #expect(throws: ConfigurationError.self) { _ = try read("retention: {run-at: \"\(text)\"}\n") }
  }
}
