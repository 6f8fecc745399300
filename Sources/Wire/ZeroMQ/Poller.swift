import CZeroMQ
import Glibc

/// Waiting for several sockets and file descriptors at once.
public enum Poller {
  /// Waits until something can be read or the time is over.
  ///
  /// - Parameters:
  ///   - sockets: sockets of the calling thread.
  ///   - extraDescriptors: file descriptors to wait for as well, such as a ``Waker``'s.
  ///   - timeoutMilliseconds: how long to wait; 0 only looks, a negative value waits for ever.
  /// - Returns: the indexes of what is ready, in order: first those of `sockets`; a descriptor's
  ///   index counts on from there (`sockets.count` is the first descriptor). Empty when the time
  ///   was over. A descriptor that is broken counts as ready: reading it tells what is wrong.
  /// - Throws: `ETERM` when the context was terminated, `ENOTSOCK` for a closed socket.
  public static func poll(
    _ sockets: [Socket], extraDescriptors: [Int32] = [], timeoutMilliseconds: Int
  ) throws(ZeroMQError) -> [Int] {
    var items: [zmq_pollitem_t] = []
    items.reserveCapacity(sockets.count + extraDescriptors.count)
    for socket in sockets {
      items.append(
        zmq_pollitem_t(
          socket: try socket.opened("poll"), fd: 0, events: Int16(ZMQ_POLLIN), revents: 0))
    }
    for descriptor in extraDescriptors {
      items.append(
        zmq_pollitem_t(socket: nil, fd: descriptor, events: Int16(ZMQ_POLLIN), revents: 0))
    }
    try wait(&items, timeoutMilliseconds: timeoutMilliseconds)
    return items.indices.filter { items[$0].revents != 0 }
  }

  private static func wait(
    _ items: inout [zmq_pollitem_t], timeoutMilliseconds: Int
  ) throws(ZeroMQError) {
    var remaining = timeoutMilliseconds < 0 ? -1 : timeoutMilliseconds
    let deadline = remaining > 0 ? ContinuousClock.now + .milliseconds(remaining) : nil
    while zmq_poll(&items, Int32(items.count), remaining) < 0 {
      let error = ZeroMQError.last("poll")
      guard error.code == EINTR else { throw error }
      // A signal came in between: wait for the rest of the time only.
      if let deadline {
        let left = ContinuousClock.now.duration(to: deadline) / .milliseconds(1)
        remaining = max(0, Int(left.rounded(.up)))
      }
    }
  }
}

extension Socket {
  /// Takes in now what libzmq's own threads have reported: queues with room again, peers come or
  /// gone, subscriptions to repeat after a reconnect.
  ///
  /// Polling and receiving do so by themselves. Sending looks only about once in a millisecond
  /// (libzmq saves the cost), so an `xpub` that sends in bursts and does nothing else may take a
  /// listener's queue for full that is long empty, and skip it: refresh before each burst.
  public func refresh() throws(ZeroMQError) {
    let handle = try opened("refresh")
    var events: Int32 = 0
    var size = MemoryLayout<Int32>.size
    while zmq_getsockopt(handle, ZMQ_EVENTS, &events, &size) != 0 {
      let error = ZeroMQError.last("refresh")
      guard error.code == EINTR else { throw error }
    }
  }
}
