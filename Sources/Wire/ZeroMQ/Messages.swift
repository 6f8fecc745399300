import CZeroMQ
import Glibc

/// What became of a message handed to ``Socket/send(_:wait:)``.
public enum SendResult: Sendable, Equatable {
  /// libzmq has taken the whole message. An `xpub` also says so when nobody listens, or when a
  /// listener's queue is full and it misses this one.
  case sent
  /// Nothing was sent: the queue is full, or there is no peer yet. Try again later.
  case wouldBlock
  /// Nothing was sent: a mandatory `router` has no such peer any more.
  case unreachable
}

/// A message as it was received.
public struct Message: Sendable, Equatable {
  /// The frames, at most ``Socket/maximumFrames`` of them. On a `router` the first is the sender's
  /// routing id.
  public var frames: [[UInt8]]
  /// Who the ``Authenticator`` said the sender is; nothing where no authenticator let it in. On a
  /// socket that is not a CURVE server it means nothing at all: a peer may claim what it likes.
  public var userID: String?
  /// The sender's network address without its port; nothing within the process.
  public var peerAddress: String?
  /// Whether the message had more frames than are kept.
  public var isOversize: Bool

  public init(
    frames: [[UInt8]], userID: String? = nil, peerAddress: String? = nil, isOversize: Bool = false
  ) {
    self.frames = frames
    self.userID = userID
    self.peerAddress = peerAddress
    self.isOversize = isOversize
  }
}

// MARK: - Sending

extension Socket {
  /// Sends a message of one or more frames: all of them or none.
  ///
  /// - Parameter wait: whether to block until there is room.
  public func send(_ frames: [[UInt8]], wait: Bool) throws(ZeroMQError) -> SendResult {
    precondition(!frames.isEmpty, "a message has at least one frame")
    let handle = try opened("send")
    var result = SendResult.sent
    for index in frames.indices {
      let more = index < frames.count - 1
      let part = try send(frames[index][...], to: handle, more: more, wait: wait)
      guard try settle(part, at: index, into: &result) else { return result }
    }
    return result
  }

  /// As ``send(_:wait:)``, for frames that are parts of larger arrays.
  public func send(slices: [ArraySlice<UInt8>], wait: Bool) throws(ZeroMQError) -> SendResult {
    precondition(!slices.isEmpty, "a message has at least one frame")
    let handle = try opened("send")
    var result = SendResult.sent
    for index in slices.indices {
      let more = index < slices.count - 1
      let part = try send(slices[index], to: handle, more: more, wait: wait)
      guard try settle(part, at: index, into: &result) else { return result }
    }
    return result
  }

  /// Sends a message of one frame.
  public func send(frame: [UInt8], wait: Bool) throws(ZeroMQError) -> SendResult {
    try send(frame[...], to: opened("send"), more: false, wait: wait)
  }

  /// Sends a message of one frame that is part of a larger array.
  public func send(frame: ArraySlice<UInt8>, wait: Bool) throws(ZeroMQError) -> SendResult {
    try send(frame, to: opened("send"), more: false, wait: wait)
  }

  /// Sends a message of two frames, a topic or routing id and a body: all or nothing.
  public func send(
    head: [UInt8], body: ArraySlice<UInt8>, wait: Bool
  ) throws(ZeroMQError) -> SendResult {
    let handle = try opened("send")
    let first = try send(head[...], to: handle, more: true, wait: wait)
    guard first == .sent else { return first }
    return try send(body, to: handle, more: false, wait: wait)
  }

  /// Takes the result of one frame into that of its message; false: the message ends here.
  private func settle(
    _ part: SendResult, at index: Int, into result: inout SendResult
  ) throws(ZeroMQError) -> Bool {
    guard part != .sent else { return true }
    result = part
    // A first frame that is refused leaves nothing behind. Later on only a peer that goes away in
    // the middle of a message can refuse: libzmq takes the message back and swallows what is left
    // of it, so the rest must be offered for the next message to start clean.
    return index > 0
  }

  /// Copies one frame into libzmq and hands it over.
  private func send(
    _ bytes: ArraySlice<UInt8>, to handle: UnsafeMutableRawPointer, more: Bool, wait: Bool
  ) throws(ZeroMQError) -> SendResult {
    let size = bytes.count
    guard zmq_msg_init_size(outgoing, size) == 0 else { throw .last("send \(size) bytes") }
    if size > 0 {
      bytes.withUnsafeBytes { source in
        if let start = source.baseAddress { memcpy(zmq_msg_data(outgoing), start, size) }
      }
    }
    let flags = (more ? ZMQ_SNDMORE : 0) | (wait ? 0 : ZMQ_DONTWAIT)
    while zmq_msg_send(outgoing, handle, flags) < 0 {
      let code = zmq_errno()
      if code == EINTR { continue }
      zmq_msg_close(outgoing)
      zmq_msg_init(outgoing)
      if code == EAGAIN { return .wouldBlock }
      if code == EHOSTUNREACH { return .unreachable }
      throw ZeroMQError(code: code, operation: "send \(size) bytes")
    }
    return .sent
  }
}

// MARK: - Receiving

extension Socket {
  /// The next message, whole; nothing when there is none and `wait` is false.
  ///
  /// To wait for a bounded time, use ``Poller``.
  public func receive(wait: Bool) throws(ZeroMQError) -> Message? {
    let handle = try opened("receive")
    let flags = wait ? 0 : ZMQ_DONTWAIT
    var message = Message(frames: [])
    var count = 0
    repeat {
      while zmq_msg_recv(incoming, handle, flags) < 0 {
        let code = zmq_errno()
        if code == EINTR { continue }
        // Messages arrive whole, so only the first frame can be missing.
        if code == EAGAIN, count == 0 { return nil }
        throw ZeroMQError(code: code, operation: "receive")
      }
      count += 1
      if count <= maximumFrames {
        message.frames.append(incomingBytes())
      } else {
        message.isOversize = true
      }
    } while zmq_msg_more(incoming) != 0
    message.userID = incomingUserID()
    message.peerAddress = incomingProperty("Peer-Address").map { String(cString: $0) }
    // Gives the content back now instead of at the next call.
    zmq_msg_close(incoming)
    zmq_msg_init(incoming)
    return message
  }

  private func incomingBytes() -> [UInt8] {
    let size = zmq_msg_size(incoming)
    guard size > 0, let source = zmq_msg_data(incoming) else { return [] }
    return [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
      if let start = buffer.baseAddress { memcpy(start, source, size) }
      filled = size
    }
  }

  private func incomingProperty(_ name: StaticString) -> UnsafePointer<CChar>? {
    zmq_msg_gets(incoming, UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self))
  }

  /// The `User-Id` of the frame read last. An empty one names nobody.
  private func incomingUserID() -> String? {
    guard let text = incomingProperty("User-Id"), text.pointee != 0 else { return nil }
    if let lastUserID, lastUserID.withCString({ strcmp($0, text) }) == 0 { return lastUserID }
    let userID = String(cString: text)
    lastUserID = userID
    return userID
  }
}
