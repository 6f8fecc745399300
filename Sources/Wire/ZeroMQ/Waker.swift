import CZeroMQ
import Glibc

/// Wakes a thread that waits in ``Poller``, from any thread.
///
/// The waiting thread passes ``descriptor`` as an extra descriptor and calls ``drain()`` when it
/// is ready. Wakes that come before the drain count as one.
public final class Waker: Sendable {
  /// The descriptor to poll; it belongs to the waker.
  public let descriptor: Int32

  /// - Throws: `EMFILE` where descriptors ran out.
  public init() throws(ZeroMQError) {
    descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    guard descriptor >= 0 else { throw ZeroMQError(code: errno, operation: "create waker") }
  }

  deinit { Glibc.close(descriptor) }

  /// Makes the descriptor ready. Never blocks; may be called from any thread.
  public func wake() {
    // The one failure that can come, a full counter, means that it is ready already.
    while eventfd_write(descriptor, 1) < 0, errno == EINTR {}
  }

  /// Takes all wakes so far. To be called before looking at what the wake was about, so that a
  /// wake in between is not lost.
  public func drain() {
    var count: eventfd_t = 0
    while eventfd_read(descriptor, &count) < 0, errno == EINTR {}
  }
}
