import HubModel

/// What people have said about consent, in the order in which the ledger took it, by the plainest
/// reading of the rules. Shares no code with the engine: it judges it.
struct SaidConsent {
  private struct Form {
    var roi: ReleaseOfInformation
    var person: String
    var keeper: AgencyID
    var isWhole: Bool
    var saidNo = false
    var isRevoked = false
    var isReplaced = false
    /// What took its place.
    var heirs: Set<RoiID> = []
    var revokedToward: [Party] = []

    var isInForce: Bool { isWhole && !saidNo && !isRevoked && !isReplaced }
  }

  /// Everything was taken back, what had not come yet included.
  private struct Blanket {
    var recipients: [Party]
    var at: WallTime
  }

  private var forms: [RoiID: Form] = [:]
  /// Taken back before they came.
  private var dead: Set<RoiID> = []
  private var blankets: [String: [Blanket]] = [:]
  /// Who counts as one person with others, each among them.
  private var groups: [String: Set<String>] = [:]
  /// Stopped by word of mouth; found to be false. By whom each was said to be signed.
  private var stopped: [String: Set<RoiID>] = [:]
  private var forged: [String: Set<RoiID>] = [:]
  /// What has come, and when it was last told of.
  private var events: [String: [String: WallTime]] = [:]
  /// Of people who were expunged: nobody may use them again.
  private var spent: Set<RoiID> = []
  /// Came out of a backup; who captured them has not spoken since.
  private var unconfirmed: Set<RoiID> = []
  /// Taken back in part by what the ledger had heard before it was put back to a backup.
  private var lost: [RoiID: [Party]] = [:]
  /// What needs no release.
  var authorities = SaidAuthorities()

  static func names(_ party: Party, _ agency: Registry.Agency) -> Bool {
    switch party {
    case .agency(let id), .person(let id, _): id == agency.id
    case .role(let role): role == agency.role
    }
  }

  // MARK: Hearing

  /// - Parameter now: when the router took it in.
  mutating func hear(
    _ statement: ConsentStatement, of person: String, by agency: AgencyID, at now: WallTime
  ) {
    switch statement {
    case .release(let roi): sign(roi, person, agency)
    case .refusal(let refusal): refuse(refusal, person, agency)
    case .revocation(let revocation): revoke(revocation, person, now)
    case .event(let event): mark(event, person, agency, now)
    }
  }

  private mutating func mark(
    _ event: RoiEvent, _ person: String, _ agency: AgencyID, _ now: WallTime
  ) {
    if event.kind == .occurred {
      // As with what takes back everything: it stays with each of them when they are told apart.
      for each in everyone(with: person) { events[each, default: [:]][event.event] = now }
    }
    guard let id = event.id else { return }
    switch event.kind {
    case .suspended: stopped[person, default: []].insert(id)
    case .resumed: stopped[person]?.remove(id)
    // Whoever else says so of it stops it.
    case .voided where forms[id].map { $0.keeper != agency } ?? false:
      stopped[person, default: []].insert(id)
    case .voided: forged[person, default: []].insert(id)
    case .occurred, .confirmed: break
    }
  }

  /// The operator takes back a release that has been heard of.
  mutating func revoke(_ id: RoiID, at now: WallTime) {
    guard let form = forms[id] else { return }
    revoke(RoiRevocation(id: id), form.person, now)
  }

  // MARK: Upkeep

  /// They were expunged: who comes under their names is a stranger.
  mutating func forget(_ people: Set<String>) {
    for (id, form) in forms where people.contains(form.person) {
      spent.insert(id)
      forms[id] = nil
    }
    for person in people {
      separate(person)
      blankets[person] = nil
      stopped[person] = nil
      forged[person] = nil
      events[person] = nil
      authorities.forget(person)
    }
  }

  /// The ledger was put back to where it had heard this and nothing more. What has been taken
  /// back, stopped or come to its end in the meantime stays so; what was let goes on only when
  /// whoever captured it says so again.
  mutating func putBack(knowing later: SaidConsent) {
    // A no is none: a release that is signed after it has not come out of the backup.
    unconfirmed = Set(forms.filter { !$0.value.saidNo }.keys)
    spent.formUnion(later.spent)
    dead.formUnion(later.dead)
    lost.merge(later.lost) { $0 + $1 }
    for (id, form) in later.forms {
      if form.isRevoked, forms[id] == nil { dead.insert(id) }
      if !form.revokedToward.isEmpty { lost[id, default: []] += form.revokedToward }
      if form.isRevoked { forms[id]?.isRevoked = true }
      forms[id]?.revokedToward += form.revokedToward
    }
    for (person, later) in later.blankets { blankets[person, default: []] += later }
    stopped.merge(later.stopped) { $0.union($1) }
    forged.merge(later.forged) { $0.union($1) }
    for (person, later) in later.events {
      events[person, default: [:]].merge(later) { max($0, $1) }
    }
  }

  /// Whoever captured it says that it stands as they send it.
  mutating func confirm(_ statement: ConsentStatement) {
    if case .release(let roi) = statement { unconfirmed.remove(roi.id) }
  }

  // MARK: Who is who

  func everyone(with person: String) -> Set<String> { groups[person] ?? [person] }

  mutating func merge(_ one: String, _ other: String) {
    let all = everyone(with: one).union(everyone(with: other))
    for person in all { groups[person] = all }
  }

  mutating func separate(_ person: String) {
    let rest = everyone(with: person).subtracting([person])
    for other in rest { groups[other] = rest }
    groups[person] = nil
  }

  // MARK: Statements

  private mutating func sign(_ roi: ReleaseOfInformation, _ person: String, _ agency: AgencyID) {
    if spent.contains(roi.id) { return }
    var form = Form(
      roi: roi, person: person, keeper: agency, isWhole: roi.formImageHash.count == 32)
    form.revokedToward = lost[roi.id] ?? []
    if let known = forms[roi.id] {
      if known.roi.version > roi.version { return }
      let wasDraft = !known.isWhole && !known.isRevoked && !known.isReplaced
      if known.roi.version == roi.version && !wasDraft { return }
      form.isRevoked = known.isRevoked
      form.isReplaced = known.isReplaced
      form.heirs = known.heirs
      form.revokedToward = known.revokedToward
    }
    if dead.contains(roi.id) { form.isRevoked = true }
    // Signed before everything was taken back, and late to arrive.
    for blanket in blankets[person] ?? [] where roi.signedAt.map({ $0 <= blanket.at }) ?? false {
      if blanket.recipients.isEmpty { form.isRevoked = true }
      form.revokedToward += blanket.recipients
    }
    let heirs = forms.values.filter {
      $0.isWhole && !$0.saidNo && $0.roi.supersedes == roi.id && $0.roi.id != roi.id
        && $0.person == person
    }
    if form.isWhole, !heirs.isEmpty {
      form.isReplaced = true
      form.heirs.formUnion(heirs.map(\.roi.id))
    }
    forms[roi.id] = form
    let replaces = form.isInForce || (form.isWhole && dead.contains(roi.id))
    if replaces, let older = roi.supersedes, older != roi.id, let old = forms[older],
      old.person == person, old.isWhole, !old.saidNo
    {
      forms[older]?.isReplaced = true
      forms[older]?.heirs.insert(roi.id)
    }
  }

  private mutating func refuse(_ refusal: RoiRefusal, _ person: String, _ agency: AgencyID) {
    if let known = forms[refusal.id], known.isWhole || known.saidNo || known.isRevoked { return }
    let empty = ReleaseOfInformation(
      id: refusal.id, version: 0, kind: .field, disclosers: [], recipients: [], information: [],
      purposes: [], signedAt: nil, expiry: nil)
    var form = Form(roi: empty, person: person, keeper: agency, isWhole: false)
    form.saidNo = refusal.reason == .refused
    forms[refusal.id] = form
  }

  private mutating func revoke(
    _ revocation: RoiRevocation, _ person: String, _ now: WallTime
  ) {
    let people = everyone(with: person)
    for id in forms.keys where revocation.id == id || revocation.id == nil {
      guard let form = forms[id], revocation.id != nil || people.contains(form.person),
        !form.isRevoked
      else { continue }
      if revocation.recipients.isEmpty { forms[id]?.isRevoked = true }
      forms[id]?.revokedToward += revocation.recipients
    }
    if let id = revocation.id {
      if forms[id] == nil { dead.insert(id) }
    } else {
      let blanket = Blanket(recipients: revocation.recipients, at: now)
      for each in people { blankets[each, default: []].append(blanket) }
    }
  }

  // MARK: Answering

  /// Whether this segment of what `sender` said may go to `recipient` at `now`.
  func allows(
    _ segment: Segment, of message: Message, about person: String, from sender: Registry.Agency,
    to recipient: Registry.Agency, at now: WallTime
  ) -> Bool {
    var labels = segment.labels
    if sender.isPart2Program { labels.insert(.part2) }
    let people = everyone(with: person)
    // Who sends on a release of their own hears what becomes of it, and would hear of these too.
    let isAnswered = message.release != nil && SaidAuthorities.answered.contains(message.topic)
    if !isAnswered, authorities.opens(segment, of: message, about: people, to: recipient, at: now) {
      return true
    }
    let isOrdered = authorities.orders(
      segment, labels, of: message, about: people, from: sender, to: recipient, at: now)
    if !isAnswered, isOrdered { return true }
    let halted = people.reduce(into: Set<RoiID>()) { $0.formUnion(stopped[$1] ?? []) }
    let untrue = people.reduce(into: Set<RoiID>()) { $0.formUnion(forged[$1] ?? []) }
    var heard = forms.values.filter { people.contains($0.person) }
    if let named = message.release {
      // Taken back, as a whole or toward this recipient: nothing that replaced it speaks for it.
      if dead.contains(named) { return false }
      if let form = forms[named], isTaken(form, from: recipient, people) { return false }
      let line = line(from: named)
      heard = heard.filter { line.contains($0.roi.id) }
    }
    let isRefused = heard.contains { form in
      !isTrulyReplaced(form, untrue) && !form.saidNo
        && form.roi.refusals.contains { refusal in
          refusal.recipients.contains { Self.names($0, recipient) }
            && refusal.information.categories.contains(segment.category)
        }
    }
    if isRefused { return false }
    return heard.contains { form in
      guard form.isInForce, !isTaken(form, from: recipient, people),
        !unconfirmed.contains(form.roi.id),
        !halted.contains(form.roi.id), !untrue.contains(form.roi.id),
        let signed = form.roi.signedAt, signed <= now, !isOver(form, since: signed, people, now)
      else { return false }
      let isPrinted = segment.category == .hold || segment.category == .handoffDetails
      if form.roi.kind == .field && !isPrinted { return false }
      return form.roi.disclosers.contains { Self.names($0, sender) }
        && form.roi.recipients.contains { Self.names($0, recipient) }
        && form.roi.purposes.contains(message.purpose)
        && form.roi.information.contains {
          $0.categories.contains(segment.category) && labels.isSubset(of: $0.labels)
        }
    }
  }

  /// A false form takes no refusal back.
  private func isTrulyReplaced(_ form: Form, _ forged: Set<RoiID>) -> Bool {
    guard form.isReplaced else { return false }
    let heirs = form.heirs.filter {
      forms[$0]?.roi.supersedes == form.roi.id && forms[$0]?.isWhole == true
    }
    return heirs.isEmpty || !heirs.isSubset(of: forged)
  }

  private func isOver(
    _ form: Form, since signed: WallTime, _ people: Set<String>, _ now: WallTime
  ) -> Bool {
    switch form.roi.expiry {
    case .at(let end)?: return now >= end
    case .event(let event)?:
      return people.contains { (events[$0]?[event]).map { $0 >= signed } ?? false }
    case .never?, nil: return true
    }
  }

  /// What somebody took back under one of the person's names, they took back under all.
  private func isTaken(
    _ form: Form, from recipient: Registry.Agency, _ people: Set<String>
  ) -> Bool {
    if form.isRevoked || form.revokedToward.contains(where: { Self.names($0, recipient) }) {
      return true
    }
    return people.contains { person in
      (blankets[person] ?? []).contains { blanket in
        (form.roi.signedAt.map { $0 <= blanket.at } ?? false)
          && (blanket.recipients.isEmpty
            || blanket.recipients.contains { Self.names($0, recipient) })
      }
    }
  }

  private func line(from id: RoiID) -> Set<RoiID> {
    var line: Set<RoiID> = [id]
    for _ in forms {
      for form in forms.values {
        if let older = form.roi.supersedes, line.contains(older) { line.insert(form.roi.id) }
      }
    }
    return line
  }
}
