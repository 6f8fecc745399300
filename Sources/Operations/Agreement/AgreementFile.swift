import Crypto
import Foundation
public import HubModel

/// The program agreement's file: who may tell whom what, and the site's windows and rules. It is
/// read whole or not at all; the router activates only what was read without a problem.
public enum AgreementFile {
  /// Reads and checks the file at `path`.
  /// - Parameter now: the calendar covers two years before it and ten after.
  public static func load(
    _ path: String, now: WallTime
  ) throws(ConfigurationError) -> ProgramAgreement {
    try document(TextFile.read(path), file: path, now: now).agreement
  }

  /// As ``load(_:now:)``, for text at hand.
  /// - Throws: every problem found: among them a line on a topic that the router alone says or
  ///   hears, a role that may not publish its topic, and a shortened window in an agreement that
  ///   does not call itself a demonstration.
  public static func parse(
    _ text: String, file: String, now: WallTime
  ) throws(ConfigurationError) -> ProgramAgreement {
    try document(text, file: file, now: now).agreement
  }

  /// As ``parse(_:file:now:)``, with what the file says of itself.
  public static func document(
    _ text: String, file: String, now: WallTime
  ) throws(ConfigurationError) -> AgreementDocument {
    let hash = hash(of: text)
    return try StrictYAML.parse(text, file: file).read { fields in
      let date = fields.optional("effective", .date)
      return read(fields, hash: hash, now: now).map { agreement in
        AgreementDocument(
          agreement: agreement, effective: date.map { agreement.calendar.time(on: $0) },
          text: text)
      }
    }
  }

  /// What the ledger and the log name a version by: SHA-256 of its file, 32 bytes.
  public static func hash(of text: String) -> [UInt8] {
    [UInt8](SHA256.hash(data: Data(text.utf8)))
  }

  /// The site's time zone, for what is written to go with the agreement.
  /// - Throws: every problem of the agreement.
  public static func timeZone(in path: String) throws(ConfigurationError) -> String {
    let text = try TextFile.read(path)
    _ = try parse(text, file: path, now: SystemClock().wall())
    guard case .mapping(let entries) = try StrictYAML.parse(text, file: path).content,
      let entry = entries.first(where: { $0.key == "time-zone" }),
      case .scalar(let zone) = entry.value.content
    else { throw ConfigurationError(file: path, key: "time-zone", "is missing") }
    return zone
  }

  private static func read(
    _ fields: YAMLFields, hash: [UInt8], now: WallTime
  ) -> ProgramAgreement? {
    let program = fields.required("program", .identifier(ProgramTag.self))
    let version = fields.required("version", YAMLValue<Int>.integer(1...1_000_000))
    let isDemonstration = fields.value("demonstration", .flag, default: false)
    let zone = fields.required("time-zone", YAMLValue<TimeZone>.timeZone)
    let holidays = fields.value("holidays", .list(of: .date), default: [])
    let dutyLine = fields.required("duty-line", .text(largest: 60))
    let paths = fields.required("paths", AgreementPaths.section)
    let exceptions = fields.value(
      "exceptions", .list(of: AgreementPaths.exception, count: 0...100), default: [])
    let outcomes = fields.value("outcomes", AgreementPaths.outcomes, default: [:])
    let bounds = AgreementBounds(isDemonstration: isDemonstration)
    let hold = fields.required("hold", AgreementRules.hold(bounds))
    let handoff = fields.required("handoff", AgreementRules.handoff(bounds))
    let escrow = fields.required("escrow", AgreementRules.escrow(bounds))
    let referral = fields.required("referral", AgreementRules.referral)
    let switches = fields.value("law", AgreementRules.switches, default: SiteSwitches())
    AgreementRules.reportContradictions(handoff, escrow, hold, fields)
    let expiringDays = fields.value("roi-expiring-days", .integer(1...90), default: 14)
    guard let program, let version, let zone, let dutyLine, let paths, let hold, let handoff,
      let escrow, let referral
    else { return nil }
    return ProgramAgreement(
      program: program, version: UInt32(version), contentHash: hash, paths: paths,
      exceptions: exceptions.flatMap { $0 }, outcomes: outcomes, hold: hold, handoff: handoff,
      escrow: escrow, referral: referral, roiExpiringDays: expiringDays,
      calendar: SiteCalendar(timeZone: zone, around: now, holidays: Set(holidays)),
      dutyLine: dutyLine, switches: switches, isDemonstration: isDemonstration)
  }
}

/// An agreement's file, read.
public struct AgreementDocument: Hashable, Sendable {
  public let agreement: ProgramAgreement
  /// The first instant of the site's day that the file gives as `effective`, where it gives one.
  public let effective: WallTime?
  /// The file, byte by byte.
  public let text: String
}

/// The bounds of the agreement's times: real ones, and wider ones for a demonstration.
struct AgreementBounds {
  let isDemonstration: Bool

  func span(_ real: ClosedRange<Span>) -> YAMLValue<Span> {
    guard !isDemonstration else { return .span(.seconds(1)...real.upperBound) }
    return .span(real)
  }
}
