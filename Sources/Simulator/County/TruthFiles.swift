/// What no agency knows: who is who, which story a referral tells, and where the mess is. For
/// tests and the demo; never dropped into an agency's folder.
extension SampleCounty {
  func truthFiles(about files: [SampleFile]) -> [SampleFile] {
    [arrivals(files), bookings(), mess(files), people(), referralTruth()]
  }

  private func arrivals(_ files: [SampleFile]) -> SampleFile {
    var table = Table(["arrives_at", "path"])
    let dropped = files.compactMap { file in file.arrives.map { ($0, file.path) } }
    for (at, path) in dropped.sorted(by: { ($0.0, $0.1) < ($1.0, $1.1) }) {
      table.rows.append([.zoned(at), .text(path)])
    }
    return file("truth/arrivals.csv", table)
  }

  private func mess(_ files: [SampleFile]) -> SampleFile {
    var table = Table(["mess", "path"])
    for kind in Mess.allCases {
      for file in files where file.mess.contains(kind) {
        table.rows.append([.text(kind.rawValue), .text(file.path)])
      }
    }
    return file("truth/mess.csv", table)
  }

  private func people() -> SampleFile {
    var table = Table([
      "person_id", "role", "last_name", "first_name", "middle_name", "dob", "sid", "inmate_no",
      "resembles", "referrals", "bookings",
    ])
    for (index, who) in population.people.enumerated() where who.role != .nobody {
      let referred = referrals.referrals.filter { $0.person == index }.count
      let booked = jail.bookings.filter { $0.person == index && $0.bookedAt.date.year == year }
      table.rows.append([
        .text(who.id), .text(who.role.rawValue), .name(who.last), .name(who.first),
        .name(who.middle), .day(who.birth), .text(who.stateID),
        .text(population.isJailed(index) ? String(who.inmateNumber) : ""),
        .text(who.resembles.map { population.people[$0].id } ?? ""), .text(String(referred)),
        .text(String(booked.count)),
      ])
    }
    return file("truth/people.csv", table)
  }

  private func bookings() -> SampleFile {
    var table = Table(["booking_no", "person_id", "role", "booked_at", "released_at"])
    for booking in jail.bookings {
      let who = population.people[booking.person]
      guard who.role != .nobody else { continue }
      table.rows.append([
        .text(booking.number), .text(who.id), .text(who.role.rawValue), .time(booking.bookedAt),
        .time(booking.releasedAt),
      ])
    }
    return file("truth/bookings.csv", table)
  }

  private func referralTruth() -> SampleFile {
    var table = Table([
      "referral_id", "person_id", "door", "provider", "story", "course", "field_roi",
      "prosecutor_may_know", "hold_no", "hold_end", "intake_days",
    ])
    for (referral, work) in zip(referrals.referrals, casework.cases) {
      let ends = ["released", "filed", "withdrawn", "voided"]
      let end = work.decisions.last.flatMap { ends.contains($0.event) ? $0.event : nil }
      let days = work.intake.map { $0.date.dayNumber - referral.at.date.dayNumber }
      let roi = referral.roi.outcome == .toFollow ? "follows" : referral.roi.outcome.rawValue
      table.rows.append([
        .text(referral.id), .text(person(referral).id), .text(referral.door.rawValue),
        .text(referral.provider), .text(referral.story?.rawValue ?? ""),
        .text(referral.course.rawValue), .text(roi),
        .text(work.decisions.isEmpty ? "no" : "yes"), .text(work.decisions.first?.hold ?? ""),
        .text(end ?? ""), .text(days.map { String($0) } ?? ""),
      ])
    }
    return file("truth/referrals.csv", table)
  }
}
