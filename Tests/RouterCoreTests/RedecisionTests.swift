import HubModel
@testable import RouterCore
import Testing

@Suite("A change decides again what waits, in chunks, in order, and once")
struct RedecisionTests {
  static let people = ["ann", "bob", "cy"]

  /// A busy day without a single release: `count` hold requests of each person, held.
  static func backlog(_ count: Int, people: [String] = people) -> (TownHarness, [Message]) {
    let town = TownHarness(window: 1_024)
    town.turnsAllowed = 10_000
    town.connect(Town.sheriff, Town.prosecutor)
    // By turns, and with ids that run against the order of acceptance: only places count.
    let messages = (0..<count).flatMap { index in
      people.map { person in
        Draft.holdRequest(of: person, case: "c-\(person)-\(index)", release: "f-\(person)")
          .message(from: Town.sheriff, at: town.now, serial: 0)
      }
    }.enumerated().map { index, message in
      var message = message
      message.id = MessageID(at: town.now, random: (1, (1 << 40) - UInt64(index)))
      return message
    }
    town.run(town.publication(messages, from: Town.sheriff))
    town.forgetSeen()
    return (town, messages)
  }

  static func sign(_ person: String, in town: TownHarness) -> [Event] {
    let form = town.message(
      .signed(Town.fieldRelease("f-\(person)"), of: person), from: Town.sheriff)
    return town.publication([form], from: Town.sheriff)
  }

  static func closed(_ version: UInt32 = 2) -> ProgramAgreement {
    var next = Town.agreement
    next.version = version
    next.contentHash = Array(repeating: UInt8(version), count: 32)
    next.paths.remove(.init(.holdRequested, from: .sheriff, to: .prosecutor))
    return next
  }

  /// A version in which the release that the backlog waits for is not needed.
  static func opened(_ version: UInt32 = 2) -> ProgramAgreement {
    var next = Town.agreement
    next.version = version
    next.contentHash = Array(repeating: UInt8(version), count: 32)
    next.exceptions = [
      .init(
        path: .init(.holdRequested, from: .sheriff, to: .prosecutor), legalBasis: "MOU 4")
    ]
    return next
  }

  private func received(_ town: TownHarness, of person: String) -> [MessageID] {
    town.deliveries(to: Town.prosecutor)
      .filter { $0.caseID?.text.contains("-\(person)-") ?? false }.map(\.id)
  }

  @Test("What is published between two chunks comes out behind the participant's older parts")
  func orderAcrossChunks() throws {
    let (town, messages) = Self.backlog(150, people: ["ann"])
    town.turn(Self.sign("ann", in: town))
    // The first chunk is out; the rest waits; a new one comes.
    town.turn([])
    #expect(received(town, of: "ann").count == Limits.turnRedecisions)
    let fresh = town.message(
      .holdRequest(of: "ann", case: "c-ann-new", release: "f-ann"), from: Town.sheriff)
    town.turn(town.publication([fresh], from: Town.sheriff))
    #expect(!received(town, of: "ann").contains(fresh.id))
    town.run()
    #expect(received(town, of: "ann") == messages.map(\.id) + [fresh.id])
  }

  @Test("A second change of one's releases begins again from the first part")
  func changedMeanwhile() throws {
    let (town, messages) = Self.backlog(150, people: ["ann"])
    town.turn(Self.sign("ann", in: town))
    town.turn([])
    let other = town.message(
      .signed(Town.fieldRelease("f-other"), of: "ann"), from: Town.sheriff)
    town.turn(town.publication([other], from: Town.sheriff))
    #expect(town.journal.timers[.redecide(try #require(town.journal.participants.keys.first))]?
      .count == 0)
    town.run()
    #expect(received(town, of: "ann") == messages.map(\.id))
  }

  @Test("A new agreement goes through everybody's held parts once, and keeps everyone's order")
  func everybody() throws {
    let (town, messages) = Self.backlog(100)
    let before = town.turns.count
    town.run([town.activate(Self.opened())])
    for person in Self.people {
      let alias = { (message: Message) in message.caseID?.text.contains("-\(person)-") ?? false }
      #expect(received(town, of: person) == messages.filter(alias).map(\.id))
    }
    let chunks = town.turns[before...].map { turn in
      turn.journal.count { if case .part(let part) = $0 { part.fate == .released } else { false } }
    }
    #expect(chunks.reduce(0, +) == 300)
    #expect(chunks.allSatisfy { $0 <= Limits.turnRedecisions })
    #expect(town.state.redecision == nil)
    #expect(town.journal.redecision == nil)
  }

  @Test("What is published meanwhile is decided by the new version, in its own turn")
  func publishedMeanwhile() throws {
    let (town, messages) = Self.backlog(100)
    town.turn([town.activate(Self.opened())])
    town.turn([])
    let fresh = town.message(
      .holdRequest(of: "dee", case: "c-dee-1", release: "f-dee"), from: Town.sheriff)
    town.turn(town.publication([fresh], from: Town.sheriff))
    #expect(town.fates(of: fresh.id) == [.released])
    #expect(town.state.redecision != nil, "the backlog is not done")
    town.run()
    #expect(messages.allSatisfy { town.fates(of: $0.id) == [.released] })
    let released = town.journal.audit.filter {
      $0.kind == .released && $0.topic == .holdRequested
    }
    #expect(released.count == 301, "each was decided once")
  }

  @Test("A backlog does not stall a message about somebody else; about its own people it waits")
  func notStalled() throws {
    let (town, messages) = Self.backlog(100)
    town.run(Self.sign("dee", in: town))
    town.turn([town.activate(Self.opened())])
    town.turn([])
    let fresh = ["dee", "cy"].map {
      town.message(
        .holdRequest(of: $0, case: "c-\($0)-new", release: "f-\($0)"), from: Town.sheriff)
    }
    town.turn(town.publication(fresh, from: Town.sheriff))
    #expect(received(town, of: "dee") == [fresh[0].id])
    #expect(!received(town, of: "cy").contains(fresh[1].id))
    town.run()
    #expect(received(town, of: "cy").last == fresh[1].id)
    #expect(received(town, of: "cy").count == 101)
    #expect(town.deliveries(to: Town.prosecutor).count == messages.count + 2)
  }

  @Test("A message in the very turn of the change waits behind what the change releases")
  func sameTurn() throws {
    let (town, messages) = Self.backlog(10, people: ["ann"])
    let fresh = town.message(
      .holdRequest(of: "ann", case: "c-ann-new", release: "f-ann"), from: Town.sheriff)
    town.run([town.activate(Self.opened())] + town.publication([fresh], from: Town.sheriff))
    #expect(received(town, of: "ann") == messages.map(\.id) + [fresh.id])
  }

  @Test("An agreement and a release that change at once keep the participant's order")
  func bothAtOnce() throws {
    for releaseFirst in [true, false] {
      let (town, messages) = Self.backlog(100, people: ["ann", "bob"])
      let events = [Self.sign("ann", in: town), [town.activate(Self.opened())]]
      town.turn(releaseFirst ? events[0] : events[1])
      town.turn([])
      town.turn(releaseFirst ? events[1] : events[0])
      town.run()
      for person in ["ann", "bob"] {
        let all = messages.filter { $0.caseID?.text.contains("-\(person)-") ?? false }
        #expect(received(town, of: person) == all.map(\.id), "release first: \(releaseFirst)")
      }
    }
  }

  @Test("A restart between chunks goes on behind the last one, and ends as if there was none",
    arguments: [1, 2, 4])
  func restarted(after chunks: Int) throws {
    let (town, messages) = Self.backlog(100)
    town.turn([town.activate(Self.closed())])
    for _ in 0..<chunks { town.turn([]) }
    let done = town.state.redecision?.held.after
    town.restart()
    #expect(town.state.redecision?.held.after == done)
    #expect(town.state.agreement.version == 2)
    town.run()
    #expect(messages.allSatisfy { town.fates(of: $0.id) == [.withheld] })
    #expect(town.journal.audit.count { $0.kind == .withheld } == 300)
  }

  @Test("A second change begins from the start, and nothing is left under the first")
  func twice() throws {
    let (town, messages) = Self.backlog(100)
    town.turn([town.activate(Self.opened())])
    town.turn([])
    town.turn([town.activate(Self.closed(3))])
    town.run()
    let fates = messages.map { town.fates(of: $0.id) }
    #expect(fates.prefix(64).allSatisfy { $0 == [.released] })
    #expect(fates.dropFirst(64).allSatisfy { $0 == [.withheld] })
  }

  @Test("What is queued for a recipient who is away is decided again without them")
  func pending() throws {
    let town = TownHarness()
    town.connect(Town.sheriff)
    town.run(Self.sign("ann", in: town))
    let ids = (0..<100).map { index in
      town.publish(
        .holdRequest(of: "ann", case: "c-\(index)", release: "f-ann"), from: Town.sheriff)[0]
    }
    #expect(ids.allSatisfy { town.fates(of: $0) == [.pending] })
    town.run([town.activate(Self.closed())])
    #expect(ids.allSatisfy { town.fates(of: $0) == [.withheld] })
    #expect(ids.allSatisfy { town.journal.erased.contains($0) })
    #expect(town.journal.audit.count { $0.kind == .withheld } == 100)
    #expect(town.outcomes(to: Town.sheriff).count { $0 == "withheld" } > 0)
  }

  @Test("A role or the Part 2 setting of an agency decides again; a port does not")
  func registry() throws {
    let (town, messages) = Self.backlog(1, people: ["ann"])
    func replace(_ change: (AgencyID) -> Registry.Agency) -> Event {
      let registry = Registry(agencies: Town.agencies.map(change))
      town.registry = registry
      return .administration(.replaceRegistry(registry), ticket: 9)
    }
    var before = town.turns.count
    town.run([replace { Town.agency($0, port: 7_777) }])
    #expect(town.turns[before...].allSatisfy { turn in
      !turn.journal.contains { if case .redecision = $0 { true } else { false } }
    })
    before = town.turns.count
    town.run([replace { Town.agency($0, role: $0 == Town.prosecutor ? .publicDefender : nil) }])
    #expect(town.turns[before...].contains { turn in
      turn.journal.contains { if case .redecision = $0 { true } else { false } }
    })
    #expect(messages.allSatisfy { town.fates(of: $0.id) == [.withheld] })
  }
}

@Suite("Versions of the agreement")
struct AgreementVersionTests {
  private func kinds(_ town: TownHarness) -> [AuditEntry.Kind] {
    town.journal.audit.map(\.kind).filter {
      [.agreementRecorded, .agreementActivated, .agreementPassedOver].contains($0)
    }
  }

  @Test("A version with a later date waits for it, through a restart, and then rules")
  func scheduled() throws {
    let (town, messages) = RedecisionTests.backlog(3)
    let date = town.now + .hours(3)
    town.run([town.activate(RedecisionTests.closed(), effective: date)])
    #expect(kinds(town) == [.agreementRecorded])
    #expect(town.state.agreement.version == 1)
    town.restart()
    #expect(town.state.scheduled.map(\.effective) == [date])
    town.pass(Span(milliseconds: 3 * 3_600_000 - 1))
    #expect(town.state.agreement.version == 1)
    #expect(messages.allSatisfy { town.fates(of: $0.id) == [.held] })
    town.advance(Span(milliseconds: 1))
    #expect(town.state.agreement.version == 2)
    #expect(town.state.scheduled.isEmpty)
    #expect(kinds(town) == [.agreementRecorded, .agreementActivated])
    #expect(messages.allSatisfy { town.fates(of: $0.id) == [.withheld] })
    let kept = try #require(town.journal.agreements.first)
    #expect(kept.text == Array("v2".utf8))
    #expect(kept.effective == date)
  }

  @Test("What is published in the turn of the date is decided by the new version")
  func atTheDate() throws {
    let town = TownHarness()
    town.connect(Town.sheriff, Town.prosecutor)
    town.run([town.activate(RedecisionTests.opened(), effective: town.now + .hours(1))])
    town.now = town.now + .hours(1)
    town.tick = town.tick + .hours(1)
    town.connect(Town.sheriff, Town.prosecutor)
    let id = town.publish(
      .holdRequest(of: "ann", case: "c-1", release: "f-ann"), from: Town.sheriff)[0]
    #expect(town.fates(of: id) == [.released])
  }

  @Test("A version that is overtaken before its date never comes into force, and the log says so")
  func passedOver() throws {
    let town = TownHarness()
    town.run([town.activate(RedecisionTests.closed(2), effective: town.now + .hours(1))])
    town.run([town.activate(RedecisionTests.opened(3))])
    #expect(town.state.agreement.version == 3)
    #expect(town.state.scheduled.isEmpty)
    town.advance(.hours(2))
    #expect(town.state.agreement.version == 3)
    #expect(kinds(town).last == .agreementPassedOver)
  }

  @Test("A version that is not above every other, or of another program, changes nothing")
  func refused() throws {
    let town = TownHarness()
    town.run([town.activate(RedecisionTests.closed(3), effective: town.now + .hours(1))])
    func answer(_ agreement: ProgramAgreement) -> ErrorCode? {
      town.run([
        .administration(.activate(agreement, text: [], effective: nil), ticket: 77)
      ])
      return town.tickets[77]??.code
    }
    #expect(answer(RedecisionTests.opened(1)) == .agreementNotNewer)
    #expect(answer(RedecisionTests.opened(2)) == .agreementNotNewer)
    #expect(answer(RedecisionTests.opened(3)) == .agreementNotNewer)
    var foreign = RedecisionTests.opened(9)
    foreign.program = try #require(ProgramID("elsewhere"))
    #expect(answer(foreign) == .wrongProgram)
    #expect(town.state.agreement == Town.agreement)
    #expect(answer(Town.agreement) == nil, "the first start records what it starts with")
    #expect(kinds(town) == [.agreementRecorded, .agreementRecorded, .agreementActivated])
    #expect(answer(Town.agreement) == nil, "and it is in force already")
    #expect(kinds(town).count == 3)
  }

  @Test("Only so many versions wait for their date")
  func bounded() throws {
    let town = TownHarness()
    for version in 2..<(2 + UInt32(Limits.scheduledAgreements)) {
      town.run([town.activate(RedecisionTests.closed(version), effective: town.now + .hours(1))])
      #expect(town.tickets[UInt64(version)] == .some(nil))
    }
    town.run([town.activate(RedecisionTests.closed(50), effective: town.now + .hours(1))])
    #expect(town.tickets[50]??.code == .tooManyAgreements)
  }
}
