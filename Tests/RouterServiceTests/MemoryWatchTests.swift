import HubModel
import Logging
import Testing
import ZeroMQ

@testable import RouterService

@Suite("The router's memory has a limit that no sender can pass")
struct MemoryWatchTests {
  /// Looks once a second while the memory is as told, in MiB; which looks bound the lane again.
  private func looks(limit: Int, _ memory: [Int]) -> [Int] {
    var resident = 0
    var watch = MemoryWatch(limit: limit << 20, log: Logger(label: "test")) { resident << 20 }
    return memory.indices.filter { second in
      resident = memory[second]
      return watch.look(at: Tick(milliseconds: Int64(second + 1) * 1_000))
    }
  }

  @Test("Beyond the limit the submit lane is bound again; what stays of it does not do it twice")
  func limit() {
    #expect(looks(limit: 512, [100, 512, 512]) == [])
    #expect(looks(limit: 512, [100, 513, 110, 120, 511]) == [1])
    #expect(looks(limit: 512, [600, 550, 550, 700, 806, 807]) == [0, 5])
    #expect(looks(limit: 512, [513, 100, 513, 100, 513]) == [0, 2, 4])
  }

  @Test("It looks once a second, however often it is asked")
  func oncePerSecond() {
    var asked = 0
    var watch = MemoryWatch(limit: 1 << 40, log: Logger(label: "test")) {
      asked += 1
      return 0
    }
    for tick in stride(from: Int64(0), through: 5_000, by: 100) {
      _ = watch.look(at: Tick(milliseconds: tick))
    }
    #expect(asked == 6)
  }

  @Test("The kernel tells what this process has")
  func ofProcess() throws {
    let resident = try #require(MemoryWatch.ofProcess())
    #expect(resident > 1 << 20)
  }
}

@Suite("The submit lane, bound again", .timeLimit(.minutes(15)))
struct SubmitLaneTests {
  @Test("It hears whoever comes back, which adapters do by themselves")
  func again() throws {
    let context = try Context()
    defer { context.terminate() }
    let authenticator = try Authenticator(context: context, admit: { _, _, _ in "somebody" })
    let keys = try CurveKeyPair.generate()
    let first = try SubmitLane(
      at: ["tcp://127.0.0.1:*"], secretKey: keys.secretKey, in: context)
    let endpoint = try first.polled.lastEndpoint
    first.close()
    let lane = try SubmitLane(at: [endpoint], secretKey: keys.secretKey, in: context)
    let client = try Socket(context, .dealer)
    try client.set(.lingerMilliseconds(0))
    try client.beCurveClient(serverKey: keys.publicKey, keys: CurveKeyPair.generate())
    try client.connect(endpoint)
    for word in ["before", "after"] {
      // What went into the old connection is lost; a spool sends until there is a receipt.
      var isHeard = false
      while !isHeard {
        #expect(try client.send(frame: Array(word.utf8), wait: true) == .sent)
        guard try !Poller.poll([lane.polled], timeoutMilliseconds: 100).isEmpty else { continue }
        let message = try lane.receive()
        isHeard = message?.frames.last == Array(word.utf8) && message?.userID == "somebody"
      }
      try lane.bindAgain()
    }
    client.close()
    lane.close()
    authenticator.stop()
  }
}
