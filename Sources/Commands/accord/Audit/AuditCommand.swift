import ArgumentParser
import Foundation
import HubModel
import HubProtocol
import Operations

struct AuditCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Export, verify and prove what the router wrote down.",
    discussion: """
      'verify' and 'check-proof' need no router: they read files alone. Both believe the key that \
      the file names unless --router-key says what the router's operator published.
      """,
    subcommands: [Export.self, Verify.self, Prove.self, CheckProof.self, Checkpoint.self])

  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write the whole log to a file. It names no person and has no content.")

    @Option(name: .shortAndLong, help: "The file to write; '-' for standard output.")
    var output = "-"
    @OptionGroup var router: RouterOptions

    func run() throws {
      let writer = try OutputStream(output)
      guard case .auditPage(let head) = try router.ask(.auditHead) else {
        throw UnexpectedAnswer()
      }
      try writer.write(head.text)
      var next = head.next
      while let start = next {
        guard case .auditPage(let page) = try router.ask(.auditPage(from: start, size: head.size))
        else { throw UnexpectedAnswer() }
        try writer.write(page.text)
        next = page.next
      }
      try writer.close()
      if output != "-" {
        print("\(head.size) entries are in \(LogText.escaped(output)); check them: accord audit "
          + "verify \(LogText.escaped(output))")
      }
    }
  }

  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check an export offline: every entry, the tree, every signature.",
      discussion: "Ends with 0 good, 1 entries not yet signed, 2 tampered with, 3 not readable.")

    @Argument(help: "The export.") var file: String
    @Option(help: "An agency's chain file: '<its adapter> chain' prints it.") var chain: String?
    @OptionGroup var key: TrustedKey
    @OptionGroup var output: OutputOptions

    func run() throws {
      try AuditOutcome.tell(json: output.json) { () -> (AuditSummary, String, Health) in
        let told = try chain.map { try AgencyChain(reading: try LineFile(path: $0).text()) }
        var verifier = AuditVerifier(trusting: try key.bytes(), against: told)
        try LineFile(path: file).lines { try verifier.take($0) }
        let summary = try verifier.finish()
        return (summary, Self.text(summary, told), summary.uncovered > 0 ? .warning : .good)
      }
    }

    private static func text(_ summary: AuditSummary, _ chain: AgencyChain?) -> String {
      let moment = Moment(now: SystemClock().wall())
      var lines = [
        "\(summary.entries) entries of \(LogText.escaped(summary.origin)), "
          + "\(summary.checkpoints) checkpoints, \(summary.incarnations) "
          + "\(summary.incarnations == 1 ? "life" : "lives") of the ledger: all as they were signed"
      ]
      if let first = summary.first, let last = summary.last {
        lines.append("from \(moment.text(first)) to \(moment.text(last))")
      }
      lines += summary.restores.map {
        "restored \(moment.text($0.at)) to a backup of \($0.position) entries; life "
          + "\($0.incarnation) goes on from there"
      }
      lines.append("signed by \(summary.keys.joined(separator: ", "))")
      if let chain {
        lines.append("\(summary.links) links of \(chain.agency)'s chain agree with it")
      }
      if summary.uncovered > 0 {
        lines.append("the last \(summary.uncovered) entries are not signed yet")
      }
      return lines.joined(separator: "\n")
    }
  }

  struct Prove: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write a proof that one disclosure (or withholding) stands in the log.",
      discussion: """
        A proof of a withholding is for the auditor alone: an agency may not ask whether \
        something was withheld from it.
        """)

    @Option(help: "The message's id: 32 hexadecimal digits.") var message: String
    @Option(help: "The recipient's id.") var recipient: String
    @Option(help: "The part, where a message went in several.") var part: UInt16?
    @Flag(help: "Prove a withholding; for the auditor alone.") var withholding = false
    @Option(name: .shortAndLong, help: "The file to write; '-' for standard output.")
    var output = "-"
    @OptionGroup var router: RouterOptions

    func validate() throws {
      guard MessageID(message) != nil else {
        throw ValidationError("A message's id is 32 hexadecimal digits (0-9, a-f).")
      }
    }

    func run() throws {
      let question = AdminRequest.auditProof(
        message: message, recipient: recipient, part: part, withholding: withholding)
      guard case .auditProof(let text) = try router.ask(question) else { throw UnexpectedAnswer() }
      let writer = try OutputStream(output)
      try writer.write(text)
      try writer.close()
    }
  }

  struct CheckProof: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "check-proof", abstract: "Check a proof offline, and say what it proves.",
      discussion: "Ends with 0 good, 2 proves nothing, 3 not readable.")

    @Argument(help: "The proof.") var file: String
    @OptionGroup var key: TrustedKey
    @OptionGroup var output: OutputOptions

    func run() throws {
      try AuditOutcome.tell(json: output.json) { () -> (ProvenEntry, String, Health) in
        let proof = try AuditProof(reading: try LineFile(path: file).text())
        let leaf = try proof.verified(trusting: try key.bytes())
        let entry = ProvenEntry(leaf, proof)
        return (entry, entry.text(Moment(now: SystemClock().wall())), .good)
      }
    }
  }

  struct Checkpoint: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Have the router sign its log as it stands now.")
    @OptionGroup var router: RouterOptions

    func run() throws {
      guard case .done(let text) = try router.ask(.checkpoint) else { throw UnexpectedAnswer() }
      print(LogText.escaped(text))
    }
  }
}

/// The router's key, as somebody else than the file says.
struct TrustedKey: ParsableArguments {
  @Option(help: "The router's signing key as its operator published it: 64 hexadecimal digits.")
  var routerKey: String?

  func bytes() throws -> [UInt8]? {
    guard let routerKey else { return nil }
    guard let bytes = Hex.decode(routerKey), bytes.count == 32 else {
      throw AuditFlaw(.malformed, "--router-key is 64 hexadecimal digits")
    }
    return bytes
  }
}
