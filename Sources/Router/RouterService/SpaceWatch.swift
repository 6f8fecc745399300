import Glibc
import HubModel
import Logging
import RouterCore

/// Watches the free space of the ledger's disk, and keeps some of it for what must always work.
///
/// A file of a fixed size stands beside the ledger and holds nothing. Whatever else fills the
/// disk cannot take its place; when the disk is all but full, the file goes, and its place is
/// there for revocations and cut-offs.
///
/// | free beside the file | what follows                                                        |
/// |----------------------|---------------------------------------------------------------------|
/// | enough               | everything is taken; the file stands                                |
/// | low                  | releases, revocations and cut-offs alone are taken                  |
/// | nearly nothing       | the same, and the file gives its place                              |
final class SpaceWatch {
  /// Below this the router takes no new work.
  static let low: UInt64 = 64 << 20
  /// Below this the file goes.
  static let nothing: UInt64 = 8 << 20
  /// More than a year of revocations and cut-offs, with the log that goes with them.
  static let reserve: UInt64 = 32 << 20

  private let folder: String
  private let path: String
  private let log: Logger
  private var next = Tick(milliseconds: 0)
  private(set) var isLow = false
  /// What the last look told.
  private var told = false
  private(set) var free: UInt64 = 0

  /// Looks at once, before the ledger is opened: a disk that is full would not let it.
  init(folder: String, log: Logger) {
    self.folder = folder
    self.log = log
    path = folder + "/space.reserve"
    measure()
  }

  /// - Returns: whether space is low, where that has changed.
  func look(at tick: Tick) -> Bool? {
    guard tick >= next else { return nil }
    next = tick + .seconds(1)
    measure()
    guard isLow != told else { return nil }
    told = isLow
    return isLow
  }

  /// Looks now, and gives up the file's place where there is none left: just before each commit,
  /// for a disk may fill between two looks.
  func makeRoom() { measure() }

  private func measure() {
    var status = statvfs()
    guard statvfs(folder, &status) == 0 else { return }
    free = UInt64(status.f_bavail) * UInt64(status.f_frsize)
    let before = isLow
    isLow = free < (isLow ? Self.low * 2 : Self.low)
    if isLow != before { report() }
    if free < Self.nothing {
      guard unlink(path) == 0 else { return }
      log.critical(
        "the disk is full: the space kept for revocations and cut-offs is in use; free the disk",
        metadata: ["free-bytes": "\(free)"])
    } else if !isLow, access(path, F_OK) != 0 {
      keep()
    }
  }

  private func report() {
    log.critical(
      isLow
        ? "disk space is low: only releases, revocations and cut-offs are taken"
        : "disk space is back: everything is taken again",
      metadata: ["free-bytes": "\(free)"])
  }

  private func keep() {
    let descriptor = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return }
    let result = posix_fallocate(descriptor, 0, off_t(Self.reserve))
    _ = close(descriptor)
    guard result != 0 else { return }
    unlink(path)
    log.warning("no disk space could be kept in reserve", metadata: ["code": "\(result)"])
  }
}

/// The ledger, with room made for what must always be written.
final class RoomyJournal: Journal {
  private let ledger: any Journal
  private let space: SpaceWatch

  init(_ ledger: any Journal, _ space: SpaceWatch) {
    self.ledger = ledger
    self.space = space
  }

  func recover() throws -> Recovered { try ledger.recover() }

  func load(_ needs: Needs) throws -> Facts { try ledger.load(needs) }

  func commit(_ entries: [JournalEntry]) throws {
    space.makeRoom()
    try ledger.commit(entries)
  }
}
