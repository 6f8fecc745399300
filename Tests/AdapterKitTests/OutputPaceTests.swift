import Testing

@testable import AdapterKit

@Suite("How often the lists of a large store are made")
struct OutputPaceTests {
  private let start = ContinuousClock.now

  private func pace(took: Duration, changes: Int = 7) -> OutputPace {
    let pace = OutputPace()
    pace.note(began: start - took, ended: start, changes: changes)
    return pace
  }

  @Test("The first time, and where it is quick, they are made at every round")
  func quick() {
    #expect(OutputPace().isDue(at: start, changes: 0))
    #expect(pace(took: .milliseconds(50)).isDue(at: start, changes: 7))
  }

  @Test("Where it takes long, a change waits four times as long, and the clock sixty times")
  func slow() {
    let slow = pace(took: .milliseconds(500))
    #expect(!slow.isDue(at: start, changes: 8))
    #expect(!slow.isDue(at: start + .milliseconds(1_999), changes: 8))
    #expect(slow.isDue(at: start + .milliseconds(2_000), changes: 8))
    #expect(!slow.isDue(at: start + .milliseconds(29_999), changes: 7))
    #expect(slow.isDue(at: start + .seconds(30), changes: 7))
  }

  @Test("Once they are quick again, so is every round")
  func recovered() {
    let pace = pace(took: .seconds(2))
    pace.note(began: start, ended: start + .milliseconds(10), changes: 9)
    #expect(pace.isDue(at: start + .milliseconds(11), changes: 9))
  }
}
