import HubProtocol
import Operations

extension AdminServer {
  func answerRetention(_ request: AdminRequest, from peer: AdminPeer?) throws -> AdminResponse {
    switch request {
    case .retention(let isPreview):
      let order = RetentionDesk.Order(isPreview: isPreview, by: peer.map { "\($0)" } ?? "operator")
      guard retention.ask(order) else {
        return .failed(
          code: "retention-running", remedy: "Wait until the run before is done: it says so.")
      }
      return .retention(retention.report)
    case .retentionState: return .retention(retention.report)
    case .legalHold(let name, let isOn, let reason):
      guard let alias = Self.alias(name) else { return .malformed("participant") }
      return perform(
        .legalHold(alias, isOn, reason: reason),
        isOn
          ? "nothing about the person is removed until the hold is lifted"
          : "the hold is lifted: retention counts for the person again")
    case .legalHolds: return .legalHolds(try reader.legalHolds())
    default: return .malformed("request")
    }
  }
}
