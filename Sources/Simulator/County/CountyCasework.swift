/// What the prosecutor's case system records about one hold on filing.
struct HoldDecision: Sendable {
  var hold: String
  var incident: String
  /// `opened`, `extended`, `released`, `filed`, `withdrawn` or `voided`.
  var event: String
  var at: Moment
  var due: CivilDate?
  var disposition: String
  var initials: String
}

/// One line of the provider's hand-off log.
struct HandoffAnswer: Sendable {
  var referral: String
  /// `acknowledged`, `declined`, `arrived` or `completed`.
  var action: String
  var tier: String
  var staff: Int
  var at: Moment
  var etaMinutes: Int?
  var outcome = ""
}

/// The full multi-party ROI, signed at intake.
struct FullROI: Sendable {
  var id: String
  var version = 1
  var referral: Int
  var signedAt: Moment
  var recipients: [String]
  var information: [String]
  var expires: CivilDate
  var imageHash: String
}

/// Who answers the hand-off telephone: weekly shifts from Monday 08:00.
enum Rota {
  /// The Monday on which the shift of this minute began.
  static func week(at moment: Moment) -> CivilDate {
    let date = moment.adding(minutes: -480).date
    return date.adding(days: -((date.weekday + 6) % 7))
  }

  /// Index of the case manager; `step` 0 is the primary tier.
  static func staff(_ provider: String, step: Int, week: CivilDate) -> Int {
    let start = provider == CountyAgency.harbor ? 0 : 3
    return (week.dayNumber / 7 + step + start) % CountyNames.caseManagers.count
  }
}

struct Revocation: Sendable {
  var referral: Int
  /// Empty: all of the person's releases.
  var roi: String
  var at: Moment
  var method: String
  /// Empty: every recipient.
  var recipients: [String]
}

/// What the agencies do about one referral.
struct Casework: Sendable {
  var referral: Int
  var answers: [HandoffAnswer] = []
  var decisions: [HoldDecision] = []
  var intake: Moment?
  var releases: [FullROI] = []
  var revocation: Revocation?
  /// Participation as the provider sees it: day and code.
  var statuses: [(Moment, String)] = []
}

/// Works the referrals of the year; nothing is dated after its last day.
struct CaseworkYear: Sendable {
  private(set) var cases: [Casework] = []
  private let end: Moment
  private let seed: UInt64

  init(seed: UInt64, year: Int, referrals: ReferralYear, population: Population) {
    end = Moment(CivilDate(year + 1, 1, 1), hour: 0, minute: 0)
    self.seed = seed
    var holds = 0
    for (index, referral) in referrals.referrals.enumerated() {
      var random = SeededGenerator(seed: seed, stream: "casework \(referral.id)")
      var work = Casework(referral: index)
      work.answers = answers(referral, &random).filter { $0.at < end }
      planIntake(&work, referral, &random)
      let later = referrals.following(referral, population.people[referral.person], seed: seed)
      planRevocation(&work, referral, &random)
      let known = prosecutorLearns(referral, later, work)
      if let known, referral.door == .arrestDiversion {
        holds += 1
        let hold = "h-\(padded(year % 100, 2))-\(padded(holds, 4))"
        work.decisions = decisions(hold, referral, work, knownAt: known, &random)
          .filter { $0.at < end }
      }
      cases.append(work)
    }
  }

  /// When the hold request can reach the prosecutor; nil where no release ever names them.
  private func prosecutorLearns(
    _ referral: Referral, _ later: FieldROI?, _ work: Casework
  ) -> Moment? {
    for roi in [referral.roi, later] {
      if let roi, roi.isComplete, roi.recipients.contains(CountyAgency.prosecutor) {
        return roi.signedAt
      }
    }
    let full = work.releases.first { $0.recipients.contains(CountyAgency.prosecutor) }
    return full?.signedAt
  }

  private func answers(
    _ referral: Referral, _ random: inout SeededGenerator
  ) -> [HandoffAnswer] {
    var answers: [HandoffAnswer] = []
    let week = Rota.week(at: referral.at)
    let staff = Rota.staff(referral.provider, step: 0, week: week)
    var tier = "primary"
    var at = referral.at.adding(minutes: random.within(1...4))
    let draw = random.below(100)
    if referral.story == .unansweredHandoff || (draw < 7 && referral.story == nil) {
      tier = "backup"
      at = referral.at.adding(minutes: random.within(6...9))
    } else if draw < 10 && referral.story == nil {
      answers.append(
        HandoffAnswer(
          referral: referral.id, action: "declined", tier: tier, staff: staff, at: at,
          outcome: "on-another-call"))
      tier = "backup"
      at = at.adding(minutes: random.within(2...5))
    }
    let eta = random.within(2...8) * 5
    let step = tier == "primary" ? 0 : 1
    let answering = Rota.staff(referral.provider, step: step, week: week)
    let arrived = at.adding(minutes: eta + random.within(-2...12))
    let outcomes: [Course: String] = [.declined: "declined", .missed: "left"]
    for (action, time) in [
      ("acknowledged", at), ("arrived", arrived),
      ("completed", arrived.adding(minutes: random.within(15...55))),
    ] {
      answers.append(
        HandoffAnswer(
          referral: referral.id, action: action, tier: tier, staff: answering, at: time,
          etaMinutes: action == "acknowledged" ? eta : nil,
          outcome: action == "completed" ? outcomes[referral.course] ?? "accepted" : ""))
    }
    return answers
  }

  private func planIntake(
    _ work: inout Casework, _ referral: Referral, _ random: inout SeededGenerator
  ) {
    let days = referral.door == .arrestDiversion ? random.within(1...12) : random.within(2...28)
    let late = random.within(17...22)
    let hour = random.within(9...16)
    let hash = random.hex(64)
    let year = random.chance(4, in: 5)
    let defender = random.chance(3, in: 5)
    let asked = referral.door == .arrestDiversion || random.chance(3, in: 4)
    let prosecutor = asked && referral.story != .prosecutorNotNamed
    let status = random.pick(["engaged", "engaged", "engaged", "not-engaged"])
    let bookings = random.chance(3, in: 4)
    guard referral.course == .enrolled else { return }
    var date = referral.at.date.adding(days: referral.story == .extended ? late : days)
    while !date.isBusinessDay { date = date.nextBusinessDay }
    let intake = Moment(date, hour: hour, minute: random.below(12) * 5)
    guard intake < end else { return }
    work.intake = intake
    var recipients = [CountyAgency.sheriff]
    if prosecutor { recipients.append(CountyAgency.prosecutor) }
    if defender { recipients.append(CountyAgency.defender) }
    var information = ["intake-status", "participation-status", "hold"]
    if bookings { information.append("bookings") }
    if defender { information += ["case-events", "defense-assignment"] }
    let first = FullROI(
      id: "roi-\(referral.id.dropFirst(3))", referral: work.referral,
      signedAt: intake.adding(minutes: -20), recipients: recipients,
      information: information, expires: date.adding(days: year ? 365 : 180), imageHash: hash)
    work.releases = [first]
    let amended = intake.adding(minutes: 40 * 1440)
    if !defender && amended < end && random.chance(1, in: 4) {
      work.releases.append(
        FullROI(
          id: first.id, version: 2, referral: work.referral, signedAt: amended,
          recipients: recipients + [CountyAgency.defender],
          information: information + ["case-events", "defense-assignment"],
          expires: first.expires, imageHash: random.hex(64)))
    }
    for (day, code) in [(60, status), (180, status == "engaged" ? "engaged" : "closed")] {
      let at = Moment(date.adding(days: day), hour: 8, minute: 30)
      if at < end { work.statuses.append((at, code)) }
    }
  }

  private func planRevocation(
    _ work: inout Casework, _ referral: Referral, _ random: inout SeededGenerator
  ) {
    // One of fourteen enrolled people takes a release back; all three kinds take turns.
    let draw = random.below(14)
    let days = random.within(20...70)
    if referral.story == .revokedBeforeIntake {
      work.revocation = Revocation(
        referral: work.referral, roi: "", at: referral.at.adding(minutes: 3 * 1440),
        method: "written", recipients: [])
    } else if draw == 0, referral.story == nil, let first = work.releases.first {
      let at = first.signedAt.adding(minutes: days * 1440)
      guard at < end else { return }
      let kind = cases.count { $0.revocation != nil } % 3
      work.revocation = Revocation(
        referral: work.referral, roi: kind == 0 ? "" : first.id, at: at,
        method: kind == 2 ? "oral" : "written",
        recipients: kind == 1 ? [first.recipients.last ?? CountyAgency.sheriff] : [])
      work.statuses.removeAll { $0.0 > at }
    }
  }

  private func decisions(
    _ hold: String, _ referral: Referral, _ work: Casework, knownAt: Moment,
    _ random: inout SeededGenerator
  ) -> [HoldDecision] {
    let initials = random.pick(["KTB", "MRS", "DLO"])
    func decided(
      _ event: String, _ date: CivilDate, due: CivilDate? = nil, _ disposition: String = ""
    ) -> HoldDecision {
      HoldDecision(
        hold: hold, incident: referral.incident, event: event,
        at: Moment(date, hour: random.within(9...16), minute: random.below(60)), due: due,
        disposition: disposition, initials: initials)
    }
    let opened = knownAt.date.nextBusinessDay
    let due = referral.at.date.adding(days: 14)
    var result = [decided("opened", opened, due: due)]
    if referral.story == .voided {
      return result + [decided("voided", opened.nextBusinessDay, "entered-in-error")]
    }
    switch referral.course {
    case .enrolled:
      guard let intake = work.intake else { return result }
      if intake.date > due {
        let before = due.adding(days: -2)
        let extending = before.isBusinessDay ? before : before.nextBusinessDay
        if extending > opened {
          result.append(decided("extended", extending, due: due.adding(days: 14)))
        }
      }
      let resolved = max(intake.date, max(opened, result[result.count - 1].at.date))
      result.append(decided("released", resolved.nextBusinessDay, "declined-to-file"))
    case .ineligible:
      let day = opened.nextBusinessDay.nextBusinessDay
      result.append(decided("withdrawn", day, "not-eligible"))
    case .missed, .declined:
      let review = max(due, opened).nextBusinessDay.nextBusinessDay
      result.append(decided("filed", review, "charges-filed"))
    case .pending:
      break
    }
    return result
  }
}
