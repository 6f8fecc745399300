import HubModel
import HubProtocol
import Operations

/// Names of agencies and topics, as somebody typed them to narrow a list down. Under a name that
/// nobody has there is nothing, and "nothing waits" would be a false word of comfort.
enum KnownNames {
  /// For a list, asked where it is empty: one that is not has shown the name to be right, also that
  /// of an agency which has left the registry since.
  static func check(
    agencies: [String?], topics: [String?] = [], _ router: RouterOptions
  ) throws {
    for case let topic? in topics where Topic(rawValue: topic) == nil {
      throw RouterRefusal(
        code: "malformed-topic",
        remedy: "there is no topic '\(topic)'." + hint(topic, Topic.allCases.map(\.rawValue)))
    }
    let named = agencies.compactMap { $0 }
    guard !named.isEmpty else { return }
    guard case .status(let status) = try router.ask(.status) else { throw UnexpectedAnswer() }
    let known = status.agencies.map(\.agency) + [AgencyID.hub.text]
    for agency in named where !known.contains(agency) {
      throw RouterRefusal(
        code: "unknown-agency",
        remedy: "the registry has no agency '\(agency)'." + hint(agency, known))
    }
  }

  static func hint(_ word: String, _ known: [String]) -> String {
    NearestWord.to(word, among: known).map { " Did you mean '\($0)'?" }
      ?? " 'accord status' lists the agencies, the article 'Joining as an agency' the topics."
  }
}
