import HubModel
@testable import RouterCore
import Testing

/// Counts, over random histories, what happened and what was written into the log of it.
@Suite("One entry for each act")
struct AuditCountTests {
  @Test("Every decision, release, withholding, consent and administrative act has one entry",
    arguments: Seeds.shards(40))
  func counts(_ seeds: [UInt64]) throws {
    for seed in seeds {
      let town = TownHarness(window: 3)
      let note = Seeds.rerun(seed, "AuditCountTests")
      var author = Author(seed: seed)
      for op in SafetyProperties.history(seed) {
        town.play(op)
        if author.random.chance(10) { administer(town, &author) }
      }
      for turn in town.turns { check(turn, note) }
    }
  }

  private func administer(_ town: TownHarness, _ author: inout Author) {
    let releases = town.journal.participants.values
      .flatMap { $0.consents.records.map(\.roi.id) }.sorted()
    let act: AdministrativeAct
    switch Int.random(in: 0..<4, using: &author.random) {
    case 0: act = .cutOff(Town.fingerprint(Town.harbor, "pager"), reason: "lost")
    case 1: act = .replaceRegistry(town.registry)
    case 2: act = .activate(town.agreement, text: [], effective: nil)
    default:
      guard !releases.isEmpty else { return }
      act = .revoke(author.random.pick(releases), reason: "by telephone")
    }
    town.run([.administration(act, ticket: 1)])
  }

  private func check(_ turn: TownHarness.TurnRecord, _ note: String) {
    var expected: [AuditEntry.Kind: Int] = [:]
    var changes: Set<String> = []
    for entry in turn.journal {
      switch entry {
      case .accepted(let stored) where stored.basis == .submitted:
        expected[.accepted, default: 0] += 1
      case .accepted(let stored) where stored.basis == .candidate:
        expected[.candidate, default: 0] += 1
      case .identified: expected[.identityLinked, default: 0] += 1
      case .noMatch: expected[.noMatch, default: 0] += 1
      case .acknowledged: expected[.acknowledged, default: 0] += 1
      case .cutOff: expected[.keyCutOff, default: 0] += 1
      case .agreement: expected[.agreementActivated, default: 0] += 1
      case .agreementRecorded: expected[.agreementRecorded, default: 0] += 1
      case .release(let person, let record): changes.insert("\(person) \(record.position)")
      case .refused: expected[.refused, default: 0] += 1
      case .blanket(let person, _, let position): changes.insert("\(person) \(position)")
      case .tombstone(let person, _, let position): changes.insert("\(person) \(position)")
      case .part(let part): if let kind = kind(of: part) { expected[kind, default: 0] += 1 }
      default: break
      }
    }
    if !changes.isEmpty { expected[.consentChanged] = changes.count }
    for case .administration(.replaceRegistry, _) in turn.events {
      expected[.registryChanged, default: 0] += 1
    }
    var sent = 0
    for case .deliver in turn.sends { sent += 1 }
    var found: [AuditEntry.Kind: Int] = [:]
    for case .audit(let entry) in turn.journal { found[entry.kind, default: 0] += 1 }
    // Whatever was handed to the transport was released now or sent again.
    #expect(sent == found[.released, default: 0] + found[.resent, default: 0], "\(note)")
    // The end of a part is told apart by its entry alone; `SafetyProperties` holds each to one.
    let ends: Set<AuditEntry.Kind> = [.withheld, .voided, .lapsed]
    #expect(
      expected[.withheld, default: 0] == ends.reduce(0) { $0 + found[$1, default: 0] }, "\(note)")
    for kind in Set(expected.keys).union(found.keys).subtracting(ends)
      .subtracting([.resent, .outcomeConfirmed])
    {
      #expect(
        expected[kind, default: 0] == found[kind, default: 0], "\(kind.word) entries; \(note)")
    }
  }

  private func kind(of part: PartRecord) -> AuditEntry.Kind? {
    switch part.fate {
    case .pending: .permitted
    case .held: .held
    case .released: .released
    case .delivered: nil
    case .quarantined: .quarantined
    case .withheld, .returned, .expired, .shredded: .withheld
    }
  }
}

@Suite("Seals at the router")
struct RouterSealTests {
  private static let strict = Registry(
    agencies: Town.agencies.map { id in
      let agency = Town.agency(id)
      return Registry.Agency(
        id: agency.id, name: agency.name, role: agency.role,
        isPart2Program: agency.isPart2Program, releasePort: agency.releasePort, keys: agency.keys)
    })

  private static func seal(
    by signer: KeyFingerprint, depth: Int = Seal.depth, segments: Int
  ) -> Seal {
    let hash = [UInt8](repeating: 7, count: 32)
    let path = Seal.Path(slot: 5, siblings: (0..<depth).flatMap { _ in hash })
    return Seal(
      scheme: Seal.scheme, root: hash, signature: hash + hash, signer: signer,
      headerSalt: [UInt8](repeating: 1, count: Seal.saltBytes), header: path,
      segments: [Seal.Path](repeating: path, count: segments))
  }

  private func refusal(_ change: (inout Message) -> Void) throws -> [ErrorCode] {
    let town = TownHarness(registry: Self.strict)
    town.connect(all: [Town.sheriff])
    var message = town.message(.handoff(case: "case-1"), from: Town.sheriff)
    for index in message.segments.indices {
      message.segments[index].salt = [UInt8](repeating: 2, count: Seal.saltBytes)
    }
    change(&message)
    let sequence = message.topic.sequence
    let publish = Submission.Publish(sequence: sequence, first: 1, items: [.message(message)])
    town.run([.submission(town.adapters[Town.sheriff]!.session, .publish(publish))])
    return (town.seen[Town.sheriff] ?? []).flatMap { seen -> [ErrorCode] in
      guard case .reply(.receipt(let receipt)) = seen else { return [] }
      return receipt.refused.map(\.refusal.code)
    }
  }

  @Test("An unsealed message is refused unless the registry lets the agency send unsealed")
  func unsealed() throws {
    #expect(try refusal { _ in } == [.sealMissing])
  }

  @Test("A seal of the sender's own key and of the right shape is accepted")
  func sealed() throws {
    let key = Town.fingerprint(Town.sheriff, "desk")
    #expect(
      try refusal { $0.seal = Self.seal(by: key, segments: $0.segments.count) } == [])
  }

  @Test("A seal by another key, of another depth, or over unsalted segments is refused")
  func wrongSeals() throws {
    let key = Town.fingerprint(Town.sheriff, "desk")
    let other = Town.fingerprint(Town.sheriff, "pager")
    #expect(
      try refusal { $0.seal = Self.seal(by: other, segments: $0.segments.count) }
        == [.sealInvalid])
    #expect(
      try refusal { $0.seal = Self.seal(by: key, depth: 5, segments: $0.segments.count) }
        == [.sealInvalid])
    #expect(
      try refusal {
        $0.seal = Self.seal(by: key, segments: $0.segments.count)
        $0.segments[0].salt = []
      } == [.sealInvalid])
  }

  @Test("A pong tells the links that follow the asker's, and where the chain stands otherwise")
  func chain() {
    let town = TownHarness()
    town.connect(all: [Town.sheriff])
    let value = [UInt8](repeating: 9, count: 32)
    town.run([.chained(ChainPoint(number: 2, value: value))])
    let session = town.adapters[Town.sheriff]!.session
    for asked in [nil, 2, 7] as [UInt64?] {
      town.run([.submission(session, .ping(echo: 1, chain: asked))])
      guard case .reply(.pong(let pong))? = town.seen[Town.sheriff]?.last else {
        Issue.record("no pong")
        return
      }
      #expect(pong.chain == asked.map { _ in ChainExtension(through: 2, value: value) })
    }
  }

  @Test("A pong in the turn that hears of a new link tells that link, so nothing looks rewritten")
  func chainInOneTurn() {
    let town = TownHarness()
    town.connect(all: [Town.sheriff])
    let links = (1...3).map { number in
      ChainLink(
        number: UInt64(number), commitment: [UInt8](repeating: UInt8(number), count: 32),
        value: [UInt8](repeating: UInt8(9 + number), count: 32))
    }
    town.journal.links = Array(links.prefix(2))
    town.run([.chained(ChainPoint(number: 2, value: links[1].value))])
    town.journal.links = links
    let session = town.adapters[Town.sheriff]!.session
    town.run([
      .chained(ChainPoint(number: 3, value: links[2].value)),
      .submission(session, .ping(echo: 1, chain: 2)),
    ])
    guard case .reply(.pong(let pong))? = town.seen[Town.sheriff]?.last else {
      Issue.record("no pong")
      return
    }
    #expect(
      pong.chain
        == ChainExtension(
          through: 3, value: links[2].value, commitments: [links[2].commitment]))
  }
}
