import Glibc
import HubModel
import Logging

/// Watches the memory that the process has.
///
/// libzmq bounds a frame and the number of whole messages that wait, but not the frames of one
/// message: whoever holds a key can send one that does not end, and nobody in the router sees it
/// before it does. Then the submit lane is bound again, which frees what came of it.
struct MemoryWatch {
  /// Between two looks, and so what a sender can add beyond the limit.
  static let every = Span.seconds(1)
  /// What memory may have grown by since the last time: part of it may not come back at once.
  static let growth = 256 << 20

  private let limit: Int
  private let log: Logger
  private let resident: () -> Int?
  private var next = Tick(milliseconds: 0)
  /// What stayed when the lane was bound again.
  private var left: Int?
  private var isSettling = false

  /// - Parameters:
  ///   - limit: in bytes.
  ///   - resident: the memory that the process has, in bytes.
  init(limit: Int, log: Logger, resident: @escaping () -> Int? = Self.ofProcess) {
    self.limit = limit
    self.log = log
    self.resident = resident
  }

  /// - Returns: whether the submit lane is to be bound again.
  mutating func look(at tick: Tick) -> Bool {
    guard tick >= next, let resident = resident() else { return false }
    next = tick + Self.every
    if isSettling {
      left = resident
      isSettling = false
      return false
    }
    guard resident > max(limit, (left ?? 0) + Self.growth) else { return false }
    isSettling = true
    log.critical(
      """
      the router's memory is beyond its limit: the submit lane is bound again, which frees what \
      somebody sends without end; 'ss -tin' shows from where: cut off the key
      """,
      metadata: ["resident-mib": "\(resident >> 20)", "limit-mib": "\(limit >> 20)"])
    return true
  }

  /// As the kernel counts it; nothing where it does not tell.
  static func ofProcess() -> Int? {
    guard let file = fopen("/proc/self/statm", "r") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 128)
    guard fgets(&line, Int32(line.count), file) != nil else { return nil }
    let words = line.prefix { $0 != 0 }.split(separator: CChar(32))
    guard words.count > 1,
      let pages = Int(String(decoding: words[1].map { UInt8(bitPattern: $0) }, as: UTF8.self))
    else { return nil }
    return pages * Int(getpagesize())
  }
}
