import ConsentEngine
import Foundation
import HubModel
import Testing

/// How far the comparison goes: the usual run, all of it, or what a mutant is worth.
enum OracleEffort {
  static let environment = ProcessInfo.processInfo.environment
  static let isLong = environment["ACCORD_LONG"] != nil
  static let isForMutant = environment["ACCORD_MUTANTS"] != nil
  /// Histories of the random comparison; of each, so many questions are asked.
  static let histories = isLong ? 300_000 : isForMutant ? 800 : 2_400
  static let questions = 20
}

@Suite("Engine and oracle agree")
struct OracleTests {
  /// Cases on which they once disagreed: they stay.
  static let regressions: [[Int]] = []

  static let agreements = OracleAgreements()

  static func make(_ numbers: [Int]) -> OracleCase {
    var choices = Choices(following: numbers)
    let history = OracleCases.history(&choices)
    return OracleCases.question(&choices, after: history, agreements)
  }

  static func disagreement(_ numbers: [Int]) -> String? {
    let asked = make(numbers)
    let consents = asked.history.heard
    let log = asked.history.log
    return log.disagreement(consents) ?? asked.disagreement(asked.decision(consents), log)
  }

  /// The smallest case like a failing one, and how to see it again.
  static func report(_ numbers: [Int]) -> String {
    let least =
      OracleEffort.isForMutant ? numbers : smallest(numbers) { disagreement($0) != nil }
    let list = least.map(String.init).joined(separator: ",")
    return """
      \(disagreement(least) ?? "")
      \(make(least).story)
      rerun: ACCORD_ORACLE_CASE=\(list) swift test --filter OracleTests.oneCase
      """
  }

  @Test("Random histories and questions", arguments: 0..<4)
  func random(part: Int) throws {
    var permitted = 0
    var held = 0
    var questions = 0
    var failures = 0
    for history in 0..<OracleEffort.histories / 4 {
      if failures > 0, OracleEffort.isForMutant { return }
      var choices = Choices(seed: UInt64(history * 4 + part))
      let past = OracleCases.history(&choices)
      let consents = past.heard
      let log = past.log
      let start = choices.drawn
      if let difference = log.disagreement(consents), failures < 1 {
        failures += 1
        Issue.record("\(difference)\n\(Self.report(start))")
      }
      for question in 0..<OracleEffort.questions {
        var own = Choices(seed: UInt64(history * 4 + part) << 20 | UInt64(question + 1))
        let asked = OracleCases.question(&own, after: past, Self.agreements)
        let decision = asked.decision(consents)
        questions += 1
        permitted += decision.permit != nil ? 1 : 0
        held += decision.held.isEmpty ? 0 : 1
        if asked.disagreement(decision, log) != nil, failures < 1 {
          failures += 1
          Issue.record("\(Self.report(start + own.drawn))")
        }
      }
    }
    // A test that only ever sees denials proves nothing.
    #expect(permitted * 9 >= questions, "\(permitted) of \(questions) permit")
    #expect(held * 20 >= questions, "\(held) of \(questions) hold")
    #expect((questions - permitted - held) * 20 >= questions, "withheld occurs")
  }

  @Test("Small domains, completely", arguments: OracleDomain.all.map(\.space))
  func exhaustive(space: SmallDomain) throws {
    let domain = try #require(OracleDomain.all.first { $0.space.name == space.name })
    var permitted = 0
    var failures = 0
    let indices = space.indices(
      isWhole: OracleEffort.isLong, sparser: OracleEffort.isForMutant ? 4 : 1)
    for index in indices {
      if failures > 0, OracleEffort.isForMutant { return }
      let asked = domain.make(space.answers(index))
      let consents = asked.history.heard
      let log = asked.history.log
      let decision = asked.decision(consents)
      permitted += decision.permit != nil ? 1 : 0
      let difference = asked.disagreement(decision, log) ?? log.disagreement(consents)
      if let difference, failures < 2 {
        failures += 1
        Issue.record(
          "\(space.name) \(space.answers(index)), case \(index):\n\(difference)\n\(asked.story)")
      }
    }
    #expect(failures == 0)
    #expect(permitted > 0 && permitted < indices.count, "\(permitted) of \(indices.count) permit")
  }

  @Test("One case, as a failure names it, and those that once failed")
  func oneCase() throws {
    var lists = Self.regressions
    if let text = OracleEffort.environment["ACCORD_ORACLE_CASE"] {
      lists.append(text.split(separator: ",").compactMap { Int($0) })
    }
    for numbers in lists {
      if Self.disagreement(numbers) != nil { Issue.record("\(Self.report(numbers))") }
    }
    // The plainest case of all is a case, too.
    #expect(Self.disagreement([]) == nil, "\(Self.report([]))")
  }
}
