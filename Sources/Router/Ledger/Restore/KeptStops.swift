import HubModel
import Keys
import RouterCore

/// Stops that say more than a name, as the key store's list keeps them in one text.
extension Stop {
  static func occurred(_ event: String, at time: WallTime, of person: ParticipantID) -> Stop {
    Stop(.event, "\(person.value) \(time.milliseconds) \(event)", of: person)
  }

  /// - Parameters:
  ///   - index: where the ledger keeps it, to which it is sealed.
  ///   - sealed: toward whom.
  static func blanket(
    _ index: [UInt8], _ sealed: [UInt8], at time: WallTime, of person: ParticipantID
  ) -> Stop {
    Stop(
      .everything, "\(time.milliseconds) \(Hex.encode(index)) \(Hex.encode(sealed))", of: person)
  }

  /// - Parameter sealed: how the ledger looks up one of the agency's names for them.
  static func held(_ agency: AgencyID, _ sealed: [UInt8], of person: ParticipantID) -> Stop {
    Stop(.legalHold, "\(agency) \(Hex.encode(sealed))", of: person)
  }

  /// Whose name of somebody on hold it is, and the name, sealed; nothing where it is their number.
  var heldName: (agency: AgencyID, sealed: [UInt8])? {
    let words = name.split(separator: " ")
    guard kind == .legalHold, words.count == 2, let agency = AgencyID(String(words[0])),
      let sealed = Hex.decode(words[1])
    else { return nil }
    return (agency, sealed)
  }

  /// What has come, and when.
  fileprivate var event: (code: String, at: WallTime)? {
    let words = name.split(separator: " ", maxSplits: 2)
    guard kind == .event, words.count == 3, let time = Int64(words[1]) else { return nil }
    return (String(words[2]), WallTime(milliseconds: time))
  }
}

extension Ledger {
  /// Whether the ledger has heard of somebody who is not expunged.
  func isKnown(_ person: ParticipantID) throws -> Bool {
    try !keys.isShredded(person.value) && statements.people.person.id(person.value).exists()
  }

  /// What has come about somebody by these stops, and the ledger has not heard of.
  func events(
    _ stops: [Stop], of person: ParticipantID, besides known: ConsentMarks
  ) -> [ConsentMark] {
    stops.filter { $0.participant == person }.compactMap(\.event)
      .filter { !known.has($0.code, since: $0.at) }.map { .occurred($0.code, at: $0.at) }
  }

  /// Revocations of everything, for people whom the ledger knows: they take back what comes late.
  func blankets(_ stops: [Stop]) throws -> [(ParticipantID, BlanketRevocation)] {
    try stops.compactMap { stop in
      guard stop.kind == .everything, let person = stop.participant, try isKnown(person) else {
        return nil
      }
      let words = stop.name.split(separator: " ")
      guard words.count == 3, let time = Int64(words[0]), let index = Hex.decode(words[1]),
        let sealed = Hex.decode(words[2]), let reach = try keys.open(sealed, .blanket, at: index)
      else { throw LedgerError(.damaged, "read the stop list") }
      let recipients = try json.decode([[String]].self, from: reach, for: "read the stop list")
        .map { words in
          guard let party = Party(words: words) else {
            throw LedgerError(.damaged, "read the stop list")
          }
          return party
        }
      return (
        person, BlanketRevocation(recipients: recipients, at: WallTime(milliseconds: time))
      )
    }
  }
}
