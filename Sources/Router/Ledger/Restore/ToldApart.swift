import HubModel
import Keys
import RouterCore

/// People of whom somebody found out that they are not one person after all. A backup from before
/// must not have what one of them signed count for the other again.
extension Ledger {
  /// Tells apart again whoever was told apart since the backup, as the turn did then. People who
  /// were merged since are not merged: what merged them comes again out of the spools.
  func planApart(_ stops: [Stop], _ order: RestoreOrder, _ plan: inout RestorePlan) throws {
    let apart = Set(
      try stops.filter { $0.kind == .apart }.compactMap(\.participant).filter(isKnown))
    var done: Set<ParticipantID> = []
    for person in apart.sorted() where !done.contains(person) {
      let group = try membersStillKnown(with: person)
      done.formUnion(group.keys)
      guard !group.isEmpty else { continue }
      // What waits about any of them is decided again: positions go on beyond all of theirs.
      let position = 1 + (group.values.max() ?? 0)
      let left = group.keys.filter { !apart.contains($0) }.sorted()
      for member in group.keys.sorted() {
        let isAlone = left.count < 2 || apart.contains(member)
        plan.entries += [
          .group(member, head: isAlone ? nil : left.first, position: position),
          .timer(.redecide(member), due: order.now, count: 0),
        ]
        guard apart.contains(member) else { continue }
        plan.report.apart += 1
        plan.entries.append(
          .audit(
            AuditEntry(
              .identityLinked, at: order.now, actor: .hub, participant: member,
              consentPosition: position, detail: "separated: as before")))
      }
    }
  }

  /// Who counts as one person with this one, themselves too, and each one's position; empty if they
  /// are alone. Whose keys are destroyed is one with nobody, though the backup still says so.
  private func membersStillKnown(
    with person: ParticipantID
  ) throws -> [ParticipantID: UInt64] {
    let people = statements.people
    guard
      let head = try people.person.id(person.value).first({
        try people.person.optionalParticipant(at: 1)
      }).flatMap({ $0 })
    else { return [:] }
    var members: [ParticipantID] = []
    try people.members.id(head.value).rows { members.append(try people.members.participant(at: 0)) }
    var positions: [ParticipantID: UInt64] = [:]
    for member in try members.filter(isKnown) {
      positions[member] = try people.person.id(member.value).first { people.person.uint(at: 0) }
    }
    return positions
  }
}
