import Foundation
import HubModel
import Operations
import Synchronization
import Testing

@Suite("Clock, times and signals")
struct ProcessTests {
  @Test(
    "a time with its offset is read as the instant it means",
    arguments: [
      ("2026-11-21T02:10:00Z", "2026-11-21T02:10:00Z"),
      ("2026-11-20T18:10:00-08:00", "2026-11-21T02:10:00Z"),
      ("2026-11-20T18:10-0800", "2026-11-21T02:10:00Z"),
      ("2026-11-21T07:40:00.25+05:30", "2026-11-21T02:10:00.250Z"),
      ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
      ("2024-02-29T00:00:00.123456789Z", "2024-02-29T00:00:00.123Z"),
    ])
  func readsTimes(_ text: String, _ utc: String) {
    #expect(WallTime(iso8601: text)?.iso8601 == utc)
  }

  @Test(
    "a time that could mean several instants, or none, is refused",
    arguments: [
      "2026-11-21T02:10:00", "2026-11-21 02:10:00Z", "2026-11-31T02:10:00Z", "2026-11-21T24:00:00Z",
      "2026-11-21T02:60:00Z", "2026-11-21T02:10:00.Z", "2026-11-21T02:10:00Zx", "", "now",
      "2026-11-21T02:10:00+8", "2026-11-21T2:10:00Z", "２026-11-21T02:10:00Z",
    ])
  func refusesTimes(_ text: String) {
    #expect(WallTime(iso8601: text) == nil)
  }

  @Test("a span is written in its largest whole unit and read back")
  func spans() {
    for (span, words) in [
      (Span.days(14), "14 days"), (.hours(72), "3 days"), (.hours(5), "5 h"),
      (.minutes(5), "5 min"), (.seconds(90), "90 s"), (.days(1), "1 day"),
      (Span(milliseconds: 1_500), "1500 ms"), (Span(milliseconds: 0), "0 s"),
    ] {
      #expect(span.words == words)
      #expect(Span(words: words) == span)
    }
    for text in ["5", "min", "-5 min", "5 fortnights", "5min", "99999999999 days"] {
      #expect(Span(words: text) == nil, "\(text)")
    }
  }

  @Test("ticks never go back")
  func ticks() {
    let clock = SystemClock()
    let first = clock.tick()
    #expect(first.milliseconds >= 0)
    #expect(clock.tick() >= first)
  }

  @Test("a signal reaches its handler, and the process goes on", .timeLimit(.minutes(5)))
  func signals() async {
    let (stream, continuation) = AsyncStream<Int32>.makeStream()
    let shutdown = Shutdown(on: [SIGUSR2]) { continuation.yield($0) }
    kill(getpid(), SIGUSR2)
    for await number in stream {
      #expect(number == SIGUSR2)
      break
    }
    withExtendedLifetime(shutdown) {}
  }
}
