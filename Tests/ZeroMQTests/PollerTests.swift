import Glibc
import Synchronization
import Testing
import ZeroMQ

@Suite("Waiting and waking", .timeLimit(.minutes(5)))
struct PollerTests {
  @Test("Poll names what is ready: sockets first, then descriptors")
  func indexes() throws {
    let context = try Context()
    let pulls = try (0..<3).map { _ in try Socket(context, .pull) }
    let pushes = try (0..<3).map { _ in try Socket(context, .push) }
    for index in 0..<3 {
      try pulls[index].bind("inproc://\(index)")
      try pushes[index].connect("inproc://\(index)")
    }
    let wakers = [try Waker(), try Waker()]
    let descriptors = wakers.map(\.descriptor)
    func ready() throws -> [Int] {
      try Poller.poll(pulls, extraDescriptors: descriptors, timeoutMilliseconds: 0)
    }
    #expect(try ready() == [])
    try pushes[0].post("x")
    try pushes[2].post("x")
    wakers[1].wake()
    #expect(try ready() == [0, 2, 4])
    #expect(try pulls[0].receive(wait: false) != nil)
    wakers[1].drain()
    #expect(try ready() == [2])
  }

  @Test("Poll with nothing to come ends when its time is over, not before")
  func timeout() throws {
    let waker = try Waker()
    let start = ContinuousClock.now
    #expect(
      try Poller.poll([], extraDescriptors: [waker.descriptor], timeoutMilliseconds: 30) == [])
    #expect(ContinuousClock.now - start >= .milliseconds(29))
  }

  @Test("A waker ends a poll from another thread; wakes before a drain count as one")
  func waker() throws {
    let waker = try Waker()
    let answer = try Waker()
    let rounds = 100
    let thread = try OwnedThread(name: "waiter") {
      for _ in 0..<rounds {
        let ready = try? Poller.poll(
          [], extraDescriptors: [waker.descriptor], timeoutMilliseconds: patience)
        guard ready == [0] else { return }
        waker.drain()
        answer.wake()
      }
    }
    for _ in 0..<rounds {
      waker.wake()
      let ready = try Poller.poll(
        [], extraDescriptors: [answer.descriptor], timeoutMilliseconds: patience)
      try #require(ready == [0])
      answer.drain()
    }
    thread.join()

    waker.wake()
    waker.wake()
    waker.drain()
    let left = try Poller.poll(
      [], extraDescriptors: [waker.descriptor], timeoutMilliseconds: 0)
    #expect(left.isEmpty)
  }

  @Test("A signal does not end a poll")
  func interrupted() throws {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in }
    sigaction(SIGUSR2, &action, nil)
    let waker = try Waker()
    let started = try Waker()
    let seen = Seen()
    let thread = try OwnedThread(name: "interrupted") {
      seen.thread.withLock { $0 = pthread_self() }
      started.wake()
      let ready = try? Poller.poll(
        [], extraDescriptors: [waker.descriptor], timeoutMilliseconds: patience)
      seen.ready.withLock { $0 = ready }
    }
    _ = try Poller.poll(
      [], extraDescriptors: [started.descriptor], timeoutMilliseconds: patience)
    let target = try #require(seen.thread.withLock { $0 })
    for _ in 0..<50 {
      pthread_kill(target, SIGUSR2)
      sched_yield()
    }
    waker.wake()
    thread.join()
    #expect(seen.ready.withLock { $0 } == [0])
  }

  @Test("Polling a closed socket is an error")
  func closed() throws {
    let socket = try Socket(Context(), .pull)
    socket.close()
    #expect(throws: ZeroMQError(code: ENOTSOCK, operation: "poll")) {
      try Poller.poll([socket], timeoutMilliseconds: 0)
    }
  }
}

private final class Seen: Sendable {
  let thread = Mutex<pthread_t?>(nil)
  let ready = Mutex<[Int]?>(nil)
}
