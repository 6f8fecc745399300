import Foundation

/// How a run's consumer tells its publisher how many messages it has applied, so that no more are
/// under way than the run's window says: a named pipe in the county's folder.
struct AppliedPipe {
  private let descriptor: Int32

  private static func path(in county: String) -> String { county + "/applied" }

  static func make(in county: String) throws {
    guard mkfifo(path(in: county), 0o600) == 0 else {
      throw BenchError("no pipe in \(county): \(String(cString: strerror(errno)))")
    }
  }

  /// For reading and writing, so that neither end waits for the other to be there.
  init(in county: String) throws {
    descriptor = open(Self.path(in: county), O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw BenchError("no pipe in \(county): \(String(cString: strerror(errno)))")
    }
  }

  /// So many more are applied.
  func tell(_ count: Int) {
    var told = UInt32(count)
    // Four bytes go into a pipe whole or not at all.
    _ = withUnsafeBytes(of: &told) { write(descriptor, $0.baseAddress, $0.count) }
  }

  /// Waits until more are applied.
  /// - Returns: how many more.
  func next() throws -> Int {
    var told: UInt32 = 0
    let count = withUnsafeMutableBytes(of: &told) { read(descriptor, $0.baseAddress, $0.count) }
    guard count == MemoryLayout<UInt32>.size else {
      throw BenchError("the consumer's pipe ended: \(String(cString: strerror(errno)))")
    }
    return Int(told)
  }
}
