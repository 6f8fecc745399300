import Foundation
import HubProtocol

extension AdminServer {
  func answerBackup(_ request: AdminRequest) -> AdminResponse {
    switch request {
    case .backup(let what, let path):
      guard path.hasPrefix("/"), path.utf8.count <= 1_000 else { return .malformed("path") }
      guard what != .verify || FileManager.default.isReadableFile(atPath: path) else {
        return .failed(
          code: "backup-unreadable",
          remedy: "There is no such file, or the router's user may not read it: have it owned by "
            + "the user whom the router runs as.")
      }
      guard what == .verify || !FileManager.default.fileExists(atPath: path) else {
        return .failed(
          code: "backup-exists", remedy: "A backup is never written over a file: name another.")
      }
      guard backups.begin(what, path: path) else {
        return .failed(code: "backup-running", remedy: "Wait until the one before is made.")
      }
      return .backup(backups.state)
    case .backupState: return .backup(backups.state)
    default: return .malformed("request")
    }
  }
}
