import HubModel
@testable import RouterCore

/// The process ended here.
struct Crash: Error {}

/// Counts every place at which a crash may strike, and strikes where it was told to.
final class Faults {
  private(set) var count = 0
  /// The places within commits, where a crash leaves half a write.
  private(set) var commits: [Int] = []
  var strikeAt: Set<Int> = []

  func step() throws {
    if strikes() { throw Crash() }
  }
  func strikes() -> Bool {
    count += 1
    return strikeAt.contains(count)
  }
  func strikesCommit() -> Bool {
    let strikes = strikes()
    commits.append(count)
    return strikes
  }
}

/// What outlives a crash.
protocol CrashStore: AnyObject {
  var journal: any Journal { get }
  /// Begins to write these and is cut off in the middle: nothing of them may be found again.
  func tear(_ entries: [JournalEntry]) throws
  /// Opens what the crash left.
  func reopen() throws
}

final class MemoryStore: CrashStore {
  let memory = MemoryJournal(incarnation: Incarnation("ledger-1")!)
  var journal: any Journal { memory }
  func tear(_ entries: [JournalEntry]) {}
  func reopen() {}
}

/// One thing that happened, in the one order in which it did.
enum Happening {
  case committed([JournalEntry], at: WallTime)
  /// Handed to the transport, or said to whoever asked.
  case handed(Send, at: WallTime)
  case crashed
  case restarted
}

final class History {
  var happenings: [Happening] = []
  var now = Town.start
}

/// A journal that may crash before a commit, in it, and after it.
final class CrashingJournal: Journal {
  let store: any CrashStore
  private let faults: Faults
  private let history: History

  init(_ store: any CrashStore, _ faults: Faults, _ history: History) {
    self.store = store
    self.faults = faults
    self.history = history
  }

  func recover() throws -> Recovered { try store.journal.recover() }
  func load(_ needs: Needs) throws -> Facts { try store.journal.load(needs) }

  func commit(_ entries: [JournalEntry]) throws {
    try faults.step()
    if faults.strikesCommit() {
      try store.tear(entries)
      throw Crash()
    }
    try store.journal.commit(entries)
    history.happenings.append(.committed(entries, at: history.now))
    try faults.step()
  }
}

/// A transport that may crash before each send, and after the last.
final class CrashingTransport: Transport {
  var inbox: [Event] = []
  var takesAtMost = 1
  private let faults: Faults
  private let history: History
  private let hand: (Send) -> Void

  init(_ faults: Faults, _ history: History, hand: @escaping (Send) -> Void) {
    self.faults = faults
    self.history = history
    self.hand = hand
  }

  func poll(atMost count: Int, waiting wait: Span) -> [Event] {
    let taken = Array(inbox.prefix(min(count, takesAtMost)))
    inbox.removeFirst(taken.count)
    return taken
  }

  func send(_ sends: [Send]) throws {
    for send in sends {
      try faults.step()
      history.happenings.append(.handed(send, at: history.now))
      hand(send)
    }
    try faults.step()
  }
}

/// A wall clock that creeps back and forth, as one that is being set does; order may not come
/// from it.
struct CreepingClock: TurnClock {
  var wall: WallTime
  var ticks: Tick
  func now() -> WallTime { wall }
  func tick() -> Tick { ticks }
}
