import HubModel
import HubProtocol
import Ledger
import RouterCore

/// What is asked for a participant's sake: what went out about them, and who holds it.
extension AdminServer {
  func answerDisclosures(_ request: AdminRequest) throws -> AdminResponse {
    switch request {
    case .disclosures(let participant, let from, let end, let after):
      guard let name = Self.alias(participant) else { return .malformed("participant") }
      // The trace first: what cannot be written down is not shown.
      switch inbox.ask(.account(name, detail: Self.span(from, end))) {
      case .done: break
      case .refused: return .unknownParticipant
      case .busy, .previewed: return .busy
      }
      let page = try reader.disclosures(
        about: name, from: from.map { WallTime(milliseconds: $0) },
        to: end.map { WallTime(milliseconds: $0) }, after: after, registry: live.now.registry,
        program: configuration.program)
      return page.map(AdminResponse.disclosures) ?? .unknownParticipant
    case .holders(let release):
      guard let id = RoiID(release) else { return .malformed("release") }
      guard let report = try holders(of: id) else { return .unknownRelease }
      return trace(.holdersListed, of: nil, "release=\(id)") ?? .holders(report)
    case .breach(let recipient, let from, let end, let reason):
      guard let agency = AgencyID(recipient), live.now.registry.agencies[agency] != nil else {
        return .failed(
          code: "unknown-agency", remedy: "Name an agency that 'accord status' lists.")
      }
      let report = try reader.breach(
        at: agency, from: WallTime(milliseconds: from), to: WallTime(milliseconds: end),
        registry: live.now.registry, program: configuration.program)
      let detail = "\(Self.span(from, end)) people=\(report.people.count) \(reason)"
      return trace(.breachListed, of: agency, detail) ?? .breach(report)
    default: return .malformed("request")
    }
  }

  /// What went out before the revocation stays out: whoever revokes is told where it lies.
  func revoke(_ id: RoiID, because reason: String) throws -> AdminResponse {
    let done = perform(.revoke(id, reason: reason), "release \(id) is revoked")
    guard case .done(let text) = done, let report = try holders(of: id) else { return done }
    return .revoked(text, holders: report)
  }

  /// What cannot be written down is not shown.
  /// - Returns: the failure, if there is one.
  private func trace(
    _ kind: AuditEntry.Kind, of agency: AgencyID?, _ detail: String
  ) -> AdminResponse? {
    switch inbox.ask(.listing(kind, of: agency, detail: detail)) {
    case .done: nil
    case .refused(let refusal):
      .failed(code: refusal.description, remedy: refusal.code.remedy)
    case .busy, .previewed: .busy
    }
  }

  private func holders(of id: RoiID) throws -> HoldersReport? {
    try reader.holders(of: id, registry: live.now.registry)
  }

  /// As the log says which time was asked for, in Unix milliseconds.
  private static func span(_ from: Int64?, _ end: Int64?) -> String {
    let bounds = [("from", from), ("to", end)].compactMap { name, bound in
      bound.map { "\(name)=\($0)" }
    }
    return bounds.isEmpty ? "all" : bounds.joined(separator: " ")
  }
}

extension AdminResponse {
  static let unknownParticipant = AdminResponse.failed(
    code: "unknown-participant",
    remedy: "Name the person as the agency does: AGENCY/ALIAS; nobody here has that name.")
  static let unknownRelease = AdminResponse.failed(
    code: "unknown-release", remedy: "Ask 'accord roi show' for the releases on file.")
}
