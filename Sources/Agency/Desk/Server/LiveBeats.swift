import AdapterKit
import HubClient
import ServiceLifecycle

/// What an open page is sent: a word at each change, and a sign of life in between. It never
/// carries anything of what changed.
struct LiveBeats: Sendable {
  let news: AdapterNews
  let linkState: @Sendable () -> LinkState

  private static let pulse = Duration.seconds(2)
  private static let change = "event: change\ndata: 1\n\n"

  func stream() -> AsyncStream<String> {
    AsyncStream(bufferingPolicy: .bufferingNewest(8)) { continuation in
      let told = Task {
        for await _ in news.stream() { continuation.yield(Self.change) }
      }
      let pulse = Task {
        func standing() -> (Bool, UInt64) {
          let link = linkState()
          return (link.isConnected, link.dataDepth + link.controlDepth)
        }
        var before = standing()
        while !Task.isCancelled {
          try? await Task.sleep(for: Self.pulse)
          let now = standing()
          continuation.yield(now == before ? ": still here\n\n" : Self.change)
          before = now
        }
      }
      continuation.onTermination = { _ in
        told.cancel()
        pulse.cancel()
      }
    }
  }
}
