import Foundation
import HubModel
import Operations
import ZeroMQ

/// Knocks at the router with an agency's key: whether somebody is there, is the router, and lets
/// this key in. It says nothing and takes nothing, so that it may be done at any time.
struct ConnectionTrial {
  struct Outcome {
    let health: Health
    let text: String
  }

  let configuration: AdapterConfiguration

  init(_ configuration: AdapterConfiguration) { self.configuration = configuration }

  func perform(seconds: Int) throws -> Outcome {
    let keys = try KeyFile.load(configuration.keyFile)
    let router = configuration.router
    let place = "\(router.host):\(router.submitPort)"
    guard PlaceCheck.isKnown(router.host) else {
      return Outcome(
        health: .critical,
        text: "the name \(router.host) is not known to this machine: is 'router.host' spelt right? "
          + "Ask by: getent hosts \(router.host)")
    }
    let context = try Context()
    defer { context.terminate() }
    let socket = try Socket(context, .dealer)
    defer { socket.close() }
    try socket.set(.lingerMilliseconds(0))
    try socket.beCurveClient(serverKey: router.key, keys: keys.curve)
    let monitor = try SocketMonitor(socket)
    defer { monitor.close() }
    let host = router.host.contains(":") ? "[\(router.host)]" : router.host
    try socket.connect("tcp://\(host):\(router.submitPort)")
    let deadline = ContinuousClock.now + .seconds(seconds)
    var isReached = false
    while ContinuousClock.now < deadline {
      _ = try Poller.poll([monitor.socket], extraDescriptors: [], timeoutMilliseconds: 200)
      while let event = try monitor.next(wait: false) {
        switch event.kind {
        case .connected: isReached = true
        case .handshakeSucceeded:
          return Outcome(health: .good, text: "the router at \(place) lets \(keys.fingerprint) in")
        case .handshakeFailed(.refused):
          return Outcome(
            health: .critical,
            text: "the router at \(place) does not admit \(keys.fingerprint): was it accepted, "
              + "and has it not ended? 'accord key list' on the router's machine says")
        default: continue
        }
      }
    }
    return Outcome(
      health: .critical,
      text: isReached
        ? "somebody answers at \(place), but not the router whose key the configuration has: the "
          + "port is another service's, or the router's key changed; compare fingerprints"
        : "nobody answers at \(place): is the router running, and do its firewall and this one "
          + "let the port through? Ask by: nc -vz \(router.host) \(router.submitPort)")
  }
}
