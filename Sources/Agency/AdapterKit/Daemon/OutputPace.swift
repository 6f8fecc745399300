import GRDB

/// Spares the store of an agency that has very much: lists that take long to make are not made
/// anew at every round, since deliveries and the desk wait meanwhile.
///
/// Lists that are made quickly are made every time, so that a file follows its news at once. Of
/// the others, a change shows after at most ``afterChange`` times as long as they take, and what
/// follows from time alone after ``otherwise`` times as long.
final class OutputPace {
  /// Up to so long, nobody notices.
  static let quick: Duration = .milliseconds(50)
  static let afterChange = 4
  static let otherwise = 60

  private var took: Duration = .zero
  private var made: ContinuousClock.Instant?
  private var changes = 0

  /// - Returns: what `make` makes; nothing where the files of the time before will do.
  func outputs(
    in database: Database, _ make: () throws -> [OutputFile]
  ) rethrows -> [OutputFile] {
    let changes = database.totalChangesCount
    let began = ContinuousClock.now
    guard isDue(at: began, changes: changes) else { return [] }
    let files = try make()
    note(began: began, ended: .now, changes: changes)
    return files
  }

  /// - Parameter changes: how many rows were ever changed.
  func isDue(at now: ContinuousClock.Instant, changes: Int) -> Bool {
    guard let made, took > Self.quick else { return true }
    return now - made >= took * (changes == self.changes ? Self.otherwise : Self.afterChange)
  }

  func note(began: ContinuousClock.Instant, ended: ContinuousClock.Instant, changes: Int) {
    took = ended - began
    made = ended
    self.changes = changes
  }
}
