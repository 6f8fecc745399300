import Foundation
import HubModel
import Operations
import RouterCore
import Testing

@testable import RouterService

@Suite("Watching the router")
struct WatchTests {
  private let start = WallTime(milliseconds: 1_800_000_000_000)

  /// A journal that takes everything.
  private final class Blank: Journal {
    var committed = 0
    func recover() throws -> Recovered {
      Recovered(
        incarnation: try #require(Incarnation("a")), lanes: [:], cutOff: [], agreementVersion: 1,
        agreementHash: [], nextDue: nil)
    }
    func load(_ needs: Needs) throws -> Facts { Facts() }
    func commit(_ entries: [JournalEntry]) throws {
      if entries.isEmpty { throw CancellationError() }
      committed += entries.count
    }
  }

  private func accepted(
    _ topic: Topic, _ caseID: String, after seconds: Int64, basis: MessageBasis = .submitted
  ) throws -> JournalEntry {
    let message = HubModel.Message(
      id: MessageID(high: 1, low: UInt64(seconds)), topic: topic,
      source: try #require(AgencyID("sheriff")), program: try #require(ProgramID("p")),
      sentAt: start, purpose: .careCoordination, caseID: CaseID(caseID))
    return .accepted(
      StoredMessage(
        message: message, participant: nil, basis: basis, acceptedAt: start + .seconds(seconds)))
  }

  @Test("A hand-off's answer is timed from its request, once, and only when written down")
  func handoffs() throws {
    let metrics = TurnMetrics()
    let journal = MeasuredJournal(Blank(), metrics)
    try journal.commit([
      accepted(.handoffRequested, "a", after: 0), accepted(.handoffRequested, "b", after: 10),
      // Said by the hub itself: nobody answered.
      accepted(.handoffUnanswered, "b", after: 20, basis: .ownView),
    ])
    #expect(metrics.openHandoffs == 2)
    try journal.commit([accepted(.handoffAcknowledged, "a", after: 45)])
    try journal.commit([accepted(.handoffAcknowledged, "a", after: 90)])
    try journal.commit([accepted(.handoffDeclined, "b", after: 610)])
    #expect(throws: CancellationError.self) { try journal.commit([]) }
    let answers = metrics.book.distribution(RouterMetric.handoffAnswer)
    #expect(answers.count == 2 && answers.sum == 645)
    #expect(metrics.openHandoffs == 0)
    // The failed one is not among them.
    #expect(metrics.book.distribution(RouterMetric.commit).count == 4)
  }

  @Test("The day's ring keeps one day and the differences between its points")
  func ring() {
    var ring = DayRing()
    for step in 0..<(DayRing.capacity + 10) {
      ring.add(
        DayRing.Point(at: start + .minutes(Int64(5 * step)), waiting: step),
        DayRing.Totals(
          released: 3 * step, withheld: step, errors: 7, commits: UInt64(2 * step),
          commitSeconds: 0.01 * Double(step)))
    }
    #expect(ring.points.count == DayRing.capacity)
    #expect(ring.points.first?.waiting == 10)
    let last = ring.points.last
    #expect(last?.released == 3 && last?.withheld == 1 && last?.errors == 0)
    #expect(abs((last?.commitMilliseconds ?? 0) - 5) < 0.001)
    // A ledger that was put back counts less than before: no negative flow.
    ring.add(DayRing.Point(at: start), DayRing.Totals())
    #expect(ring.points.last?.released == 0)
  }

  @Test("A plot stays within its frame, also with one value or none above zero")
  func plots() {
    for values in [[0.0], [0, 0, 0], [5], [1, 9, 3], Array(repeating: 2.5, count: 288)] {
      let svg = DayPlot("x", values).svg
      let points = svg.firstMatch(of: /points="(?<points>[^"]*)"/)?.output.points ?? ""
      for pair in points.split(separator: " ") {
        let numbers = pair.split(separator: ",").compactMap { Double($0) }
        #expect(numbers.count == 2 && (0...288).contains(numbers[0]), "\(svg)")
        #expect(numbers.last.map { (0...62).contains($0) } == true)
      }
      #expect(points.split(separator: " ").count == values.count)
    }
  }

  @Test("What stands on the page cannot become markup")
  func escaping() {
    #expect(StatusPage.escaped("<a href='x'>\"&\u{7}") == "&lt;a href=&#39;x&#39;&gt;&quot;&amp; ")
  }

  @Test("Every family has a name of the hub's, its unit last where it has one, and a meaning")
  func names() {
    for family in RouterMetric.counted {
      #expect(family.name.hasPrefix("accord_") && !family.help.isEmpty)
      #expect(family.kind != .counter || family.name.hasSuffix("_total"))
      #expect(family.kind != .histogram || family.bounds == family.bounds.sorted())
    }
  }
}
