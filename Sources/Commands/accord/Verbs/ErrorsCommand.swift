import ArgumentParser
import HubModel
import Operations

struct ErrorsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "errors", abstract: "Look up error codes.", subcommands: [Lookup.self])

  struct Lookup: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say what an error code means and what to do.")

    @Argument(help: "The code, such as not-publisher; without one, all are listed.")
    var code: String?
    @OptionGroup var output: OutputOptions

    func run() throws {
      let codes = ErrorCode.allCases.filter { code == nil || $0.rawValue == code }
      guard !codes.isEmpty else {
        throw ValidationError("There is no such code; 'accord errors lookup' lists all.")
      }
      if output.json { return try Printing.json(codes.map(Entry.init)) }
      var table = Table("CODE", "TRY AGAIN", "WHAT TO DO")
      for code in codes {
        table.add(code.rawValue, code.isRetryable ? "yes, as it is" : "no", code.remedy)
      }
      print(table.text(.forTerminal))
    }
  }

  struct Entry: Encodable {
    let code: String
    let isRetryable: Bool
    let remedy: String
    init(_ code: ErrorCode) {
      self.code = code.rawValue
      isRetryable = code.isRetryable
      remedy = code.remedy
    }
  }
}
