import HubModel
import HubProtocol
import Ledger

extension AdminServer {
  func answerAudit(_ request: AdminRequest) throws -> AdminResponse {
    let program = configuration.program
    switch request {
    case .checkpoint:
      return inbox.askCheckpoint() ? .done("the log is signed as it stands") : .busy
    case .auditHead:
      // So that the export ends with a checkpoint over all of it.
      guard inbox.askCheckpoint() else { return .busy }
      return .auditPage(try reader.auditHead(of: program))
    case .auditPage(let start, let size):
      guard start <= size, size <= UInt64(Int64.max) else { return .malformed("page") }
      return .auditPage(try reader.auditPage(from: start, size: size))
    case .auditProof(let message, let recipient, let part, let isWithholding):
      guard let id = MessageID(message) else { return .malformed("message id") }
      guard let agency = AgencyID(recipient) else { return .malformed("recipient") }
      func prove() throws -> LedgerReader.ProofAnswer? {
        try reader.auditProof(
          of: id, to: agency, part: part, isWithholding: isWithholding, program: program)
      }
      var answer = try prove()
      if case .uncovered? = answer {
        guard inbox.askCheckpoint() else { return .busy }
        answer = try prove()
      }
      guard case .proof(let proof)? = answer else {
        return .failed(
          code: "nothing-to-prove",
          remedy: "The log has no such \(isWithholding ? "withholding" : "disclosure"); "
            + "'accord explain \(id)' shows what it has of the message.")
      }
      return .auditProof(proof.text)
    default: return .malformed("request")
    }
  }
}

extension AdminResponse {
  static let busy = AdminResponse.failed(
    code: "router-busy", remedy: "The router did not confirm in time; ask for its status.")
}
