import ArgumentParser
import Foundation
import GRDB
import HubClient
import HubModel
import HubProtocol
import Operations
import Synchronization

/// Opens an agency's link as its daemon would.
struct BenchLink {
  let store: AdapterStore
  let link: HubLink
  let role: Role

  init(county: String, agency: String, role: Role, handler: any DeliveryHandler) throws {
    // The consumer's role has no daemon and so no file of its own; the router is the same.
    let configuration = try AdapterConfiguration.load("\(county)/\(BenchMessage.publisher).yaml")
    let keys = try KeyFile.load("\(county)/keys/\(agency).yaml")
    let folder = "\(county)/state/\(agency)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    guard let id = AgencyID(agency) else { throw BenchError("\(agency) is no agency id") }
    store = try AdapterStore(path: folder + "/adapter.sqlite")
    self.role = role
    link = HubLink(
      configuration: LinkConfiguration(
        agency: id, role: role, program: configuration.program,
        routerHost: configuration.router.host, submitPort: configuration.router.submitPort,
        routerKey: configuration.router.key, keys: keys.curve,
        signer: keys.signer),
      store: store, handler: handler, log: configuration.log.logger("bench"))
  }
}

struct PublishResult: Codable {
  var firstNanoseconds: Int64
  var lastReceiptNanoseconds: Int64
  var cpuSeconds: Double

  var seconds: Double { Double(lastReceiptNanoseconds - firstNanoseconds) / 1e9 }
}

/// The publishing process of a run.
struct Publish: AsyncParsableCommand {
  static let configuration = CommandConfiguration(shouldDisplay: false)
  @Option var county: String
  @Option var count: Int
  @Option var perSecond: Int
  /// Messages that may be under way; 0: as many as there are.
  @Option var underWay: Int

  private struct Nothing: DeliveryHandler {
    func apply(_ content: Delivery.Content, number: UInt64, in database: Database) throws {}
    func afterCommit() {}
  }

  func run() async throws {
    let bench = try BenchLink(
      county: county, agency: BenchMessage.publisher, role: .behavioralHealth, handler: Nothing())
    let clock = SystemClock()
    guard let alias = ParticipantAlias("person-1"),
      let release = BenchMessage.release(
        bench.store.freshMessageID(at: clock.wall()), at: clock.wall(), participant: alias)
    else { return }
    let events = bench.link.events()
    try bench.store.publish(release, role: bench.role)
    try bench.link.start()
    for await event in events {
      if case .receipted(.control, _) = event { break }
    }
    let receipts = bench.link.events()
    let first = BenchMessage.nanoseconds()
    if perSecond > 0 {
      try paced(bench, alias, clock, from: first)
    } else {
      try inBulk(bench, alias, clock)
    }
    bench.link.wake()
    for await event in receipts {
      if case .receipted(.data, let through) = event, through >= UInt64(count) { break }
    }
    let result = PublishResult(
      firstNanoseconds: first, lastReceiptNanoseconds: BenchMessage.nanoseconds(),
      cpuSeconds: BenchMessage.cpuSeconds())
    print(String(decoding: try JSONEncoder().encode(result), as: UTF8.self))
    bench.link.stop()
  }

  /// As fast as they are applied, and at most 256 to a transaction.
  private func inBulk(
    _ bench: BenchLink, _ alias: ParticipantAlias, _ clock: SystemClock
  ) throws {
    let applied = try AppliedPipe(in: county)
    var left = count
    var room = underWay > 0 ? underWay : count
    while left > 0 {
      if room == 0 { room = try applied.next() }
      let batch = min(left, room, 256)
      try bench.store.write { database in
        for _ in 0..<batch {
          guard let message = message(bench, alias, clock) else { return }
          try bench.store.spool(message, role: bench.role, in: database)
        }
      }
      bench.link.wake()
      left -= batch
      room -= batch
    }
  }

  /// One at a time, evenly, each in a transaction of its own.
  private func paced(
    _ bench: BenchLink, _ alias: ParticipantAlias, _ clock: SystemClock, from first: Int64
  ) throws {
    for index in 0..<count {
      let due = first + Int64(index) * 1_000_000_000 / Int64(perSecond)
      let ahead = due - BenchMessage.nanoseconds()
      if ahead > 0 {
        var span = timespec(tv_sec: 0, tv_nsec: Int(ahead))
        nanosleep(&span, nil)
      }
      guard let message = message(bench, alias, clock) else { return }
      try bench.store.publish(message, role: bench.role)
    }
  }

  private func message(
    _ bench: BenchLink, _ alias: ParticipantAlias, _ clock: SystemClock
  ) -> HubModel.Message? {
    let now = clock.wall()
    return BenchMessage.status(
      bench.store.freshMessageID(at: now), at: now, participant: alias,
      stamp: BenchMessage.nanoseconds())
  }
}

struct ConsumeResult: Codable {
  var lastNanoseconds: Int64
  var cpuSeconds: Double
  /// Messages that came, each counted once.
  var distinct: Int
  /// Messages that came, each as often as it did.
  var applications: Int
  /// Of each application; sorted, in nanoseconds.
  var latencies: [Int64]

  func milliseconds(at share: Double) -> Double {
    guard !latencies.isEmpty else { return 0 }
    let index = min(latencies.count - 1, Int(Double(latencies.count) * share))
    return Double(latencies[index]) / 1e6
  }
}

/// The consuming process of a run.
struct Consume: AsyncParsableCommand {
  static let configuration = CommandConfiguration(shouldDisplay: false)
  @Option var county: String
  @Option var count: Int
  @Flag var telling = false

  /// Notes when each message was applied, durably.
  private final class Counter: DeliveryHandler {
    private struct Times {
      var stamps: [Int64] = []
      var latencies: [Int64] = []
      var applied: Set<MessageID> = []
      var applications = 0
    }
    private let times = Mutex(Times())
    private let applied: AppliedPipe?

    init(telling applied: AppliedPipe?) { self.applied = applied }

    func apply(_ content: Delivery.Content, number: UInt64, in database: Database) throws {
      guard let stamp = BenchMessage.stamp(of: content.message) else { return }
      times.withLock { times in
        times.stamps.append(stamp)
        times.applied.insert(content.message.id)
        times.applications += 1
      }
    }

    func afterCommit() {
      let now = BenchMessage.nanoseconds()
      let count = times.withLock { times in
        defer { times.stamps = [] }
        times.latencies += times.stamps.map { now - $0 }
        return times.stamps.count
      }
      if count > 0 { applied?.tell(count) }
    }

    var latencies: [Int64] { times.withLock { $0.latencies } }
    var distinct: Int { times.withLock { $0.applied.count } }
    var applications: Int { times.withLock { $0.applications } }
  }

  func run() async throws {
    let counter = Counter(telling: telling ? try AppliedPipe(in: county) : nil)
    let bench = try BenchLink(
      county: county, agency: BenchMessage.consumer, role: .programOffice, handler: counter)
    let events = bench.link.events()
    try bench.link.start()
    for await event in events {
      if case .applied(let through) = event, through >= UInt64(count) { break }
    }
    let result = ConsumeResult(
      lastNanoseconds: BenchMessage.nanoseconds(), cpuSeconds: BenchMessage.cpuSeconds(),
      distinct: counter.distinct, applications: counter.applications,
      latencies: counter.latencies.sorted())
    print(String(decoding: try JSONEncoder().encode(result), as: UTF8.self))
    bench.link.stop()
  }
}
