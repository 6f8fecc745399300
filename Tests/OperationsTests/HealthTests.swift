import CoreMetrics
import Foundation
import Operations
import Testing

@Suite("Health and metrics")
struct HealthTests {
  static let seconds = MetricFamily("a_seconds", .histogram, "How long", bounds: [0.1, 1])
  static let frames = MetricFamily("b_total", .counter, "Back\\slash\nand line")

  @Test("A family is written with its heading, labels escaped and in order")
  func exposition() {
    var out = Exposition()
    out.add(
      MetricFamily("depth", .gauge, "What waits"),
      [MetricSample(2, ["b": "x\"y\\z\nw", "a": "1"]), MetricSample(0.5)])
    out.add(Self.frames, [MetricSample]())
    #expect(
      out.text == """
        # HELP depth What waits
        # TYPE depth gauge
        depth 0.5
        depth{a="1",b="x\\"y\\\\z\\nw"} 2
        # HELP b_total Back\\\\slash\\nand line
        # TYPE b_total counter

        """)
  }

  @Test("Numbers are written as the format has them")
  func numbers() {
    var out = Exposition()
    let values = [Double.infinity, -.infinity, .nan, 1e16, -3, 0.0005]
    for value in values { out.add(MetricFamily("v", .gauge, "v"), value) }
    let lines = out.text.split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(lines == ["v +Inf", "v -Inf", "v NaN", "v 1e+16", "v -3", "v 0.0005"])
  }

  @Test("A histogram's buckets are summed up, the last one takes all, and timers count seconds")
  func histogram() {
    let book = MetricsBook([Self.seconds])
    let timer = Timer(label: "a_seconds", dimensions: [], factory: book)
    timer.recordMilliseconds(100)
    timer.recordMilliseconds(500)
    timer.recordSeconds(30)
    var out = Exposition()
    book.write(Self.seconds, to: &out)
    #expect(
      out.text == """
        # HELP a_seconds How long
        # TYPE a_seconds histogram
        a_seconds_bucket{le="0.1"} 1
        a_seconds_bucket{le="1"} 2
        a_seconds_bucket{le="+Inf"} 3
        a_seconds_sum 30.6
        a_seconds_count 3

        """)
  }

  @Test("A counter made twice is one, and a label beyond the families counts nowhere")
  func counters() {
    let book = MetricsBook([Self.frames])
    for _ in 0..<2 {
      Counter(label: "b_total", dimensions: [("agency", "a")], factory: book).increment(by: 2)
    }
    Counter(label: "made_up", dimensions: [], factory: book).increment()
    #expect(book.total(Self.frames) == 4)
    var out = Exposition()
    book.write(Self.frames, to: &out)
    #expect(out.text.hasSuffix("b_total{agency=\"a\"} 4\n"))
  }

  @Test("This machine is let in; whoever comes from elsewhere, by a proxy or a foreign name is not")
  func thisMachine() throws {
    let admission = try ScrapeGuard(tokenFile: nil, trustsThisMachine: true)
    func admits(_ peer: String, _ host: String?, by proxy: String? = nil) -> Bool {
      admission.admits(peer: peer, host: host) { name in
        name == "authorization" ? "Bearer nothing" : name == proxy ? "10.0.0.5" : nil
      }
    }
    #expect(admits("127.0.0.1", "localhost:7402"))
    #expect(admits("::1", "[::1]:7402"))
    #expect(admits("127.0.0.1", nil))
    #expect(!admits("10.0.0.5", "localhost:7402"))
    #expect(!admits("127.0.0.1", "evil.example:7402"))
    for header in ["forwarded", "x-forwarded-for", "via"] {
      #expect(!admits("127.0.0.1", "localhost:7402", by: header), "\(header)")
    }
    let proxied = try ScrapeGuard(tokenFile: nil, trustsThisMachine: false)
    #expect(!proxied.admits(peer: "127.0.0.1", host: "localhost") { _ in nil })
  }

  @Test("The token lets in from everywhere; a short one, or a file open to others, is refused")
  func token() throws {
    let folder = try TemporaryFolder()
    func file(_ name: String, _ text: String, mode: Int) throws -> String {
      let path = folder.file(name)
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
      return path
    }
    let good = try file("good", "0123456789abcdef\nsecond line\n", mode: 0o600)
    let admission = try ScrapeGuard(tokenFile: good, trustsThisMachine: false)
    func admits(_ authorization: String?) -> Bool {
      admission.admits(peer: "10.1.1.1", host: "router.example") { name in
        ["authorization": authorization, "via": "1.1 proxy"][name] ?? nil
      }
    }
    #expect(admits("Bearer 0123456789abcdef"))
    #expect(!admits("Bearer 0123456789abcdeF") && !admits("0123456789abcdef") && !admits(nil))
    #expect(!admits("Bearer 0123456789abcdef0"))
    let short = try file("short", "0123456789abcde\n", mode: 0o600)
    let open = try file("open", "0123456789abcdef\n", mode: 0o644)
    for path in [short, open, folder.file("none")] {
      #expect(throws: ConfigurationError.self) {
        try ScrapeGuard(tokenFile: path, trustsThisMachine: true)
      }
    }
  }

  @Test("The section health has its documented defaults, and refuses what it does not know")
  func settings() throws {
    func read(_ section: String) throws -> HealthSettings {
      try RouterConfiguration.parse(
        StrictYAML.parse(ConfigurationTests.router + section, file: "/srv/router.yaml")).health
    }
    #expect(try read("") == HealthSettings(bind: "127.0.0.1", port: 7402))
    let given = try read("health: {bind: 10.0.0.7, port: 9100, token-file: t, enabled: false}\n")
    #expect(
      given == HealthSettings(isOn: false, bind: "10.0.0.7", port: 9_100, tokenFile: "/srv/t"))
    #expect(throws: ConfigurationError.self) { try read("health: {prot: 9100}\n") }
  }

  @Test("What keeps a daemon from its work is said line by line, and is a failure to a monitor")
  func readiness() {
    #expect(Readiness().status == 200 && Readiness().text == "ready\n")
    let not = Readiness(["the disk\nis full", "no clock"])
    #expect(not.status == 503)
    #expect(not.text.split(separator: "\n").count == 2)
  }
}
