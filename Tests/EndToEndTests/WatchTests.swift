import Foundation
import FoundationNetworking
import HubModel
import HubProtocol
import Operations
import Testing

/// Health, metrics and the status page of real processes.
@Suite("Watching a real county", .serialized, .timeLimit(.minutes(15)))
struct WatchTests {
  struct Answer {
    let status: Int
    let text: String
    let headers: [String: String]
    /// Families by their headings.
    var families: Set<String> {
      Set(
        text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }
          .compactMap { $0.split(separator: " ").dropFirst(2).first.map(String.init) })
    }
    func value(_ series: String) -> Double? {
      text.split(separator: "\n").first { $0.hasPrefix(series + " ") }
        .flatMap { $0.split(separator: " ").last.flatMap { Double($0) } }
    }
  }

  static func get(
    _ port: Int, _ path: String, _ headers: [String: String] = [:]
  ) async throws -> Answer {
    var request = URLRequest(url: try #require(URL(string: "http://127.0.0.1:\(port)\(path)")))
    request.timeoutInterval = 20
    for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
    let (data, response) = try await URLSession.shared.data(for: request)
    let http = try #require(response as? HTTPURLResponse)
    var fields: [String: String] = [:]
    for (name, value) in http.allHeaderFields { fields["\(name)".lowercased()] = "\(value)" }
    return Answer(
      status: http.statusCode, text: String(decoding: data, as: UTF8.self), headers: fields)
  }

  /// Asks until the answer is as wanted.
  static func await(
    _ port: Int, _ path: String, _ headers: [String: String] = [:], within seconds: Int = 30,
    where isGood: (Answer) -> Bool
  ) async throws -> Answer {
    let deadline = ContinuousClock.now + .seconds(seconds)
    var last: Answer?
    while ContinuousClock.now < deadline {
      last = try? await get(port, path, headers)
      if let last, isGood(last) { return last }
      var nothing = pollfd()
      poll(&nothing, 0, 50)
    }
    return try #require(nil as Answer?, "\(path) was never so: \(last?.text ?? "no answer")")
  }

  /// Names of the hub's in a file of `deploy/monitoring`.
  static func namesUsed(in file: String) throws -> Set<String> {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let text = try String(
      contentsOf: root.appendingPathComponent("deploy/monitoring/\(file)"), encoding: .utf8)
    return Set(text.matches(of: /accord_[a-z_]+/).map { String($0.output) })
  }

  @Test("The router tells how it does: counts and ages by agency, and nobody's name")
  func router() async throws {
    let town = try Town()
    try town.startRouter()
    let port = town.basePort + 2
    let live = try await Self.await(port, "/live") { $0.status == 200 }
    #expect(live.text == "live\n")
    #expect(try await Self.get(port, "/ready").text == "ready\n")
    let metrics = try await Self.get(port, "/metrics")
    #expect(metrics.headers["content-type"] == Exposition.contentType)
    #expect(metrics.value("accord_ready") == 1)
    #expect(metrics.value("accord_agency_connected{agency=\"lakewood-sheriff\"}") == 0)

    let sheriff = try TownAgency("lakewood-sheriff", .sheriff, in: town)
    try sheriff.link.start()
    defer { sheriff.link.stop() }
    let connected = try await Self.await(port, "/metrics") {
      $0.value("accord_agency_connected{agency=\"lakewood-sheriff\"}") == 1
    }
    #expect((connected.value("accord_disk_free_bytes") ?? 0) > 0)
    let provider = try TownAgency("harbor-behavioral", .behavioralHealth, in: town)
    try provider.link.start()
    defer { provider.link.stop() }
    let alias = "someone-of-the-providers"
    let status = try provider.message(
      .participantStatus, .careCoordination, participant: alias, case: "case-of-nobody",
      segments: [Segment(.engagement, fields: [Field("status", .code("engaged"))])])
    try provider.store.publish(status, role: provider.role)
    // No release covers it: it is held for whoever might hear it, and counted.
    let after = try await Self.await(port, "/metrics") {
      $0.value("accord_messages_total{result=\"accepted\"}") == 1
        && ($0.value("accord_decisions_total{outcome=\"held\"}") ?? 0) > 0
    }
    #expect((after.value("accord_commit_seconds_count") ?? 0) > 0)
    #expect((after.value("accord_escrow_next_deadline_timestamp_seconds") ?? 0) > 0)
    for text in [after.text, try await Self.get(port, "/").text] {
      #expect(!text.contains(alias) && !text.contains("case-of-nobody"))
    }
  }

  @Test("The page is for people: no script, nothing from elsewhere, no frame; others stay outside")
  func page() async throws {
    let town = try Town()
    try town.startRouter()
    let port = town.basePort + 2
    let page = try await Self.await(port, "/") { $0.status == 200 }
    #expect(page.headers["content-type"] == "text/html; charset=utf-8")
    let policy = page.headers["content-security-policy"] ?? ""
    #expect(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"))
    #expect(!policy.contains("unsafe") && !page.text.contains("<script"))
    #expect(page.text.contains("lakewood-prosecutor") && page.text.contains("not connected"))
    #expect(try await Self.get(port, "/status.css").status == 200)
    for path in ["/", "/metrics", "/ready"] {
      #expect(try await Self.get(port, path, ["X-Forwarded-For": "10.0.0.1"]).status == 403)
      #expect(try await Self.get(port, path, ["Host": "evil.example"]).status == 403)
    }
    #expect(try await Self.get(port, "/nothing").status == 404)
  }

  @Test("A clock in doubt makes the router not ready, with the reason and what to do")
  func notReady() async throws {
    let town = try Town()
    // A ledger that has seen the future.
    try town.startRouter().stop()
    let rewind = try Program.run(
      "/usr/bin/python3",
      [
        "-c",
        """
        import sqlite3, sys, time
        database = sqlite3.connect(sys.argv[1])
        wall = int(time.time() * 1000) + 86400000
        database.execute("INSERT OR REPLACE INTO clock VALUES (1, ?, '', 0)", (wall,))
        database.commit()
        """, town.path("state/router/ledger.sqlite"),
      ])
    try #require(rewind.status == 0, "\(rewind.output)")
    try town.startRouter()
    let port = town.basePort + 2
    let ready = try await Self.await(port, "/ready") { $0.status == 503 }
    #expect(ready.text.contains("accord clock accept"))
    #expect(try await Self.get(port, "/metrics").value("accord_clock_held") == 1)
    #expect(try await Self.get(port, "/live").status == 200)
  }

  @Test("Every metric that dashboard and rules name is told by a router or a desk")
  func named() async throws {
    let town = try Town()
    try town.startRouter()
    let desk = try DeskTown.openDesk(of: "prosecutor", in: town)
    let router = try await Self.await(town.basePort + 2, "/metrics") { $0.status == 200 }
    // Behind a proxy everybody comes from this machine: only the token tells.
    #expect(try await Self.get(desk, "/metrics").status == 403)
    #expect(try await Self.get(desk, "/live").status == 200)
    let token = ["Authorization": "Bearer 0123456789abcdef"]
    let daemon = try await Self.await(desk, "/metrics", token) {
      $0.value("accord_adapter_connected") == 1
        && $0.value("accord_adapter_connector_up{connector=\"output\"}") == 1
    }
    #expect(try await Self.get(desk, "/ready", token).text == "ready\n")
    #expect(daemon.text.contains("accord_adapter_spool_depth{sequence=\"data\"} 0"))
    let told = router.families.union(daemon.families)
    for file in ["accord-alerts.yml", "accord-dashboard.json"] {
      let used = try Self.namesUsed(in: file)
      #expect(used.count > 15)
      for name in used {
        let family = ["_bucket", "_sum", "_count"].first { name.hasSuffix($0) }
          .map { String(name.dropLast($0.count)) } ?? name
        #expect(told.contains(family) || told.contains(name), "\(file) names \(name)")
      }
    }
  }

  @Test("A port that is taken keeps the router from nothing else")
  func taken() async throws {
    let town = try Town()
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(town.basePort + 2).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    try #require(bound == 0 && listen(socket, 1) == 0)
    let router = try town.startRouter()
    try router.expect("health and metrics cannot be served")
    #expect(try town.accord("status").output.contains("lakewood"))
  }
}

/// A daemon with its desk open, without TLS: for what needs no browser.
enum DeskTown {
  /// - Returns: the desk's port. `/metrics` there answers to the token `0123456789abcdef`.
  static func openDesk(of role: String, in town: Town) throws -> Int {
    let port = town.basePort + 10
    let path = town.path("lakewood-\(role).yaml")
    let token = town.path("scrape.token")
    try Data("0123456789abcdef\n".utf8).write(to: URL(fileURLWithPath: token))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: token)
    let handle = try #require(FileHandle(forWritingAtPath: path))
    try handle.seekToEnd()
    try handle.write(
      contentsOf: Data("desk: {port: \(port), plain: true, scrape-token-file: \(token)}\n".utf8))
    try handle.close()
    let daemon = try town.start("accord-\(role)", ["run", "--config", path])
    try daemon.expect("desk is open")
    return port
  }
}
