import Foundation
import HubModel
import HubProtocol
import Operations
import Testing
import ZeroMQ

/// Archives of a real router, checked by the command line alone.
@Suite("Archives of a real router", .serialized, .timeLimit(.minutes(15)))
struct ArchiveTests {
  private func town() throws -> Town {
    let town = try Town()
    try town.startRouter()
    let provider = try TownAgency("harbor-behavioral", .behavioralHealth, in: town)
    try provider.link.start()
    for person in ["p-one", "p-two"] {
      _ = try provider.completeIntake(person, on: #require(CivilDate("2026-11-20")))
    }
    _ = try eventually(within: 30) { try totals(town)["accepted"] ?? 0 >= 2 ? true : nil }
    provider.link.stop()
    return town
  }

  private func totals(_ town: Town) throws -> [String: Int] {
    guard case .totals(let totals) = try town.ask(.totals) else { return [:] }
    return totals.auditByKind
  }

  /// From tomorrow's point of view everything is old.
  private let always = ["--before", "2100-01-01"]

  @Test("An archive says who was meant and what was said, and every message leads to the log")
  func verified() throws {
    let town = try town()
    let file = town.path("old.jsonl")
    let made = try town.accord(["archive", "export", "--output", file, "--plain"] + always)
    #expect(made.status == 0 && made.output.contains("2 messages"), "\(made.output)")
    #expect(try totals(town)["archived"] == 1)
    // Nothing is old by the site's own days.
    let none = town.path("none.jsonl")
    #expect(try town.accord("archive", "export", "--output", none, "--plain").status == 0)

    #expect(town.router?.stop() == 0)
    let checked = try Program.run("accord", ["archive", "verify", file, "--json"])
    #expect(checked.status == 0, "\(checked.output)")
    #expect(checked.output.contains("\"messages\" : 2"), "\(checked.output)")
    #expect(try Program.run("accord", ["archive", "verify", none]).status == 0)
    let text = try String(contentsOfFile: file, encoding: .utf8)
    #expect(text.contains("p-one") && text.contains("p-two"))
    let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  @Test("Changed, cut, or signed by another key, it is told from a good one", arguments: [
    "changed", "cut", "dropped", "foreign",
  ])
  func tampered(_ how: String) throws {
    let town = try town()
    let file = town.path("old.jsonl")
    let made = try town.accord(["archive", "export", "--output", file, "--plain"] + always)
    try #require(made.status == 0, "\(made.output)")
    var lines = try String(contentsOfFile: file, encoding: .utf8)
      .split(separator: "\n", omittingEmptySubsequences: false)
    var arguments = ["archive", "verify", file]
    switch how {
    case "changed": lines[1] = Substring(lines[1].replacing("p-one", with: "p-six"))
    case "cut": lines.removeLast(2)
    case "dropped": lines.remove(at: 1)
    default: arguments += ["--router-key", String(repeating: "ab", count: 32)]
    }
    if how == "cut" { lines.append("") }
    try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: file))
    let checked = try Program.run("accord", arguments)
    #expect(checked.status == 2, "\(how): \(checked.output)")
  }

  @Test("What the router did not confirm stays: it may have taken note of it all the same")
  func unconfirmed() throws {
    let town = try Town()
    let path = town.path("state/router/admin.sock")
    try FileManager.default.createDirectory(
      atPath: town.path("state/router"), withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700])
    // In the router's place, somebody who says nothing once the archive is whole.
    let socket = try Socket(Context(), .rep)
    try socket.bind(AdminSocket.endpoint(path))
    let page = ArchivePage(text: "whole\n", messages: 0, ticket: "t", next: nil)
    let answers: [AdminResponse] = [.archive(page), .failed(code: "router-busy", remedy: "Wait.")]
    let router = try OwnedThread(name: "silent-router") {
      defer { socket.close() }
      for answer in answers {
        guard let ready = try? Poller.poll([socket], timeoutMilliseconds: 60_000), !ready.isEmpty,
          (try? socket.receive(wait: false)) != nil
        else { return }
        _ = try? socket.send(frame: (try? AdminSocket.encode(answer)) ?? [], wait: true)
      }
      _ = try? socket.set(.lingerMilliseconds(1_000))
    }
    let file = town.path("old.jsonl")
    let made = try town.accord("archive", "export", "--output", file, "--plain")
    router.join()
    #expect(made.status != 0, "\(made.output)")
    let text = try String(contentsOfFile: file, encoding: .utf8)
    #expect(text.hasPrefix("whole\n"))
    #expect(!FileManager.default.fileExists(atPath: file + ".part"))
  }

  @Test("Encrypted to the site's key it is nowhere in the clear, and checked with the secret one")
  func encrypted() throws {
    let town = try town()
    let (secret, recipients) = (town.path("secret.key"), town.path("recipients"))
    #expect(try Program.run("/usr/bin/age-keygen", ["-o", secret]).status == 0)
    let file = town.path("old.jsonl.age")
    let nobody = try town.accord(
      ["archive", "export", "--output", file, "--recipients", recipients] + always)
    #expect(nobody.status != 0 && nobody.output.contains("--plain"), "\(nobody.output)")
    #expect(!FileManager.default.fileExists(atPath: file + ".part"))
    #expect(try Program.run("/usr/bin/age-keygen", ["-y", "-o", recipients, secret]).status == 0)
    let made = try town.accord(
      ["archive", "export", "--output", file, "--recipients", recipients] + always)
    #expect(made.status == 0, "\(made.output)")
    let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
    #expect(bytes.range(of: Data("p-one".utf8)) == nil)
    let again = try town.accord(
      ["archive", "export", "--output", file, "--recipients", recipients] + always)
    #expect(again.status != 0 && again.output.contains("is there already"))
    let checked = try Program.run("accord", ["archive", "verify", file, "--identity", secret])
    #expect(checked.status == 0 && checked.output.contains("2 messages"), "\(checked.output)")
    let locked = try Program.run("accord", ["archive", "verify", file])
    #expect(locked.status != 0 && locked.output.contains("--identity"))
  }
}
