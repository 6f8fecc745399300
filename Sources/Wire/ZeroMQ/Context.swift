import CZeroMQ
import Glibc
import Synchronization

/// The part of libzmq that all sockets of a process share: its input/output threads and its
/// in-process endpoints.
///
/// A context may be used from any thread. Sockets hold it, so it lives as long as the last of them.
/// Sockets made in it have no linger: closing one discards what was not sent yet, unless
/// ``SocketOption/lingerMilliseconds(_:)`` says otherwise.
public final class Context: Sendable {
  /// libzmq's context is thread-safe, so its bare address may travel between threads.
  private struct Handle: @unchecked Sendable {
    let pointer: UnsafeMutableRawPointer
  }

  private let handle: Mutex<Handle?>

  /// - Parameter ioThreads: libzmq's threads for network work, 1...64; one carries about a gigabit
  ///   of plain traffic a second, less with CURVE.
  /// - Throws: `EINVAL` for a thread count out of bounds, `EMFILE` where descriptors ran out.
  public init(ioThreads: Int = 1) throws(ZeroMQError) {
    guard (1...64).contains(ioThreads) else {
      throw ZeroMQError(code: EINVAL, operation: "create context with \(ioThreads) I/O threads")
    }
    guard let pointer = zmq_ctx_new() else { throw .last("create context") }
    handle = Mutex(Handle(pointer: pointer))
    // Not "blocky": a new socket lingers 0 ms, so no forgotten message holds up a shutdown.
    guard zmq_ctx_set(pointer, ZMQ_IO_THREADS, Int32(ioThreads)) == 0,
      zmq_ctx_set(pointer, ZMQ_BLOCKY, 0) == 0
    else { throw .last("configure context") }
  }

  deinit { terminate() }

  /// Ends the context: every call under way or to come on its sockets fails with `ETERM`
  /// (``ZeroMQError/isTerminated``), and this call returns once their owners have closed them all.
  ///
  /// The owner of a socket must not call it before closing that socket. Calling twice is harmless.
  public func terminate() {
    let taken = handle.withLock { current in
      defer { current = nil }
      return current
    }
    guard let pointer = taken?.pointer else { return }
    zmq_ctx_shutdown(pointer)
    while zmq_ctx_term(pointer) != 0, zmq_errno() == EINTR {}
  }

  /// A new libzmq socket, or `ETERM` once the context was terminated.
  func makeSocket(_ kind: SocketKind) throws(ZeroMQError) -> UnsafeMutableRawPointer {
    // Under the lock, so that no socket is asked of a context that was freed meanwhile.
    let made: (address: UInt, code: Int32) = handle.withLock { current in
      guard let current else { return (0, ETERM) }
      guard let socket = zmq_socket(current.pointer, kind.code) else { return (0, zmq_errno()) }
      return (UInt(bitPattern: socket), 0)
    }
    guard let socket = UnsafeMutableRawPointer(bitPattern: made.address) else {
      throw ZeroMQError(code: made.code, operation: "create \(kind) socket")
    }
    return socket
  }
}
