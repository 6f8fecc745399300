import HubModel
import HubProtocol
import Ledger
import Operations
import RouterCore

/// What waits or went wrong, and what an operator does about it.
extension AdminServer {
  func answerRepair(_ request: AdminRequest) throws -> AdminResponse {
    switch request {
    case .queue(let query): return .queue(try reader.queue(query))
    case .body(let message, let reason):
      guard let id = MessageID(message) else { return .malformed("message id") }
      return try body(of: id, because: reason)
    case .replay(let message, let recipient, let reason):
      return try repair(message, recipient, "is decided again") { id, agency in
        .replay(id, to: agency, reason: reason)
      }
    case .giveBack(let message, let recipient, let reason):
      return try repair(message, recipient, "waits no longer") { id, agency in
        .giveBack(id, to: agency, reason: reason)
      }
    case .drain(let isOn, let reason):
      return perform(
        .drain(isOn, reason: reason),
        isOn
          ? "nothing new is taken but releases and revocations; agencies' spools keep the rest"
          : "everything is taken again")
    case .tail(let start): return .tail(try reader.tail(from: start))
    default: return .malformed("request")
    }
  }

  private func repair(
    _ message: String, _ recipient: String?, _ done: String,
    _ act: (MessageID, AgencyID?) -> AdministrativeAct
  ) throws -> AdminResponse {
    guard let id = MessageID(message) else { return .malformed("message id") }
    let agency = recipient.flatMap { AgencyID($0) }
    guard (agency == nil) == (recipient == nil) else { return .malformed("recipient") }
    guard try reader.message(id) != nil else {
      return .failed(code: "unknown-message", remedy: "No message of this id was ever accepted.")
    }
    return perform(act(id, agency), "message \(id) \(done)")
  }

  /// The reason goes into the log before anything is shown.
  private func body(of id: MessageID, because reason: String) throws -> AdminResponse {
    guard let report = try reader.body(of: id) else {
      return .failed(code: "unknown-message", remedy: "No message of this id was ever accepted.")
    }
    switch inbox.ask(
      .listing(.administered, of: nil, detail: "body of message=\(id) \(reason)"))
    {
    case .done: return .body(report)
    case .refused(let refusal):
      return .failed(code: refusal.description, remedy: refusal.code.remedy)
    case .busy, .previewed: return .busy
    }
  }
}
