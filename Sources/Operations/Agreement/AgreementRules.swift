import HubModel

/// The agreement's windows, deadlines and site rules.
enum AgreementRules {
  static func hold(_ bounds: AgreementBounds) -> YAMLValue<ProgramAgreement.Hold> {
    .mapping { fields in
      let window = window(fields, bounds)
      let rule = fields.required("rule", .text(largest: 100))
      let conditions = fields.required("conditions", .list(of: .code, count: 0...20))
      let endsOnBusinessDay = fields.value("ends-on-business-day", .flag, default: false)
      let reminders = fields.value(
        "reminders", .list(of: .integer(0...86_400), count: 0...12), default: [7, 3, 1, 0])
      let minute = fields.value(
        "reminder-time", .scalar("a time of day as \"08:00\"", parse: minuteOfDay), default: 480)
      guard let window, let rule, let conditions else { return nil }
      let length =
        switch window {
        case .days(let days): days
        case .shortened(let span): Int(span.milliseconds / 1_000)
        }
      if reminders.contains(where: { $0 > length }) {
        fields.report("reminders", "must not be longer before the end than the window is long")
      }
      if Set(reminders).count != reminders.count {
        fields.report("reminders", "names the same reminder twice")
      }
      return ProgramAgreement.Hold(
        window: window, rule: rule, conditions: conditions, endsOnBusinessDay: endsOnBusinessDay,
        reminders: reminders.sorted(by: >), reminderMinute: minute)
    }
  }

  /// Either `window-days` or, in a demonstration, `window-seconds`.
  private static func window(
    _ fields: YAMLFields, _ bounds: AgreementBounds
  ) -> ProgramAgreement.Window? {
    let days = fields.optional("window-days", .integer(1...365))
    let seconds = fields.optional("window-seconds", .integer(1...86_400))
    switch (fields.has("window-days"), fields.has("window-seconds")) {
    case (true, true):
      fields.report("window-seconds", "stands beside window-days: give one of them")
      return nil
    case (false, false):
      fields.report("window-days", "is missing: give a whole number from 1 to 365")
      return nil
    case (true, false):
      return days.map { .days($0) }
    case (false, true):
      guard bounds.isDemonstration else {
        fields.report(
          "window-seconds",
          "shortens the window, which only a demonstration may: give window-days, "
            + "or say 'demonstration: true'")
        return nil
      }
      return seconds.map { .shortened(.seconds(Int64($0))) }
    }
  }

  static func handoff(_ bounds: AgreementBounds) -> YAMLValue<ProgramAgreement.Handoff> {
    .mapping { fields in
      let within = fields.required("acknowledge-within", bounds.span(.minutes(1)...(.hours(2))))
      let attempts = fields.value("attempts", .integer(1...10), default: 3)
      return within.map { ProgramAgreement.Handoff(acknowledgeWithin: $0, attempts: attempts) }
    }
  }

  static func escrow(_ bounds: AgreementBounds) -> YAMLValue<ProgramAgreement.Escrow> {
    .mapping { fields in
      let deadline = fields.required("deadline", bounds.span(.hours(1)...(.days(90))))
      let topics = fields.value(
        "time-critical", .list(of: YAMLValue<Topic>.choice()),
        default: [.holdRequested, .handoffDetails])
      let remindEvery = fields.value(
        "remind-every", bounds.span(.minutes(1)...(.days(1))), default: .minutes(15))
      let candidate = fields.value(
        "candidate-deadline", bounds.span(.hours(1)...(.days(90))), default: .days(14))
      for topic in topics where Catalogue.spec(of: topic)?.publishers.isEmpty ?? true {
        fields.report("time-critical", "\(topic) has no sender who could be told")
      }
      guard let deadline else { return nil }
      return ProgramAgreement.Escrow(
        deadline: deadline, timeCritical: WordSet(topics), remindEvery: remindEvery,
        candidateDeadline: candidate)
    }
  }

  static var referral: YAMLValue<ProgramAgreement.Referral> {
    .mapping { fields in
      let offences = fields.value(
        "divertible-offences", .list(of: .code, count: 0...1_000), default: [])
      let rule = fields.required("rule", .code)
      return rule.map { ProgramAgreement.Referral(divertibleOffences: Set(offences), rule: $0) }
    }
  }

  /// What the county's counsel decided; without the section, the side that tells less.
  static var switches: YAMLValue<SiteSwitches> {
    .mapping { fields in
      let standard = SiteSwitches()
      let tracks = fields.value(
        "criminal-justice-tracks", .list(of: .code, count: 0...10), default: [])
      for track in tracks where !SiteSwitches.tracksWithACharge.contains(track) {
        fields.report(
          "criminal-justice-tracks",
          "names \(LogText.escaped(track)), where there is no charge to dispose of "
            + "(42 CFR 2.35(a)(1)): use "
            + SiteSwitches.tracksWithACharge.sorted().joined(separator: ", "))
      }
      let states = fields.value("states", .list(of: .code, count: 0...60), default: [])
      let known = StatePack.all.map(\.code)
      for state in states where !known.contains(state) {
        fields.report(
          "states", "names \(LogText.escaped(state)), of which there is no pack: use "
            + known.joined(separator: ", "))
      }
      return SiteSwitches(
        hubIsIntermediary: fields.value(
          "hub-is-intermediary", .flag, default: standard.hubIsIntermediary),
        criminalJusticeTracks: Set(tracks), states: Set(states),
        negativeStatusToJustice: fields.value(
          "negative-status-to-justice", .flag, default: standard.negativeStatusToJustice),
        emergencyAccess: fields.value(
          "emergency-access", .span(.hours(1)...(.hours(24))),
          default: standard.emergencyAccess))
    }
  }

  /// Windows that cannot both be meant.
  static func reportContradictions(
    _ handoff: ProgramAgreement.Handoff?, _ escrow: ProgramAgreement.Escrow?,
    _ hold: ProgramAgreement.Hold?, _ fields: YAMLFields
  ) {
    guard let handoff, let escrow, let hold else { return }
    if escrow.remindEvery >= escrow.deadline {
      fields.report(
        "escrow", "remind-every (\(escrow.remindEvery.words)) must be shorter than deadline "
          + "(\(escrow.deadline.words)): otherwise nobody is reminded")
    }
    let calling = Span(
      milliseconds: handoff.acknowledgeWithin.milliseconds * Int64(handoff.attempts))
    if calling > escrow.deadline {
      fields.report(
        "handoff", "asks for \(calling.words) in all, longer than the escrow's deadline "
          + "(\(escrow.deadline.words)): the details would be destroyed before the last is asked")
    }
    let window: Span =
      switch hold.window {
      case .days(let days): .days(Int64(days))
      case .shortened(let span): span
      }
    if calling > window {
      fields.report(
        "handoff", "asks for \(calling.words) in all, longer than the hold's window "
          + "(\(window.words))")
    }
  }

  private static func minuteOfDay(_ text: String) -> Int? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }), let hour = Int(parts[0]),
      let minute = Int(parts[1]), (0...23).contains(hour), (0...59).contains(minute)
    else { return nil }
    return hour * 60 + minute
  }
}
