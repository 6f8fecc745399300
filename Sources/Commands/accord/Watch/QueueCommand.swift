import ArgumentParser
import Foundation
import HubModel
import HubProtocol
import Operations

struct QueueCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "queue",
    abstract: "What waits for a release, and what went wrong: look, decide again, give back.",
    discussion: """
      'held' waits in escrow for a release that covers it; 'errors' was delivered, and its \
      recipient's adapter could not apply it. 'retry' has a message decided again by what stands \
      now, and never releases anything by itself; the log marks it. 'return' ends a wait.
      """,
    subcommands: [List.self, Show.self, Retry.self, Return.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List one of the two queues, oldest first. Metadata only.")
    @Argument(help: "errors or held.") var name: QueueName
    @OptionGroup var filter: QueueFilter
    @Option(help: "So many at most.") var limit = 200
    @OptionGroup var router: RouterOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      let which = name.which
      let items = try filter.items(which, limit: limit, router)
      if output.json { return try Printing.json(items) }
      guard !items.isEmpty else {
        let what = filter.isEmpty ? "" : " of that kind"
        return print(
          which == .held
            ? "Nothing\(what) waits for a release." : "No delivery\(what) was set aside.")
      }
      print(QueueText(moment: Moment(now: SystemClock().wall())).table(items, which))
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show one message: metadata, or with a reason its content.",
      discussion: """
        The content takes --body, --reason and the privacy officer's role; who looked, and why, \
        goes into the log before anything is shown.
        """)
    @Argument(help: "The message's id: 32 hexadecimal digits.") var id: String
    @Flag(help: "Show the content too.") var body = false
    @Option(help: "Why the content is needed; for the log.") var reason: String?
    @OptionGroup var router: RouterOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
      try validateMessageID(id)
      guard body == (reason != nil) else {
        throw ValidationError("--body and --reason go together.")
      }
    }

    func run() throws {
      if body { return try showBody() }
      guard case .message(let report) = try router.ask(.message(id: id)) else {
        throw UnexpectedAnswer()
      }
      if output.json { return try Printing.json(report) }
      print(
        MessageText(report: report, moment: Moment(now: SystemClock().wall())).fates(.forTerminal))
    }

    private func showBody() throws {
      guard case .body(let report) = try router.ask(.body(message: id, reason: reason ?? ""))
      else { throw UnexpectedAnswer() }
      guard let document = report.document else {
        throw CountyError("the content was destroyed, or never kept: only metadata is left")
      }
      // As it stands in the message: a JSON document, in which nothing can end a line.
      FileHandle.standardOutput.write(Data((document + "\n").utf8))
    }
  }

  struct Retry: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Have messages decided again; what is permitted now goes out.")
    @OptionGroup var act: RepairAct

    func run() throws {
      try act.run("decided again") { item, reason in
        .replay(message: item.message, recipient: item.recipient, reason: reason)
      }
    }
  }

  struct Return: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "return",
      abstract: "End the wait of held messages; senders are told where the agreement lets them.",
      discussion: "What waited is destroyed at the router, as at its deadline. Only 'held' can be.")
    @OptionGroup var act: RepairAct

    func run() throws {
      guard act.queue != .errors else {
        throw ValidationError("Only what is held can be returned: it was not delivered yet.")
      }
      try act.run("given back") { item, reason in
        .giveBack(message: item.message, recipient: item.recipient, reason: reason)
      }
    }
  }
}

/// As it is typed.
enum QueueName: String, CaseIterable, ExpressibleByArgument {
  case errors, held
  var which: QueueQuery.Which { self == .errors ? .errors : .held }
}

/// Which of a queue are meant.
struct QueueFilter: ParsableArguments {
  @Option(help: "On the way to this agency.") var to: String?
  @Option(help: "From this agency.") var from: String?
  @Option(help: "Of this topic.") var topic: String?
  @Option(help: "Accepted at least so many hours ago.") var olderThanHours: Int?

  var isEmpty: Bool { to == nil && from == nil && topic == nil && olderThanHours == nil }

  func items(
    _ which: QueueQuery.Which, limit: Int, _ router: RouterOptions
  ) throws -> [QueueItem] {
    let before = olderThanHours.map {
      SystemClock().wall().milliseconds - Span.hours(Int64($0)).milliseconds
    }
    let query = QueueQuery(
      which, recipient: to, source: from, topic: topic, before: before, limit: limit)
    guard case .queue(let items) = try router.ask(.queue(query)) else { throw UnexpectedAnswer() }
    if items.isEmpty { try KnownNames.check(agencies: [to, from], topics: [topic], router) }
    return items
  }
}

/// One message by its id, or all that a filter names.
struct RepairAct: ParsableArguments {
  @Argument(help: "A message's id; else --queue says which.") var id: String?
  @Option(help: "All of this queue that the filters let through: errors or held.")
  var queue: QueueName?
  @OptionGroup var filter: QueueFilter
  @Flag(help: "All of the queue, without a filter.") var all = false
  @Flag(help: "Only count what it would be done to.") var dryRun = false
  @OptionGroup var reason: ReasonOption
  @OptionGroup var router: RouterOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if let id { try validateMessageID(id) }
    guard (id == nil) != (queue == nil) else {
      throw ValidationError("Give a message's id, or --queue with filters.")
    }
    guard id != nil || all || !filter.isEmpty else {
      throw ValidationError("Narrow it down with --to, --from, --topic, or say --all.")
    }
  }

  struct Outcome: Encodable {
    var done = 0
    var failed: [String: String] = [:]
    var isDryRun = false
    /// Of what was done, how many wait for a release all the same.
    var stillHeld: Int?
    /// How many by recipient and topic.
    var counts: [String: Int] = [:]
  }

  func run(_ done: String, _ request: (QueueItem, String) -> AdminRequest) throws {
    var outcome = Outcome(isDryRun: dryRun)
    let items = try meant()
    for item in items { outcome.counts["\(item.topic) to \(item.recipient)", default: 0] += 1 }
    if !dryRun {
      let progress = Progress("messages", of: items.count)
      for item in items {
        try progress.step()
        do {
          guard case .done = try router.ask(request(item, reason.reason)) else {
            throw UnexpectedAnswer()
          }
          outcome.done += 1
        } catch let refusal as RouterRefusal {
          outcome.failed["\(item.message) to \(item.recipient)"] = "\(refusal)"
        }
      }
      progress.finish()
      // What was done is told, also where this cannot be.
      let held = try? filter.items(.held, limit: QueueQuery.most, router).map(Self.name)
      outcome.stillHeld = held.map { Set($0).intersection(items.map(Self.name)).count }
    }
    try tell(outcome, of: items.count, done)
  }

  private static func name(_ item: QueueItem) -> String { "\(item.message) \(item.recipient)" }

  /// One line for each message and recipient: a message's parts for one agency go together.
  private func meant() throws -> [QueueItem] {
    var items: [QueueItem] = []
    if let id {
      for which in QueueQuery.Which.allCases {
        items += try filter.items(which, limit: QueueQuery.most, router).filter {
          $0.message == id.lowercased()
        }
      }
    } else if let queue {
      items = try filter.items(queue.which, limit: QueueQuery.most, router)
    }
    var seen: Set<String> = []
    return items.filter { seen.insert(Self.name($0)).inserted }
  }

  private func tell(_ outcome: Outcome, of count: Int, _ done: String) throws {
    if output.json {
      try Printing.json(outcome)
    } else if count == 0 {
      print("Nothing of that kind is held or set aside.")
    } else if dryRun {
      for (what, count) in outcome.counts.sorted(by: { $0.key < $1.key }) {
        print("\(count)  \(LogText.escaped(what))")
      }
      print("\(count) would be \(done); nothing was changed.")
    } else {
      let still = outcome.stillHeld ?? 0
      let rest = still > 0 ? " \(still) of \(count) still wait(s) for a release." : ""
      print("\(outcome.done) \(done).\(rest)")
      for (what, why) in outcome.failed.sorted(by: { $0.key < $1.key }) {
        Printing.complain("\(what): \(why)")
      }
    }
    if !outcome.failed.isEmpty || (count == 0 && id != nil) { try Health.warning.exit() }
  }
}

struct QueueText {
  let moment: Moment

  func table(_ items: [QueueItem], _ which: QueueQuery.Which) -> String {
    var table = Table(
      headings: [
        "MESSAGE", "TOPIC", "FROM", "TO", "ACCEPTED", which == .held ? "WAITS UNTIL" : "SET ASIDE",
        "WHY",
      ])
    for item in items {
      table.add(
        item.message, item.topic, item.source, item.recipient, moment.text(item.acceptedAt),
        which == .held ? moment.text(item.until, or: "-") : moment.text(item.since),
        Words.list(item.reasons, or: "-"))
    }
    return table.text(.forTerminal)
  }
}
