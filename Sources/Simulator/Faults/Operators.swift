import HubModel
import RouterCore

/// What operators do in the middle of everything: keys, agreements, people, the clock.
extension World {
  // MARK: The clock

  /// Somebody looks at a clock in doubt, sooner or later, and mostly sets it right first.
  func callOperator() {
    guard !isOperatorCalled else { return }
    isOperatorCalled = true
    after(.minutes(Int64(isMending ? 1 : random.within(5...240)))) { [self] in
      isOperatorCalled = false
      if isMending || random.chance(3, in: 4) { router.clock.correct() }
      router.ask(.acceptClock(reason: "looked at"))
    }
  }

  // MARK: Keys

  /// A stolen key: its holder gets another one, by telephone.
  func cutOff(_ agency: SimulatedAgency) {
    guard router.isUp else { return }
    let old = agency.link.nextKey ?? agency.link.fingerprint
    let new = enrol(agency)
    agency.link.listen(with: old)
    router.ask(.cutOff(old, reason: "stolen"))
    agency.link.nextKey = new
  }

  /// The new key is let in beside the old one; the old one goes when the new one is in use.
  func rotate(_ agency: SimulatedAgency) {
    guard agency.link.nextKey == nil else { return }
    let new = enrol(agency)
    after(.minutes(Int64(random.within(1...60)))) { [self] in
      guard agency.link.nextKey == nil, !router.isCutOff(agency.link.fingerprint) else { return }
      let old = agency.link.fingerprint
      agency.link.nextKey = new
      agency.link.drop(told: true)
      after(.minutes(Int64(random.within(1...300)))) { [self] in retire(old, of: agency) }
    }
  }

  private func enrol(_ agency: SimulatedAgency) -> KeyFingerprint? {
    keysMade += 1
    guard let key = KeyFingerprint("key-\(agency.id)-\(keysMade)") else { return nil }
    changeKeys(of: agency) {
      $0.append(Registry.Key(fingerprint: key, curve: [], signing: [], isConsumer: true))
    }
    return key
  }

  private func retire(_ old: KeyFingerprint, of agency: SimulatedAgency) {
    guard agency.link.fingerprint != old else { return }
    changeKeys(of: agency) { keys in keys.removeAll { $0.fingerprint == old } }
  }

  private func changeKeys(
    of agency: SimulatedAgency, _ change: (inout [Registry.Key]) -> Void
  ) {
    var all = router.registry.agencies
    guard var entry = all[agency.id] else { return }
    change(&entry.keys)
    all[agency.id] = entry
    router.registry = Registry(agencies: all.values.sorted { $0.id < $1.id })
    router.ask(.replaceRegistry(router.registry))
  }

  // MARK: The agreement

  /// Closes or opens one path; now, or from some later hour on.
  func changeAgreement(later: Bool) {
    guard router.isUp, let newest = history.operators.newest else { return }
    let path = random.pick([
      ProgramAgreement.Path(.participantStatus, from: .behavioralHealth, to: .prosecutor),
      ProgramAgreement.Path(.holdRequested, from: .sheriff, to: .prosecutor),
      ProgramAgreement.Path(.bookingCreated, from: .sheriff, to: .behavioralHealth),
    ])
    let next = newest.with(path, open: !newest.paths.contains(path))
    let date =
      later ? router.clock.now() + .minutes(Int64(random.within(1...4_000))) : nil
    history.operators.learn(next, effective: date)
    router.ask(.activate(next, text: SimulatedTown.text(of: next), effective: date))
  }

  // MARK: People

  private func anyName() -> AliasKey? {
    let agency = random.pick(agencies).id
    return Traffic.alias(of: random.pick(faults.people), at: agency)
      .map { AliasKey(agency, $0) }
  }

  func mergePeople() {
    guard let one = anyName(), let other = anyName() else { return }
    router.ask(.merge(one, other, reason: "the same person"))
  }

  func separatePeople() {
    guard let name = anyName() else { return }
    router.ask(.separate(name, reason: "not the same after all"))
  }

  /// Mostly one of 2.64, which opens something; one of 2.65 opens nothing that is said here.
  func recordOrder() {
    guard let name = anyName(), let id = RoiID("order-\(random.below(3))") else { return }
    let now = router.clock.now()
    router.ask(
      .recordOrder(
        CourtOrder(
          id: id, kind: random.chance(3, in: 4) ? .noncriminal : .prosecution, issuedAt: now,
          expiresAt: now + .hours(Int64(random.within(1...100))),
          disclosers: [.role(.publicDefender)],
          recipients: [.role(random.pick([Role.prosecutor, .behavioralHealth, .sheriff]))],
          information: [InformationScope(categories: [.defence])], hasFindings: true,
          hasNotice: true), of: name, reason: "docket"))
  }

  func revokeRelease() {
    let person = random.pick(faults.people)
    guard let id = RoiID("field-\(person)-\(random.below(3))") else { return }
    router.ask(.revoke(id, reason: "by letter"))
  }
}

extension ProgramAgreement {
  /// The next version, with one path opened or closed.
  func with(_ path: Path, open isOpen: Bool) -> ProgramAgreement {
    var paths = paths
    if isOpen { paths.insert(path) } else { paths.remove(path) }
    return ProgramAgreement(
      program: program, version: version + 1,
      contentHash: [UInt8](repeating: UInt8(truncatingIfNeeded: version + 1), count: 32),
      paths: paths, exceptions: exceptions, outcomes: outcomes, hold: hold, handoff: handoff,
      escrow: escrow, referral: referral, roiExpiringDays: roiExpiringDays, calendar: calendar,
      dutyLine: dutyLine, isDemonstration: isDemonstration)
  }
}
