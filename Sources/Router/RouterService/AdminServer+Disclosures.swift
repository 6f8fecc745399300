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
      return try holders(of: id).map(AdminResponse.holders) ?? .unknownRelease
    default: return .malformed("request")
    }
  }

  /// What went out before the revocation stays out: whoever revokes is told where it lies.
  func revoke(_ id: RoiID, because reason: String) throws -> AdminResponse {
    let done = perform(.revoke(id, reason: reason), "release \(id) is revoked")
    guard case .done(let text) = done, let report = try holders(of: id) else { return done }
    return .revoked(text, holders: report)
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
