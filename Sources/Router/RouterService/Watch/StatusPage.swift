import HubModel
import Ledger
import Operations

/// The router's page for people: agencies, flow, queues, errors, the last day. Made on the server,
/// without a script; it asks for itself anew twice a minute. Says nothing of any person.
struct StatusPage {
  private let sample: Watcher.Sample
  private let program: String
  private let metrics: TurnMetrics
  private let ledger: LedgerReader.WatchReport
  /// Past this age somebody should look why nothing is taken.
  private static let longWait = Span.minutes(15)

  init(_ sample: Watcher.Sample, program: String, metrics: TurnMetrics) {
    self.sample = sample
    self.program = program
    self.metrics = metrics
    ledger = sample.ledger ?? .init()
  }

  var text: String {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="refresh" content="30">
    <title>\(state.word) · Accord router</title>
    <link rel="stylesheet" href="/status.css">
    </head>
    <body>
    <header>
    <h1>Accord router <small>\(Self.escaped(program))</small></h1>
    <p class="state \(state.kind)"><strong>\(state.word)</strong></p>
    </header>
    <main>
    \(reasons)
    \(agencies)
    \(flow)
    \(day)
    \(foot)
    </main>
    </body>
    </html>

    """
  }

  // MARK: How it stands

  private var state: (word: String, kind: String) {
    guard sample.readiness.isReady else { return ("Not ready", "bad") }
    return warnings.isEmpty ? ("All is well", "good") : ("Somebody should look", "fair")
  }

  private var warnings: [String] {
    var found: [String] = []
    let live = sample.live
    for agency in live.registry.agencies.keys.sorted() {
      let lane = ledger.lanes[agency]
      if let oldest = lane?.oldestPending, sample.at - oldest > Self.longWait {
        found.append(
          "Something has waited for \(agency) for \(words(sample.at - oldest)): start its adapter, "
            + "or call the agency.")
      } else if live.contacts[agency]?.isConnected != true {
        found.append("\(agency) is not connected; what is for it is kept.")
      }
      if let count = ledger.quarantined[agency], count > 0 {
        found.append("\(agency)'s adapter set \(count) aside: see 'accord queue list errors'.")
      }
    }
    found += KeyStanding.warnings(live.registry, at: sample.at).map { "Keys: \($0)." }
    if ledger.unreviewedEmergencies > 0 {
      found.append(
        "\(ledger.unreviewedEmergencies) emergency access(es) to review: 'accord emergency list'.")
    }
    if ledger.unconfirmedReleases > 0 {
      found.append("\(ledger.unconfirmedReleases) release(s) wait for confirmation.")
    }
    if live.isDemonstration { found.append("This is a demonstration: windows are shortened.") }
    return found
  }

  private var reasons: String {
    let lines = sample.readiness.reasons.map { ("bad", $0) } + warnings.map { ("fair", $0) }
    guard !lines.isEmpty else { return "" }
    return "<ul class=\"reasons\">\n"
      + lines.map { "<li class=\"\($0.0)\">\(Self.escaped($0.1))</li>\n" }.joined() + "</ul>"
  }

  // MARK: Agencies and flow

  private var agencies: String {
    let heads = [
      "Agency", "State", "Last contact", "Waiting", "Oldest", "Sent, not confirmed", "Held",
      "Set aside",
    ]
    let rows = sample.live.registry.agencies.values.sorted { $0.id < $1.id }.map { agency in
      let contact = sample.live.contacts[agency.id]
      let lane = ledger.lanes[agency.id] ?? .init()
      let isConnected = contact?.isConnected == true
      let cells = [
        "<th scope=\"row\">\(agency.id)<br><small>\(agency.role.rawValue)</small></th>",
        "<td class=\"\(isConnected ? "good" : "fair")\">"
          + (isConnected ? "connected" : "not connected") + "</td>",
        cell(contact?.lastContact.map { words(sample.at - $0) + " ago" } ?? "not yet"),
        cell("\(lane.depth)"), cell(lane.oldestPending.map { words(sample.at - $0) } ?? "–"),
        cell("\(lane.inFlight)"), cell("\(lane.held)"),
        cell("\(ledger.quarantined[agency.id] ?? 0)"),
      ]
      return "<tr>\(cells.joined())</tr>\n"
    }
    return """
      <section><h2>Agencies and queues</h2>
      <div class="wide"><table>
      <thead><tr>\(heads.map { "<th scope=\"col\">\($0)</th>" }.joined())</tr></thead>
      <tbody>
      \(rows.joined())</tbody></table></div></section>
      """
  }

  private func cell(_ text: String) -> String { "<td>\(Self.escaped(text))</td>" }

  private var flow: String {
    func count(_ kind: AuditEntry.Kind) -> String { "\(ledger.entries[kind] ?? 0)" }
    let limited = metrics.book.total(RouterMetric.rateLimited)
    let facts: [(String, String)] = [
      ("Accepted", count(.accepted)), ("Refused", count(.refused)),
      ("Released", count(.released)), ("Withheld", count(.withheld)), ("Held", count(.held)),
      ("Lapsed", count(.lapsed)), ("Bookings of nobody here", count(.noMatch)),
      ("Set aside by adapters", count(.quarantined)),
      ("Refused for their rate, since the start", "\(limited)"),
      ("Hand-offs waiting for an answer", "\(metrics.openHandoffs)"),
      ("Escrows that end within an hour", "\(ledger.deadlinesWithinHour)"),
      ("Escrows that end within a day", "\(ledger.deadlinesWithinDay)"),
      (
        "Next escrow ends",
        ledger.deadlines.first.map { $0 > sample.at ? "in \(words($0 - sample.at))" : "now" }
          ?? "–"
      ),
    ]
    return "<section><h2>Flow and errors</h2><dl>\n"
      + facts.map { "<div><dt>\($0.0)</dt><dd>\(Self.escaped($0.1))</dd></div>\n" }.joined()
      + "</dl></section>"
  }

  // MARK: The last day

  private var day: String {
    let points = sample.points
    guard points.count > 1 else {
      return "<section><h2>The last day</h2><p>Plots begin ten minutes after the start.</p>"
        + "</section>"
    }
    let plots = [
      DayPlot("Released", points.map { Double($0.released) }),
      DayPlot("Withheld", points.map { Double($0.withheld) }),
      DayPlot("Newly held", points.map { Double($0.heldNew) }),
      DayPlot("Refused or set aside", points.map { Double($0.errors) }),
      DayPlot("Waiting", points.map { Double($0.waiting) }),
      DayPlot("Age of the oldest, seconds", points.map { Double($0.oldestSeconds) }),
      DayPlot("Held in escrow", points.map { Double($0.escrow) }),
      DayPlot("Commit, milliseconds", points.map(\.commitMilliseconds)),
    ]
    return "<section><h2>The last day, in steps of five minutes</h2><div class=\"plots\">\n"
      + plots.map(\.svg).joined() + "</div></section>"
  }

  private var foot: String {
    let live = sample.live
    let backup = ledger.newestBackup.map { words(sample.at - $0) + " ago" } ?? "never"
    let facts = [
      "agreement version \(live.agreementVersion)", "ledger \(live.incarnation)",
      "\(ledger.bytes >> 20) MiB, \(live.freeBytes >> 20) MiB free", "last backup \(backup)",
      "program \(Version.text)", "as of \(sample.at.iso8601)",
    ]
    return "<footer><p>\(facts.map(Self.escaped).joined(separator: " · "))</p></footer>"
  }

  private func words(_ span: Span) -> String {
    let seconds = max(0, span.milliseconds / 1_000)
    return switch seconds {
    case ..<120: "\(seconds) s"
    case ..<7_200: "\(seconds / 60) min"
    case ..<172_800: "\(seconds / 3_600) h"
    default: "\(seconds / 86_400) days"
    }
  }

  /// Text as it may stand in markup or in a quoted attribute.
  static func escaped(_ text: String) -> String {
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\u{0}"..<"\u{20}", "\u{7f}": result += " "
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }
}

/// One line over a day, as a drawing and in words.
struct DayPlot {
  private let title: String
  private let values: [Double]
  private static let height = 60.0

  init(_ title: String, _ values: [Double]) {
    self.title = title
    self.values = values
  }

  var svg: String {
    let most = values.max() ?? 0
    let shown = Exposition.number((most * 10).rounded() / 10)
    let now = Exposition.number(((values.last ?? 0) * 10).rounded() / 10)
    let width = Double(DayRing.capacity)
    // The newest stands at the right edge, however few there are.
    let start = width - Double(values.count)
    let line = values.enumerated().map { index, value -> String in
      let y = most > 0 ? Self.height - value / most * (Self.height - 2) : Self.height
      return "\(Exposition.number(start + Double(index))),\(Exposition.number(y.rounded()))"
    }.joined(separator: " ")
    return """
      <figure><svg viewBox="0 0 \(DayRing.capacity) 62" role="img" preserveAspectRatio="none">
      <title>\(title): now \(now), at most \(shown)</title>
      <polyline points="\(line)"/></svg>
      <figcaption>\(title) <small>now \(now), at most \(shown)</small></figcaption></figure>

      """
  }
}

enum StatusStyle {
  static let text = """
    :root { color-scheme: light dark; --line: #1d5f8a; --edge: #8886; --good: #1b7a3d;
      --fair: #9a6200; --bad: #b3261e; }
    @media (prefers-color-scheme: dark) { :root { --line: #7cc0ee; --good: #7bd89a;
      --fair: #f0b65a; --bad: #ff9b92; } }
    body { font: 16px/1.45 system-ui, sans-serif; margin: 0 auto; max-width: 72rem;
      padding: 1rem; }
    h1 { font-size: 1.4rem; margin: 0; } h2 { font-size: 1.1rem; }
    small { font-weight: normal; opacity: .8; }
    header { display: flex; flex-wrap: wrap; gap: .5rem 2rem; align-items: baseline; }
    .good { color: var(--good); } .fair { color: var(--fair); } .bad { color: var(--bad); }
    .wide { overflow-x: auto; }
    table { border-collapse: collapse; width: 100%; }
    th, td { text-align: left; padding: .35rem .75rem .35rem 0;
      border-bottom: 1px solid var(--edge); vertical-align: top; }
    dl, .plots { display: grid; gap: .5rem 1.5rem; margin: 0;
      grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); }
    dl div { display: flex; justify-content: space-between; gap: 1rem;
      border-bottom: 1px solid var(--edge); }
    dd { margin: 0; font-variant-numeric: tabular-nums; }
    figure { margin: 0; } figcaption { font-size: .9rem; }
    svg { width: 100%; height: 4rem; border-bottom: 1px solid var(--edge); }
    polyline { fill: none; stroke: var(--line); stroke-width: 1.5;
      vector-effect: non-scaling-stroke; }
    footer { margin-top: 2rem; font-size: .85rem; opacity: .8; }

    """
}
