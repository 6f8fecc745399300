import Ledger
import RouterCore

/// The ledger as the history hears it: what was committed, and what nobody knows of because the
/// disk failed in the middle. Bugs are planted here, between turn and ledger.
final class JournalTap: Journal {
  private let ledger: Ledger
  private unowned let world: World
  /// For the bug of sending first: what the next turn will write.
  private var late: [JournalEntry] = []

  init(_ ledger: Ledger, world: World) {
    self.ledger = ledger
    self.world = world
  }

  func recover() throws -> Recovered { try ledger.recover() }

  func load(_ needs: Needs) throws -> Facts {
    var facts = try ledger.load(needs)
    world.bug?.change(&facts)
    return facts
  }

  func commit(_ entries: [JournalEntry]) throws {
    var written = entries.filter { !(world.bug?.loses($0) ?? false) }
    world.history.begin(
      entries, world.router.actsOfTurn, logged: ledger.entriesLogged,
      skew: world.router.clock.skew)
    if world.bug == .sendsBeforeCommit {
      swap(&written, &late)
      if !written.isEmpty { try ledger.commit(written) }
      world.history.confirm()
      return
    }
    do {
      try ledger.commit(written)
    } catch {
      if world.bug == .ignoresFailedFlush {
        world.history.confirm()
        return
      }
      throw error
    }
    world.history.confirm(logged: ledger.entriesLogged)
  }
}
