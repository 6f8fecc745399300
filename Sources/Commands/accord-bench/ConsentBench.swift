import ArgumentParser
import ConsentEngine
import Foundation
import HubModel

/// Measures the consent engine alone: no socket, no ledger, one thread.
struct Consent: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "consent", abstract: "Measure consent decisions alone.",
    discussion: """
      Each decision is about a participant drawn at random of all those held in memory, so that \
      what the cost of many participants would be shows. Looking the participant up is counted.
      """)

  @Option(parsing: .upToNextOption, help: "Numbers of participants to try.")
  var participants = [1_000, 10_000, 100_000, 1_000_000]

  @Option(parsing: .upToNextOption, help: "Releases that each participant has signed.")
  var releases = [1, 3, 10, 50]

  @Option(help: "Decisions for each measurement.")
  var decisions = 200_000

  @Option(help: "Combinations with more releases in all are left out, for want of memory.")
  var mostReleases = 5_000_000

  @Flag(help: "Print one JSON document.")
  var json = false

  func validate() throws {
    let counts = participants + releases + [decisions]
    guard counts.allSatisfy({ $0 > 0 }), releases.allSatisfy({ $0 <= 1_000 }) else {
      throw ValidationError("participants, releases (at most 1000) and decisions are above 0")
    }
  }

  func run() throws {
    var report = ConsentReport()
    for each in releases {
      for count in participants {
        guard count * each <= mostReleases else {
          report.leftOut.append("\(count) × \(each)")
          continue
        }
        report.rows.append(try measured(participants: count, releases: each))
      }
    }
    print(try json ? report.json() : report.text())
  }

  /// In a process of its own, so that its memory is its own.
  private func measured(participants count: Int, releases each: Int) throws -> ConsentReport.Row {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = [
      "consent-case", "--participants", "\(count)", "--releases", "\(each)", "--decisions",
      "\(decisions)",
    ]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw BenchError("the case of \(count) × \(each) ended with \(process.terminationStatus)")
    }
    return try JSONDecoder().decode(ConsentReport.Row.self, from: data)
  }
}

/// One combination of ``Consent``.
struct ConsentCase: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "consent-case", abstract: "One line of `consent`, as JSON.",
    shouldDisplay: false)

  @Option(help: "Participants.") var participants: Int
  @Option(help: "Releases of each.") var releases: Int
  @Option(help: "Decisions.") var decisions: Int

  func run() throws {
    let row = try measure(participants: participants, releases: releases)
    print(String(decoding: try JSONEncoder().encode(row), as: UTF8.self))
  }

  /// Two passes over the same questions: one timed as a whole, one decision by decision.
  private func measure(participants count: Int, releases each: Int) throws -> ConsentReport.Row {
    let before = ConsentTown.residentBytes()
    let town = try ConsentTown(participants: count, releases: each)
    let grown = ConsentTown.residentBytes() - before
    var random = BenchRandom(seed: 1)
    var permitted = 0
    for _ in 0..<10_000 { permitted += town.decideOne(&random) ? 1 : 0 }
    permitted = 0
    random = BenchRandom(seed: 2)
    let start = ConsentTown.nanoseconds()
    for _ in 0..<decisions { permitted += town.decideOne(&random) ? 1 : 0 }
    let whole = ConsentTown.nanoseconds() - start
    var times = [UInt64](repeating: 0, count: decisions)
    random = BenchRandom(seed: 2)
    for index in times.indices {
      let question = town.draw(&random)
      let begun = ConsentTown.nanoseconds()
      permitted += town.decide(question) ? 1 : 0
      times[index] = ConsentTown.nanoseconds() - begun
    }
    times.sort()
    return ConsentReport.Row(
      participants: count, releases: each,
      perSecond: Double(decisions) / (Double(whole) / 1e9),
      medianMicroseconds: Double(times[times.count / 2]) / 1_000,
      p99Microseconds: Double(times[times.count * 99 / 100]) / 1_000,
      permittedShare: Double(permitted) / Double(2 * decisions),
      bytesPerRelease: Double(grown) / Double(count * each))
  }
}

/// Participants who each signed some releases, and questions about them.
struct ConsentTown {
  struct Question {
    var participant: Int
    var message: Int
    var recipient: Int
  }

  private static let now = WallTime(milliseconds: 1_772_000_000_000)
  private let provider: Registry.Agency
  private let recipients: [Registry.Agency]
  private let messages: [Message]
  private let agreement: ProgramAgreement
  private let people: [Int: ParticipantConsents]

  init(participants: Int, releases: Int) throws {
    func id<Tag>(_ text: String, _ tag: Tag.Type = Tag.self) throws -> Identifier<Tag> {
      guard let id = Identifier<Tag>(text) else { throw ValidationError("not an id: \(text)") }
      return id
    }
    func agency(_ name: String, _ role: Role, isProgram: Bool = false) throws -> Registry.Agency {
      Registry.Agency(
        id: try id(name), name: name, role: role, isPart2Program: isProgram, releasePort: 1,
        keys: [])
    }
    let provider = try agency("provider", .behavioralHealth, isProgram: true)
    let recipients = [
      try agency("defender", .publicDefender), try agency("prosecutor", .prosecutor),
      try agency("second-provider", .behavioralHealth),
    ]
    let program: ProgramID = try id("lead")
    let categories: [InformationCategory] = [.engagement, .contact]
    messages = try categories.enumerated().map { index, category in
      Message(
        id: MessageID(high: 1, low: UInt64(index)), topic: .participantStatus,
        source: provider.id, program: program, sentAt: Self.now, purpose: .careCoordination,
        participant: try id("p-1"),
        segments: [
          Segment(
            category, labels: [.mentalHealth], authored: SiteCalendar.utc.date(of: Self.now),
            fields: [])
        ])
    }
    var paths: Set<ProgramAgreement.Path> = []
    for role in Role.allCases {
      paths.insert(.init(.participantStatus, from: .behavioralHealth, to: role))
    }
    agreement = ProgramAgreement(
      program: program, version: 1, contentHash: [], paths: paths, outcomes: [:],
      hold: .init(window: .days(14), rule: "14 days", conditions: []),
      handoff: .init(acknowledgeWithin: .minutes(5), attempts: 2),
      escrow: .init(
        deadline: .days(2), timeCritical: [], remindEvery: .minutes(15),
        candidateDeadline: .days(1)),
      referral: .init(divertibleOffences: [], rule: "any"), calendar: .utc, dutyLine: "")
    var people: [Int: ParticipantConsents] = [:]
    people.reserveCapacity(participants)
    for person in 0..<participants {
      var consents = ParticipantConsents()
      for number in 0..<releases {
        // Each its own memory, as if read from a store. The last is toward both of the first two;
        // the others are for somebody else, and must be looked at and left.
        let isLast = number == releases - 1
        var roi = Self.release(
          try id("r-\(person)-\(number)"), from: provider.id,
          to: isLast ? Array(recipients.prefix(2).map(\.id)) : [try id("clinic-\(number)")])
        roi.information = [
          InformationScope(
            categories: isLast ? [.engagement, .contact] : [.engagement],
            labels: [.mentalHealth, .part2])
        ]
        _ = try consents.apply(
          .release(roi), from: provider.id, under: SiteSwitches(), at: Self.now)
      }
      guard consents.records.allSatisfy({ $0.state == .active }) else {
        throw ValidationError("a release is not active: \(consents.records[0].missing)")
      }
      people[person] = consents
    }
    self.provider = provider
    self.recipients = recipients
    self.people = people
  }

  private static func release(
    _ id: RoiID, from discloser: AgencyID, to recipients: [AgencyID]
  ) -> ReleaseOfInformation {
    ReleaseOfInformation(
      id: id, kind: .multiParty, disclosers: [.agency(discloser)],
      recipients: recipients.map { .agency($0) }, information: [],
      purposes: [.careCoordination, .diversion], signedAt: now,
      expiry: .at(WallTime(milliseconds: now.milliseconds + 31_536_000_000)),
      formImageHash: Array(repeating: 7, count: 32),
      statements: FormStatement.codes)
  }

  func draw(_ random: inout BenchRandom) -> Question {
    Question(
      participant: random.below(people.count), message: random.below(messages.count),
      recipient: random.below(recipients.count))
  }

  /// Whether anything may go.
  @inline(never)
  func decide(_ question: Question) -> Bool {
    let message = messages[question.message]
    let request = ReleaseRequest(
      message: message, discloser: provider, recipient: recipients[question.recipient],
      footing: .submitted, segments: .all(of: message.segments.count))
    return ConsentEngine.decide(
      request, under: agreement, consents: people[question.participant], at: Self.now
    ).permit != nil
  }

  func decideOne(_ random: inout BenchRandom) -> Bool { decide(draw(&random)) }

  static func nanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// What this process holds in memory.
  static func residentBytes() -> Int {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else {
      return 0
    }
    let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    return pages * sysconf(Int32(_SC_PAGESIZE))
  }
}

/// SplitMix64: the same draws in each run.
struct BenchRandom {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func below(_ count: Int) -> Int {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return Int((mixed ^ (mixed >> 31)) % UInt64(count))
  }
}

struct ConsentReport: Codable {
  struct Row: Codable {
    var participants: Int
    var releases: Int
    var perSecond: Double
    var medianMicroseconds: Double
    var p99Microseconds: Double
    /// Of the questions, how many were answered with a permit.
    var permittedShare: Double
    /// Growth of the resident set, divided by the releases held; lookup table included.
    var bytesPerRelease: Double
  }

  var rows: [Row] = []
  var leftOut: [String] = []

  func text() -> String {
    var lines = [
      "Decisions, one thread; each about a participant drawn at random:",
      "  releases  participants   decisions/s   p50 µs   p99 µs   permits   bytes a release",
    ]
    for row in rows {
      let shown = String(
        format: "  %8d  %12d  %12.0f  %7.2f  %7.2f  %7.0f%%  %16.0f", row.releases,
        row.participants, row.perSecond, row.medianMicroseconds, row.p99Microseconds,
        row.permittedShare * 100, row.bytesPerRelease)
      lines.append(shown)
    }
    if !leftOut.isEmpty {
      lines.append(
        "  left out (participants × releases; see --most-releases): "
          + leftOut.joined(separator: ", "))
    }
    lines.append("  p50 and p99 include reading the clock, some 0.03 µs.")
    return lines.joined(separator: "\n")
  }
}
