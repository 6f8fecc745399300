public import ArgumentParser
import Foundation
import GRDB
import HubModel
import Operations

/// What people say of alarms, whatever their agency: handled before the adapter's own commands.
enum AlarmCommands {
  private struct Said: Decodable {
    var command: String
    var alert: String?
    var by: String?
  }

  /// - Returns: `nil` for a command that is not about alarms.
  static func take(
    _ file: IntakeFile, at now: WallTime, in database: Database
  ) throws -> IntakeReport? {
    guard file.folder == CommandDrop.folder,
      let said = try? JSONDecoder().decode(Said.self, from: file.bytes)
    else { return nil }
    switch said.command {
    case "confirm-alert":
      guard let alert = said.alert,
        try Alarms.confirm(alert, by: said.by ?? "", at: now, in: database)
      else {
        throw IntakeError(field: "alert", "is no alert of ours", remedy: "Copy it from the notice.")
      }
    case "test-notice":
      try Alarms.raise(.test, about: "by hand", at: now, in: database)
    default: return nil
    }
    return IntakeReport(taken: 1)
  }
}

/// `confirm-alert`: somebody has seen it, and nobody else need be called.
public struct ConfirmAlertCommand: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "confirm-alert",
    abstract: "Confirm that an alert was seen; nobody is called about it any more.")
  @Argument(help: "The alert's id: the end of the notice's link.") var alert: String
  @Option(help: "Who has seen it.") var by: String
  @OptionGroup var options: ConfigurationOption
  public init() {}

  public func run() throws {
    say(
      try CommandDrop.write(
        "confirm-alert", ["alert": alert, "by": by], configuration: options.config))
  }
}

/// `notices`: who would be called now, and with what words; nothing is sent.
public struct NoticesCommand: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "notices",
    abstract: "Show who would be called now, by what and with what words. Sends nothing.",
    discussion: "With --send-test the daemon sends a test to whoever the rules name for it.")
  @Flag(help: "Have the daemon send a test.") var sendTest = false
  @OptionGroup var options: ConfigurationOption
  public init() {}

  public func run() throws {
    if sendTest {
      say(try CommandDrop.write("test-notice", [:], configuration: options.config))
      return
    }
    let configuration = try AdapterConfiguration.load(options.config)
    say(try NoticePreview.text(configuration, at: SystemClock().wall()))
  }
}

/// What a notice of each kind would be.
enum NoticePreview {
  static func text(_ configuration: AdapterConfiguration, at now: WallTime) throws -> String {
    let settings = try NotifySettings(configuration)
    let calendar = configuration.calendar(around: now)
    var lines: [String] = []
    for kind in AlarmKind.allCases {
      guard let rule = settings.plan.rule(for: kind) else {
        lines.append("\(kind.rawValue): nobody is called; it stands at the desk")
        continue
      }
      let start = AlarmPlan.Progress(next: now)
      let (people, then) = settings.plan.step(start, rule, at: now, calendar)
      lines.append("\(kind.rawValue): \(words(people, rule, then, at: now))")
      let notice = OutsideNotice(
        id: "sample", agency: configuration.agency.text, isOver: false, counts: [kind: 1],
        link: settings.desk.map { "\($0)/alerts/sample" }, at: now)
      for address in people.flatMap(\.addresses) {
        guard let channel = settings.channels[address.channel] else { continue }
        lines.append("  by \(address.channel) to \(address.to):")
        lines += channel.shown(notice, to: address.to)
          .split(whereSeparator: \.isNewline).map { "    \($0)" }
      }
    }
    return lines.joined(separator: "\n")
  }

  private static func words(
    _ people: [AlarmPlan.Person], _ rule: AlarmPlan.Rule, _ then: AlarmPlan.Progress,
    at now: WallTime
  ) -> String {
    guard !people.isEmpty else { return "nobody may be called now; looked at again soon" }
    let names = people.map(\.name).joined(separator: ", ")
    guard let interval = rule.interval else { return "\(names), once" }
    let next = rule.ladder.dropFirst(then.rung + 1).first?.joined(separator: ", ")
    return "\(names), every \(interval.words)"
      + (next.map { ", and after \(rule.times) times \($0)" } ?? "") + ", until confirmed"
  }
}

/// A command's answer, on standard output.
private func say(_ text: String) {
  FileHandle.standardOutput.write(Data((text + "\n").utf8))
}
