import ArgumentParser
import Operations

struct ErrorsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "errors", abstract: "Look up error codes.",
    discussion: "Of the router, its commands, and the agencies' daemons.",
    subcommands: [Lookup.self, List.self])

  struct Lookup: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say what happened, why, and what to do next.")

    @Argument(help: "The code, such as not-publisher.")
    var code: String
    @OptionGroup var output: OutputOptions

    func run() throws {
      guard let note = ErrorBook.note(code.lowercased()) else {
        let hint = ErrorBook.near(code.lowercased()).map { " Did you mean '\($0)'?" } ?? ""
        throw ValidationError("There is no such code.\(hint) 'accord errors list' shows all.")
      }
      if output.json { return try Printing.json(note) }
      print(
        """
        \(note.code)
          What happened: \(note.happened)
          Why:           \(note.why)
          Next step:     \(note.next)
        """)
      if note.passesByItself { print("  It may succeed later as it is: it is tried again.") }
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List every code.")
    @OptionGroup var output: OutputOptions

    func run() throws {
      if output.json { return try Printing.json(ErrorBook.all) }
      var table = Table("CODE", "TRIED AGAIN", "WHAT HAPPENED", "NEXT STEP")
      for note in ErrorBook.all {
        table.add(note.code, note.passesByItself ? "yes" : "no", note.happened, note.next)
      }
      print(table.text(.forTerminal))
    }
  }
}
