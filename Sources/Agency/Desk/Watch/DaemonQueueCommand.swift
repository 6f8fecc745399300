import AdapterKit
public import ArgumentParser
import Foundation
import HubClient
import HubModel
import Operations

private func say(_ text: String) {
  FileHandle.standardOutput.write(Data((text + "\n").utf8))
}

/// `queue`: what went wrong at this agency, and doing it again.
public struct DaemonQueueCommand: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "queue",
    abstract: "Messages the hub refused, deliveries set aside, files rejected: look, do again.",
    discussion: """
      'retry' hands it to the running daemon, which does it again by what stands now. 'dismiss' \
      forgets what somebody has dealt with otherwise.
      """,
    subcommands: [List.self, Show.self, Retry.self, Dismiss.self])
  public init() {}

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List what went wrong. Metadata only.",
      discussion: "Ends with 0 where there is nothing, 1 where there is something.")
    @Option(help: "Only this kind: refused, set-aside or rejected.")
    var kind: ItemKind?
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var options: ConfigurationOption

    func run() throws {
      let items = try RepairQueue(configuration: options.config).items()
        .filter { kind == nil || $0.kind.rawValue == kind?.rawValue }
      if json {
        say(try Listing.json(items))
      } else if items.isEmpty {
        say("Nothing was refused, set aside or rejected.")
      } else {
        for item in items { say(Self.line(item)) }
      }
      if !items.isEmpty { throw ExitCode(1) }
    }

    static func line(_ item: RepairQueue.Item) -> String {
      let time = WallTime(milliseconds: item.at).iso8601
      return LogText.escaped("\(time)  \(item.kind.rawValue)  \(item.id)  \(item.reason)")
        + "\n    → " + LogText.escaped(item.remedy)
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show one: why it is there, or with a reason what it says.",
      discussion: "Who looked at the content, and why, is noted in the desk's book before.")
    @Argument(help: "The id that 'queue list' prints.") var id: String
    @Flag(help: "Show the content too.") var body = false
    @Option(help: "Why the content is needed; noted.") var reason: String?
    @OptionGroup var options: ConfigurationOption

    func validate() throws {
      guard body == (reason != nil) else {
        throw ValidationError("--body and --reason go together.")
      }
    }

    func run() throws {
      let queue = try RepairQueue(configuration: options.config)
      let item = try queue.one(id)
      guard body else {
        say(List.line(item))
        if let note = queue.note(of: item) { say(note) }
        return
      }
      try DeskStore(folder: queue.configuration.stateDirectory).record(
        DeskStore.Viewing(
          at: SystemClock().wall(), account: "uid \(geteuid()): \(reason ?? "")", page: "queue",
          subject: item.id))
      guard let content = try queue.content(of: item) else {
        throw ValidationError("There is no content left.")
      }
      FileHandle.standardOutput.write(Data(content + [10]))
    }
  }

  struct Retry: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Do it again: send, apply, or read the file once more.")
    @OptionGroup var which: QueueChoice
    @Option(help: "For a file: the folder below 'in' that it goes back into.")
    var folder: String?
    func run() throws { try which.run(isRetry: true, folder: folder, "handed to the daemon") }
  }

  struct Dismiss: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Forget what somebody has dealt with otherwise. Its content is gone then.")
    @OptionGroup var which: QueueChoice
    func run() throws { try which.run(isRetry: false, folder: nil, "dismissed") }
  }
}

/// As it is typed.
enum ItemKind: String, CaseIterable, ExpressibleByArgument {
  case refused
  case setAside = "set-aside"
  case rejected
}

extension RepairQueue {
  fileprivate func one(_ id: String) throws -> Item {
    guard let item = try items().first(where: { $0.id == id.lowercased() || $0.id == id }) else {
      throw ValidationError("Nothing of that id is set aside; 'queue list' shows what is.")
    }
    return item
  }
}

/// One, or all of a kind.
struct QueueChoice: ParsableArguments {
  @Argument(help: "The id that 'queue list' prints; else --kind.") var id: String?
  @Option(help: "All of this kind: refused, set-aside or rejected.")
  var kind: ItemKind?
  @Option(help: "Of these only those with this reason, as 'not-publisher'.") var because: String?
  @Flag(help: "Only count what it would be done to.") var dryRun = false
  @OptionGroup var options: ConfigurationOption

  func validate() throws {
    guard (id == nil) != (kind == nil) else {
      throw ValidationError("Give an id, or --kind.")
    }
  }

  func run(isRetry: Bool, folder: String?, _ done: String) throws {
    let queue = try RepairQueue(configuration: options.config)
    let items =
      try id.map { [try queue.one($0)] }
      ?? queue.items().filter { item in
        item.kind.rawValue == kind?.rawValue && (because.map { item.reason.hasPrefix($0) } ?? true)
      }
    guard !dryRun else { return say("\(items.count) would be \(done); nothing was changed.") }
    let progress = Progress("items", of: items.count)
    for item in items {
      try progress.step()
      try queue.act(item, isRetry: isRetry, folder: folder, configuration: options.config)
    }
    progress.finish()
    say("\(items.count) \(done); see 'queue list' in a moment.")
  }
}

/// `trace`: one message's way, as this agency's daemon knows it.
public struct DaemonTraceCommand: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "trace",
    abstract: "Show what this daemon knows of one message's way.",
    discussion: """
      A message's id is its W3C trace id too. Of a caller's own trace id (by HTTP, 'traceparent') \
      it shows which messages came of it. 'accord trace' on the router shows what happened in \
      between.
      """)
  @Argument(help: "The message's or the trace's id: 32 hexadecimal digits.") var id: String
  @OptionGroup var options: ConfigurationOption
  public init() {}

  public func run() throws {
    guard let message = MessageID(id) else {
      throw ValidationError("A message's id is 32 hexadecimal digits (0-9, a-f).")
    }
    let lines = try RepairQueue(configuration: options.config).way(of: message)
    if let trace = TraceContext(of: message) { say("traceparent \(trace)") }
    say("made \(message.madeAt.iso8601)")
    guard !lines.isEmpty else {
      throw ValidationError("This daemon neither sent nor received it, or forgot it long ago.")
    }
    for line in lines { say(LogText.escaped(line)) }
  }
}
