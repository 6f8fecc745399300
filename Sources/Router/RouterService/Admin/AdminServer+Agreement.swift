import HubModel
import HubProtocol
import Ledger
import Operations
import RouterCore

/// What operators ask and do about the program agreement.
extension AdminServer {
  /// A bad file is refused here with all its problems and never reaches the router's turn.
  func activate(_ text: String, effective: WallTime?) throws -> AdminResponse {
    let now = SystemClock().wall()
    let document: AgreementDocument
    do {
      document = try AgreementFile.document(text, file: "agreement", now: now)
    } catch {
      return .failed(code: "agreement-refused", remedy: "\(error)")
    }
    let agreement = document.agreement
    let date = effective ?? document.effective
    let start = date.flatMap { $0 > now ? "in force from \($0.iso8601) on" : nil }
    return perform(
      .activate(agreement, text: Array(text.utf8), effective: date),
      "agreement version \(agreement.version) is recorded and \(start ?? "in force")")
  }

  func agreement(_ version: UInt32?) throws -> AdminResponse {
    guard let found = try reader.agreement(version) else {
      return .failed(
        code: "unknown-agreement", remedy: "Ask 'accord agreement history' for the versions.")
    }
    return .agreement(found.report, text: found.text)
  }
}
