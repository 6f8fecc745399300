import Crypto
import Foundation
import HubModel
import Keys
import HubProtocol
import Ledger
@testable import RouterCore
import Testing

/// The ledger of a town's whole history, and who reads it.
final class TownRecords {
  let reader: LedgerReader
  private let ledger: Ledger
  private let folder: URL

  init(of town: TownHarness) throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("records-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let path = folder.appendingPathComponent("ledger.sqlite").path
    let keys = folder.appendingPathComponent("keys.sqlite").path
    let master = SymmetricKey(data: [UInt8](repeating: 1, count: 32))
    ledger = try Ledger(at: path, keys: KeyStore(at: keys, master: master))
    for turn in town.turns where !turn.journal.isEmpty { try ledger.commit(turn.journal) }
    reader = try LedgerReader(at: path, keys: KeyReader(at: keys, master: master))
  }

  deinit {
    ledger.close()
    try? FileManager.default.removeItem(at: folder)
  }

  func disclosures(
    about person: String, at agency: AgencyID, from: WallTime? = nil, to: WallTime? = nil,
    after: UInt64? = nil, limit: Int = 100
  ) throws -> DisclosurePage? {
    try reader.disclosures(
      about: AliasKey(agency, ParticipantAlias("\(agency.text)-\(person)")!), from: from, to: to,
      after: after, registry: Town.registry, program: Town.program, limit: limit)
  }
}

@Suite("What went out about a person, and who holds it")
struct DisclosureTests {
  /// Ann and Bob, each with a referral, a release, an intake and a status.
  private func story() -> TownHarness {
    let town = TownHarness()
    town.connect(all: Town.agencies)
    for (person, caseID) in [("ann", "c-1"), ("bob", "c-2")] {
      town.publish(
        .details(of: person, case: caseID, release: "field-\(person)"),
        .holdRequest(of: person, case: caseID, release: "field-\(person)"), from: Town.sheriff)
      town.publish(.signed(Town.fieldRelease("field-\(person)"), of: person), from: Town.sheriff)
      town.publish(.signed(Town.fullRelease("full-\(person)"), of: person), from: Town.harbor)
      town.publish(
        .hold(of: person, case: caseID, release: "field-\(person)"), from: Town.prosecutor)
      town.publish(.intake(of: person, case: caseID), from: Town.harbor)
      town.publish(.status(of: person, case: caseID, "engaged"), from: Town.harbor)
      town.skip(.days(1))
    }
    town.publish(.revoked("full-ann", of: "ann"), from: Town.harbor)
    town.publish(.status(of: "ann", case: "c-1", "closed"), from: Town.harbor)
    town.pass(.days(15), step: .hours(6))
    // Whoever captured a release is told that it ends soon.
    town.skip(.days(35))
    town.run()
    return town
  }

  /// Every name that anybody was ever known by.
  private func names(_ town: TownHarness) -> [AliasKey: ParticipantID] {
    var names: [AliasKey: ParticipantID] = [:]
    for case .alias(let key, let participant, _) in town.turns.flatMap(\.journal) {
      names[key] = participant
    }
    return names
  }

  /// What the town's transport was handed about a person, whoever says so.
  private func sent(_ town: TownHarness, about person: String) throws -> Set<PartKey> {
    let key = AliasKey(Town.sheriff, ParticipantAlias("sheriff-\(person)")!)
    let participant = try #require(names(town)[key])
    var sent: Set<PartKey> = []
    for case .deliver(let delivery) in town.turns.flatMap(\.sends) {
      guard let content = delivery.delivery.content,
        town.journal.messages[content.message.id]?.participant == participant
      else { continue }
      sent.insert(
        PartKey(
          message: content.message.id, recipient: delivery.recipient, part: content.part))
    }
    return sent
  }

  private func keys(_ page: DisclosurePage) throws -> Set<PartKey> {
    Set(
      try page.disclosures.map {
        PartKey(
          message: try #require(MessageID($0.message)), recipient: try #require(AgencyID($0.to.id)),
          part: $0.part)
      })
  }

  @Test("The accounting is what was handed to the transport, each once, whoever names the person")
  func complete() throws {
    let town = story()
    let records = try TownRecords(of: town)
    for person in ["ann", "bob"] {
      let sent = try sent(town, about: person)
      #expect(sent.count > 5)
      for agency in [Town.sheriff, Town.harbor] {
        let page = try #require(try records.disclosures(about: person, at: agency))
        #expect(try keys(page) == sent)
        #expect(page.disclosures.count == sent.count && page.next == nil)
        #expect(page.disclosures.map(\.entry) == page.disclosures.map(\.entry).sorted())
      }
    }
    #expect(try records.disclosures(about: "carl", at: Town.sheriff) == nil)
  }

  @Test("Nothing in one person's accounting is of another person")
  func onePerson() throws {
    let town = story()
    let records = try TownRecords(of: town)
    for (person, other) in [("ann", "bob"), ("bob", "ann")] {
      let page = try #require(try records.disclosures(about: person, at: Town.harbor))
      let text = String(decoding: try JSONEncoder().encode(page), as: UTF8.self)
      #expect(text.contains("full-\(person)") && !text.contains(other))
      for message in try sent(town, about: other).map(\.message) {
        #expect(!text.contains(message.description))
      }
      for alias in names(town).keys.map(\.alias.text) { #expect(!text.contains(alias)) }
    }
  }

  @Test("Each says what went to whom from whom, by which release, whether Part 2, and what for")
  func particulars() throws {
    let records = try TownRecords(of: story())
    let page = try #require(try records.disclosures(about: "ann", at: Town.harbor))
    let intake = try #require(page.disclosures.first { $0.topic == "intake.completed" })
    #expect(intake.from.id == "harbor" && intake.to.id == "prosecutor")
    #expect(intake.to.role == "prosecutor" && intake.purpose == "diversion")
    #expect(intake.information == [.init(category: "participation", labels: ["part-2"])])
    #expect(intake.releases == [.init(id: "full-ann", version: 1, namesRecipient: true)])
    #expect(intake.isPart2 && intake.statement == "long" && intake.authority == "release")
    let request = try #require(page.disclosures.first { $0.topic == "hold.requested" })
    #expect(!request.isPart2 && request.statement.isEmpty && request.from.id == "sheriff")
    #expect(page.disclosures.contains { $0.authority == "own-view" && $0.from.id == "hub" })
    let terms = try #require(page.terms.first { $0.id == "full-ann" })
    #expect(terms.state == "revoked" && terms.kind == "multi-party" && terms.version == 1)
    // What was said after the revocation went to nobody.
    #expect(page.disclosures.filter { $0.topic == "participant.status" }.count == 2)
  }

  @Test("Only what lies between two instants is listed, and pages make up the whole")
  func pages() throws {
    let town = story()
    let records = try TownRecords(of: town)
    let all = try #require(try records.disclosures(about: "ann", at: Town.harbor)).disclosures
    let middle = WallTime(milliseconds: all[3].at)
    let before = try records.disclosures(about: "ann", at: Town.harbor, to: middle)
    let after = try records.disclosures(about: "ann", at: Town.harbor, from: middle)
    #expect((before?.disclosures ?? []) + (after?.disclosures ?? []) == all)
    #expect(before?.disclosures.isEmpty == false || all[0].at == all[3].at)
    var collected: [DisclosureReport] = []
    var last: UInt64?
    repeat {
      let page = try #require(
        try records.disclosures(about: "ann", at: Town.harbor, after: last, limit: 2))
      #expect(page.disclosures.count <= 2)
      collected += page.disclosures
      last = page.next
    } while last != nil
    #expect(collected == all)
  }

  @Test("A person's other name brings what went out under it, until the two are separated")
  func merged() throws {
    let town = story()
    var stranger = Draft.signed(Town.fullRelease("full-anna"), of: "anna")
    stranger.tokens = []
    var status = Draft.status(of: "anna", case: "c-9", "engaged")
    (status.tokens, status.caseID) = ([], nil)
    town.publish(stranger, status, from: Town.cedar)
    func count(_ person: String, _ agency: AgencyID) throws -> Int? {
      try TownRecords(of: town).disclosures(about: person, at: agency)?.disclosures.count
    }
    let (ann, anna) = (try #require(try count("ann", Town.harbor)), try count("anna", Town.cedar))
    let names = ["harbor-ann", "cedar-anna"].map { ParticipantAlias($0)! }
    town.run([
      .administration(
        .merge(AliasKey(Town.harbor, names[0]), AliasKey(Town.cedar, names[1]), reason: "same"),
        ticket: 1)
    ])
    #expect(try #require(anna) > 0)
    #expect(try count("ann", Town.harbor) == ann + (anna ?? 0))
    #expect(try count("anna", Town.cedar) == ann + (anna ?? 0))
    town.run([
      .administration(.separate(AliasKey(Town.cedar, names[1]), reason: "not"), ticket: 2)
    ])
    #expect(try count("ann", Town.harbor) == ann)
  }

  @Test("Holders of a release: who got it, and who got it from them, under the terms of then")
  func holders() throws {
    let town = TownHarness()
    town.connect(all: Town.agencies)
    let request = town.publish(
      .holdRequest(of: "ann", case: "c-1", release: "field-1"), from: Town.sheriff)[0]
    town.publish(.signed(Town.fieldRelease("field-1"), of: "ann"), from: Town.sheriff)
    var answer = Draft.hold(of: "ann", case: "c-1", release: "field-1")
    answer.inReplyTo = request
    town.publish(answer, from: Town.prosecutor)
    func holders() throws -> HoldersReport {
      try #require(
        try TownRecords(of: town).reader.holders(of: RoiID("field-1")!, registry: Town.registry))
    }
    let before = try holders()
    #expect(before.holders.map(\.agency.id) == ["harbor", "prosecutor", "sheriff"])
    let copy = try #require(before.holders.first { $0.agency.id == "harbor" }?.copies.first)
    #expect(copy.from.id == "prosecutor")
    #expect(copy.chain.map(\.from.id) == ["sheriff"] && copy.chain.map(\.to.id) == ["prosecutor"])
    #expect(copy.chain.map(\.releases) == [["field-1 v1"]])
    #expect(before.holders.first { $0.agency.id == "prosecutor" }?.copies.first?.chain == [])
    town.publish(.revoked("field-1", of: "ann"), from: Town.sheriff)
    town.publish(.hold(of: "ann", case: "c-1", release: "field-1"), from: Town.prosecutor)
    let after = try holders()
    #expect(after.holders == before.holders, "a revocation recalls nothing and adds nobody")
    #expect(after.terms.map(\.state) == ["revoked"])
    #expect(
      try TownRecords(of: town).reader.holders(of: RoiID("none")!, registry: Town.registry) == nil)
  }

  @Test("An amended release keeps the version under which something went out")
  func versions() throws {
    let town = TownHarness()
    town.connect(all: Town.agencies)
    town.publish(.signed(Town.fullRelease("full-1"), of: "ann"), from: Town.harbor)
    town.publish(.intake(of: "ann", case: "c-1"), from: Town.harbor)
    var amended = Town.fullRelease("full-1", to: [Town.prosecutor])
    amended.version = 2
    amended.purposes = [.diversion]
    var draft = Draft.signed(amended, of: "ann")
    draft.topic = .roiAmended
    town.publish(draft, from: Town.harbor)
    town.publish(.status(of: "ann", case: "c-1", "engaged"), from: Town.harbor)
    let records = try TownRecords(of: town)
    let page = try #require(try records.disclosures(about: "ann", at: Town.harbor))
    let versions = Set(page.disclosures.flatMap(\.releases).map(\.version))
    #expect(page.terms.map(\.version) == versions.sorted() && versions.contains(1))
    #expect(page.terms.first?.purposes.contains("care-coordination") == true)
    #expect(page.terms.first?.newestVersion == 2)
  }

  @Test("A breach at a recipient affects exactly those of whom it was handed anything, in its time")
  func breach() throws {
    let town = story()
    let records = try TownRecords(of: town)
    for agency in Town.agencies {
      var handed: Set<PartKey> = []
      for person in ["ann", "bob"] {
        handed.formUnion(try sent(town, about: person).filter { $0.recipient == agency })
      }
      let report = try records.reader.breach(
        at: agency, from: WallTime(milliseconds: 0), to: town.now + .days(1),
        registry: Town.registry, program: Town.program)
      let listed = report.people.flatMap(\.disclosures).map {
        PartKey(message: MessageID($0.message)!, recipient: agency, part: $0.part)
      }
      #expect(Set(listed) == handed && listed.count == handed.count, "\(agency)")
      for person in report.people {
        let known = ["ann", "bob"].filter { person.names.contains("sheriff/sheriff-\($0)") }
        #expect(known.count == 1 && !person.disclosures.isEmpty)
      }
      let before = try records.reader.breach(
        at: agency, from: WallTime(milliseconds: 0), to: Town.start, registry: Town.registry,
        program: Town.program)
      #expect(before.people.isEmpty && before.expunged == 0)
    }
  }

  @Test("Who asks for an accounting leaves a trace; who names nobody gets none")
  func trace() throws {
    let town = story()
    let names = ["harbor-ann", "harbor-zoe"].map { AliasKey(Town.harbor, ParticipantAlias($0)!) }
    for (index, name) in names.enumerated() {
      town.run([.administration(.account(name, detail: "all"), ticket: UInt64(index))])
    }
    #expect(town.tickets[0] == .some(nil) && town.tickets[1] != .some(nil))
    let entries = town.turns.flatMap(\.journal).compactMap { entry -> AuditEntry? in
      if case .audit(let audit) = entry, audit.kind == .accounted { audit } else { nil }
    }
    #expect(entries.count == 1 && entries[0].participant == self.names(town)[names[0]])
  }
}
