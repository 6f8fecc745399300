import FaultyDisk
import HubModel

/// Draws the larger faults and lets them happen.
extension World {
  func scheduleChaos(until end: Tick) {
    guard faults.minutesBetweenFaults > 0 else { return }
    let wait = Span.seconds(Int64(random.within(1...(2 * 60 * faults.minutesBetweenFaults))))
    guard now + wait < end else { return }
    after(wait) { [self] in
      strike(random.pick(faults.kinds))
      scheduleChaos(until: end)
    }
  }

  private func strike(_ fault: Fault) {
    tally.faults[fault.rawValue, default: 0] += 1
    let agency = random.pick(agencies)
    switch fault {
    case .connectionLost: agency.link.drop(told: true)
    case .partition: partition(agency)
    case .longAbsence:
      agency.kill(powerFails: false, away: .hours(Int64(random.pick([6, 24, 200, 600]))))
    case .routerKilled: router.kill(powerFails: random.chance(1, in: 2))
    case .routerKilledBetweenSends:
      router.diesAfterSends = random.below(4)
      router.wake()
    case .routerDiskWrite:
      faulty_disk_lay(router.folder, Int32(FAULTY_DISK_WRITE_ERROR), Int64(random.within(1...40)))
    case .routerDiskFlush:
      faulty_disk_lay(router.folder, Int32(FAULTY_DISK_SYNC_ERROR), Int64(random.within(1...8)))
    case .routerDiskFull:
      faulty_disk_lay(router.folder, Int32(FAULTY_DISK_FULL), Int64(random.within(1...40)))
    case .adapterKilled: agency.kill(powerFails: random.chance(1, in: 2))
    case .adapterDiskWrite:
      faulty_disk_lay(agency.folder, Int32(FAULTY_DISK_WRITE_ERROR), Int64(random.within(1...20)))
    case .adapterDiskFlush:
      faulty_disk_lay(agency.folder, Int32(FAULTY_DISK_SYNC_ERROR), Int64(random.within(1...6)))
    case .adapterDiskFull:
      faulty_disk_lay(agency.folder, Int32(FAULTY_DISK_FULL), Int64(random.within(1...20)))
    case .spaceLow: runLow()
    case .clockJump: jump()
    case .keyCutOff: cutOff(agency)
    case .keyRotated: rotate(agency)
    case .agreementChanged: changeAgreement(later: false)
    case .agreementScheduled: changeAgreement(later: true)
    case .peopleMerged: mergePeople()
    case .peopleSeparated: separatePeople()
    case .operatorRevoked: revokeRelease()
    case .orderRecorded: recordOrder()
    }
  }

  private func partition(_ agency: SimulatedAgency) {
    agency.link.isCut = true
    after(.seconds(Int64(random.within(1...7_200)))) { agency.link.mend() }
  }

  private func runLow() {
    router.isLowOnSpace = true
    after(.minutes(Int64(random.within(1...240)))) { [self] in router.isLowOnSpace = false }
  }

  /// Whole pairs of minutes, so that no sum of jumps is too small to be seen.
  private func jump() {
    let clock = random.chance(1, in: 2) ? router.clock : random.pick(agencies).clock
    clock.jump(by: .minutes(2 * Int64(random.within(-1_000...1_000))))
    after(.minutes(Int64(random.within(1...300)))) { clock.correct() }
  }
}
