import ArgumentParser
import HubModel
import HubProtocol
import Operations

struct MessageCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "message", abstract: "Look at one message.", subcommands: [Show.self])

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show where a message stands for each recipient. Never its content.")

    @Argument(help: "The message's id: 32 hexadecimal digits.")
    var id: String
    @OptionGroup var router: RouterOptions
    @OptionGroup var output: OutputOptions

    func validate() throws { try validateMessageID(id) }

    func run() throws {
      guard case .message(let report) = try router.ask(.message(id: id)) else {
        throw UnexpectedAnswer()
      }
      if output.json { return try Printing.json(report) }
      print(MessageText(report: report, moment: Moment(now: SystemClock().wall())).fates(
        .forTerminal))
    }
  }
}

func validateMessageID(_ id: String) throws {
  guard MessageID(id) != nil else {
    throw ValidationError("A message's id is 32 hexadecimal digits (0-9, a-f).")
  }
}

struct MessageText {
  let report: MessageReport
  let moment: Moment

  func fates(_ paint: Paint) -> String {
    var lines = [
      "\(report.topic) \(report.id)",
      "  from \(report.source), accepted \(moment.text(report.acceptedAt))",
      "  basis: \(report.basis)" + (report.caseID.map { ", referral \($0)" } ?? ""),
      "",
    ].map(LogText.escaped)
    var table = Table("RECIPIENT", "PART", "INFORMATION", "STANDS", "NUMBER", "DISCLOSED", "SINCE")
    for part in report.parts {
      table.add(
        part.recipient, "\(part.part)", Words.list(part.categories, or: "-"),
        Words.fate(part.fate), part.number.map { "\($0)" } ?? "-",
        part.wasDisclosed ? "yes" : "no", moment.text(part.changedAt))
    }
    lines.append(
      table.isEmpty ? "It has no recipients: the router alone acted on it." : table.text(paint))
    return lines.joined(separator: "\n")
  }
}
