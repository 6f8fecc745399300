import CZeroMQ
import Glibc
import Synchronization

/// A named thread with an owner that starts and joins it.
///
/// The body may capture what is not `Sendable`, sockets above all, as long as nobody else keeps it.
/// An owner that lets go without ``join()`` leaves the thread running on its own.
public final class OwnedThread: Sendable {
  private let thread: Mutex<pthread_t?>

  /// Starts the thread.
  ///
  /// - Parameters:
  ///   - name: shown by the system's tools, which keep its first 15 bytes.
  ///   - body: runs once on the new thread.
  /// - Throws: `EAGAIN` where threads ran out.
  public init(name: String, body: sending @escaping () -> Void) throws(ZeroMQError) {
    let start = Unmanaged.passRetained(Start(name: name, body: body))
    var made = pthread_t()
    let code = pthread_create(&made, nil, { runOwnedThread($0) }, start.toOpaque())
    guard code == 0 else {
      start.release()
      throw ZeroMQError(code: code, operation: "start thread \(name)")
    }
    thread = Mutex(made)
  }

  deinit {
    thread.withLock { thread in
      if let thread { pthread_detach(thread) }
      thread = nil
    }
  }

  /// Returns when the body has ended. Any thread but this one may call it, also several at once.
  public func join() {
    // Waiting inside the lock is the point: a second caller, too, returns only after the end.
    thread.withLock { thread in
      guard let running = thread else { return }
      precondition(pthread_equal(running, pthread_self()) == 0, "a thread cannot join itself")
      pthread_join(running, nil)
      thread = nil
    }
  }

  /// What travels to the new thread.
  fileprivate final class Start {
    let name: String
    let body: () -> Void

    init(name: String, body: @escaping () -> Void) {
      self.name = name
      self.body = body
    }
  }
}

private func runOwnedThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument else { return nil }
  let start = Unmanaged<OwnedThread.Start>.fromOpaque(argument).takeRetainedValue()
  // The kernel takes 15 bytes and refuses longer names.
  let name = start.name.utf8.prefix(15).map(CChar.init(bitPattern:)) + [0]
  pthread_setname_np(pthread_self(), name)
  start.body()
  return nil
}
