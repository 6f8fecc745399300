import HubModel
@testable import RouterCore
import Testing

/// Two histories that differ only in what one agency may not know.
private struct Pair {
  let observer: AgencyID
  /// What both histories share, step by step, each with what only the one or the other has.
  var steps: [(shared: Op, first: [Op], second: [Op])] = []
  var differences = 0

  private var author: Author
  private var secret: Author
  private var secretReleases: [String] = []

  /// Participants whom the observer may be told of.
  static let open = ["p0", "p1", "p2"]
  /// Participants of whom nothing reaches the observer; their cases are others' alone.
  static let hidden = ["s0", "s1"]

  init(seed: UInt64) {
    author = Author(seed: seed)
    secret = Author(seed: seed ^ 0xffff_0000, serial: 1 << 44)
    observer = author.random.pick(Town.agencies)
    for agency in Town.agencies { share(.connect(agency)) }
    // Who is in the program at all is settled before: each has a release from the start.
    for person in Self.open {
      let roi = Town.fullRelease("base-\(person)", to: [Town.harbor])
      share(.publish(Town.harbor, [author.fixed(.signed(roi, of: person))]))
    }
    for person in Self.open {
      share(.publish(Town.sheriff, [author.fixed(.handoff(case: "c-\(person)"))]))
    }
    for _ in 0..<Int.random(in: 15...30, using: &author.random) { step() }
    for agency in Town.agencies { share(.acknowledge(agency)) }
    share(.pass(.days(3)))
  }

  private mutating func share(_ op: Op, _ first: [Op] = [], _ second: [Op] = []) {
    steps.append((op, first, second))
    differences += first.count + second.count
  }

  private mutating func step() {
    let agency = author.random.pick(Town.agencies)
    var op: Op
    switch Int.random(in: 0..<100, using: &author.random) {
    case 0..<72:
      // The observer alone also speaks of people of whom it may not be told.
      // A release of its own it knows; what stops or ends others' is as good as a question.
      let people = agency == observer ? Self.open + Self.hidden : Self.open
      var draft = author.draft(by: agency, about: people, prefix: "r")
      if draft.consent != nil, let person = draft.person, Self.hidden.contains(person) {
        draft = asking(about: person)
      }
      if agency != observer, let twin = twin(of: draft) {
        share(
          .pass(Span(milliseconds: 1)), [.publish(agency, [draft])], [.publish(agency, [twin])])
        return
      }
      op = .publish(agency, [draft])
    case 72..<82: op = .acknowledge(agency)
    case 82..<86: op = .replay(observer, back: 2)
    case 86..<88: op = .disconnect(observer)
    case 88..<92: op = .connect(observer)
    case 92..<94: op = .answer(Town.harbor, confirms: true, person: "p0")
    default: op = .pass(author.random.pick([.minutes(6), .hours(2), .hours(13)]))
    }
    // An answer of another agency's depends on what that one was told.
    if case .answer = op, observer != Town.harbor { op = .pass(.minutes(1)) }
    share(op, secrets(), secrets())
  }

  /// What the observer may say of others' releases, of all or of one that it guesses at.
  private mutating func asking(about person: String) -> Draft {
    let guess = author.random.pick(["r-\(person)-0", "s-\(person)-0", "s-\(person)-1", "hush-0"])
    let id = author.random.chance(50) ? RoiID(guess) : nil
    let (topic, kind) = author.random.pick([
      (Topic.roiSuspended, RoiEvent.Kind.suspended), (.roiResumed, .resumed),
      (.roiVoided, .voided), (.roiEvent, .occurred), (.roiRevoked, .occurred),
    ])
    guard topic != .roiRevoked else { return author.fixed(.revoked(id?.text, of: person)) }
    let event = RoiEvent(kind, id: id, event: kind == .occurred ? "discharge" : "")
    return author.fixed(.event(topic, event, of: person))
  }

  /// The same message with another segment that no release covers.
  private mutating func twin(of draft: Draft) -> Draft? {
    guard draft.topic == .holdOpened || draft.topic == .holdExtended,
      secret.random.chance(50)
    else { return nil }
    var twin = draft
    twin.segments.append(
      Segment(
        .hold, labels: [.mentalHealth], fields: [Field("reason", .code("r-\(draft.serial ?? 0)"))]))
    return twin
  }

  // MARK: What only others may know

  private mutating func secrets() -> [Op] {
    guard secret.random.chance(45) else { return [] }
    return (0..<Int.random(in: 1...3, using: &secret.random)).compactMap { _ in secretOp() }
  }

  private mutating func secretOp() -> Op? {
    let others = Town.agencies.filter { $0 != observer }
    let agency = secret.random.pick(others)
    switch Int.random(in: 0..<11, using: &secret.random) {
    case 10:
      let rescuer = others.contains(Town.cedar) ? Town.cedar : Town.harbor
      let person = secret.random.pick(Self.open + Self.hidden)
      return .publish(rescuer, [secret.fixed(.emergency(of: person))])
    case 0..<5: return aboutHidden(by: agency, others)
    case 5, 6: return signing(others)
    case 7: return unsigning(others)
    case 8: return aboutOpen(others)
    default:
      // Whom an outcome tells of deliveries would see when others acknowledge.
      return observer == Town.prosecutor || observer == Town.defender
        ? .acknowledge(agency) : nil
    }
  }

  private mutating func aboutHidden(by agency: AgencyID, _ others: [AgencyID]) -> Op {
    var draft = secret.draft(by: agency, about: Self.hidden, prefix: "s")
    if draft.caseID != nil { draft.caseID = "hidden-\(draft.caseID ?? "")" }
    if case .release(var roi)? = draft.consent {
      roi.recipients.removeAll { $0.includes(observer, role: Town.role(of: observer)) }
      roi.identityStewards.removeAll { $0 == observer }
      if roi.recipients.isEmpty { roi.recipients = [.agency(others[0])] }
      draft.consent = .release(roi)
    }
    // What names nobody goes by role, unless it is addressed.
    if Catalogue.spec(of: draft.topic)?.disclosure == .operational {
      draft.audience = others.filter { $0 != agency }
    }
    return .publish(agency, [draft])
  }

  /// A release about somebody whom the observer knows, toward others; not of what moves a case.
  private mutating func signing(_ others: [AgencyID]) -> Op {
    let id = "hush-\(secretReleases.count)"
    secretReleases.append(id)
    var roi = Town.fullRelease(id, to: secret.some(of: others))
    roi.information[0].categories = [.booking, .courtCase, .defence, .contact]
    roi.identityStewards = secret.some(of: others)
    let capturer = others.contains(Town.cedar) ? Town.cedar : Town.harbor
    return .publish(
      capturer, [secret.fixed(.signed(roi, of: secret.random.pick(Self.open + Self.hidden)))])
  }

  private mutating func unsigning(_ others: [AgencyID]) -> Op {
    let capturer = others.contains(Town.cedar) ? Town.cedar : Town.harbor
    let person = secret.random.pick(Self.open + Self.hidden)
    if let id = secretReleases.last, secret.random.chance(50) {
      return .publish(capturer, [secret.fixed(.revoked(id, of: person))])
    }
    secretReleases.append("hush-\(secretReleases.count)")
    return .publish(
      capturer, [secret.fixed(.refused(secretReleases[secretReleases.count - 1], of: person))])
  }

  private mutating func aboutOpen(_ others: [AgencyID]) -> Op? {
    let person = secret.random.pick(Self.open)
    var draft: Draft
    let agency: AgencyID
    if others.contains(Town.prosecutor), secret.random.chance(50) {
      agency = Town.prosecutor
      draft = .caseEvent(of: person, "secret")
    } else if others.contains(Town.sheriff) {
      agency = Town.sheriff
      let token = secret.random.chance(50) ? Draft.stateID(person) : Draft.name(person)
      draft = .booking("secret", tokens: [token])
    } else {
      return nil
    }
    // Of bookings by name the stewards whom releases name are asked, and one may be the observer.
    if draft.tokens.contains(where: { $0.kind == .nameAndBirthDate }) { return nil }
    draft.audience = others
    return .publish(agency, [secret.fixed(draft)])
  }
}

@Suite("Non-interference: what an agency sees depends only on what it may know")
struct NonInterferenceTests {
  /// Everything that `observer` saw, step by step.
  private func watch(_ pair: Pair, second: Bool, recovery: Bool) -> [[Seen]] {
    let town = TownHarness()
    town.checksRecovery = recovery
    var seen: [[Seen]] = []
    for step in pair.steps {
      for op in second ? step.second : step.first { town.play(op) }
      town.play(step.shared)
      let count = seen.reduce(0) { $0 + $1.count }
      seen.append(Array((town.seen[pair.observer] ?? []).dropFirst(count)))
    }
    return seen
  }

  @Test("Two histories that differ in what it may not know give it the same",
    arguments: Seeds.shards(400))
  func histories(_ seeds: [UInt64]) throws {
    var saw = 0
    for seed in seeds {
      let pair = Pair(seed: seed)
      let first = watch(pair, second: false, recovery: false)
      let second = watch(pair, second: true, recovery: false)
      saw += first.reduce(0) { $0 + $1.compactMap(\.message).count }
      guard first != second else { continue }
      let index = first.indices.first { first[$0] != second[$0] } ?? 0
      let note = Seeds.rerun(seed, "NonInterferenceTests")
      Issue.record(
        """
        \(pair.observer) can tell at step \(index) of \(pair.steps.count): \
        \(Self.summary(first[index])) or \(Self.summary(second[index])); \(note)
        """)
    }
    #expect(saw > 5 * seeds.count, "the observer saw too little for this to mean anything")
  }

  private static func summary(_ seen: [Seen]) -> [String] {
    seen.map { what in
      switch what {
      case .reply(let reply): "\(reply)"
      case .rebind: "rebind"
      case .void(let delivery): "void \(delivery.number)"
      case .delivery(let delivery):
        "\(delivery.number) \(delivery.topic) \(delivery.content?.message.id.description ?? "")"
          + " of \(delivery.content?.message.participant?.text ?? "nobody")"
          + " part \(delivery.content?.part ?? 0)"
          + " \(delivery.content?.message.code("fate") ?? "")"
      }
    }
  }

  @Test("A booking gives its sender the same receipt for a participant, a match and a stranger")
  func bookings() throws {
    func seen(_ tokens: [IdentityToken]) -> [Seen] {
      let town = TownHarness()
      town.connect(all: Town.agencies)
      var signed = Draft.signed(Town.fullRelease("full-1"), of: "ann")
      signed.tokens.append(Draft.name("ann"))
      town.publish(signed, from: Town.harbor)
      town.forgetSeen()
      town.publish(.booking("b-1", tokens: tokens), from: Town.sheriff)
      town.acknowledgeAll()
      town.pass(.days(3), step: .hours(2))
      return town.seen[Town.sheriff] ?? []
    }
    let stranger = seen([Draft.stateID("bob")])
    #expect(seen([Draft.stateID("ann")]) == stranger)
    #expect(seen([Draft.name("ann")]) == stranger)
  }

  @Test("A held message shows its recipient nothing, whatever becomes of it")
  func escrow() throws {
    func seen(_ drafts: [Draft]) -> [Seen] {
      let town = TownHarness()
      town.connect(all: Town.agencies)
      for draft in drafts { town.publish(draft, from: Town.sheriff) }
      town.pass(.days(3), step: .hours(2))
      return town.seen[Town.prosecutor] ?? []
    }
    let hold = Draft.holdRequest(of: "ann", case: "c-1", release: "field-1")
    #expect(seen([hold]) == seen([]))
    #expect(seen([hold, .refused("field-1", of: "ann")]) == seen([]))
    #expect(seen([hold, .revoked("field-1", of: "ann")]) == seen([]))
  }
}
