import Foundation
import HubModel
import HubProtocol
import Operations
import Testing

/// An agency joins a running hub by a code, a telephone call and a welcome, as the packages have
/// it; two folders stand for the two machines.
@Suite("Joining by invitation", .serialized, .timeLimit(.minutes(15)))
struct JoiningTests {
  /// The router's machine, laid out as installed.
  private final class Hub {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("accord-hub-\(UUID().uuidString.prefix(8))")
    let port = Town.freshPort()
    var router: Program?

    init() throws {
      let result = try Program.run(
        "accord",
        [
          "init", "--root", folder.path, "--program", "lakewood", "--base-port", "\(port)",
          "--duty-line", "555-0100", "--time-zone", "America/Los_Angeles",
        ])
      try #require(result.status == 0, "\(result.output)")
      // As the service manager lends it.
      try FileManager.default.copyItem(
        atPath: path("etc/accord/master.key"), toPath: path("accord-master"))
      router = try Program(
        "accord-router", ["--config", path("etc/accord/router.yaml")],
        environment: ["CREDENTIALS_DIRECTORY": folder.path])
      try router?.expect("router is up")
    }

    deinit {
      router?.kill()
      try? FileManager.default.removeItem(at: folder)
    }

    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    func accord(_ arguments: String...) throws -> Program.Result {
      try Program.run("accord", arguments + ["--config", path("etc/accord/router.yaml")])
    }

    func invite(_ agency: String, _ more: String...) throws -> String {
      let result = try Program.run(
        "accord",
        ["agency", "invite", agency, "--host", "127.0.0.1", "--json"] + more
          + ["--config", path("etc/accord/router.yaml")])
      return try #require(JoiningTests.field("code", result), "\(result.output)")
    }
  }

  fileprivate static func field(_ name: String, _ result: Program.Result) -> String? {
    let document = try? JSONDecoder().decode([String: Text].self, from: Data(result.output.utf8))
    return document?[name]?.text
  }

  private struct Text: Decodable {
    let text: String?
    init(from decoder: any Decoder) throws {
      text = try? decoder.singleValueContainer().decode(String.self)
    }
  }

  private func machine() -> URL {
    FileManager.default.temporaryDirectory
      .appendingPathComponent("accord-agency-\(UUID().uuidString.prefix(8))")
  }

  private func join(_ machine: URL, _ arguments: String...) throws -> Program.Result {
    try Program.run("accord", ["join", "--root", machine.path] + arguments)
  }

  @Test("From a code to a daemon that is connected; the code works once")
  func joins() throws {
    let hub = try Hub()
    let machine = machine()
    defer { try? FileManager.default.removeItem(at: machine) }
    let code = try hub.invite("lakewood-prosecutor:prosecutor")
    let joining = try join(machine, code, "--json")
    let reply = try #require(Self.field("reply", joining), "\(joining.output)")
    let spoken = try #require(Self.field("fingerprint", joining))
    let router = try KeyFile.load(hub.path("etc/accord/router/key.yaml"))
    #expect(Self.field("routerFingerprint", joining) == router.fingerprint.text)

    // Before it is accepted its key is nobody's.
    #expect(try !hub.accord("agency", "list").output.contains(spoken))
    // Misheard, or exchanged.
    let misheard = try hub.accord(
      "agency", "accept", reply, "--fingerprint", router.fingerprint.text)
    #expect(misheard.status != 0 && misheard.output.contains("telephone"))
    #expect(try !hub.accord("agency", "list").output.contains(spoken))

    let accepted = try hub.accord(
      "agency", "accept", reply, "--fingerprint", grouped(spoken), "--json")
    let welcome = try #require(Self.field("welcome", accepted), "\(accepted.output)")
    let again = try hub.accord("agency", "accept", reply, "--fingerprint", spoken)
    #expect(again.status != 0 && again.output.contains("used before"))

    // No secret of either side stood in what travelled.
    let travelled = [code, reply, welcome].joined()
    let key = try KeyFile.load(machine.path + "/etc/accord/prosecutor/key.yaml")
    #expect(key.fingerprint.text == spoken)
    let matching = try MatchingKeyFile.load(hub.path("etc/accord/matching.key")).bytes
    for secret in [key.curve.secretKey.bytes, [UInt8](key.signing.rawRepresentation), matching] {
      #expect(!carried(travelled).contains { holds($0, secret) })
    }

    let file = machine.appendingPathComponent("welcome.txt")
    try Data(welcome.utf8).write(to: file)
    let finished = try join(machine, "--welcome", file.path)
    #expect(finished.status == 0 && finished.output.contains("good"), "\(finished.output)")
    let configuration = machine.path + "/etc/accord/prosecutor.yaml"
    let written = try AdapterConfiguration.load(configuration)
    #expect(try MatchingKeyFile.load(written.matchingKeyFile).bytes == matching)
    let daemon = try Program("accord-prosecutor", ["run", "--config", configuration])
    defer { daemon.kill() }
    try daemon.expect("adapter is up")
    let status = URL(fileURLWithPath: written.folders.outgoing + "/status.json")
    _ = try eventually(within: 30) {
      (try? String(contentsOf: status, encoding: .utf8))?.contains("\"connected\" : true") == true
        ? true : nil
    }
  }

  @Test("A welcome of another hub, or before its time, changes nothing")
  func wrongWelcome() throws {
    let (hub, stranger) = (try Hub(), try Hub())
    let machine = machine()
    defer { try? FileManager.default.removeItem(at: machine) }
    let other = self.machine()
    defer { try? FileManager.default.removeItem(at: other) }
    func accepted(_ hub: Hub, _ machine: URL) throws -> String {
      let joining = try join(machine, hub.invite("lakewood-sheriff:sheriff"), "--json")
      let accepted = try hub.accord(
        "agency", "accept", try #require(Self.field("reply", joining)), "--fingerprint",
        try #require(Self.field("fingerprint", joining)), "--json")
      return try #require(Self.field("welcome", accepted), "\(accepted.output)")
    }
    let foreign = try accepted(stranger, other)
    let early = try join(machine, "--welcome", foreign)
    #expect(early.status != 0 && early.output.contains("waits for no welcome"))
    let own = try accepted(hub, machine)
    let refused = try join(machine, "--welcome", foreign)
    #expect(refused.status != 0 && refused.output.contains("do not use it"), "\(refused.output)")
    #expect(!FileManager.default.fileExists(atPath: machine.path + "/etc/accord/sheriff.yaml"))
    // Even one that was kept open beside the right one.
    #expect(try join(machine, "--welcome", own).status == 0)
    let twice = try join(machine, try hub.invite("lakewood-jail:sheriff"))
    #expect(twice.status != 0 && twice.output.contains("joined already"))
  }

  @Test("A member in force is not invited anew, and a code that has ended is refused at both ends")
  func members() throws {
    let hub = try Hub()
    let machine = machine()
    defer { try? FileManager.default.removeItem(at: machine) }
    let joining = try join(machine, hub.invite("lakewood-sheriff:sheriff"), "--json")
    let fingerprint = try #require(Self.field("fingerprint", joining))
    let accepted = try hub.accord(
      "agency", "accept", try #require(Self.field("reply", joining)), "--fingerprint", fingerprint)
    #expect(accepted.status == 0, "\(accepted.output)")
    let again = try hub.accord("agency", "invite", "lakewood-sheriff:sheriff", "--host", "x")
    #expect(again.status != 0 && again.output.contains("key rotate"))
    let cut = try hub.accord("key", "cut-off", "lakewood-sheriff", "--reason", "laptop stolen")
    #expect(cut.status == 0, "\(cut.output)")
    let code = try hub.invite("lakewood-sheriff:sheriff")
    var late = try Invitation(text: code)
    late.expires = WallTime(milliseconds: 1_000)
    let refused = try join(self.machine(), late.text)
    #expect(refused.status != 0 && refused.output.contains("ended"))
  }

  @Test("A welcome that was lost is made anew, and one that cannot be written enrols nobody")
  func lostWelcome() throws {
    let hub = try Hub()
    let machine = machine()
    defer { try? FileManager.default.removeItem(at: machine) }
    let code = try hub.invite("lakewood-prosecutor:prosecutor")
    let joining = try join(machine, code, "--json")
    let reply = try #require(Self.field("reply", joining), "\(joining.output)")
    let spoken = try #require(Self.field("fingerprint", joining))
    let taken = hub.path("welcome.txt")
    try Data("something else".utf8).write(to: URL(fileURLWithPath: taken))
    let refused = try hub.accord(
      "agency", "accept", reply, "--fingerprint", spoken, "--welcome", taken)
    #expect(refused.status != 0 && refused.output.contains("Nothing was enrolled"))
    #expect(try !hub.accord("agency", "list").output.contains(spoken))
    let early = try hub.accord("agency", "accept", reply, "--again")
    #expect(early.status != 0, "\(early.output)")

    let accepted = try hub.accord("agency", "accept", reply, "--fingerprint", spoken, "--json")
    #expect(accepted.status == 0, "\(accepted.output)")
    let lost = try hub.accord("agency", "accept", reply, "--fingerprint", spoken)
    #expect(lost.status != 0 && lost.output.contains("--again"), "\(lost.output)")
    let invited = try hub.accord(
      "agency", "invite", "lakewood-prosecutor:prosecutor", "--host", "127.0.0.1")
    #expect(invited.status != 0 && invited.output.contains("--again"), "\(invited.output)")
    let again = try hub.accord("agency", "accept", reply, "--again", "--json")
    let welcome = try #require(Self.field("welcome", again), "\(again.output)")
    let finished = try join(machine, "--welcome", welcome)
    #expect(finished.status == 0 && finished.output.contains("good"), "\(finished.output)")
    // Cut off, it gets none any more.
    #expect(try hub.accord("key", "cut-off", "lakewood-prosecutor", "--reason", "x").status == 0)
    let late = try hub.accord("agency", "accept", reply, "--again")
    #expect(late.status != 0 && late.output.contains("key.yaml away"), "\(late.output)")
  }

  @Test("The same code typed twice goes on where it stopped, and the way out is said")
  func twice() throws {
    let hub = try Hub()
    let machine = machine()
    defer { try? FileManager.default.removeItem(at: machine) }
    let code = try hub.invite("lakewood-prosecutor:prosecutor")
    let first = try join(machine, code, "--json")
    let shown = try join(machine, code)
    #expect(shown.output.contains("accord join --welcome FILE"), "\(shown.output)")
    let accepted = try hub.accord(
      "agency", "accept", try #require(Self.field("reply", first)), "--fingerprint",
      try #require(Self.field("fingerprint", first)), "--json")
    let welcome = try #require(Self.field("welcome", accepted), "\(accepted.output)")
    #expect(try join(machine, "--welcome", welcome).status == 0)

    // Cut off and invited anew, the old key does not come back; the refusal says what to do.
    #expect(try hub.accord("key", "cut-off", "lakewood-prosecutor", "--reason", "x").status == 0)
    try FileManager.default.removeItem(atPath: machine.path + "/etc/accord/prosecutor.yaml")
    let next = try hub.invite("lakewood-prosecutor:prosecutor")
    func accept() throws -> Program.Result {
      let joining = try join(machine, next, "--json")
      return try hub.accord(
        "agency", "accept", try #require(Self.field("reply", joining)), "--fingerprint",
        try #require(Self.field("fingerprint", joining)))
    }
    let refused = try accept()
    let place = "/etc/accord/prosecutor/key.yaml away"
    #expect(refused.status != 0 && refused.output.contains(place), "\(refused.output)")
    try FileManager.default.removeItem(
      atPath: machine.path + "/etc/accord/prosecutor/key.yaml")
    #expect(try accept().status == 0)
  }

  /// A fingerprint as it is read out.
  private func grouped(_ text: String) -> String {
    var result = ""
    for (index, character) in text.uppercased().enumerated() {
      if index > 0 && index % 4 == 0 { result += " " }
      result.append(character)
    }
    return result
  }

  /// The bytes of each code in a text.
  private func carried(_ text: String) -> [[UInt8]] {
    text.split(separator: "accord-").compactMap { part -> [UInt8]? in
      guard let body = part.split(separator: ":").last else { return nil }
      var digits = String(body).replacing("-", with: "+").replacing("_", with: "/")
      digits += String(repeating: "=", count: (4 - digits.count % 4) % 4)
      return Data(base64Encoded: digits).map { [UInt8]($0) }
    }
  }

  private func holds(_ bytes: [UInt8], _ secret: [UInt8]) -> Bool {
    Data(bytes).range(of: Data(secret)) != nil
  }
}
