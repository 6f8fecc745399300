import Foundation
import HubModel
import HubProtocol
import Ledger
import Operations
import RouterCore

/// The archive that somebody is making; one at a time.
struct Archiving {
  let ticket: String
  let before: WallTime
  let head: ArchiveHead
  let size: UInt64
}

extension AdminServer {
  func answerArchive(_ request: AdminRequest) throws -> AdminResponse {
    switch request {
    case .archive(let before): return try beginArchive(before.map { WallTime(milliseconds: $0) })
    case .archivePage(let ticket, let after):
      guard let archiving, archiving.ticket == ticket else { return Self.noArchive }
      guard let id = MessageID(after) else { return .malformed("message id") }
      let page = try reader.archived(
        before: archiving.before, after: id, size: archiving.size)
      return .archive(
        ArchivePage(
          text: try page.lines.map { try $0.text() }.joined(), messages: page.lines.count,
          ticket: ticket, next: page.next?.description))
    case .archiveDone(let ticket, let sha256, let messages):
      guard let archiving, archiving.ticket == ticket else { return Self.noArchive }
      guard Hex.decode(sha256)?.count == 32, messages >= 0 else { return .malformed("request") }
      self.archiving = nil
      let detail =
        "sha256=\(sha256) messages=\(messages) before=\(archiving.before.milliseconds)"
      return perform(.archived(before: archiving.before, detail: detail), "the archive is recorded")
    default: return .malformed("request")
    }
  }

  /// By default what retention would remove now.
  private func beginArchive(_ asked: WallTime?) throws -> AdminResponse {
    let now = SystemClock().wall()
    let before = min(asked ?? configuration.retention.cutoff(.content, at: now), now)
    // So that the paths of all that is to be archived lead to it.
    guard inbox.askCheckpoint(), let last = try reader.lastCheckpoint() else { return .busy }
    let head = ArchiveHead(
      program: configuration.program, made: now, before: before, key: last.key,
      checkpoint: last.checkpoint)
    let fresh = Archiving(
      ticket: UUID().uuidString, before: before, head: head, size: last.checkpoint.checkpoint.size)
    archiving = fresh
    return .archive(
      ArchivePage(
        text: try ArchiveLine(head: head).text(), messages: 0, ticket: fresh.ticket,
        next: MessageID(high: 0, low: 0).description))
  }

  private static let noArchive = AdminResponse.failed(
    code: "archive-unknown",
    remedy: "Another archive was begun, or the router was restarted: begin again.")
}
