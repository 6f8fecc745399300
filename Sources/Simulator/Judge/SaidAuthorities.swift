import HubModel

/// What opens a person's information without a release, by the plainest reading of 42 CFR 2.51
/// and 2.64: emergencies that were declared and orders that were recorded.
struct SaidAuthorities {
  /// Whose sender the agreement of the simulated town tells what becomes of them.
  static let answered: Set<Topic> = [.holdRequested, .handoffDetails]

  private var emergencies: [String: [(recipient: AgencyID, from: WallTime, to: WallTime)]] = [:]
  private var orders: [String: [CourtOrder]] = [:]

  mutating func declare(by agency: AgencyID, of person: String, at now: WallTime) {
    // What the agreement of the simulated town says.
    emergencies[person, default: []].append((agency, now, now + .hours(4)))
  }

  mutating func record(_ order: CourtOrder, of person: String) {
    orders[person, default: []].removeAll { $0.id == order.id }
    orders[person, default: []].append(order)
  }

  mutating func forget(_ person: String) {
    emergencies[person] = nil
    orders[person] = nil
  }

  /// Medical personnel get what helps at once, while it lasts.
  func opens(
    _ segment: Segment, of message: Message, about people: Set<String>,
    to recipient: Registry.Agency, at now: WallTime
  ) -> Bool {
    let helps: WordSet<InformationCategory> = [
      .handoffDetails, .participation, .engagement, .contact,
    ]
    guard recipient.role == .behavioralHealth, helps.contains(segment.category) else {
      return false
    }
    return people.contains { person in
      (emergencies[person] ?? []).contains {
        $0.recipient == recipient.id && $0.from <= now && now < $0.to
      }
    }
  }

  /// Nothing that the simulated county tells is told to prosecute: only an order of 2.64 opens
  /// anything, and only for the defence.
  func orders(
    _ segment: Segment, _ labels: WordSet<SensitivityLabel>, of message: Message,
    about people: Set<String>, from sender: Registry.Agency, to recipient: Registry.Agency,
    at now: WallTime
  ) -> Bool {
    people.contains { person in
      (orders[person] ?? []).contains { order in
        order.kind == .noncriminal && message.purpose == .legalDefence
          && order.issuedAt <= now && now < order.expiresAt
          && order.disclosers.contains { SaidConsent.names($0, sender) }
          && order.recipients.contains { SaidConsent.names($0, recipient) }
          && order.information.contains {
            $0.categories.contains(segment.category) && labels.isSubset(of: $0.labels)
          }
      }
    }
  }
}
