import ArgumentParser
import Foundation
import HubModel
import HubProtocol
import Operations

struct AgreementCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "agreement", abstract: "Check a program agreement, put it in force, look back.",
    subcommands: [Check.self, Activate.self, History.self, Show.self])

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check an agreement file before the router is asked to use it.",
      discussion: """
        Says what is wrong with it, what goes without a release, and what it changes against the \
        version in force: that of the router, where its configuration is there, or of --against.
        Ends with 0 good, 1 warning, 2 critical, 3 unknown (the file cannot be read).
        """)

    @Argument(help: "The agreement file.")
    var file: String
    @Option(help: "Compare with this agreement file instead of the router's version in force.")
    var against: String?
    @Flag(help: "Compare with nothing.")
    var alone = false
    @OptionGroup var router: RouterOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      let now = SystemClock().wall()
      let text: String
      do {
        text = try TextFile.read(file)
      } catch {
        Printing.complain("\(error)")
        return try Health.unknown.exit()
      }
      let report = AgreementReport(
        file: file, text: text, setting: AgreementSetting(self, now: now), now: now)
      if output.json { try Printing.json(report) } else { print(report.text(.forTerminal)) }
      try report.health.exit()
    }
  }

  struct Activate: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Record an agreement in the router's ledger and put it in force.",
      discussion: """
        The file is kept whole, with its SHA-256. What is held and what waits is decided again \
        under it. A bad file changes nothing.
        """)

    @Argument(help: "The agreement file.")
    var file: String
    @Option(
      help: """
        The first day on which it is in force, as 2026-12-01, or an instant, as \
        2026-12-01T08:00:00-08:00; otherwise the file's own date, or at once.
        """)
    var effective: String?
    @OptionGroup var router: RouterOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      let text = try TextFile.read(file)
      let now = SystemClock().wall()
      let document = try AgreementFile.document(text, file: file, now: now)
      let date = try effective.map {
        try EffectiveDate.read($0, calendar: document.agreement.calendar, now: now)
      }
      let request = AdminRequest.activateAgreement(text: text, effective: date?.milliseconds)
      guard case .done(let words) = try router.ask(request) else { throw UnexpectedAnswer() }
      let hash = Hex.encode(document.agreement.contentHash)
      if output.json { return try Printing.json(["done": words, "hash": hash]) }
      print("\(words); SHA-256 \(hash).")
      print("Give each agency the same file: their adapters show its windows.")
    }
  }

  struct History: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the agreement's versions, newest first.")

    @OptionGroup var router: RouterOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      guard case .agreements(let reports) = try router.ask(.agreements) else {
        throw UnexpectedAnswer()
      }
      if output.json { return try Printing.json(reports) }
      let moment = Moment(now: SystemClock().wall())
      print(AgreementHistory(reports: reports, moment: moment).text(.forTerminal))
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print a version's file, byte by byte, as it was recorded.")

    @Argument(help: "The version; otherwise the one in force.")
    var version: UInt32?
    @OptionGroup var router: RouterOptions
    @OptionGroup var output: OutputOptions

    private struct Document: Encodable {
      let version: AgreementVersionReport
      let text: String
    }

    func run() throws {
      guard case .agreement(let report, let text) = try router.ask(.agreement(version: version))
      else { throw UnexpectedAnswer() }
      if output.json { return try Printing.json(Document(version: report, text: text)) }
      FileHandle.standardOutput.write(Data(text.utf8))
    }
  }
}

/// When an agreement is to be in force, as it is typed.
enum EffectiveDate {
  /// - Throws: where it is neither a day nor an instant, or lies before today.
  static func read(
    _ text: String, calendar: SiteCalendar, now: WallTime
  ) throws -> WallTime {
    let today = calendar.date(of: now)
    if let day = CivilDate(text) {
      guard day >= today else { throw ValidationError("--effective \(day) is past.") }
      return max(calendar.time(on: day), now)
    }
    guard let time = WallTime(iso8601: text) else {
      throw ValidationError("--effective must be a day as 2026-12-01, or an instant with its zone.")
    }
    guard calendar.date(of: time) >= today else {
      throw ValidationError("--effective \(text) is past.")
    }
    return time
  }
}

struct AgreementHistory {
  let reports: [AgreementVersionReport]
  let moment: Moment

  func text(_ paint: Paint) -> String {
    guard !reports.isEmpty else { return "No agreement was recorded yet." }
    var table = Table("VERSION", "STATE", "RECORDED", "EFFECTIVE", "CAME INTO FORCE", "SHA-256")
    for report in reports {
      table.add(
        "\(report.version)", words(report.state), moment.text(report.recordedAt),
        moment.text(report.effective), moment.text(report.activatedAt, or: "-"), report.hash)
    }
    return table.text(paint)
  }

  private func words(_ state: AgreementVersionReport.State) -> String {
    switch state {
    case .inForce: "in force"
    case .scheduled: "waits for its date"
    case .replaced: "replaced"
    case .passedOver: "overtaken before its date"
    }
  }
}
