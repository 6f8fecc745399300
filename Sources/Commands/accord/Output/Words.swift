import HubModel

/// The hub's codes in words. A code that this version does not know is shown as it came.
enum Words {
  static func fate(_ code: String) -> String {
    guard let fate = Fate(rawValue: code) else { return code }
    return switch fate {
    case .pending: "waiting for the agency to take it"
    case .held: "waiting for a release that covers it"
    case .released: "sent, not yet confirmed (counts as disclosed)"
    case .delivered: "delivered and confirmed"
    case .quarantined: "delivered, set aside by the agency's adapter"
    case .withheld: "withheld"
    case .returned: "not sent; returned to its sender"
    case .expired: "not sent; its time ran out and it was destroyed"
    case .shredded: "destroyed"
    }
  }

  static func release(_ code: String) -> String {
    guard let state = RoiState(rawValue: code) else { return code }
    return switch state {
    case .draft: "not in force: something is missing"
    case .active: "in force"
    case .refused: "refused"
    case .revoked: "revoked"
    case .superseded: "replaced by a newer one"
    }
  }

  static func list(_ items: [String], or none: String) -> String {
    items.isEmpty ? none : items.joined(separator: ", ")
  }
}
