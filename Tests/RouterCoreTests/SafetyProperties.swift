import HubModel
@testable import RouterCore
import Testing

@Suite("Safety of random histories")
struct SafetyProperties {
  static let people = ["p0", "p1", "p2"]

  static func history(_ seed: UInt64) -> [Op] {
    var author = Author(seed: seed)
    var ops: [Op] = Town.agencies.map(Op.connect)
    for _ in 0..<Int.random(in: 30...60, using: &author.random) {
      let agency = author.random.pick(Town.agencies)
      switch Int.random(in: 0..<100, using: &author.random) {
      case 0..<62:
        let count = Int.random(in: 1...3, using: &author.random)
        ops.append(
          .publish(
            agency,
            (0..<count).map { _ in author.draft(by: agency, about: people, prefix: "r") }))
      case 62..<75: ops.append(.acknowledge(agency))
      case 75..<79: ops.append(.disconnect(agency))
      case 79..<84: ops.append(.connect(agency))
      case 84..<87: ops.append(.replay(agency, back: 3))
      case 87..<89:
        ops.append(
          .answer(
            agency, confirms: author.random.chance(60), person: author.random.pick(people)))
      case 89..<91: ops.append(.confirm(Town.sheriff))
      case 91..<98: ops.append(.pass(author.random.pick([.minutes(6), .hours(2), .hours(13)])))
      case 98: ops.append(.restart)
      default: ops += [.space(isLow: true), .space(isLow: false)]
      }
    }
    return ops
  }

  @Test("Nothing goes without authority, nothing is lost, each number and fate is one",
    arguments: Seeds.shards(160))
  func histories(_ seeds: [UInt64]) throws {
    for seed in seeds {
      let town = TownHarness(window: 3)
      // Turns take time, so that timers meet in them as they do in the world.
      if seed % 2 == 0 { town.turnTakes = Span(milliseconds: 7) }
      var judge = Judge(note: Seeds.rerun(seed, "SafetyProperties"))
      for op in Self.history(seed) {
        town.play(op)
        judge.look(at: town)
      }
      drain(town, &judge)
      judge.close(town)
    }
  }

  /// Everybody comes back, acknowledges, and waits out every deadline.
  private func drain(_ town: TownHarness, _ judge: inout Judge) {
    town.connect(all: Town.agencies)
    for _ in 0..<8 {
      town.now = town.now + .hours(12)
      town.tick = town.tick + .hours(12)
      town.run(town.connected.map { .submission(town.adapters[$0]!.session, .ping(echo: 1)) })
      for _ in 0..<200 {
        let before = town.turns.count
        let numbers = town.state.lanes.mapValues(\.next)
        town.acknowledgeAll()
        judge.look(at: town)
        if town.state.lanes.mapValues(\.next) == numbers { break }
        #expect(before < town.turns.count)
      }
    }
    judge.look(at: town)
  }
}

/// Looks at every turn as it was recorded, and judges it by its own lights.
struct Judge {
  let note: String
  private var truth = Truth()
  private var read = 0
  private var messages: [MessageID: Message] = [:]
  private var numbers: [AgencyID: [UInt64: PartKey]] = [:]
  private var disclosed: Set<PartKey> = []

  init(note: String) { self.note = note }

  mutating func look(at town: TownHarness) {
    for turn in town.turns[read...] {
      for entry in turn.journal {
        if case .accepted(let stored) = entry { messages[stored.message.id] = stored.message }
      }
      listen(turn)
      for send in turn.sends { check(send, at: turn.now, town) }
      checkAudit(turn)
    }
    read = town.turns.count
    for part in town.journal.moving.values where !part.fate.isFinal {
      let isThere = !town.journal.erased.contains(part.key.message)
      #expect(isThere, "content gone while \(part.fate); \(note)")
    }
  }

  /// What was accepted in the turn counts before anything of the turn was sent.
  private mutating func listen(_ turn: TownHarness.TurnRecord) {
    for entry in turn.journal {
      guard case .accepted(let stored) = entry, let statement = stored.message.consent else {
        continue
      }
      truth.hear(
        statement, of: person(of: stored.message), from: stored.message.source, at: turn.now)
    }
  }

  private func person(of message: Message) -> String {
    let alias = message.participant?.text ?? ""
    if let token = message.tokens.first(where: { $0.kind == .stateID }) {
      let text = token.value.prefix { $0 != 0 }
      return String(String(decoding: text, as: UTF8.self).dropFirst("state-".count))
    }
    return String(alias.dropFirst(message.source.text.count + 1))
  }

  private mutating func check(_ send: Send, at now: WallTime, _ town: TownHarness) {
    switch send {
    case .deliver(let permitted):
      let delivery = permitted.delivery
      guard let content = delivery.content, let original = messages[content.message.id] else {
        Issue.record("a delivery of nothing that was accepted; \(note)")
        return
      }
      let key = PartKey(
        message: original.id, recipient: permitted.recipient, part: content.part)
      count(delivery.number, key, permitted.recipient)
      disclosed.insert(key)
      checkAuthority(content.message, original, permitted.recipient, now, town)
    case .void(let agency, let delivery):
      #expect(delivery.content == nil)
      #expect(numbers[agency]?[delivery.number] != nil, "void before its number; \(note)")
    case .reply, .rebind, .administered, .previewed: break
    }
  }

  private mutating func count(_ number: UInt64, _ key: PartKey, _ agency: AgencyID) {
    if let known = numbers[agency]?[number] {
      #expect(known == key, "one number, two things; \(note)")
    } else {
      let count = UInt64(numbers[agency]?.count ?? 0)
      #expect(number == count + 1, "a gap in the numbers of \(agency); \(note)")
      #expect(!(numbers[agency]?.values.contains(key) ?? false), "two numbers; \(note)")
      numbers[agency, default: [:]][number] = key
    }
  }

  private func checkAuthority(
    _ message: Message, _ original: Message, _ recipient: AgencyID, _ now: WallTime,
    _ town: TownHarness
  ) {
    #expect(message.tokens.isEmpty && message.consent == nil && message.audience.isEmpty)
    if original.source == .hub {
      #expect(original.audience == [recipient], "\(note)")
      return
    }
    let path = ProgramAgreement.Path(
      message.topic, from: Town.role(of: original.source), to: Town.role(of: recipient))
    #expect(Town.agreement.paths.contains(path), "\(note)")
    guard Catalogue.spec(of: message.topic)?.disclosure != .operational else {
      #expect(message.participant == nil)
      return
    }
    #expect(message.participant != original.participant, "an alias crossed over; \(note)")
    let who = subject(of: original, town)
    for segment in message.segments {
      let isAllowed = truth.allows(segment, of: original, about: who, to: recipient, at: now)
      #expect(isAllowed, "\(message.topic) of \(who) to \(recipient) without authority; \(note)")
    }
  }

  /// A booking that a steward confirmed is about whom the steward named.
  private func subject(of message: Message, _ town: TownHarness) -> String {
    guard message.participant == nil, !message.tokens.contains(where: { $0.kind == .stateID }),
      let id = town.journal.messages[message.id]?.participant
    else { return person(of: message) }
    let aliases = town.journal.participants[id]?.aliases ?? [:]
    for (agency, alias) in aliases where alias.text.hasPrefix(agency.text + "-p") {
      return String(alias.text.dropFirst(agency.text.count + 1))
    }
    return "nobody"
  }

  /// Every change of a part's fate, an acknowledgement apart, has exactly one entry in the log.
  private func checkAudit(_ turn: TownHarness.TurnRecord) {
    var entries: [PartKey: Int] = [:]
    for case .audit(let entry) in turn.journal {
      guard let message = entry.message, let recipient = entry.recipient, let part = entry.part,
        entry.kind != .resent
      else { continue }
      entries[PartKey(message: message, recipient: recipient, part: part), default: 0] += 1
    }
    for case .part(let part) in turn.journal {
      #expect(messages[part.key.message] != nil, "a part of an unknown message; \(note)")
      let expected = part.fate == .delivered ? 0 : 1
      #expect(
        entries.removeValue(forKey: part.key) ?? 0 == expected,
        "\(part.fate) without its one entry; \(note)")
    }
    #expect(entries.isEmpty, "decisions logged that changed nothing; \(note)")
  }

  func close(_ town: TownHarness) {
    for (agency, lane) in town.state.lanes {
      #expect(lane.window.isEmpty && !lane.mayHavePending, "\(agency) not drained; \(note)")
      let applied = town.adapters[agency]!.applied
      #expect(applied.map(\.number) == Array(1..<lane.next), "\(agency) applied; \(note)")
      let keys = applied.compactMap { $0.content.map { [$0.message.id.description, "\($0.part)"] } }
      #expect(Set(keys).count == keys.count, "\(agency) applied twice; \(note)")
    }
    var shares: [[String]: UInt32] = [:]
    for part in town.journal.allParts {
      #expect(part.fate.isFinal, "\(part.fate) after everything; \(note)")
      #expect(part.wasDisclosed == disclosed.contains(part.key), "disclosure list; \(note)")
      let key = [part.key.message.description, part.key.recipient.text]
      #expect(shares[key, default: 0] & part.segments.bits == 0, "two fates; \(note)")
      shares[key, default: 0] |= part.segments.bits
    }
    for (key, bits) in shares {
      let count = messages[MessageID(key[0])!]?.segments.count ?? 0
      #expect(bits == SegmentSet.all(of: count).bits, "a segment without a fate; \(note)")
    }
    #expect(town.journal.timers.keys.allSatisfy { key in
      if case .view = key { true } else if case .releaseExpiring = key { true } else { false }
    }, "timers left behind; \(note)")
  }
}
