import Foundation
import GRDB
import ZeroMQ

/// What this machine can do at best, measured in the same run: the yardstick for the rest.
struct MachineLimits: Codable {
  var curvePerSecond = 0.0
  var insertsPerSecond = 0.0
  var flushMicroseconds = 0.0

  static func measure(messageBytes: Int) throws -> MachineLimits {
    try MachineLimits(
      curvePerSecond: curve(messageBytes, count: 200_000),
      insertsPerSecond: inserts(messageBytes, groups: 60, each: 1_024),
      flushMicroseconds: flush(count: 200))
  }

  /// libzmq with CURVE, one way, on loopback.
  private static func curve(_ bytes: Int, count: Int) throws -> Double {
    let context = try Context()
    defer { context.terminate() }
    let keys = try CurveKeyPair.generate()
    let authenticator = try Authenticator(context: context, admit: { _, _, _ in "bench" })
    defer { authenticator.stop() }
    let pull = try Socket(context, .pull)
    defer { pull.close() }
    try pull.beCurveServer(secretKey: keys.secretKey, domain: "bench")
    try pull.bind("tcp://127.0.0.1:*")
    let endpoint = try pull.lastEndpoint
    let failure = Failure()
    let sender = try OwnedThread(name: "push") {
      do {
        let push = try Socket(context, .push)
        defer { push.close() }
        try push.set(.lingerMilliseconds(10_000))
        try push.beCurveClient(serverKey: keys.publicKey, keys: CurveKeyPair.generate())
        try push.connect(endpoint)
        let body = [UInt8](repeating: 0x2e, count: bytes)
        for _ in 0..<count { _ = try push.send(frame: body, wait: true) }
      } catch {
        failure.note(error)
      }
    }
    _ = try pull.receive(wait: true)
    let started = BenchMessage.nanoseconds()
    for _ in 1..<count { _ = try pull.receive(wait: true) }
    let seconds = Double(BenchMessage.nanoseconds() - started) / 1e9
    sender.join()
    try failure.rethrow()
    return Double(count - 1) / seconds
  }

  /// SQLite inserts of the same bytes, grouped, each group flushed.
  private static func inserts(_ bytes: Int, groups: Int, each: Int) throws -> Double {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("accord-bench-inserts-\(getpid())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var configuration = Configuration()
    configuration.prepareDatabase { database in
      try database.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
    }
    let queue = try DatabaseQueue(
      path: folder.appendingPathComponent("rows.sqlite").path, configuration: configuration)
    try queue.writeWithoutTransaction { database in
      try database.execute(sql: "CREATE TABLE row (id INTEGER PRIMARY KEY, body BLOB NOT NULL)")
    }
    let body = Data(repeating: 0x2e, count: bytes)
    let started = BenchMessage.nanoseconds()
    for _ in 0..<groups {
      try queue.write { database in
        let statement = try database.cachedStatement(sql: "INSERT INTO row (body) VALUES (?)")
        for _ in 0..<each { try statement.execute(arguments: [body]) }
      }
    }
    return Double(groups * each) / (Double(BenchMessage.nanoseconds() - started) / 1e9)
  }

  /// Append 4 KiB and flush: the median.
  private static func flush(count: Int) throws -> Double {
    let path = NSTemporaryDirectory() + "accord-bench-flush-\(getpid())"
    let file = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0o600)
    guard file >= 0 else { throw BenchError("cannot write \(path)") }
    defer {
      close(file)
      unlink(path)
    }
    let page = [UInt8](repeating: 1, count: 4_096)
    var times: [Int64] = []
    for _ in 0..<count {
      let started = BenchMessage.nanoseconds()
      guard write(file, page, page.count) == page.count, fdatasync(file) == 0 else {
        throw BenchError("cannot flush \(path)")
      }
      times.append(BenchMessage.nanoseconds() - started)
    }
    return Double(times.sorted()[count / 2]) / 1e3
  }
}

/// An error on another thread, for the one that joins it.
final class Failure: @unchecked Sendable {
  // Written before the join, read after it.
  private var error: (any Error)?
  func note(_ error: any Error) { self.error = error }
  func rethrow() throws { if let error { throw error } }
}
