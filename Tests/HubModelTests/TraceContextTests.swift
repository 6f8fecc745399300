import HubModel
import Testing

@Suite("W3C trace context")
struct TraceContextTests {
  static let id = MessageID(high: 0x0193_5b2c_aa00_1234, low: 0xfedc_ba98_7654_3210)
  static let header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

  @Test("A message's trace is its own id, and its first operation the random half of it")
  func own() throws {
    let trace = try #require(TraceContext(of: Self.id))
    #expect(trace.traceID == Self.id.description)
    #expect(trace.description == "00-01935b2caa001234fedcba9876543210-fedcba9876543210-01")
    #expect(TraceContext(header: trace.description) == trace)
    let next = try #require(TraceContext(of: Self.id, parent: 7))
    #expect(next.description == "00-01935b2caa001234fedcba9876543210-0000000000000007-01")
  }

  @Test("A header is read as the standard says, and written again as version 00")
  func valid() {
    for (header, written) in [
      (Self.header, Self.header),
      ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-02",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"),
      ("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", Self.header),
      ("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-comes-later", Self.header),
    ] {
      #expect(TraceContext(header: header)?.description == written, "\(header)")
    }
  }

  @Test("A header that is not valid counts as not there", arguments: [
    "", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
    "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
    "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1g",
    "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.later",
    "00-4bf92f3577b34da6a3ce929d0e0e473é-00f067aa0ba902b7-01",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01, 00-4bf92f3577b34da6",
  ])
  func invalid(header: String) {
    #expect(TraceContext(header: header) == nil)
  }

  @Test("Without an id there is no trace")
  func none() {
    #expect(TraceContext(of: MessageID(high: 0, low: 0)) == nil)
    #expect(TraceContext(random: (0, 1), parent: 0) == nil)
  }
}
