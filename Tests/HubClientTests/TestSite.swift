import Foundation
import GRDB
@testable import HubClient
import HubModel
import Logging
import Synchronization
import Testing
import ZeroMQ

/// Keys, ports and a folder for one test.
final class TestSite: Sendable {
  static let program = ProgramID("lakewood-lead")!

  let server: CurveKeyPair
  let agencyKeys: CurveKeyPair
  let submitPort: UInt16
  let releasePort: UInt16
  let folder: String
  var storePath: String { folder + "/adapter.db" }

  init() throws {
    server = try CurveKeyPair.generate()
    agencyKeys = try CurveKeyPair.generate()
    (submitPort, releasePort) = try Self.freePorts()
    folder = FileManager.default.temporaryDirectory.path + "/hub-client-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// Two ports that nobody uses; known before the router is there, and the same when it restarts.
  private static func freePorts() throws -> (UInt16, UInt16) {
    let context = try Context()
    let sockets = try (0..<2).map { _ in try Socket(context, .pull) }
    let ports = try sockets.map { socket in
      try socket.bind("tcp://127.0.0.1:*")
      let port = try socket.lastEndpoint.split(separator: ":").last.flatMap { UInt16($0) }
      return try #require(port)
    }
    for socket in sockets { socket.close() }
    return (ports[0], ports[1])
  }

  func store() throws -> AdapterStore {
    try AdapterStore(path: storePath, migrations: [RecordingHandler.migration])
  }

  /// A link with a quick heartbeat, not started yet.
  func link(
    _ store: AdapterStore, isConsumer: Bool = true, keys: CurveKeyPair? = nil,
    versions: ProtocolVersions = .current
  ) -> HubLink {
    var configuration = LinkConfiguration(
      agency: AgencyID("lakewood-bh")!, role: .behavioralHealth, program: Self.program,
      routerHost: "127.0.0.1", submitPort: submitPort, routerKey: server.publicKey,
      keys: keys ?? agencyKeys, signer: nil, isConsumer: isConsumer,
      pingEvery: Span(milliseconds: 200))
    configuration.versions = versions
    var log = Logger(label: "hub-client-tests")
    log.logLevel = .critical
    return HubLink(
      configuration: configuration, store: store,
      handler: RecordingHandler(store: store), log: log)
  }
}

/// Writes down what it is given; a message whose meeting place is `fail` makes it throw, one with
/// `answer` makes it spool an answer.
struct RecordingHandler: DeliveryHandler {
  struct Unreadable: Error {}

  static let migration = AdapterMigration("notes") { database in
    try database.execute(sql: "CREATE TABLE note (number INTEGER, message BLOB) STRICT")
  }

  let store: AdapterStore

  func apply(_ content: Delivery.Content, number: UInt64, in database: Database) throws {
    try database.execute(
      sql: "INSERT INTO note VALUES (?, ?)",
      arguments: [Int64(number), Data(content.message.id.bytes)])
    guard case .text(let place)? = content.message.value("meeting-place") else { return }
    if place == "answer" || place == "fail" {
      try store.spool(Sample.data(), role: .behavioralHealth, in: database)
    }
    if place == "fail" { throw Unreadable() }
  }

  func afterCommit() {}
}

extension AdapterStore {
  /// The numbers that the handler applied, in order.
  var notes: [Int] {
    get throws {
      try read { try Int.fetchAll($0, sql: "SELECT number FROM note ORDER BY rowid") }
    }
  }

  func count(_ condition: String, in table: String) throws -> Int? {
    try read { try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table) WHERE \(condition)") }
  }
}

enum Sample {
  private static let counter = Atomic<UInt64>(0)

  static func id() -> MessageID {
    let number = counter.wrappingAdd(1, ordering: .relaxed).newValue
    // Of the year 2200, so that no store forgets it for its age.
    return MessageID(at: WallTime(milliseconds: 7_258_118_400_000), random: (0, number))
  }

  /// A message on the data sequence.
  static func data(
    place: String = "Fountain, 3rd and Main", id: MessageID = id()
  ) -> HubModel.Message {
    HubModel.Message(
      id: id, topic: .handoffRequested, source: AgencyID("lakewood-bh")!,
      program: TestSite.program, sentAt: WallTime(milliseconds: 1_750_000_000_000),
      purpose: .careCoordination, caseID: CaseID("case-1"),
      segments: [
        Segment(
          .operational,
          fields: [
            Field("requested-at", .time(WallTime(milliseconds: 1_750_000_000_000))),
            Field("meeting-place", .text(place)), Field("callback", .code("555-0100")),
          ])
      ])
  }

  /// A message on the control sequence.
  static func control(id: MessageID = id()) -> HubModel.Message {
    HubModel.Message(
      id: id, topic: .outcomeConfirmed, source: AgencyID("lakewood-bh")!,
      program: TestSite.program, sentAt: WallTime(milliseconds: 1_750_000_000_000),
      purpose: .careCoordination,
      segments: [Segment(.operational, fields: [Field("message", .code("0123"))])])
  }

  static func delivery(
    _ number: UInt64, place: String = "library", id: MessageID = id(),
    of ledger: String = "ledger-one"
  ) -> Delivery {
    var message = data(place: place, id: id)
    message.source = AgencyID("lakewood-so")!
    return Delivery(
      incarnation: Incarnation(ledger)!, number: number,
      content: .init(message: message, part: 0))
  }

  static func void(_ number: UInt64) -> Delivery {
    Delivery(incarnation: Incarnation("ledger-one")!, number: number, content: nil)
  }
}

/// Reads a stream until something fits; the suite's time limit is the deadline.
struct Watch<Element: Sendable> {
  private var iterator: AsyncStream<Element>.Iterator

  init(_ stream: AsyncStream<Element>) { iterator = stream.makeAsyncIterator() }

  mutating func next<Found>(_ fits: (Element) -> Found?) async throws -> Found {
    while let element = await iterator.next(isolation: #isolation) {
      if let found = fits(element) { return found }
    }
    throw StreamEnded()
  }

  struct StreamEnded: Error {}
}

extension Watch where Element: Equatable {
  mutating func next(_ expected: Element) async throws {
    _ = try await next { $0 == expected ? true : nil } as Bool
  }
}

extension Watch<Submission> {
  mutating func hello() async throws -> Submission.Hello {
    try await next { if case .hello(let hello) = $0 { hello } else { nil } }
  }
  mutating func publish() async throws -> Submission.Publish {
    try await next { if case .publish(let publish) = $0 { publish } else { nil } }
  }
  mutating func resume() async throws -> Submission.Resume {
    try await next { if case .resume(let resume) = $0 { resume } else { nil } }
  }
  mutating func acknowledge() async throws -> Submission.Acknowledge {
    try await next { if case .acknowledge(let frame) = $0 { frame } else { nil } }
  }
  mutating func acknowledge(through number: UInt64) async throws -> Submission.Acknowledge {
    try await next {
      if case .acknowledge(let frame) = $0, frame.through >= number { frame } else { nil }
    }
  }
  /// What was set aside among the deliveries through `number`, however many frames say so.
  mutating func quarantined(through number: UInt64) async throws -> Set<UInt64> {
    var numbers: Set<UInt64> = []
    while true {
      let frame = try await acknowledge()
      numbers.formUnion(frame.quarantined)
      if frame.through >= number { return numbers }
    }
  }
  mutating func ping() async throws {
    _ = try await next { if case .ping = $0 { true } else { nil } } as Bool
  }
}

extension Submission.Publish {
  var ids: [MessageID] {
    items.map { item in
      switch item {
      case .message(let message): message.id
      case .undecodable: MessageID(high: 0, low: 0)
      }
    }
  }
}
