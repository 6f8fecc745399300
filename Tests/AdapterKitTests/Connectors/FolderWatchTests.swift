import Foundation
import HubModel
import Synchronization
import Testing

@testable import AdapterKit

/// Lets a test await what another thread tells.
final class Signals: Sendable {
  private let stream: AsyncStream<Void>
  private let continuation: AsyncStream<Void>.Continuation

  init() { (stream, continuation) = AsyncStream<Void>.makeStream() }

  func raise() { continuation.yield() }

  /// Awaits signals until `condition` holds.
  /// - Returns: whether it came to hold in time.
  func wait(until condition: () -> Bool) async -> Bool {
    while !condition() {
      guard await next() else { return condition() }
    }
    return true
  }

  /// - Returns: whether there was a signal in time.
  func next(_ seconds: Int = 20) async -> Bool {
    let limit = DispatchWorkItem { [continuation] in continuation.finish() }
    DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(seconds), execute: limit)
    defer { limit.cancel() }
    for await _ in stream { return true }
    return false
  }
}

@Suite("Files taken as soon as they are there")
struct FolderWatchTests {
  let place: Workplace
  let intake: FolderIntake
  let signals = Signals()

  init() throws {
    place = try Workplace()
    intake = try place.intake(place.setting())
    let signals = signals
    let watch = FolderWatch(intake.places) { signals.raise() }
    try #require(watch?.watches(2) == true)
    intake.watch = watch
  }

  func take(_ file: IntakeFile) -> IntakeReport {
    names.withLock { $0.append(file.name) }
    sizes.withLock { $0.append(file.bytes.count) }
    return IntakeReport(taken: 1)
  }

  let names = Shared<[String]>([])
  let sizes = Shared<[Int]>([])

  func look() { _ = intake.look { file, _ in take(file) } }

  @Test("A file that was written or renamed is taken when the kernel tells of it, and told soon")
  func told() async throws {
    defer { intake.watch?.finish() }
    let folder = place.root.appendingPathComponent("in/forms")
    for number in 1...6 {
      let name = "\(number).csv"
      if number.isMultiple(of: 2) {
        try place.drop(name, "id\n\(number)\n")
      } else {
        try place.drop(name + ".part", "id\n\(number)\n")
        try FileManager.default.moveItem(
          at: folder.appendingPathComponent(name + ".part"),
          to: folder.appendingPathComponent(name))
      }
      // Nobody looks unless told.
      while !names.withLock({ $0.contains(name) }) {
        try #require(await signals.next())
        look()
      }
    }
    #expect(FolderWatch.settle < .seconds(1))
  }

  @Test("What is written on is not taken before its writer has closed it")
  func growing() async throws {
    defer { intake.watch?.finish() }
    let path = place.root.appendingPathComponent("in/forms/a.csv").path
    try Data("id\n".utf8).write(to: URL(fileURLWithPath: path))
    let writer = try #require(FileHandle(forWritingAtPath: path))
    try writer.seekToEnd()
    for number in 1...200 {
      try writer.write(contentsOf: Data("\(number)\n".utf8))
      if number.isMultiple(of: 50) { _ = intake.watch?.takeWhole(path) }
    }
    #expect(intake.watch?.takeWhole(path) == false)
    try writer.close()
    let isTaken = await signals.wait {
      look()
      return !names.withLock(\.isEmpty)
    }
    #expect(isTaken)
    #expect(sizes.withLock { $0 } == [695])
  }

  @Test("A drop by SFTP is taken under its final name, and a part of one never")
  func sftp() async throws {
    defer { intake.watch?.finish() }
    let outside = place.root.appendingPathComponent("export.csv")
    try Data(("id\n" + String(repeating: "1\n", count: 100_000)).utf8).write(to: outside)
    let other = place.root.appendingPathComponent("other.csv")
    try Data(("id\n" + String(repeating: "2\n", count: 100_000)).utf8).write(to: other)
    let folder = place.root.appendingPathComponent("in/forms").path
    try SFTP.run(
      """
      put \(outside.path) \(folder)/abandoned.csv.part
      put \(outside.path) \(folder)/export.csv.filepart
      rename \(folder)/export.csv.filepart \(folder)/export.csv
      put \(other.path) \(folder)/in-place.csv
      """, in: place)
    let isTaken = await signals.wait {
      look()
      return names.withLock { $0.count == 2 }
    }
    #expect(isTaken)
    #expect(names.withLock { $0.sorted() } == ["export.csv", "in-place.csv"])
    #expect(sizes.withLock { Set($0) } == [200_003])
    #expect(place.files("in/forms") == ["abandoned.csv.part"])
  }
}

/// The client and server of OpenSSH, without the network between them.
enum SFTP {
  static func run(_ batch: String, in place: Workplace) throws {
    let file = place.root.appendingPathComponent("batch")
    try Data((batch + "\n").utf8).write(to: file)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/sftp")
    process.arguments = ["-q", "-D", "/usr/lib/openssh/sftp-server", "-b", file.path]
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
  }
}

/// A value that several threads may touch.
final class Shared<Value: Sendable>: Sendable {
  private let value: Mutex<Value>
  init(_ value: Value) { self.value = Mutex(value) }
  func withLock<Result: Sendable>(_ body: (inout sending Value) -> sending Result) -> Result {
    value.withLock(body)
  }
}
