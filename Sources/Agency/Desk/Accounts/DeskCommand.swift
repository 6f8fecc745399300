import AdapterKit
public import ArgumentParser
import Foundation
import Glibc
import Operations

/// `accord-… desk`: who may sign in at the agency's desk, and its certificate.
public struct DeskCommand: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "desk", abstract: "Accounts and certificate of this agency's desk.",
    subcommands: [DeskUserCommand.self, DeskCertificateCommand.self])
  public init() {}
}

struct DeskUserCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "user", abstract: "Who may sign in at the desk.",
    subcommands: [Add.self, Remove.self, List.self, Password.self])

  struct Add: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Add an account, or give one a new password and second factor.",
      discussion: """
        The password is asked for, or read as one line from standard input where that is no \
        terminal; it never stands on the command line, where others could see it.
        """)
    @Argument(help: "The name to sign in with: a-z, digits and . - _ @.") var name: String
    @Option(help: "The role at the desk; 'desk user list' names them.") var role: String
    @Option(help: "How the person is called on pages.") var display: String?
    @Option(help: "The person's code in the rota or records system.") var staff: String?
    @Flag(help: "No password: a reverse proxy or single sign-on says who it is.")
    var external = false
    @Flag(help: "Sign in with the password alone. Only for a demonstration.")
    var withoutSecondFactor = false
    @OptionGroup var options: ConfigurationOption

    func run() throws {
      guard Account.isName(name) else {
        throw ValidationError("The name takes a-z, digits and . - _ @, at most 64.")
      }
      let adapter = try AdapterConfiguration.load(options.config)
      let known = DeskRoles.names(of: adapter.role)
      guard known.contains(role) else {
        throw ValidationError("--role takes: \(known.joined(separator: ", ")).")
      }
      let store = try DeskStore(folder: adapter.stateDirectory)
      var account = Account(
        name: name, display: display ?? name, role: role, staff: staff)
      if let before = try store.account(name) { account.feed = before.feed }
      if !external {
        account.password = try PasswordHash(of: try NewPassword.read(for: name))
        if !withoutSecondFactor { account.secret = Data(Randomness.bytes(20)) }
      }
      try store.save(account)
      try store.endSessions(of: name)
      var lines = ["\(name) may sign in as \(role)."]
      if let secret = account.secret {
        let code = OneTimeCode(secret: secret)
        lines += [
          "Second factor, shown once: put it into the person's authenticator app and nowhere else.",
          code.address(account: name, agency: adapter.agency.text), "By hand: \(code.base32)",
        ]
      }
      say(lines.joined(separator: "\n"))
    }
  }

  struct Password: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Give an account a new password; its second factor stays.")
    @Argument var name: String
    @OptionGroup var options: ConfigurationOption
    func run() throws {
      let store = try DeskStore(
        folder: try AdapterConfiguration.load(options.config).stateDirectory)
      guard var account = try store.account(name) else {
        throw ValidationError("There is no account \(name).")
      }
      account.password = try PasswordHash(of: try NewPassword.read(for: name))
      try store.save(account)
      try store.forgetFailures(of: name)
      try store.endSessions(of: name)
      say("\(name) has a new password and is signed out everywhere.")
    }
  }

  struct Remove: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Remove an account; it is signed out at once.")
    @Argument var name: String
    @OptionGroup var options: ConfigurationOption
    func run() throws {
      let store = try DeskStore(
        folder: try AdapterConfiguration.load(options.config).stateDirectory)
      guard try store.remove(name) else {
        throw ValidationError("There is no account \(name).")
      }
      say("\(name) may not sign in any more.")
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List accounts and roles.")
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var options: ConfigurationOption

    private struct Line: Encodable {
      let name: String
      let display: String
      let role: String
      let secondFactor: Bool
      let singleSignOn: Bool
    }

    func run() throws {
      let adapter = try AdapterConfiguration.load(options.config)
      let lines = try DeskStore(folder: adapter.stateDirectory).accounts().map {
        Line(
          name: $0.name, display: $0.display, role: $0.role, secondFactor: $0.secret != nil,
          singleSignOn: $0.subject != nil)
      }
      if json { return say(try Listing.json(lines)) }
      let table = Listing.table(
        ["NAME", "PERSON", "ROLE", "SECOND FACTOR"],
        lines.map { line in
          let factor = line.singleSignOn ? "elsewhere" : line.secondFactor ? "yes" : "no"
          return [line.name, line.display, line.role, factor]
        })
      say("\(table)\nroles: \(DeskRoles.names(of: adapter.role).joined(separator: ", "))")
    }
  }
}

struct DeskCertificateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "certificate",
    abstract: "Make a certificate that signs itself, for a start; needs openssl.")
  @Option(help: "The name or address by which browsers reach the desk.") var host = "localhost"
  @OptionGroup var options: ConfigurationOption
  func run() throws {
    let folder = try AdapterConfiguration.load(options.config).stateDirectory
    try Folder.make(folder)
    try DeskCertificate.make(in: folder, host: host)
    say("Browsers will warn of it; replace it by one of your own authority.")
  }
}

/// Where a new password comes from: the terminal, unseen, or one line of standard input.
private enum NewPassword {
  static func read(for account: String) throws -> String {
    let password: String
    if isatty(STDIN_FILENO) == 1 {
      guard let first = getpass("New password for \(account): ").map({ String(cString: $0) }),
        let second = getpass("Once more: ").map({ String(cString: $0) })
      else { throw DeskError.account("the password could not be read from the terminal") }
      guard first == second else { throw DeskError.account("the two passwords differ") }
      password = first
    } else {
      password = readLine(strippingNewline: true) ?? ""
    }
    if let objection = PasswordHash.objection(to: password, of: account) {
      throw DeskError.account("this password cannot be used. \(objection)")
    }
    return password
  }
}

private func say(_ text: String) {
  FileHandle.standardOutput.write(Data((text + "\n").utf8))
}
