import ArgumentParser
import HubProtocol

struct ClockCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clock", abstract: "Answer a router that doubts its clock.",
    subcommands: [Accept.self])

  struct Accept: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say that the router's wall clock is right as it is now.",
      discussion: """
        A router whose clock was set back, or far ahead, holds every release, because releases
        begin and end by it. Set the clock right first; then this lets what is held go on. It is
        logged.
        """)

    @OptionGroup var reason: ReasonOption
    @OptionGroup var router: RouterOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      try DoneText.print(
        try router.ask(.acceptClock(reason: reason.reason)), json: output.json)
    }
  }
}

struct IdentityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "identity",
    abstract: "Say that two participants are one person, or that they are not.",
    discussion: """
      A participant is named as an agency names them: AGENCY/ALIAS. What the person signed under
      one name then counts under the other too, and so does what they refused or revoked. Nothing
      is moved, so it can be undone whole; no agency is told.
      """,
    subcommands: [Merge.self, Separate.self])

  struct Merge: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Two names are one person's.")

    @Argument(help: "AGENCY/ALIAS")
    var first: String
    @Argument(help: "AGENCY/ALIAS")
    var second: String
    @OptionGroup var reason: ReasonOption
    @OptionGroup var router: RouterOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      try DoneText.print(
        try router.ask(
          .mergeIdentities(first: first, second: second, reason: reason.reason)),
        json: output.json)
    }
  }

  struct Separate: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "A name is one person's alone after all.")

    @Argument(help: "AGENCY/ALIAS")
    var name: String
    @OptionGroup var reason: ReasonOption
    @OptionGroup var router: RouterOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      try DoneText.print(
        try router.ask(.separateIdentity(name: name, reason: reason.reason)),
        json: output.json)
    }
  }
}
