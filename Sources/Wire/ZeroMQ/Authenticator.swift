import Synchronization

/// Decides, for every CURVE server socket of a context, which keys get in: the ZAP handler of
/// ZeroMQ RFC 27, on a thread of its own.
///
/// Make it before binding any server socket. Once it has stopped or failed, nobody new gets in
/// (see ``Socket/beCurveServer(secretKey:domain:)``); connections already made stay. A context has
/// at most one.
///
/// | request                                   | answer                            |
/// |-------------------------------------------|-----------------------------------|
/// | CURVE, one key of 32 bytes, domain, admitted | 200 and the user id            |
/// | CURVE, not admitted or not well-formed    | 400                               |
/// | NULL, PLAIN, any other mechanism          | 400                               |
/// | other version, frames missing or too many | 500                               |
/// | no envelope to answer to                  | none                              |
public final class Authenticator: Sendable {
  /// Says who a peer is: the user id that its messages will carry (1 to 255 bytes), or nothing to
  /// refuse it. Called on the authenticator's thread; handshakes wait for it, so it should answer
  /// from memory. The address is the peer's, without its port.
  public typealias Admit =
    @Sendable (_ domain: String, _ key: CurvePublicKey, _ address: String) -> String?

  private let signal: StopSignal
  private let thread: OwnedThread

  /// Binds the handler and starts its thread; handshakes are answered from here on.
  ///
  /// - Parameters:
  ///   - admit: who may in.
  ///   - onEnd: called once, on the dying thread, when it ends for any reason but ``stop()``:
  ///     the owner should close its sockets and stop.
  /// - Throws: `EADDRINUSE` where the context has a handler already.
  public init(
    context: Context, admit: @escaping Admit,
    onEnd: @escaping @Sendable ((any Error)?) -> Void = { _ in }
  ) throws(ZeroMQError) {
    let signal = try StopSignal()
    let socket = try Socket(context, .router)
    try socket.bind(zapEndpoint)
    self.signal = signal
    thread = try OwnedThread(name: "zap") {
      let failure = serve(socket, until: signal, admit)
      // Gone before anyone is told, so that whoever is told can rely on it. Unbinding takes effect
      // at once; closing alone would leave the endpoint to libzmq's own thread for a while, and
      // handshakes would wait there for an answer that never comes. It fails only when the whole
      // context ends, and the endpoint with it.
      try? socket.unbind(zapEndpoint)
      socket.close()
      if let failure { onEnd(failure) }
    }
  }

  deinit { stop() }

  /// Ends the handler; when this returns its thread is gone and nobody new gets in. Calling twice
  /// is harmless. Not to be called from `admit` or `onEnd`.
  public func stop() {
    signal.request()
    thread.join()
  }
}

/// Where libzmq looks for a ZAP handler (ZeroMQ RFC 27).
private let zapEndpoint = "inproc://zeromq.zap.01"

/// How the owner tells the handler's thread to end.
private final class StopSignal: Sendable {
  private let flag = Atomic(false)
  let waker: Waker

  init() throws(ZeroMQError) { waker = try Waker() }

  var isRequested: Bool { flag.load(ordering: .acquiring) }

  func request() {
    flag.store(true, ordering: .releasing)
    waker.wake()
  }
}

/// Answers requests until told to end (then nothing is returned); else the error that ended it.
private func serve(
  _ socket: Socket, until signal: StopSignal, _ admit: Authenticator.Admit
) -> ZeroMQError? {
  do throws(ZeroMQError) {
    while !signal.isRequested {
      let ready = try Poller.poll(
        [socket], extraDescriptors: [signal.waker.descriptor], timeoutMilliseconds: -1)
      guard ready.contains(0), let message = try socket.receive(wait: false) else { continue }
      let reply: [[UInt8]]
      switch ZAPRequest(message) {
      case .curve(let envelope, let domain, let key, let address):
        reply = envelope.reply(ZAPStatus(userID: admit(domain, key, address)))
      case .refused(let envelope, let status):
        reply = envelope.reply(status)
      case .unanswerable:
        continue
      }
      // Whoever asked may be gone or not listening; nobody else waits for that.
      _ = try socket.send(reply, wait: false)
    }
    return nil
  } catch {
    return error
  }
}
