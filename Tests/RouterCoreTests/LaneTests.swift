import HubModel
@testable import RouterCore
import Testing

@Suite("Lanes, windows, sessions")
struct LaneTests {
  func alerts(_ town: TownHarness, _ count: Int) -> [MessageID] {
    let drafts = (0..<count).map { Draft.handoff(case: "c-\($0)") }
    let messages = drafts.map { town.message($0, from: Town.sheriff) }
    town.run(town.publication(messages, from: Town.sheriff))
    return messages.map(\.id)
  }
  func numbers(_ town: TownHarness, _ agency: AgencyID) -> [UInt64] {
    (town.seen[agency] ?? []).compactMap { $0.delivery?.number }
  }

  @Test("At most one window is out; numbers have no gap; order is kept")
  func window() throws {
    let town = TownHarness(window: 4)
    town.connect(Town.sheriff, Town.harbor)
    let ids = alerts(town, 11)
    #expect(numbers(town, Town.harbor) == [1, 2, 3, 4])
    town.acknowledge(Town.harbor, through: 2)
    #expect(numbers(town, Town.harbor) == [1, 2, 3, 4, 5, 6])
    while town.adapters[Town.harbor]!.next <= 11 { town.acknowledge(Town.harbor) }
    #expect(numbers(town, Town.harbor) == Array(1...11))
    #expect(town.deliveries(to: Town.harbor).map(\.id) == ids)
    town.acknowledge(Town.harbor)
    #expect(ids.allSatisfy { town.fate(of: $0, for: Town.harbor) == .delivered })
    #expect(ids.allSatisfy { town.fate(of: $0, for: Town.cedar) == .pending })
    town.connect(Town.cedar)
    #expect(numbers(town, Town.cedar) == [1, 2, 3, 4])
  }

  @Test("A lane resumes from any number of its window", arguments: UInt64(1)...7)
  func resume(from next: UInt64) throws {
    let town = TownHarness(window: 6)
    town.connect(Town.sheriff, Town.harbor)
    _ = alerts(town, 9)
    town.restart()
    town.forgetSeen()
    town.adapters[Town.harbor]?.next = next
    town.connect(Town.harbor)
    // What it resumes past it has applied, and the window moves on.
    #expect(numbers(town, Town.harbor) == Array(next...min(9, next + 5)))
    #expect(town.state.lanes[Town.harbor]?.acknowledged == next - 1)
  }

  @Test("A resume past the end, of another ledger or by another session is refused")
  func wrongResume() throws {
    let town = TownHarness()
    town.connect(Town.sheriff, Town.harbor)
    _ = alerts(town, 2)
    town.run([town.resume(Town.harbor, from: 4)])
    #expect(town.lastReply(to: Town.harbor) == .rejection(Refusal(.wrongIncarnation, at: "next")))
    let session = town.adapters[Town.harbor]!.session
    town.run([
      .submission(session, .acknowledge(.init(ledger: Incarnation("ledger-0")!, through: 2)))
    ])
    #expect(town.lastReply(to: Town.harbor) == .rejection(Refusal(.wrongIncarnation)))
    #expect(town.state.lanes[Town.harbor]?.acknowledged == 0)
    let pager = Session(
      connection: [9], fingerprint: Town.fingerprint(Town.harbor, "pager"))
    town.run([
      .submission(
        pager,
        .hello(
          .init(
            version: 1, source: Incarnation("pager")!, isConsumer: true, ledger: nil)))
    ])
    #expect(town.lastReply(to: Town.harbor) == .rejection(Refusal(.notConsumer)))
    town.run([
      .submission(
        pager,
        .hello(
          .init(
            version: 1, source: Incarnation("pager")!, isConsumer: false, ledger: nil))),
      .submission(pager, .acknowledge(.init(ledger: town.journal.incarnation, through: 2))),
    ])
    #expect(town.lastReply(to: Town.harbor) == .rejection(Refusal(.notConsumer)))
    #expect(town.state.lanes[Town.harbor]?.acknowledged == 0)
  }

  @Test("Duplicates are receipted and change nothing; a gap is refused")
  func sequence() throws {
    let town = TownHarness()
    town.connect(Town.sheriff, Town.harbor)
    let first = town.message(.handoff(case: "c-1"), from: Town.sheriff)
    let second = town.message(.handoff(case: "c-2"), from: Town.sheriff)
    let session = town.adapters[Town.sheriff]!.session
    func send(_ number: UInt64, _ messages: [Message]) {
      town.run([
        .submission(
          session,
          .publish(
            .init(sequence: .data, first: number, items: messages.map { .message($0) })))
      ])
    }
    send(1, [first])
    send(1, [first])
    #expect(town.lastReply(to: Town.sheriff) == .receipt(.init(sequence: .data, through: 1)))
    send(3, [second])
    #expect(town.lastReply(to: Town.sheriff) == .rejection(Refusal(.submissionGap)))
    send(1, [first, second])
    #expect(town.lastReply(to: Town.sheriff) == .receipt(.init(sequence: .data, through: 2)))
    send(3, [first])
    #expect(
      town.lastReply(to: Town.sheriff)
        == .receipt(
          .init(
            sequence: .data, through: 3,
            refused: [.init(number: 3, refusal: Refusal(.duplicateMessage))])))
    #expect(town.topics(to: Town.harbor).count == 2)
    // The spool goes on where it was after a restart of the router.
    town.restart()
    town.connect(Town.sheriff)
    guard case .welcome(let welcome)? = town.seen[Town.sheriff]?.compactMap({
      if case .reply(let reply) = $0, case .welcome = reply { reply } else { nil }
    }).last else {
      Issue.record("no welcome")
      return
    }
    #expect(welcome.dataThrough == 3)
  }

  @Test("A key that is cut off is forgotten at once, for good, and its lane is bound again")
  func cutOff() throws {
    let town = TownHarness()
    town.connect(Town.sheriff, Town.harbor)
    _ = alerts(town, 1)
    let late = town.message(.handoff(case: "c-late"), from: Town.harbor)
    town.forgetSeen()
    town.run(
      [.administration(.cutOff(Town.fingerprint(Town.harbor), reason: "lost"), ticket: 7)]
        + town.publication([late], from: Town.harbor) + [town.acknowledgement(Town.harbor)])
    #expect(town.seen[Town.harbor] == [.rebind])
    #expect(town.tickets[7] == .some(nil))
    #expect(town.journal.messages[late.id] == nil)
    #expect(!town.state.isConnected(Town.harbor))
    _ = alerts(town, 1)
    town.restart()
    town.run([town.hello(Town.harbor), town.resume(Town.harbor)])
    #expect(town.seen[Town.harbor] == [.rebind])
  }

  @Test("Short of space the router takes control submissions alone")
  func lowSpace() throws {
    let town = TownHarness()
    town.connect(Town.sheriff, Town.harbor)
    let alert = town.message(.handoff(case: "c-1"), from: Town.sheriff)
    let publication = town.publication([alert], from: Town.sheriff)
    town.run([.space(isLow: true)] + publication)
    #expect(town.lastReply(to: Town.sheriff) == .rejection(Refusal(.lowSpace)))
    #expect(town.topics(to: Town.harbor) == [])
    town.publish(.revoked("field-1", of: "ann"), from: Town.sheriff)
    #expect(town.lastReply(to: Town.sheriff) == .receipt(.init(sequence: .control, through: 1)))
    town.run([.space(isLow: false)] + publication)
    #expect(town.topics(to: Town.harbor) == [.handoffRequested])
  }

  @Test("Silent sessions are forgotten, and hello is asked for again")
  func silence() throws {
    let town = TownHarness()
    town.connect(Town.sheriff, Town.harbor)
    town.advance(Limits.sessionSilence)
    #expect(town.state.isConnected(Town.harbor))
    town.advance(.seconds(1))
    #expect(!town.state.isConnected(Town.harbor))
    #expect(town.state.sessions.isEmpty && town.state.sources.isEmpty)
    town.run([.submission(town.adapters[Town.sheriff]!.session, .ping(echo: 3))])
    #expect(town.lastReply(to: Town.sheriff) == .rejection(Refusal(.helloRequired)))
  }

  @Test("One connection that says hello again and again holds one place in memory")
  func helloAgain() throws {
    let town = TownHarness()
    let session = town.adapters[Town.harbor]!.session
    for index in 0..<50 {
      let source = Incarnation("spool-\(index)")!
      town.run([
        .submission(
          session,
          .hello(.init(version: 1, source: source, isConsumer: true, ledger: nil)))
      ])
    }
    #expect(town.state.sources.count == 1 && town.state.sessions.count == 1)
    for index in 0..<Limits.sessionsPerAgency {
      town.run([
        .submission(
          Session(
            connection: [1, UInt8(index)],
            fingerprint: Town.fingerprint(Town.harbor, "pager")),
          .hello(
            .init(
              version: 1, source: Incarnation("p-\(index)")!, isConsumer: false, ledger: nil)))
      ])
    }
    #expect(town.lastReply(to: Town.harbor) == .rejection(Refusal(.tooManySessions)))
    #expect(town.state.sessions.count == Limits.sessionsPerAgency)
  }

  @Test("A key demoted in the registry no longer acknowledges")
  func demoted() throws {
    let town = TownHarness()
    town.connect(Town.sheriff, Town.harbor)
    _ = alerts(town, 1)
    let listener = Registry.Key(
      fingerprint: Town.fingerprint(Town.harbor), curve: [], signing: [], isConsumer: false)
    var harbor = Town.agency(Town.harbor)
    harbor.keys = [listener]
    let registry = Registry(
      agencies: Town.agencies.map { $0 == Town.harbor ? harbor : Town.agency($0) })
    town.registry = registry
    town.run([.administration(.replaceRegistry(registry), ticket: 1)])
    town.acknowledge(Town.harbor)
    #expect(town.state.lanes[Town.harbor]?.acknowledged == 0)
  }

  @Test("What an adapter set aside has a fate of its own and is logged")
  func quarantine() throws {
    let town = TownHarness()
    town.connect(Town.sheriff, Town.harbor)
    let ids = alerts(town, 2)
    town.acknowledge(Town.harbor, quarantined: [2])
    #expect(town.fate(of: ids[0], for: Town.harbor) == .delivered)
    #expect(town.fate(of: ids[1], for: Town.harbor) == .quarantined)
    #expect(town.journal.audit.filter { $0.kind == .quarantined }.map(\.message) == [ids[1]])
  }

  @Test("A void number is acknowledged like any other and the lane goes on")
  func voidThenMore() throws {
    let town = TownHarness(window: 2)
    town.connect(Town.sheriff, Town.prosecutor)
    town.publish(.signed(Town.fieldRelease("f-1"), of: "ann"), from: Town.sheriff)
    town.publish(.signed(Town.fieldRelease("f-2"), of: "bob"), from: Town.sheriff)
    town.publish(
      .holdRequest(of: "ann", case: "c-1", release: "f-1"),
      .holdRequest(of: "bob", case: "c-2", release: "f-2"),
      .holdRequest(of: "bob", case: "c-3", release: "f-2"), from: Town.sheriff)
    town.publish(.revoked("f-1", of: "ann"), from: Town.sheriff)
    town.run([town.resume(Town.prosecutor, from: 1)])
    let sent = town.seen[Town.prosecutor]?.compactMap(\.delivery) ?? []
    #expect(sent.map(\.number) == [1, 2, 1, 2])
    #expect(sent.map { $0.content == nil } == [false, false, true, false])
    town.acknowledge(Town.prosecutor)
    #expect(numbers(town, Town.prosecutor).last == 3)
  }
}
