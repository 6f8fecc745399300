import ArgumentParser
import Foundation
import HubModel
import HubProtocol
import Operations

struct JoinCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "join", abstract: "Join a hub with the code that its operator sent.",
    discussion: """
      Makes this agency's keys, here and for good; shows both fingerprints, to be compared on the \
      telephone; prints the reply for the hub's operator; takes their welcome; writes the \
      daemon's configuration; and tries the connection. No secret key leaves this machine. \
      Stopped after the reply, it goes on with: accord join --welcome FILE. The same code typed \
      again shows the same reply's keys once more.
      """)

  @Argument(help: "The code of 'accord agency invite', or a file that holds it.")
  var code: String?
  @Option(help: "The hub's welcome: a file that holds it, or - for standard input.")
  var welcome: String?
  @Option(help: "Try the connection of a role that has joined, and nothing else.")
  var test: String?
  @Option(help: "Seconds to wait for the router.")
  var timeout = 20
  @Option(help: .hidden)
  var root = ""
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard [code, welcome, test].compactMap({ $0 }).count == 1 else {
      throw ValidationError("Give the code, or --welcome, or --test.")
    }
    guard test == nil || test.flatMap(Role.init(rawValue:)) != nil else {
      throw ValidationError("--test takes a role, for instance prosecutor.")
    }
    guard (1...600).contains(timeout) else {
      throw ValidationError("--timeout must be from 1 to 600 seconds.")
    }
  }

  func run() throws {
    let layout = CountyLayout(systemBelow: root)
    if let role = test.flatMap(Role.init(rawValue:)) {
      return try tryConnection(layout.configuration(role.rawValue))
    }
    if let welcome {
      return try finish(Welcome(text: Pasted.text(welcome)), layout)
    }
    let invitation = try Invitation(text: Pasted.text(code ?? ""))
    let now = SystemClock().wall()
    guard now < invitation.expires else {
      throw CountyError(
        "the code ended at \(invitation.expires.iso8601): ask the hub's operator for another one")
    }
    let joining = try Joining.begin(invitation, layout, at: now)
    if output.json { return try Printing.json(joining.report) }
    print(joining.text)
    // A person pastes the welcome right here; a script comes again with --welcome.
    guard isatty(STDIN_FILENO) == 1 else { return }
    print("\nPaste the welcome here, then Enter; or stop with Ctrl-C, and go on by that line:")
    guard let line = LongLine.read() else { return }
    try finish(Welcome(text: line), layout)
  }

  private func finish(_ welcome: Welcome, _ layout: CountyLayout) throws {
    let files = try Joining.finish(welcome, layout)
    let role = welcome.role.rawValue
    print("\(welcome.agency) has joined \(welcome.program).")
    for file in files { print("Wrote \(file)") }
    try tryConnection(layout.configuration(role))
    print("Start the daemon: systemctl start accord-\(role)")
  }

  private func tryConnection(_ path: String) throws {
    let configuration = try AdapterConfiguration.load(path)
    let outcome = try ConnectionTrial(configuration).perform(seconds: timeout)
    if output.json && test != nil {
      try Printing.json(["state": outcome.health.word, "text": outcome.text])
    } else {
      print("\(Paint.forTerminal.health(outcome.health.word, outcome.health)): \(outcome.text)")
    }
    try outcome.health.exit()
  }
}
