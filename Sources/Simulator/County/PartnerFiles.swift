/// What the prosecutor's and the public defender's case systems export.
extension SampleCounty {
  func partnerFiles() -> [SampleFile] { [decisions(), assignments()] }

  private func decisions() -> SampleFile {
    var table = Table([
      "decision_no", "hold_no", "incident_no", "event", "decided_at", "due_on", "due_rule",
      "disposition", "decided_by",
    ])
    let all = casework.cases.flatMap(\.decisions).sorted { ($0.at, $0.hold) < ($1.at, $1.hold) }
    for (index, decision) in all.enumerated() {
      let rules = ["opened": "14-days-from-referral", "extended": "14-days-extension"]
      table.rows.append([
        .text("d-\(padded(year % 100, 2))-\(padded(index + 1, 4))"), .text(decision.hold),
        .text(decision.incident), .text(decision.event), .zoned(decision.at),
        .day(decision.due), .text(rules[decision.event] ?? ""), .text(decision.disposition),
        .text(decision.initials),
      ])
    }
    return file("prosecutor/decisions.csv", table, Dialect(crlf: true))
  }

  private func assignments() -> SampleFile {
    var random = SeededGenerator(seed: seed, stream: "assignments")
    var lines: [(at: Moment, incident: String, booking: String, person: Int)] = []
    for work in casework.cases {
      if let opened = work.decisions.first {
        let referral = referrals.referrals[work.referral]
        lines.append((opened.at.adding(minutes: 1500), referral.incident, "", referral.person))
      }
    }
    for booking in jail.bookings {
      let participant = population.people[booking.person].role == .participant
      if random.chance(participant ? 40 : 2, in: 100) {
        lines.append((booking.bookedAt.adding(minutes: 1800), "", booking.number, booking.person))
      }
    }
    let start = CivilDate(year, 1, 1)
    lines = lines.filter { $0.at.date.year == year && $0.at.date >= start }
    lines.sort { ($0.at, $0.person) < ($1.at, $1.person) }
    var table = Table([
      "assignment_no", "case_no", "incident_no", "booking_no", "client_last_name",
      "client_first_name", "client_dob", "attorney", "attorney_phone", "assigned_at",
      "attorney_notes",
    ])
    let short = padded(year % 100, 2)
    for (index, line) in lines.enumerated() {
      let who = population.people[line.person]
      let attorney = random.below(CountyNames.attorneys.count)
      table.rows.append([
        .text("a-\(short)-\(padded(index + 1, 4))"),
        .text("ldc-\(short)-\(padded(1200 + index * 7, 5))"), .text(line.incident),
        .text(line.booking), .name(who.last), .name(who.first), .day(who.birth),
        .text(CountyNames.attorneys[attorney]), .text(CountyNames.phone(60 + attorney)),
        .zoned(line.at),
        .text(index % 3 == 0 ? "PRIVILEGED, client said:\nsample text, never to leave" : ""),
      ])
    }
    return file(
      "defender/assignments.csv", table, Dialect(nameCase: .upper), mess: [.privilegedNotes])
  }
}
