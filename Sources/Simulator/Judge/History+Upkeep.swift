import HubModel
import RouterCore

/// Restores, expungements and retention, as the judge sees them.
extension History {
  /// The ledger was put back to what it held at a backup.
  /// - Parameter isCovered: whether every spool still has what the backup lacks.
  func putBack(to backup: Taken, isCovered: Bool) {
    forgetStaged()
    let lost = taken
    taken = backup
    taken.putBack(from: lost, shredded: shredded, gone: gone)
    operators.goBack(to: taken.paths)
    for (key, stands) in lost.standing where stands.wasReleased { releasedBefore.insert(key) }
    refusedBefore = refused
    if !isCovered {
      mayBeLost.formUnion(lost.accepted.keys.filter { taken.accepted[$0] == nil })
    }
  }

  /// - Parameter act: by which a turn may have expunged them.
  func takeExpungement(_ expunged: Set<ParticipantID>, retired: Bool) {
    let named = Set(expunged.compactMap { taken.people[$0] })
    let all = named.reduce(into: Set<String>()) { $0.formUnion(taken.consent.everyone(with: $1)) }
    guard !all.isEmpty else { return }
    if !all.isDisjoint(with: taken.onHold) { note("a person on legal hold was expunged") }
    var theirs: Set<MessageID> = []
    for (id, stored) in taken.accepted where stored.basis == .submitted {
      guard let original = said[id]?.message, let person = Traffic.person(of: original),
        all.contains(person)
      else { continue }
      theirs.insert(id)
      // What went with a former record of theirs is not destroyed by this.
      if retired, !shredded.contains(id), let floor = floorOfPeople, stored.acceptedAt >= floor {
        note("retention expunged somebody of whom a \(original.topic) was new")
      }
    }
    shredded.formUnion(theirs)
    gone.append(all)
    taken.expungements = gone.count
    taken.forget(all)
  }

  func takeHold(_ name: AliasKey, _ isOn: Bool) {
    guard let person = known(name) else { return }
    let all = taken.consent.everyone(with: person)
    if isOn { taken.onHold.formUnion(all) } else { taken.onHold.subtract(all) }
  }

  // MARK: What can be read

  /// Messages with content that nothing known to the judge has destroyed.
  var whatShouldBeReadable: Set<MessageID> {
    Set(
      taken.accepted.keys.filter { id in
        guard let original = said[id]?.message else { return false }
        return original.segments.contains { !$0.fields.isEmpty } && !shredded.contains(id)
          && !destroyed.contains(id) && taken.accepted[id]?.basis == .submitted
      })
  }

  /// A run of retention has left these without content.
  func judge(destroyed gone: Set<MessageID>, notBefore floor: WallTime) {
    let open = Set(
      taken.standing.values.filter { $0.part.fate.isUnderWay }.map(\.part.key.message))
    for id in gone {
      destroyed.insert(id)
      guard let stored = taken.accepted[id], let original = said[id]?.message else { continue }
      if stored.acceptedAt >= floor { note("retention destroyed a \(original.topic) too early") }
      if open.contains(id) { note("retention destroyed a \(original.topic) that was under way") }
      if let person = Traffic.person(of: original), taken.onHold.contains(person) {
        note("retention destroyed a \(original.topic) of a person on legal hold")
      }
    }
  }
}
