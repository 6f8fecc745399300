import HubModel
import HubProtocol
import Ledger
import Operations
import RouterCore

extension AdminServer {
  /// Tells what there is of a person, and, confirmed, has it destroyed.
  func expunge(_ name: String, _ reason: String, isConfirmed: Bool) throws -> AdminResponse {
    guard let alias = Self.alias(name) else { return .malformed("participant") }
    let now = SystemClock().wall()
    guard var report = try reader.expungement(of: alias, now: now) else {
      return .failed(
        code: "unknown-participant", remedy: "Nobody is known by this name; write AGENCY/ALIAS.")
    }
    report.isRefused =
      configuration.expungeBeforeRetention == .refuse && now.milliseconds < report.retainedUntil
    guard isConfirmed else { return .expungement(report) }
    guard !report.isRefused else {
      let day = WallTime(milliseconds: report.retainedUntil).iso8601.prefix(10)
      let why =
        report.releases > 0 ? "A release is in force, and counts until it ends. " : ""
      return .failed(
        code: "retention-not-over",
        remedy: why + "By what stands now the records must be kept until \(day). Counsel may set "
          + "'expunge-before-retention: allow' in router.yaml; then restart the router.")
    }
    return perform(.expunge(alias, reason: reason), "the person is expunged")
  }
}
