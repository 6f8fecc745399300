import HubModel

/// The agreement's versions: recorded whole, in force from their date on.
extension Turn {
  /// Records a version and, where its date has come, brings it into force.
  /// - Returns: why it is refused; `nil` where it is recorded, or in force already.
  mutating func record(
    _ agreement: ProgramAgreement, text: [UInt8], effective: WallTime?
  ) -> Refusal? {
    guard agreement.program == state.agreement.program else { return Refusal(.wrongProgram) }
    let isSame = agreement.contentHash == state.agreement.contentHash
    if isSame, agreement.version == state.agreement.version {
      // The very version in force; at the first start the ledger does not know it yet.
      if state.isAgreementRecorded { return nil }
    } else {
      let highest = state.scheduled.map(\.agreement.version).max() ?? 0
      guard agreement.version > max(highest, state.agreement.version) else {
        return Refusal(.agreementNotNewer, at: "version \(agreement.version)")
      }
    }
    let date = max(effective ?? now, now)
    guard date <= now || state.scheduled.count < Limits.scheduledAgreements else {
      return Refusal(.tooManyAgreements)
    }
    write(
      .agreementRecorded(
        RecordedAgreement(
          version: agreement.version, hash: agreement.contentHash, text: text, effective: date,
          recordedAt: now)))
    if date > now {
      state.scheduled.append(ScheduledAgreement(agreement, effective: date))
      setTimer(.agreement(version: agreement.version), due: date)
      log(
        .agreementRecorded,
        detail: "version \(agreement.version), in force from \(date.milliseconds)")
    } else {
      log(.agreementRecorded, detail: "version \(agreement.version), in force at once")
      bringIntoForce(agreement)
    }
    return nil
  }

  /// A recorded version's date has come.
  mutating func takeEffect(_ version: UInt32) {
    guard let index = state.scheduled.firstIndex(where: { $0.agreement.version == version }) else {
      log(.agreementPassedOver, detail: "version \(version) could not be read any more")
      return
    }
    bringIntoForce(state.scheduled.remove(at: index).agreement)
  }

  private mutating func bringIntoForce(_ agreement: ProgramAgreement) {
    state.agreement = agreement
    state.isAgreementRecorded = true
    write(.agreement(version: agreement.version, hash: agreement.contentHash, at: now))
    log(.agreementActivated, detail: "version \(agreement.version)")
    for waiting in state.scheduled where waiting.agreement.version < agreement.version {
      let version = waiting.agreement.version
      cancelTimer(.agreement(version: version))
      log(
        .agreementPassedOver,
        detail: "version \(version), overtaken by version \(agreement.version) before its date")
    }
    state.scheduled.removeAll { $0.agreement.version < agreement.version }
    beginRedecision()
  }
}
