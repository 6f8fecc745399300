import Foundation
import Glibc
import Synchronization

/// Hears from the kernel (inotify) of files that were written or moved into folders, so that they
/// are taken at once instead of at the next look.
///
/// A file that was moved in is whole: whoever renames has finished writing. One that was written
/// in place counts as whole when it has been closed and nobody touched it for ``settle``. Where the
/// kernel tells nothing (a network file system, too many watches) looking at intervals remains.
final class FolderWatch: Sendable {
  /// After a file was closed; within it a writer that goes on is noticed.
  static let settle: Duration = .milliseconds(100)

  private struct State {
    /// Files that were closed, and when; not yet told.
    var closed: [String: ContinuousClock.Instant] = [:]
    var whole: Set<String> = []
  }

  private let descriptor: Int32
  private let stop: (read: Int32, write: Int32)
  private let folders: [Int32: String]
  private let state = Mutex(State())
  private let wake: @Sendable () -> Void
  private let ended = DispatchSemaphore(value: 0)

  /// - Parameter wake: called when a file is ready, on the watch's own thread.
  /// - Returns: `nil` where the kernel watches nothing.
  init?(_ paths: [String], wake: @escaping @Sendable () -> Void) {
    let descriptor = inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK))
    guard descriptor >= 0 else { return nil }
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else {
      close(descriptor)
      return nil
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var folders: [Int32: String] = [:]
    let events = UInt32(IN_CLOSE_WRITE | IN_MOVED_TO | IN_MODIFY | IN_DELETE | IN_MOVED_FROM)
    for path in paths {
      let watch = inotify_add_watch(descriptor, path, events)
      if watch >= 0 { folders[watch] = path }
    }
    self.descriptor = descriptor
    stop = (ends[0], ends[1])
    self.folders = folders
    self.wake = wake
    let thread = Thread { [self] in
      run()
      ended.signal()
    }
    thread.name = "folder watch"
    thread.start()
  }

  /// Whether all of the folders are watched.
  func watches(_ count: Int) -> Bool { folders.count == count }

  /// Ends the thread, and returns when it has ended.
  func finish() {
    var byte: UInt8 = 0
    write(stop.write, &byte, 1)
    ended.wait()
    ended.signal()
  }

  deinit {
    close(descriptor)
    close(stop.read)
    close(stop.write)
  }

  /// Whether the file was found to be whole, which is told once.
  func takeWhole(_ path: String) -> Bool { state.withLock { $0.whole.remove(path) != nil } }

  private func run() {
    while true {
      var polled = [
        pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: stop.read, events: Int16(POLLIN), revents: 0),
      ]
      let result = poll(&polled, 2, timeout())
      if result < 0 && errno != EINTR { return }
      if polled[1].revents != 0 { return }
      if polled[0].revents != 0 { readEvents() }
      if promote() { wake() }
    }
  }

  /// Milliseconds until the first file that was closed counts as whole.
  private func timeout() -> Int32 {
    let first = state.withLock { $0.closed.values.min() }
    guard let first else { return -1 }
    let left = (first + Self.settle) - .now
    return Int32(max(0, left / .milliseconds(1)).rounded(.up))
  }

  private func promote() -> Bool {
    let now = ContinuousClock.now
    return state.withLock { state in
      for (path, time) in state.closed where now - time >= Self.settle {
        state.closed[path] = nil
        state.whole.insert(path)
      }
      return !state.whole.isEmpty
    }
  }

  private func readEvents() {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    let count = read(descriptor, &buffer, buffer.count)
    guard count > 0 else { return }
    let headerSize = 16
    var offset = 0
    buffer.withUnsafeBytes { bytes in
      while offset + headerSize <= count {
        let watch = bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self)
        let mask = Int(bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self))
        let length = Int(bytes.loadUnaligned(fromByteOffset: offset + 12, as: UInt32.self))
        let name = bytes[(offset + headerSize)..<min(offset + headerSize + length, count)]
          .prefix { $0 != 0 }
        offset += headerSize + length
        // Hidden files are nobody's to take.
        guard let folder = folders[watch], let first = name.first, first != UInt8(ascii: ".") else {
          continue
        }
        note(folder + "/" + String(decoding: name, as: UTF8.self), mask)
      }
    }
  }

  private func note(_ path: String, _ mask: Int) {
    state.withLock { state in
      state.closed[path] = nil
      state.whole.remove(path)
      if mask & Int(IN_MOVED_TO) != 0 {
        state.whole.insert(path)
      } else if mask & Int(IN_CLOSE_WRITE) != 0 {
        state.closed[path] = .now
      }
    }
  }
}
