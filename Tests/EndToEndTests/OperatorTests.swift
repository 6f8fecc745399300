import Foundation
import HubModel
import HubProtocol
import Operations
import Testing

/// What an operator types, before a real router and real daemons.
@Suite("An operator's day", .serialized, .timeLimit(.minutes(15)))
struct OperatorTests {
  private func sheriff(_ arguments: String..., in town: Town) throws -> Program.Result {
    try Program.run(
      "accord-sheriff", arguments + ["--config", town.path("lakewood-sheriff.yaml")])
  }

  private func change(_ path: String, _ old: String, _ new: String) throws {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try #require(text.contains(old))
    try text.replacingOccurrences(of: old, with: new)
      .write(toFile: path, atomically: true, encoding: .utf8)
  }

  private struct Told: Decodable {
    struct Line: Decodable {
      let check: String
      let level: String
      let text: String
    }
    let lines: [Line]
    let level: String
  }

  private func told(_ result: Program.Result) throws -> Told {
    try JSONDecoder().decode(Told.self, from: Data(result.output.utf8))
  }

  @Test("The doctor sees a router that is down, then up; a key that others may read; a bad line")
  func doctor() throws {
    let town = try Town()
    let down = try town.accord("doctor")
    #expect(down.status == 2 && down.output.contains("is accord-router running"))
    let router = try town.startRouter()
    let up = try told(town.accord("doctor", "--json"))
    #expect(up.lines.filter { $0.level == "red" }.map(\.text) == [])
    let looked = [
      "configuration", "key", "master-key", "disk", "router", "ready", "ledger", "ports",
    ]
    for check in looked {
      #expect(up.lines.contains { $0.check == check && $0.level == "green" }, "\(check)")
    }
    // Nobody is connected, and the ledger was never backed up: somebody should look.
    #expect(up.level == "yellow")
    let key = town.path("keys/router.yaml")
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: key)
    let open = try town.accord("doctor")
    #expect(open.status == 2 && open.output.contains("chmod 600"))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key)
    router.stop()

    #expect(try town.accord("config", "check").status <= 1)
    try change(town.path("router.yaml"), "submit-port:", "submitport:")
    let misspelt = try town.accord("config", "check")
    #expect(misspelt.status == 2 && misspelt.output.contains("submit-port"))
  }

  @Test("A daemon's doctor sees the hub away, a daemon down, and a bad configuration")
  func daemonDoctor() throws {
    let town = try Town()
    let cold = try sheriff("doctor", in: town)
    #expect(cold.status == 2 && cold.output.contains("never run"))
    try town.startRouter()
    let daemon = try town.start(
      "accord-sheriff", ["run", "--config", town.path("lakewood-sheriff.yaml")])
    try daemon.expect("adapter is up")
    let well = try eventually(within: 30) { () -> Told? in
      let told = try told(sheriff("doctor", "--json", in: town))
      return told.lines.contains { $0.check == "latency" } ? told : nil
    }
    #expect(well.lines.filter { $0.level == "red" }.map(\.text) == [])
    #expect(well.lines.contains { $0.check == "connector" && $0.text.contains("output") })
    daemon.stop()
    #expect(try sheriff("doctor", in: town).output.contains("does not run"))
    #expect(try sheriff("config", "check", in: town).status <= 1)
    try change(town.path("lakewood-sheriff.yaml"), "poll-seconds", "pol-seconds")
    let misspelt = try sheriff("config", "check", in: town)
    #expect(misspelt.status == 2 && misspelt.output.contains("poll-seconds"))
  }

  @Test("Each check is one line with a word, numbers behind a bar, and the exit code to it")
  func checks() throws {
    let town = try Town()
    let down = try town.accord("check", "connection")
    #expect(down.status == 2 && down.output.hasPrefix("ACCORD CONNECTION CRITICAL - "))
    try town.startRouter()
    let codes = ["OK": 0, "WARNING": 1, "CRITICAL": 2, "UNKNOWN": 3]
    for (check, expected) in [
      ("connection", "WARNING"), ("disk", nil), ("queue", "OK"), ("escrow", "OK"), ("keys", "OK"),
      ("backup", "CRITICAL"), ("clock", nil), ("handoffs", "OK"), ("ledger", "OK"),
    ] as [(String, String?)] {
      let result = try town.accord("check", check)
      let words = result.output.split(separator: " ")
      #expect(result.output.split(separator: "\n").count == 1, "\(result.output)")
      #expect(words.count > 3 && words[0] == "ACCORD" && words[1] == check.uppercased())
      #expect(codes[String(words[2])] == Int(result.status), "\(result.output)")
      if let expected { #expect(String(words[2]) == expected, "\(result.output)") }
    }
    let strict = try town.accord("check", "disk", "--warning", "1e12", "--critical", "1")
    #expect(strict.status == 1 && strict.output.contains(" | free="))
    let backup = try town.accord("backup", "ledger", town.path("copy.sqlite"))
    #expect(backup.status == 0)
    #expect(try town.accord("check", "backup").status == 0)
  }

  @Test("In maintenance a daemon keeps what it has, and sends it when that is over")
  func drain() async throws {
    let town = try Town()
    try town.startRouter()
    let provider = try TownAgency("harbor-behavioral", .behavioralHealth, in: town)
    let events = provider.link.events()
    try provider.link.start()
    defer { provider.link.stop() }
    try await provider.waits(for: events) { $0 == .connected }
    // The router asks for the reason itself: not every client of its socket is the command.
    let bare = try town.ask(.drain(true, reason: "two\nlines"))
    guard case .failed(code: "reason-missing", _) = bare else {
      Issue.record("a reason of two lines was taken: \(bare)")
      return
    }
    #expect(try town.accord("router", "drain", "--reason", "a new disk").status == 0)
    let ready = try await WatchTests.await(town.basePort + 2, "/ready") { $0.status == 503 }
    #expect(ready.text.contains("maintenance"))
    let status = try provider.message(
      .participantStatus, .careCoordination, participant: "person-1",
      segments: [Segment(.engagement, fields: [Field("status", .code("engaged"))])])
    let told = provider.link.events()
    try provider.store.publish(status, role: provider.role)
    try await provider.waits(for: told) { $0 == .rejected(.draining) }
    #expect(try provider.store.submissionState(of: status.id) == .spooled)
    let safe = try town.accord("router", "safe-to-stop")
    #expect(safe.status == 0, "\(safe.output)")
    #expect(try town.accord("router", "resume").status == 0)
    try await provider.waits(for: told) { $0 == .receipted(.data, through: 1) }
    let totals = try town.totals { $0.auditByKind["drain-ended"] == 1 }
    #expect(totals.auditByKind["drain-begun"] == 1)
    #expect((totals.auditByKind["administered"] ?? 0) >= 2)

    // What it left is held: a retry lets nothing out, its way is told, and its wait can be ended.
    let id = status.id.description
    let queue = try town.accord("queue", "list", "held")
    #expect(queue.status == 0 && queue.output.contains(id) && !queue.output.contains("person-1"))
    let dry = try town.accord(
      "queue", "retry", "--queue", "held", "--all", "--dry-run", "--reason", "to see")
    #expect(dry.output.contains("nothing was changed"))
    #expect(try town.accord("queue", "retry", id, "--reason", "was asked to").status == 0)
    let replayed = try town.totals { $0.auditByKind["replayed"] != nil }
    #expect(replayed.partsByFate["held"] == totals.partsByFate["held"])
    let trace = try town.accord("trace", id)
    #expect(trace.output.contains("taken by the router") && trace.output.contains("made"))
    let shown = try town.accord(
      "queue", "show", id, "--body", "--reason", "the provider asked us to look")
    #expect(shown.output.contains("participant.status"))
    let tail = try town.accord("tail", "--once", "--last", "100", "--json")
    #expect(tail.output.contains("\"kind\":\"replayed\"") && !tail.output.contains("person-1"))
    #expect(try town.accord("queue", "return", id, "--reason", "a mistake").status == 0)
    #expect(try town.totals { $0.partsByFate["held"] == nil }.messages > 0)
  }

  @Test("A rejected file is listed by its mark, goes back into its folder, and can be dismissed")
  func daemonQueue() throws {
    let town = try Town()
    try town.startRouter()
    let daemon = try town.start(
      "accord-sheriff", ["run", "--config", town.path("lakewood-sheriff.yaml")])
    try daemon.expect("adapter is up")
    #expect(try sheriff("queue", "list", in: town).status == 0)
    // A command that names nothing which is set aside: a file that must be rejected.
    let name = "jane-example.json"
    let file = town.path("files/lakewood-sheriff/in/commands/\(name)")
    try Data(#"{"command": "queue-retry", "delivery": "7"}"#.utf8)
      .write(to: URL(fileURLWithPath: file))
    func listed() throws -> String? {
      let result = try sheriff("queue", "list", in: town)
      guard result.status == 1, let range = result.output.firstRange(of: /rejected  [0-9a-f]+/)
      else { return nil }
      // A file may be called after a person.
      #expect(!result.output.contains("jane"))
      return String(result.output[range].dropFirst("rejected  ".count))
    }
    let mark = try eventually(within: 30) { try listed() }
    #expect(try sheriff("queue", "show", mark, in: town).output.contains("queue list"))
    let dry = try sheriff("queue", "retry", "--kind", "rejected", "--dry-run", in: town)
    #expect(dry.output.contains("1 would be"))
    #expect(try sheriff("queue", "retry", mark, in: town).status != 0)
    let again = try sheriff("queue", "retry", mark, "--folder", "commands", in: town)
    #expect(again.status == 0, "\(again.output)")
    try daemon.expect("file rejected")
    let back = try eventually(within: 30) { try listed() }
    #expect(try sheriff("queue", "dismiss", back, in: town).status == 0)
    #expect(try sheriff("queue", "list", in: town).status == 0)
  }

  @Test("A reload puts in force what it can, names what takes a restart, and is in the log")
  func reload() async throws {
    let town = try Town()
    let router = try town.startRouter()
    _ = try town.totals { $0.auditByKind["configuration-changed"] == 1 }
    let file = town.path("router.yaml")
    try change(file, "level: info", "level: debug")
    try change(file, "window: 64", "window: 32")
    let result = try town.accord("router", "reload")
    #expect(result.status == 1)
    #expect(result.output.contains("In force now: log.level"))
    #expect(result.output.contains("After a restart: window"))
    try change(file, "port: \(town.basePort + 2)", "port: \(town.basePort + 3)")
    kill(router.identifier, SIGHUP)
    try router.expect("configuration reloaded")
    _ = try await WatchTests.await(town.basePort + 3, "/live") { $0.status == 200 }
    try change(file, "window: 32", "windw: 32")
    let bad = try town.accord("router", "reload")
    #expect(bad.status != 0 && bad.output.contains("window"))
    kill(router.identifier, SIGHUP)
    try router.expect("the configuration was not reloaded")
    _ = try town.totals { $0.auditByKind["configuration-changed"] == 3 }
  }

  @Test("What waits for a restart is told by what runs, and as long as it does")
  func restartPending() throws {
    let town = try Town()
    try town.startRouter()
    let file = town.path("router.yaml")
    try change(file, "window: 64", "window: 63")
    for _ in 1...2 {
      let pending = try town.accord("router", "reload")
      #expect(pending.status == 1 && pending.output.contains("After a restart: window"))
    }
    try change(file, "window: 63", "window: 64")
    let back = try town.accord("router", "reload")
    #expect(back.status == 0 && !back.output.contains("After a restart"), "\(back.output)")
  }

  @Test("A misspelt agency or topic is refused with the one that is meant, never called well")
  func misspelt() throws {
    let town = try Town()
    try town.startRouter()
    for command in [
      ["held", "list", "--agency"], ["queue", "list", "held", "--to"],
      ["queue", "list", "errors", "--from"], ["tail", "--once", "--agency"],
      ["queue", "retry", "--queue", "held", "--dry-run", "--reason", "x", "--to"],
    ] {
      let wrong = try Program.run(
        "accord", command + ["lakewood-prosecuter", "--config", town.path("router.yaml")])
      #expect(wrong.status != 0, "\(wrong.output)")
      #expect(wrong.output.contains("Did you mean 'lakewood-prosecutor'"), "\(wrong.output)")
      let right = try Program.run(
        "accord", command + ["lakewood-prosecutor", "--config", town.path("router.yaml")])
      #expect(right.status == 0, "\(right.output)")
    }
    let topic = try town.accord("queue", "list", "held", "--topic", "hold.requsted")
    #expect(topic.status != 0 && topic.output.contains("Did you mean 'hold.requested'"))
    #expect(try town.accord("held", "list", "--agency", "No Name").status != 0)
  }

  @Test("A drained router's status is a warning that says so")
  func drainedStatus() throws {
    let town = try Town()
    try town.startRouter()
    #expect(try town.accord("router", "drain", "--reason", "a new disk").status == 0)
    let status = try town.accord("status")
    #expect(status.status == 1 && status.output.contains("MAINTENANCE"), "\(status.output)")
  }

  @Test(
    "Another user holds the role that the file says: is answered, refused, and in the log",
    .enabled(if: geteuid() == 0, "takes root, to ask as somebody else"))
  func roles() throws {
    let town = try Town()
    let file = town.path("router.yaml")
    let folder = town.path("run")
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o711])
    // What leads there must let others through as well.
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o711], ofItemAtPath: town.folder.path)
    try change(file, "state/router/admin.sock", "run/admin.sock")
    let text = try String(contentsOfFile: file, encoding: .utf8)
    try (text + "roles: {observer: [user:daemon]}\n")
      .write(toFile: file, atomically: true, encoding: .utf8)
    try town.startRouter()
    func ask(as user: String, _ arguments: String...) throws -> Program.Result {
      let tool = Town.tools.appendingPathComponent("accord").path
      return try Program.run(
        "/usr/bin/setpriv",
        ["--reuid", user, "--clear-groups", tool] + arguments
          + ["--socket", folder + "/admin.sock"])
    }
    let seen = try ask(as: "daemon", "status")
    #expect(seen.output.contains("lakewood"), "\(seen.output)")
    let refused = try ask(as: "daemon", "router", "drain", "--reason", "no right to")
    #expect(refused.status != 0 && refused.output.contains("the role operator"))
    #expect(try ask(as: "nobody", "totals").output.contains("not-allowed"))
    guard
      case .totals(let totals) = try AdminSocket.ask(.totals, at: folder + "/admin.sock")
    else {
      Issue.record("no totals")
      return
    }
    #expect(totals.auditByKind["administration-refused"] == 2)
    #expect(totals.auditByKind["drain-begun"] == nil)
  }
}
