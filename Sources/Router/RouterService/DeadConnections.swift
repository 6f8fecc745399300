import ZeroMQ

extension Socket {
  /// Has the kernel end connections whose other end is gone without a word, within some 15 seconds.
  ///
  /// Not by ZMTP's own heartbeats: in libzmq 4.3 they abort the process that has them, and the one
  /// that was asked to give up after its time to live, where a connection breaks while its queue of
  /// what came in is full (libzmq issues 3937, 4767). No adapter has as much under way as a queue
  /// holds; somebody else with a key may, above all while the router waits for its disk.
  func endDeadConnections() throws {
    try set(.tcpKeepalive(idleSeconds: 5, intervalSeconds: 5, count: 2))
    try set(.tcpPatienceMilliseconds(15_000))
  }
}
