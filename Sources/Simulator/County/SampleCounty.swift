/// A kind of disorder that the sample has on purpose, because real exports have it.
public enum Mess: String, CaseIterable, Sendable {
  case carriageReturns = "crlf"
  case byteOrderMark = "byte-order-mark"
  case latin1 = "latin-1"
  case quotedNewline = "quoted-newline"
  case quotedComma = "quoted-comma"
  case columnOrder = "column-order"
  case renamedHeader = "renamed-header"
  case americanDates = "us-dates"
  case upperCaseNames = "upper-case-names"
  case lowerCaseNames = "lower-case-names"
  case lateFile = "late-file"
  case truncatedFile = "truncated-file"
  case repeatedFile = "repeated-file"
  case repeatedRows = "repeated-rows"
  case emptyRoster = "header-only-roster"
  case changedInmateNumber = "changed-inmate-number"
  case blankStateID = "blank-state-id"
  case releaseFollows = "release-follows"
  case releaseWithoutExpiry = "release-without-expiry"
  case guardianWithoutEvidence = "guardian-without-evidence"
  case privilegedNotes = "privileged-notes"
  case lookAlike = "look-alike"
}

/// One file of the sample.
public struct SampleFile: Sendable {
  /// Relative to the sample's folder.
  public var path: String
  public var bytes: [UInt8]
  /// The disorder in it, in the order of the declaration.
  public var mess: [Mess]
  /// When it reaches its agency's drop folder; nil for what is not dropped at a moment.
  public var arrives: Moment?
}

/// A fictional county for one year: referrals, bookings, and what the agencies make of them.
///
/// The same seed and year give the same bytes, always. Shapes and shares follow the published
/// figures of small sites: see the README in `deploy/sample`.
public struct SampleCounty: Sendable {
  /// The seed of the sample that is kept in `deploy/sample`.
  public static let publishedSeed: UInt64 = 2026
  public static let publishedYear = 2026

  public let year: Int
  let seed: UInt64
  let population: Population
  let referrals: ReferralYear
  let casework: CaseworkYear
  let jail: Jail

  /// - Parameter year: 1990 to 2099.
  public init(seed: UInt64, year: Int) {
    precondition((1990...2099).contains(year), "the county's calendar covers 1990 to 2099")
    self.seed = seed
    self.year = year
    population = Population(seed: seed, year: year)
    referrals = ReferralYear(seed: seed, year: year, population: population)
    casework = CaseworkYear(seed: seed, year: year, referrals: referrals, population: population)
    jail = Jail(
      seed: seed, year: year, population: population,
      guest: Self.guest(population, referrals, casework, on: CivilDate(year, 6, 17)))
  }

  /// A participant whose release in force tells provider and defender of bookings that day.
  private static func guest(
    _ population: Population, _ referrals: ReferralYear, _ casework: CaseworkYear,
    on day: CivilDate
  ) -> Int? {
    for work in casework.cases where work.revocation == nil {
      guard let roi = work.releases.last, roi.signedAt.date < day, roi.expires > day else {
        continue
      }
      let referral = referrals.referrals[work.referral]
      let covers = roi.information.contains("bookings")
        && roi.recipients.contains(CountyAgency.defender)
      let known = referral.stateIDKnown && population.isJailed(referral.person)
      if covers && known && referral.provider == CountyAgency.harbor { return referral.person }
    }
    return nil
  }

  /// Every file, sorted by path. The README is written by hand and not among them.
  public var files: [SampleFile] {
    var files = referralFiles() + changeFiles() + fullDayFiles() + providerFiles()
    files += partnerFiles()
    files.sort { Array($0.path.utf8).lexicographicallyPrecedes(Array($1.path.utf8)) }
    return files + truthFiles(about: files)
  }

  func person(_ referral: Referral) -> Person { population.people[referral.person] }

  /// A file in a dialect, its formatting noted as disorder.
  func file(
    _ path: String, _ table: Table, _ dialect: Dialect = .plain, mess: [Mess] = [],
    arrives: Moment? = nil
  ) -> SampleFile {
    var found = Set(mess)
    if dialect.crlf { found.insert(.carriageReturns) }
    if dialect.byteOrderMark { found.insert(.byteOrderMark) }
    if dialect.latin1 { found.insert(.latin1) }
    if dialect.reordered { found.insert(.columnOrder) }
    if dialect.labels { found.insert(.renamedHeader) }
    if dialect.americanDates { found.insert(.americanDates) }
    for row in table.rows {
      for cell in row {
        switch cell {
        case .text(let text):
          if text.utf8.contains(0x0A) { found.insert(.quotedNewline) }
          if text.utf8.contains(0x2C) { found.insert(.quotedComma) }
        case .name:
          if dialect.nameCase == .upper { found.insert(.upperCaseNames) }
          if dialect.nameCase == .lower { found.insert(.lowerCaseNames) }
        case .day, .time, .zoned: break
        }
      }
    }
    return SampleFile(
      path: path, bytes: dialect.bytes(table), mess: Mess.allCases.filter(found.contains),
      arrives: arrives)
  }
}
