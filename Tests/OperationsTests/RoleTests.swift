import Foundation
import HubProtocol
import Operations
import Testing

@Suite("Roles over the admin socket")
struct RoleTests {
  static let article = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Sources/Router/RouterService/RouterService.docc/Roles.md")

  @Test("The article's table is the code's")
  func table() throws {
    let text = try String(contentsOf: Self.article, encoding: .utf8)
    let lines = text.split(separator: "\n").drop { $0 != "<!-- roles -->" }.dropFirst(3)
      .prefix { $0.hasPrefix("|") }
    let written = Dictionary(
      uniqueKeysWithValues: lines.map { line -> (String, [String]) in
        let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        return (cells[0].replacing("`", with: ""), [cells[2], cells[3]])
      })
    #expect(Set(written.keys) == Set(AdminAct.allCases.map(\.rawValue)))
    for act in AdminAct.allCases {
      let roles = act.roles.map(\.rawValue).sorted().joined(separator: ", ")
      #expect(written[act.rawValue] == [roles, act.isLogged ? "yes" : "refusals"], "\(act)")
    }
  }

  @Test("An observer sees no message, and nobody but the privacy officer sees what it says")
  func bodies() {
    for act in AdminAct.allCases where act.roles.contains(.observer) {
      #expect(!act.isLogged, "\(act) is an act, or about a person")
    }
    for act in [AdminAct.body, .release, .disclosures, .expunge, .preview, .legalHolds] {
      #expect(act.roles == [.privacyOfficer] && act.isLogged)
    }
    #expect(AdminAct.cutOff.roles == [.securityOfficer])
  }

  @Test("Root and the owner hold all roles; others what the file says, by user or group")
  func holders() throws {
    let none = RoleHolders()
    let all = Set(AdminRole.allCases)
    #expect(none.roles(of: AdminPeer(user: 0, process: 1), owner: 999) == all)
    #expect(none.roles(of: AdminPeer(user: 999, process: 1), owner: 999) == all)
    // Debian's own, on every machine: user 1 is daemon, of the group daemon.
    let daemon = AdminPeer(user: 1, process: 1)
    try #require(daemon.name == "daemon")
    #expect(none.roles(of: daemon, owner: 999) == [])
    let holders = RoleHolders([
      .observer: [.group("daemon")], .operator: [.user("daemon")], .privacyOfficer: [.user("root")],
    ])
    #expect(holders.roles(of: daemon, owner: 999) == [.observer, .operator])
    #expect(holders.roles(of: AdminPeer(user: 54_321, process: 1), owner: 999) == [])
  }

  @Test("Who asks is read from what the kernel says, and nothing else is taken for it")
  func peers() {
    #expect(AdminPeer(address: "localhost:1000:1000:42") == AdminPeer(user: 1_000, process: 42))
    #expect(AdminPeer(address: ":0:0:7") == AdminPeer(user: 0, process: 7))
    for text in [nil, "", "127.0.0.1", "a:b:c:d", "localhost:-1:0:7", "localhost:1:2"] {
      #expect(AdminPeer(address: text) == nil, "\(text ?? "nil")")
    }
  }

  @Test("The section names users and groups, and refuses what is neither")
  func section() throws {
    func read(_ section: String) throws -> RoleHolders {
      try RouterConfiguration.parse(
        StrictYAML.parse(ConfigurationTests.router + section, file: "/srv/router.yaml")).roles
    }
    #expect(try read("").isEmpty)
    let given = try read(
      "roles: {operator: ['group:accord-ops', 'user:pat'], observer: [user:monitoring]}\n")
    #expect(given.holders[.operator] == [.group("accord-ops"), .user("pat")])
    #expect(given.holders[.privacyOfficer] == [])
    for bad in ["{operator: [pat]}", "{boss: [user:pat]}", "{operator: ['user:a b']}"] {
      #expect(throws: ConfigurationError.self) { try read("roles: \(bad)\n") }
    }
  }
}

@Suite("What a configuration said before")
struct ConfigurationTraceTests {
  private func trace(_ text: String) throws -> ConfigurationTrace {
    ConfigurationTrace(try StrictYAML.parse(text, file: "/srv/router.yaml"))
  }

  @Test("Changed keys are named, and no value is kept")
  func changes() throws {
    let before = try trace("a: 1\nb: {c: secret-word, d: [x, y]}\ne: same\n")
    let after = try trace("a: 2\nb: {c: secret-word, d: [x, z]}\nf: 1\ne:    same  # told\n")
    #expect(after.changes(since: before) == ["a", "b.d", "f"])
    #expect(before.changes(since: before) == [])
    #expect(before.hash != after.hash && before.hash.count == 64)
    #expect(!"\(before)".contains("secret-word"))
  }

  @Test("It is remembered beside the ledger, for its owner alone")
  func remembered() throws {
    let folder = try TemporaryFolder()
    #expect(ConfigurationTrace.last(in: folder.path) == nil)
    let trace = try trace("a: 1\n")
    try trace.remember(in: folder.path)
    #expect(ConfigurationTrace.last(in: folder.path) == trace)
    #expect(try folder.mode(of: folder.file(ConfigurationTrace.fileName)) == 0o600)
  }
}

@Suite("Diagnoses")
struct DiagnosisTests {
  @Test("What is wrong comes first, each with what to do; the worst one is the exit code")
  func order() {
    var diagnosis = Diagnosis()
    #expect(diagnosis.exitCode == 0)
    diagnosis.add(.green, "disk", "room")
    diagnosis.add(.yellow, "keys", "one ends", remedy: "rotate it")
    #expect(diagnosis.exitCode == 1)
    diagnosis.add(.red, "router", "does not\nanswer", remedy: "start it")
    diagnosis.add(.red, "ledger", "is damaged")
    #expect(diagnosis.exitCode == 2)
    let lines = diagnosis.text().split(separator: "\n").map(String.init)
    #expect(lines[0].hasPrefix("red     router  does not\\nanswer"))
    #expect(lines[1].contains("→ start it"))
    #expect(lines[2].contains("ledger") && lines[3].contains("keys") && lines[5].contains("disk"))
    #expect(lines.last?.contains("red") == true)
  }

  @Test("A port is free, ours, or another's; an address of another machine is said to be so")
  func ports() throws {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(descriptor, pointer, size) == 0 && listen(descriptor, 1) == 0
          && getsockname(descriptor, pointer, &size) == 0
      }
    }
    try #require(result)
    let port = UInt16(bigEndian: address.sin_port)
    #expect(PlaceCheck.port("127.0.0.1", port, "p", isOurs: false).level == .red)
    #expect(PlaceCheck.port("127.0.0.1", port, "p", isOurs: true).level == .green)
    #expect(PlaceCheck.port("192.0.2.1", port, "p", isOurs: false).level == .red)
    #expect(PlaceCheck.reach("127.0.0.1", port, within: .seconds(2)) != nil)
    close(descriptor)
    #expect(PlaceCheck.port("127.0.0.1", port, "p", isOurs: false).level == .green)
    #expect(PlaceCheck.port("127.0.0.1", port, "p", isOurs: true).level == .yellow)
    #expect(PlaceCheck.reach("127.0.0.1", port, within: .seconds(2)) == nil)
  }

  @Test("Files that others may read, and folders that are not there, are told apart")
  func places() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("secret")
    try TextFile.write("x", to: path, mode: 0o644, overwrites: false)
    #expect(PlaceCheck.file(path, "key").level == .green)
    #expect(PlaceCheck.file(path, "key", isSecret: true).level == .red)
    #expect(PlaceCheck.file(folder.file("none"), "key").level == .red)
    #expect(PlaceCheck.folder(folder.file("none"), "disk").map(\.level) == [.yellow])
    #expect(PlaceCheck.folder(folder.path, "disk", low: 1).map(\.level) == [.green])
    #expect(PlaceCheck.folder(folder.path, "disk", low: 1 << 60).map(\.level) == [.red])
    try folder.setMode(0o777, of: folder.path)
    #expect(PlaceCheck.folder(folder.path, "disk", low: 1).map(\.level).contains(.red))
    try folder.setMode(0o700, of: folder.path)
  }
}
