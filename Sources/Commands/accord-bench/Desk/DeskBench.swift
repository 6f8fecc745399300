import ArgumentParser
import Foundation

/// Measures the desks over full stores: real daemons, real files in, real pages out.
struct DeskBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "desk", abstract: "Measure the desks' server time over stores that are full.",
    discussion: """
      Starts a county of real daemons, drops so many referrals into the sheriff's folder, lets the \
      prosecutor and the provider answer some of them by files of their own, signs in at the desks \
      over TLS, and reads what each page's 'Server-Timing' says. The limit beside each figure is \
      what SQLite alone takes, in this process, to read the same rows of the same store.
      """)

  @Option(help: "Holds in the prosecutor's store; as many people in the others'.")
  var holds = 10_000

  @Option(help: "Times that each page is asked for.")
  var samples = 100

  @Option(help: "Ports from here on are used.")
  var basePort = 17_400

  @Flag(help: "Print one JSON document.")
  var json = false

  func validate() throws {
    guard (20...1_000_000).contains(holds), (20...100_000).contains(samples) else {
      throw ValidationError("--holds takes 20 to 1000000, --samples 20 to 100000.")
    }
  }

  func run() throws {
    let county = try DeskCounty(basePort: basePort)
    defer { county.remove() }
    let started = BenchMessage.nanoseconds()
    try county.fill(holds: holds)
    var report = DeskFigures(holds: holds, samples: samples)
    report.fillSeconds = Double(BenchMessage.nanoseconds() - started) / 1e9
    report.megabytes = county.megabytes(of: .prosecutor)
    report.rows += try ProsecutorVisit(county, samples: samples).rows()
    report.rows += try OtherVisits(county, samples: samples).rows()
    print(try json ? report.json() : report.text())
  }
}

/// What was measured of each page.
struct DeskFigures: Codable {
  struct Row: Codable {
    var desk: String
    var page: String
    var bytes: Int
    /// Milliseconds that the server itself took.
    var p50: Double
    var p95: Double
    var p99: Double
    /// What SQLite alone takes for the same rows, median, in milliseconds.
    var limit: Double
  }

  var holds: Int
  var samples: Int
  /// From the first file dropped to the last hold decided.
  var fillSeconds = 0.0
  var megabytes = 0.0
  var rows: [Row] = []

  init(holds: Int, samples: Int) {
    self.holds = holds
    self.samples = samples
  }

  func text() -> String {
    func fitted(_ text: String, _ width: Int) -> String {
      text.padding(toLength: max(width, text.count), withPad: " ", startingAt: 0)
    }
    var lines = [
      "\(holds) holds, filled by files through the daemons in "
        + String(format: "%.0f s; the prosecutor's store has %.0f MB.", fillSeconds, megabytes),
      "Server time of \(samples) answers each, in ms, beside SQLite alone reading the same rows:",
      "  desk        page                       bytes     p50     p95     p99  SQLite",
    ]
    for row in rows {
      lines.append(
        "  \(fitted(row.desk, 10))  \(fitted(row.page, 22))"
          + String(
            format: "%10d%8.2f%8.2f%8.2f%8.2f", row.bytes, row.p50, row.p95, row.p99, row.limit))
    }
    return lines.joined(separator: "\n")
  }
}
