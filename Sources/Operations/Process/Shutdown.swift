import Dispatch
import Glibc

/// The signals by which an operator or a service manager asks a daemon to end.
///
/// The handler runs on a queue of its own, not in signal context, so it may do what any code may.
public final class Shutdown: Sendable {
  // A dispatch source is thread-safe; the library has not marked it so.
  private struct Sources: @unchecked Sendable { let sources: [any DispatchSourceSignal] }
  private let sources: Sources

  /// SIGTERM of a service manager, SIGINT of a terminal.
  public static let terminationSignals: [Int32] = [SIGTERM, SIGINT]

  /// Calls `handler` with the signal's number each time one arrives, for as long as the result is
  /// kept. From when this returns the signals have lost their own effect (ending the process) for
  /// good; until then they have it. None is lost in between: the library takes a signal over from
  /// its default action, so it must not be ignored meanwhile.
  public init(
    on signals: [Int32] = terminationSignals, handler: @escaping @Sendable (Int32) -> Void
  ) {
    let queue = DispatchQueue(label: "accord.shutdown")
    sources = Sources(
      sources: signals.map { number in
        let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
        let registered = DispatchSemaphore(value: 0)
        source.setRegistrationHandler { registered.signal() }
        source.setEventHandler { handler(number) }
        source.resume()
        // Until then it ends the process on the spot.
        registered.wait()
        return source
      })
  }

  deinit { for source in sources.sources { source.cancel() } }

  /// As the initialiser, by a name that says what it is for.
  public static func onTermination(_ handler: @escaping @Sendable (Int32) -> Void) -> Shutdown {
    Shutdown(handler: handler)
  }
}
