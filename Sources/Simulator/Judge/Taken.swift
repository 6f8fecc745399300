import HubModel
import RouterCore

/// What a ledger holds by what the judge has seen it take: what comes back with a backup of it.
struct Taken {
  struct Standing {
    var part: PartRecord
    var wasReleased = false
  }

  var accepted: [MessageID: StoredMessage] = [:]
  var standing: [PartKey: Standing] = [:]
  var consent = SaidConsent()
  /// Names by which the router knows somebody.
  var aliases: Set<AliasKey> = []
  /// Who each of the router's participants is.
  var people: [ParticipantID: String] = [:]
  var onHold: Set<String> = []
  var paths: Set<ProgramAgreement.Path> = []
  /// Who was told apart from somebody, first to last, by the number of the time.
  var toldApart: [ParticipantID] = []
  /// The error of the wall clock when somebody last took it for right.
  var trustedSkew = Span(milliseconds: 0)
  /// How many people had been expunged by then, of all.
  var expungements = 0
  /// Of the ledger.
  var lives = 1

  /// Nothing of these people is left.
  mutating func forget(_ gone: Set<String>) {
    consent.forget(gone)
    aliases = aliases.filter { key in
      !(Traffic.person(alias: key.alias).map(gone.contains) ?? false)
    }
    onHold.subtract(gone)
    people = people.filter { !gone.contains($0.value) }
  }

  /// Somebody is not the same person as the others; with one other only, nor is that one.
  mutating func tellApart(_ person: String) {
    let all = consent.everyone(with: person)
    guard all.count > 1 else { return }
    consent.separate(person)
    let alone = all.count == 2 ? all : [person]
    toldApart += people.filter { alone.contains($0.value) }.keys.sorted()
  }

  /// The ledger goes on from here in a new life, and `lost` is what it had come to.
  mutating func putBack(from lost: Taken, shredded: Set<MessageID>, gone: [Set<String>]) {
    consent.putBack(knowing: lost.consent)
    for number in lost.toldApart.dropFirst(toldApart.count) {
      if let person = people[number] { consent.separate(person) }
    }
    toldApart = lost.toldApart
    onHold.formUnion(lost.onHold)
    lives += 1
    for people in gone.dropFirst(expungements) { forget(people) }
    expungements = gone.count
    for key in standing.keys {
      guard let fate = standing[key]?.part.fate, fate.isUnderWay else { continue }
      // What was under way is decided and numbered anew; of whom nothing is left, it has ended.
      if shredded.contains(key.message) {
        standing[key]?.part.fate = .shredded
      } else if fate == .released {
        standing[key]?.part.fate = .pending
        standing[key]?.part.number = nil
      }
    }
  }
}

extension Fate {
  var isUnderWay: Bool { [.pending, .held, .released].contains(self) }
}
