/// What a behavioral-health provider keeps and types in: rota, answers, releases, intakes.
extension SampleCounty {
  func providerFiles() -> [SampleFile] {
    [CountyAgency.harbor, CountyAgency.cedar].flatMap { agency -> [SampleFile] in
      let mine = casework.cases.filter { referrals.referrals[$0.referral].provider == agency }
      let folder = folder(of: agency)
      return [
        onCall(folder, agency), acknowledgements(folder, mine), intakes(folder, mine),
        statuses(folder, mine), revocations(folder, mine),
      ] + mine.flatMap { work in work.releases.map { release(folder, agency, $0) } }
    }
  }

  /// Weekly shifts from Monday 08:00; the tiers are called in order.
  private func onCall(_ folder: String, _ agency: String) -> SampleFile {
    var table = Table(["starts_at", "ends_at", "tier", "staff_id", "staff_name", "phone"])
    var monday = Rota.week(at: Moment(CivilDate(year, 1, 1), hour: 0, minute: 0))
    var tiers = ["primary", "backup"]
    if agency == CountyAgency.harbor { tiers.append("supervisor") }
    while monday.year <= year {
      let next = monday.adding(days: 7)
      for (step, tier) in tiers.enumerated() {
        let staff = Rota.staff(agency, step: step, week: monday)
        table.rows.append([
          .zoned(Moment(monday, hour: 8, minute: 0)), .zoned(Moment(next, hour: 8, minute: 0)),
          .text(tier), .text("cm-\(staff + 1)"), .text(CountyNames.caseManagers[staff]),
          .text(CountyNames.phone(80 + staff)),
        ])
      }
      monday = next
    }
    return file("\(folder)/on-call.csv", table)
  }

  private func acknowledgements(_ folder: String, _ cases: [Casework]) -> SampleFile {
    var table = Table([
      "referral_id", "action", "at", "tier", "staff_id", "eta_minutes", "outcome",
    ])
    let answers = cases.flatMap(\.answers).sorted { ($0.at, $0.referral) < ($1.at, $1.referral) }
    for answer in answers {
      table.rows.append([
        .text(answer.referral), .text(answer.action), .zoned(answer.at), .text(answer.tier),
        .text("cm-\(answer.staff + 1)"), .text(answer.etaMinutes.map { String($0) } ?? ""),
        .text(answer.outcome),
      ])
    }
    return file("\(folder)/acknowledgements.csv", table)
  }

  private func intakes(_ folder: String, _ cases: [Casework]) -> SampleFile {
    var table = Table([
      "referral_id", "hold_no", "roi_id", "completed_on", "recorded_at", "staff_id",
    ])
    let done = cases.compactMap { work in work.intake.map { (work, $0) } }
    for (work, intake) in done.sorted(by: { $0.1 < $1.1 }) {
      let hold = work.decisions.first { $0.at <= intake }?.hold ?? ""
      table.rows.append([
        .text(referrals.referrals[work.referral].id), .text(hold),
        .text(work.releases.first?.id ?? ""), .day(intake.date),
        .zoned(intake.adding(minutes: 15)), .text("cm-\(work.referral % 6 + 1)"),
      ])
    }
    return file("\(folder)/intake-completed.csv", table, Dialect(crlf: true))
  }

  private func statuses(_ folder: String, _ cases: [Casework]) -> SampleFile {
    var table = Table(["referral_id", "status", "as_of"])
    let lines = cases.flatMap { work in work.statuses.map { (work.referral, $0.0, $0.1) } }
    for (referral, at, code) in lines.sorted(by: { ($0.1, $0.0) < ($1.1, $1.0) }) {
      table.rows.append([.text(referrals.referrals[referral].id), .text(code), .day(at.date)])
    }
    return file("\(folder)/status.csv", table)
  }

  private func revocations(_ folder: String, _ cases: [Casework]) -> SampleFile {
    var table = Table([
      "referral_id", "roi_id", "received_at", "method", "recipients", "last_name", "first_name",
      "dob",
    ])
    for revocation in cases.compactMap(\.revocation).sorted(by: { $0.at < $1.at }) {
      let referral = referrals.referrals[revocation.referral]
      let who = person(referral)
      table.rows.append([
        .text(referral.id), .text(revocation.roi), .zoned(revocation.at),
        .text(revocation.method), .list(revocation.recipients), .name(who.last),
        .name(who.first), .day(who.birth),
      ])
    }
    return file("\(folder)/revocations.csv", table)
  }

  /// The full release as the provider's form program saves it.
  private func release(_ folder: String, _ agency: String, _ roi: FullROI) -> SampleFile {
    let referral = referrals.referrals[roi.referral]
    let who = person(referral)
    let roles = [
      CountyAgency.sheriff: "sheriff", CountyAgency.prosecutor: "prosecutor",
      CountyAgency.defender: "public-defender",
    ]
    let recipients = roi.recipients + [agency]
    let stem = "\(folder)/roi/\(roi.id)"
    let document = Document.object([
      ("roi_id", .text(roi.id)), ("version", .number(roi.version)), ("kind", .text("general")),
      ("referral_id", .text(referral.id)),
      ("supersedes", roi.version > 1 ? .text("\(roi.id) v\(roi.version - 1)") : .null),
      ("last_name", .text(who.last)), ("first_name", .text(who.first)),
      ("middle_name", .text(who.middle)), ("dob", .text(who.birth.iso)),
      ("sid", .text(referral.stateIDKnown ? who.stateID : "")),
      ("signer", .text("\(who.first) \(who.last)")), ("signer_capacity", .text("patient")),
      ("signer_evidence", .text("")), ("witness", .text("cm-\(roi.referral % 6 + 1)")),
      ("signed_at", .text(roi.signedAt.isoWithOffset)), ("language", .text(referral.language)),
      ("disclosers", .texts(recipients)),
      ("recipients", .list(recipients.map { id in
        .object([("agency", .text(id)), ("role", .text(roles[id] ?? "behavioral-health"))])
      })),
      ("information", .texts(roi.information)),
      ("purposes", .texts(["coordination"])), ("expires_on", .text(roi.expires.iso)),
      ("revocation", .text("in writing to any agency named here, at any time")),
      ("statements", .texts(["right-to-revoke", "redisclosure", "no-condition-of-treatment"])),
      ("form", .text(FormCodes.fullTemplate)), ("image_sha256", .text(roi.imageHash)),
    ])
    return SampleFile(
      path: roi.version == 1 ? "\(stem).json" : "\(stem)-v\(roi.version).json",
      bytes: document.bytes, mess: [], arrives: roi.signedAt.adding(minutes: 10))
  }
}
