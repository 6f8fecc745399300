import HubModel
import Testing

@testable import HubClient

@Suite("Publish window")
struct PublishWindowTests {
  private let start = Tick(milliseconds: 0)
  private func at(_ milliseconds: Int64) -> Tick { Tick(milliseconds: milliseconds) }

  @Test("No more than a few frames are in flight")
  func bounded() {
    var window = PublishWindow()
    window.begin(through: 10)
    for frame in 1...PublishWindow.framesInFlight {
      #expect(window.hasRoom(at: start))
      window.didSend(through: UInt64(10 + frame), at: start)
    }
    #expect(!window.hasRoom(at: start))
    #expect(window.receive(through: 12) == .further)
    #expect(window.hasRoom(at: start))
    #expect(window.sent == 14)
  }

  @Test("Going back sends everything after the last receipt again")
  func goingBack() {
    var window = PublishWindow()
    window.begin(through: 0)
    window.didSend(through: 5, at: at(1))
    window.didSend(through: 9, at: at(2))
    #expect(window.receive(through: 5) == .further)
    #expect(window.waitingSince == at(2))
    window.goBack(at: at(100))
    #expect(window.sent == 5)
    #expect(window.isIdle)
    // The lost frame arrived after all.
    #expect(window.receive(through: 9) == .further)
    #expect(window.sent == 9)
  }

  @Test("Repeated receipts make it go back once in a while, not each time")
  func noStorm() {
    var window = PublishWindow()
    window.begin(through: 0)
    window.didSend(through: 5, at: at(0))
    #expect(window.receive(through: 0) == .none)
    window.goBack(at: at(1), pause: Span(milliseconds: 50))
    #expect(window.sent == 0)
    window.didSend(through: 5, at: at(2))
    window.goBack(at: at(3), pause: Span(milliseconds: 50))
    #expect(window.sent == 5)
    window.goBack(at: at(51), pause: Span(milliseconds: 50))
    #expect(window.sent == 0)
  }

  @Test("While held it has no room")
  func held() {
    var window = PublishWindow()
    window.begin(through: 0)
    window.didSend(through: 5, at: at(0))
    window.hold(until: at(100), at: at(1))
    #expect(window.sent == 0)
    #expect(!window.hasRoom(at: at(99)))
    #expect(window.hasRoom(at: at(100)))
  }
}

@Suite("Delivery header")
struct DeliveryHeaderTests {
  @Test("It is read from any frame that begins like a delivery")
  func readable() throws {
    let frame = Sample.delivery(300).encoded()
    #expect(DeliveryHeader(frame)?.number == 300)
    #expect(DeliveryHeader(frame)?.incarnation == Incarnation("ledger-one"))
    #expect(DeliveryHeader(Sample.void(1).encoded() + [0x1a, 200])?.number == 1)
  }

  @Test(
    "Nothing is made of frames without it",
    arguments: [
      [], [0xff], [0x0a], [0x0a, 5, 97], [0x10, 0xff], [0x10, 1], [0x0a, 1, 97], [0x0b],
      [0x0a, 1, 97, 0x10, 0], [0x0a, 1, 65, 0x10, 1], [0x09, 1, 2], [0x0d, 1],
      [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
      [UInt8](repeating: 0xff, count: 40),
    ] as [[UInt8]])
  func unreadable(_ frame: [UInt8]) {
    #expect(DeliveryHeader(frame) == nil)
  }
}
