package import HubModel

/// The network as the link's loop sees it: two lanes and what becomes of the connection. Behind
/// it stand ZeroMQ sockets, or in the simulator a network that loses things on purpose.
///
/// No call waits, but for ``wait(_:)``.
package protocol LinkWire: AnyObject {
  /// Begins to connect the submit lane. What becomes of it is told by ``nextEvent()``.
  func connect() throws
  /// Ends both lanes.
  func disconnect()
  func nextEvent() throws -> LinkWireEvent?
  /// Whether the frame was taken. Not that it arrived.
  func send(_ frame: [UInt8]) throws -> Bool
  func receiveReply() throws -> LinkFrames?
  /// Subscribes to every topic of the release lane, anew where it was open.
  func openLane(_ welcome: Reply.Welcome) throws
  func closeLane()
  func receiveDelivery() throws -> LinkFrames?
  /// Returns when something came, or somebody woke the link, or the time is over.
  /// - Returns: whether somebody woke it.
  func wait(_ atMost: Span) throws -> Bool
}

package enum LinkWireEvent: Sendable {
  /// The router is who it must be, and has let this key in.
  case secured
  case lost
  /// The router does not let this key in.
  case refused
}

package struct LinkFrames: Sendable {
  package var frames: [[UInt8]]
  /// There were more than are kept.
  package var isOversize: Bool
  package init(frames: [[UInt8]], isOversize: Bool = false) {
    self.frames = frames
    self.isOversize = isOversize
  }
}

/// What this end knows of its release lane.
struct ReleaseLane {
  let openedAt: Tick
  /// Last frame on this lane, or its opening.
  var heardAt: Tick
  /// The router has seen the subscription: what it sends from now on arrives.
  var isProven = false
  /// The router shall send from the next delivery on.
  var wantsResume = false
  var resumedAt: Tick?
  /// Resumes since something new was last applied.
  var resumesInVain = 0

  init(openedAt now: Tick) {
    openedAt = now
    heardAt = now
  }
}
