import ArgumentParser

@main
struct AccordBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "accord-bench",
    abstract: "Measures router and clients as real processes, beside this machine's own limits.",
    discussion: """
      Numbers of one run belong together: machines differ and are noisy, so compare the ratios. \
      Use a release build of the whole package: it starts the others.
      """,
    subcommands: [
      Run.self, Consent.self, ConsentCase.self, DeskBench.self, Publish.self, Consume.self,
    ],
    defaultSubcommand: Run.self)
}

struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Run the measurements.")

  @Option(help: "Messages for each throughput run.")
  var messages = 60_000

  @Option(name: .long, parsing: .upToNextOption, help: "Windows to try, in deliveries.")
  var windows = [1, 32, 1_024]

  @Option(help: "Seconds of the latency run at 500 messages a second; 0 leaves it out.")
  var latencySeconds = 10

  @Option(
    help: """
      Messages that wait for a recipient who comes only after the router was killed and started \
      again; 0 leaves it out.
      """)
  var backlog = 0

  @Option(help: "Ports from here on are used.")
  var basePort = 17_400

  @Flag(help: "Leave out the runs with slowed flushes.")
  var noSlow = false

  @Flag(help: "Print one JSON document.")
  var json = false

  func run() throws {
    var report = Report()
    report.limits = try MachineLimits.measure(messageBytes: BenchMessage.bytes)
    report.seals = try SealCost.measure()
    for window in windows {
      report.add(try throughput(window: window, slowedBy: 0))
    }
    let widest = windows.max() ?? 64
    report.add(try throughput(window: widest, slowedBy: 0, isAhead: true))
    if !noSlow { report.add(try throughput(window: widest, slowedBy: 1_000)) }
    if latencySeconds > 0 {
      report.latencies.append(try latency(slowedBy: 0))
      if !noSlow { report.latencies.append(try latency(slowedBy: 1_000)) }
    }
    if backlog > 0 { report.backlog = try absence() }
    print(try json ? report.json() : report.text())
  }

  /// - Parameter isAhead: all is published at once, so that almost everything waits in a queue and
  ///   is decided twice; else no more is under way than the window.
  private func throughput(
    window: Int, slowedBy microseconds: Int, isAhead: Bool = false
  ) throws -> Report.Throughput {
    let count = window == 1 ? min(messages, 5_000) : messages
    let county = try BenchCounty(basePort: basePort, window: window)
    defer { county.remove() }
    let router = try county.startRouter(slowedBy: microseconds)
    let consumer = try county.start(consuming: count, isTelling: !isAhead)
    let before = try router.usage()
    let publisher = try county.start(publishing: count, underWay: isAhead ? 0 : window)
    let published = try publisher.result(PublishResult.self)
    let consumed = try consumer.result(ConsumeResult.self)
    let after = try router.usage()
    router.stop()
    return Report.Throughput(
      window: window, isAhead: isAhead, slowedByMicroseconds: microseconds, messages: count,
      seconds: Double(consumed.lastNanoseconds - published.firstNanoseconds) / 1e9,
      routerMicroseconds: (after.cpuSeconds - before.cpuSeconds) * 1e6 / Double(count),
      publisherMicroseconds: published.cpuSeconds * 1e6 / Double(count),
      consumerMicroseconds: consumed.cpuSeconds * 1e6 / Double(count),
      routerWrittenBytes: Double(after.writtenBytes - before.writtenBytes) / Double(count))
  }

  private func latency(slowedBy microseconds: Int) throws -> Report.Latency {
    let count = 500 * latencySeconds
    let county = try BenchCounty(basePort: basePort, window: 64)
    defer { county.remove() }
    let router = try county.startRouter(slowedBy: microseconds)
    let consumer = try county.start(consuming: count)
    _ = try county.start(publishing: count, perSecond: 500).result(PublishResult.self)
    let consumed = try consumer.result(ConsumeResult.self)
    router.stop()
    return Report.Latency(
      slowedByMicroseconds: microseconds, perSecond: 500, p50: consumed.milliseconds(at: 0.5),
      p99: consumed.milliseconds(at: 0.99), p999: consumed.milliseconds(at: 0.999))
  }

  /// All is accepted, the router is killed, and then the recipient comes for it.
  private func absence() throws -> Report.Backlog {
    let county = try BenchCounty(basePort: basePort, window: 1_024)
    defer { county.remove() }
    let router = try county.startRouter(slowedBy: 0)
    let published = try county.start(publishing: backlog).result(PublishResult.self)
    let waiting = try router.usage()
    router.kill()
    let killed = BenchMessage.nanoseconds()
    let second = try county.startRouter(slowedBy: 0)
    let consumed = try county.start(consuming: backlog).result(ConsumeResult.self)
    let delivering = try second.usage()
    second.stop()
    guard consumed.distinct == backlog, consumed.applications == backlog else {
      throw BenchError(
        "of \(backlog) messages accepted, \(consumed.distinct) were applied, "
          + "\(consumed.applications) times in all")
    }
    return Report.Backlog(
      messages: backlog, residentMegabytes: waiting.residentMegabytes,
      peakMegabytes: waiting.peakMegabytes,
      acceptedInSeconds: published.seconds,
      deliveredInSeconds: Double(consumed.lastNanoseconds - killed) / 1e9,
      peakMegabytesDelivering: delivering.peakMegabytes)
  }
}
