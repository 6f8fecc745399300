import GRDB
import HubModel
import HubProtocol
import Testing

@testable import HubClient

/// A message of two segments that a ledger sent in one way, and in another after it was put back.
@Suite("What a restored ledger cuts otherwise")
struct RecutTests {
  /// Writes down each segment that it is given.
  private struct SegmentHandler: DeliveryHandler {
    static let migration = AdapterMigration("segments") { database in
      try database.execute(sql: "CREATE TABLE seen (number INTEGER, place TEXT) STRICT")
    }

    func apply(_ content: Delivery.Content, number: UInt64, in database: Database) throws {
      for segment in content.message.segments {
        guard case .text(let place)? = segment.first("meeting-place") else { continue }
        try database.execute(
          sql: "INSERT INTO seen VALUES (?, ?)", arguments: [Int64(number), place])
      }
      if let seal = content.message.seal {
        #expect(seal.segments.count == content.message.segments.count)
      }
    }
    func afterCommit() {}
  }

  private let site: TestSite
  private let store: AdapterStore
  private let signer = Signer()
  private let id = Sample.id()

  init() throws {
    site = try TestSite()
    store = try AdapterStore(path: site.storePath, migrations: [SegmentHandler.migration])
  }

  private func whole(isSealed: Bool) throws -> HubModel.Message {
    var message = Sample.data(place: "library", id: id)
    message.source = signer.agency
    message.segments += Sample.data(place: "fountain").segments
    return isSealed ? try message.sealed(by: signer.signing) : message
  }

  /// The delivery of some of the message's segments.
  private func apply(
    _ kept: [Int], of message: HubModel.Message, part: UInt16, _ number: UInt64, in ledger: String
  ) throws {
    var cut = message
    cut.segments = kept.map { message.segments[$0] }
    if let seal = message.seal {
      cut.seal = Seal(
        scheme: seal.scheme, root: seal.root, signature: seal.signature, signer: seal.signer,
        headerSalt: seal.headerSalt, header: seal.header, segments: kept.map { seal.segments[$0] })
    }
    var work = RoundWork()
    work.ledger = Incarnation(ledger)
    let content = Delivery.Content(message: cut, part: part)
    work.arrivals = [Arrival(number: number, kind: .content(content), frame: [])]
    #expect(try store.apply(work, handler: SegmentHandler()).quarantined.isEmpty)
  }

  private var seen: [String] {
    get throws {
      try store.read { try String.fetchAll($0, sql: "SELECT place FROM seen ORDER BY rowid") }
    }
  }

  @Test(
    "A segment that was applied with others is not applied again alone", arguments: [true, false])
  func split(isSealed: Bool) throws {
    let message = try whole(isSealed: isSealed)
    try apply([0, 1], of: message, part: 0, 1, in: "ledger-one")
    try apply([0], of: message, part: 0, 1, in: "ledger-two")
    try apply([1], of: message, part: 257, 2, in: "ledger-two")
    #expect(try seen == ["library", "fountain"])
  }

  @Test(
    "A segment that was withheld in the former life is applied in the later one",
    arguments: [true, false])
  func joined(isSealed: Bool) throws {
    let message = try whole(isSealed: isSealed)
    try apply([0], of: message, part: 0, 1, in: "ledger-one")
    try apply([0, 1], of: message, part: 0, 1, in: "ledger-two")
    #expect(try seen == ["library", "fountain"])
    // And once again, as after another restore.
    try apply([0, 1], of: message, part: 0, 1, in: "ledger-three")
    try apply([1], of: message, part: 1, 2, in: "ledger-three")
    #expect(try seen == ["library", "fountain"])
  }

  @Test("What was applied before segments were known counts as the whole part")
  func older() throws {
    let message = try whole(isSealed: true)
    try apply([0], of: message, part: 0, 1, in: "ledger-one")
    try store.write { try $0.execute(sql: "UPDATE inbox SET segments = NULL") }
    try apply([0, 1], of: message, part: 0, 1, in: "ledger-two")
    #expect(try seen == ["library"])
  }
}
