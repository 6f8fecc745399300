import Foundation
import HubModel
@testable import RouterCore

/// One step of a random history. Ids are fixed when it is made, so that it can be played again
/// beside another.
enum Op {
  case publish(AgencyID, [Draft])
  case connect(AgencyID)
  case disconnect(AgencyID)
  case acknowledge(AgencyID)
  case replay(AgencyID, back: UInt64)
  case answer(AgencyID, confirms: Bool, person: String)
  case confirm(AgencyID)
  case pass(Span)
  case space(isLow: Bool)
  case restart
}

enum Seeds {
  /// `ACCORD_SEED` reruns one seed, `ACCORD_SEEDS` sets how many are run.
  static func shards(_ usual: Int) -> [[UInt64]] {
    let environment = ProcessInfo.processInfo.environment
    if let one = environment["ACCORD_SEED"].flatMap(UInt64.init) { return [[one]] }
    let count = environment["ACCORD_SEEDS"].flatMap(Int.init) ?? usual
    return (0..<4).map { shard in (1...UInt64(max(4, count))).filter { $0 % 4 == UInt64(shard) } }
  }
  static func rerun(_ seed: UInt64, _ suite: String) -> String {
    "rerun: ACCORD_SEED=\(seed) swift test --filter \(suite)"
  }
}

/// Makes random publications out of the town's vocabulary.
struct Author {
  var random: Seeded
  private var serial: UInt64
  private var releases = 0

  init(seed: UInt64, serial: UInt64 = 1 << 40) {
    random = Seeded(seed)
    self.serial = serial
  }

  mutating func fixed(_ draft: Draft) -> Draft {
    serial += 1
    var draft = draft
    draft.serial = serial
    return draft
  }

  mutating func caseOf(_ person: String) -> String { "c-\(person)" }

  /// Something that `agency` might say about one of `people`; named releases are `prefix-…`.
  mutating func draft(by agency: AgencyID, about people: [String], prefix: String) -> Draft {
    let person = random.pick(people)
    let one = Int.random(in: 0..<2, using: &random)
    let named = random.chance(70) ? "\(prefix)-\(person)-\(one)" : nil
    let draft: Draft
    switch Town.role(of: agency) {
    case .sheriff: draft = sheriff(person, named, prefix)
    case .prosecutor: draft = prosecutor(person, named)
    case .publicDefender: draft = defender(person)
    default: draft = provider(person, named, prefix)
    }
    return fixed(draft)
  }

  private mutating func sheriff(_ person: String, _ named: String?, _ prefix: String) -> Draft {
    let caseID = caseOf(person)
    switch Int.random(in: 0..<10, using: &random) {
    case 0, 1: return .handoff(case: caseID)
    case 2: return .details(of: person, case: caseID, release: named)
    case 3, 4: return .holdRequest(of: person, case: caseID, release: named)
    case 5: return .booking("b-\(serial)", tokens: [Draft.stateID(person)])
    case 6:
      let name = random.pick([person, "stranger"])
      return .booking("b-\(serial)", tokens: [Draft.name(name), Draft.inmate("i-\(name)")])
    default: return consent(person, named, prefix, isField: true)
    }
  }

  private mutating func prosecutor(_ person: String, _ named: String?) -> Draft {
    if random.chance(30) { return .caseEvent(of: person, "hearing-\(serial)") }
    let topic = random.pick([Topic.holdOpened, .holdExtended, .holdReleased])
    return .hold(topic, of: person, case: caseOf(person), release: named)
  }

  private mutating func defender(_ person: String) -> Draft {
    Draft(
      .defenceAssigned, of: person, tokens: [Draft.stateID(person)],
      [Segment(.defence, fields: [Field("attorney", .text("A. Law"))])])
  }

  private mutating func provider(_ person: String, _ named: String?, _ prefix: String) -> Draft {
    let caseID = caseOf(person)
    switch Int.random(in: 0..<8, using: &random) {
    case 0, 1:
      return .answer(
        random.pick([.handoffAcknowledged, .handoffDeclined, .handoffArrived]), case: caseID,
        to: nil)
    case 2: return .intake(of: person, case: caseID)
    case 3: return .status(of: person, case: caseID, "engaged")
    case 4:
      return Draft(
        .intakeNotCompleted, of: person, case: caseID, tokens: [Draft.stateID(person)],
        [Segment(.participationNegative, fields: [Field("hold", .code("h"))])])
    default: return consent(person, named, prefix, isField: false)
    }
  }

  private mutating func consent(
    _ person: String, _ named: String?, _ prefix: String, isField: Bool
  ) -> Draft {
    let id = named ?? "\(prefix)-\(person)-0"
    switch Int.random(in: 0..<10, using: &random) {
    case 0: return .refused(id, random.chance(50) ? .refused : .incapacity, of: person)
    case 1: return .revoked(id, of: person)
    case 2: return .revoked(id, of: person, toward: [.agency(random.pick(Town.agencies))])
    case 3 where random.chance(40): return .revoked(nil, of: person)
    default:
      var roi = isField ? Town.fieldRelease(id) : Town.fullRelease(id, to: some(of: Town.agencies))
      roi.version = UInt32.random(in: 1...2, using: &random)
      if random.chance(15) { roi.formImageHash = [] }
      if random.chance(30) {
        roi.signedAt = Town.start + .hours(Int64.random(in: 1...40, using: &random))
      }
      if random.chance(20) {
        roi.expiry = .at(Town.start + .hours(Int64.random(in: 1...60, using: &random)))
      }
      if random.chance(10) { roi.startsAt = Town.start + .hours(6) }
      if random.chance(15) { roi.supersedes = RoiID("\(prefix)-\(person)-1") }
      if random.chance(10) {
        roi.refusals = [
          .init(
            recipients: [.agency(random.pick(Town.agencies))],
            information: InformationScope(categories: [.booking, .hold]))
        ]
      }
      var draft = Draft.signed(roi, of: person)
      draft.tokens.append(Draft.name(person))
      return draft
    }
  }

  mutating func some(of agencies: [AgencyID]) -> [AgencyID] {
    let chosen = agencies.filter { _ in random.chance(60) }
    return chosen.isEmpty ? [random.pick(agencies)] : chosen
  }
}

extension TownHarness {
  /// Says hello where the router has forgotten the adapter, as an adapter does before its spool.
  private func greet(_ agency: AgencyID) {
    if state.sessions[adapters[agency]!.session] == nil {
      adapters[agency]!.isConnected = false
      run([hello(agency)])
    }
  }

  func play(_ op: Op) {
    switch op {
    case .publish(let agency, let drafts):
      greet(agency)
      run(publication(drafts.map { message($0, from: agency) }, from: agency))
    case .connect(let agency): connect(agency)
    case .disconnect(let agency): disconnect(agency)
    case .acknowledge(let agency):
      if adapters[agency]!.isConnected { acknowledge(agency) }
    case .replay(let agency, let back):
      guard let adapter = adapters[agency], adapter.isConnected else { return }
      run([resume(agency, from: max(1, adapter.next - min(back, adapter.next - 1)))])
    case .answer(let agency, let confirms, let person):
      guard
        let id = deliveries(to: agency).last(where: { $0.topic == .identityCandidate })?
          .code("candidate").flatMap({ MessageID($0) })
      else { return }
      greet(agency)
      publish(.answer(candidate: id, of: person, confirms: confirms), from: agency)
    case .confirm(let agency):
      guard
        let id = deliveries(to: agency).last(where: { $0.topic == .outcome })?
          .code("message").flatMap({ MessageID($0) })
      else { return }
      greet(agency)
      publish(.confirm(outcomeOf: id), from: agency)
    case .pass(let span):
      now = now + span
      tick = tick + span
      run(connected.map { .submission(adapters[$0]!.session, .ping(echo: 1)) })
    case .space(let isLow): run([.space(isLow: isLow)])
    case .restart:
      let back = connected
      restart()
      for agency in adapters.keys.sorted() { run([hello(agency)]) }
      connect(all: back)
    }
  }
}
