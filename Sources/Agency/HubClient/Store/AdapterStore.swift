public import GRDB
import Glibc
public import HubModel
public import Operations
import Synchronization

/// What became of a message that was spooled.
public enum SubmissionState: Hashable, Sendable {
  /// Kept here; the router has not confirmed it: not yet in effect.
  case spooled
  /// The router has it on disk.
  case receipted
  /// The router will not take it; it stands in the dead letters.
  case refused(Refusal)
}

/// An adapter's one file: its spool toward the router, its inbox from there, and its own tables.
///
/// It survives `kill -9` and power loss at any moment: every transaction is flushed before its
/// call returns (WAL, `synchronous=FULL`). The file is its owner's alone (mode 0600), since spool,
/// dead letters and quarantine hold participant data. One process writes it.
///
/// May be used from any thread; transactions run one after the other. Do not call it from inside
/// its own transactions: use the database handed in.
public final class AdapterStore: Sendable {
  public let path: String

  let queue: DatabaseQueue
  let statements: StoreStatements
  let clock: SystemClock
  /// Receipted through, ahead of what the file says: a receipt alone is not worth a flush, since
  /// the next welcome tells it again.
  let receipts: Mutex<BySequence<UInt64>>
  private let newestID = Mutex(MessageID(high: 0, low: 0))
  private let hasSpooled = Atomic(false)
  private let wakers = Mutex<[ObjectIdentifier: @Sendable () -> Void]>([:])

  /// Opens the store, creating it where there is none.
  ///
  /// - Parameter migrations: the adapter's own tables, made after HubClient's; they run in order,
  ///   each once in the life of the file.
  /// - Parameter areAll: whether `migrations` are all that this program knows: a file that has
  ///   had others was then written by a newer one.
  /// - Throws: ``StoreError``.
  public convenience init(
    path: String, migrations: [AdapterMigration] = [], areAll: Bool = false,
    clock: SystemClock = SystemClock()
  ) throws {
    do {
      try self.init(opening: path, migrations, areAll: areAll, clock: clock)
    } catch let error as DatabaseError {
      throw StoreError(error, "open \(path)")
    }
  }

  private init(
    opening path: String, _ migrations: [AdapterMigration], areAll: Bool, clock: SystemClock
  ) throws {
    try Self.makePrivate(path)
    var configuration = Configuration()
    configuration.journalMode = .wal
    configuration.busyMode = .timeout(5)
    configuration.label = "accord adapter store"
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    // Here, because GRDB sets NORMAL when it turns to WAL.
    try queue.inDatabase { try $0.execute(sql: "PRAGMA synchronous = FULL") }
    let migrator = StoreSchema.migrator(
      source: { Self.newIncarnation().text }, then: migrations)
    if areAll, try queue.read(migrator.hasBeenSuperseded) {
      throw StoreError(
        .newer, "open \(path)", detail: "install the program that wrote it, or restore a backup")
    }
    try migrator.migrate(queue)
    let statements = try queue.inDatabase { database in
      guard let connection = database.sqliteConnection else { throw StoreError(.storage, "open") }
      return try StoreStatements(on: connection)
    }
    let receipted = try queue.inDatabase { _ in try statements.snapshot().receipted }
    self.path = path
    self.clock = clock
    self.queue = queue
    self.statements = statements
    receipts = Mutex(receipted)
  }

  /// Runs `body` in one transaction, flushed before this returns; rolled back where it throws.
  /// Messages that it spooled are on their way afterwards.
  public func write<Result>(_ body: (Database) throws -> Result) throws -> Result {
    let result = try queue.write(body)
    wakeIfSpooled()
    return result
  }

  /// Reads what is committed.
  public func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
    try queue.read(body)
  }

  /// A new message id, ordered by `time` and larger than all that this store made before: what
  /// waits in the hub is let go in the order of its ids, and may not overtake its elder.
  public func freshMessageID(at time: WallTime) -> MessageID {
    var generator = SystemRandomNumberGenerator()
    let fresh = MessageID(at: time, random: (generator.next(), generator.next()))
    return newestID.withLock { newest in
      newest = max(fresh, newest.advanced(by: .random(in: 1 ... .max, using: &generator)))
      return newest
    }
  }

  // MARK: Wakes

  func register(_ owner: AnyObject, wake: @escaping @Sendable () -> Void) {
    wakers.withLock { $0[ObjectIdentifier(owner)] = wake }
  }

  func unregister(_ owner: AnyObject) {
    wakers.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(owner)) }
  }

  func noteSpooled() { hasSpooled.store(true, ordering: .releasing) }

  private func wakeIfSpooled() {
    if hasSpooled.exchange(false, ordering: .acquiringAndReleasing) { wake() }
  }

  func wake() {
    for wake in wakers.withLock({ Array($0.values) }) { wake() }
  }

  // MARK: Making the file

  /// Makes the file, or takes everyone else's access to it away; SQLite gives its companion files
  /// the same mode.
  private static func makePrivate(_ path: String) throws(StoreError) {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw failure("create \(path)") }
    defer { close(descriptor) }
    guard fchmod(descriptor, 0o600) == 0 else { throw failure("make \(path) private") }
  }

  private static func failure(_ operation: String) -> StoreError {
    let code = errno
    return StoreError(.storage, operation, number: code, detail: String(cString: strerror(code)))
  }

  static func newIncarnation() -> Incarnation {
    var generator = SystemRandomNumberGenerator()
    let random = MessageID(high: generator.next(), low: generator.next())
    guard let incarnation = Incarnation("s-\(random)") else {
      preconditionFailure("hexadecimal digits make an identifier")
    }
    return incarnation
  }
}
