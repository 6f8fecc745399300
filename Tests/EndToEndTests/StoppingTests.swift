import Testing

/// What a service manager does, and people who change their mind.
@Suite("Daemons that are told to end", .serialized, .timeLimit(.minutes(15)))
struct StoppingTests {
  @Test("As soon as it says that it is up, a daemon ends in order when it is told to")
  func atOnce() throws {
    let town = try Town()
    for _ in 0..<4 {
      let router = try town.startRouter()
      #expect(router.stop() == 0)
      try router.expect("router stopped")
      let adapter = try Program(
        "accord-sheriff", ["run", "--config", town.path("lakewood-sheriff.yaml")])
      try adapter.expect("adapter is up")
      #expect(adapter.stop() == 0)
      try adapter.expect("adapter stopped")
    }
  }
}
