import Foundation

/// Looks at the write-ahead log before SQLite does. SQLite takes the first frame that is not as it
/// should be for the torn end of the log: right after a power cut, but where a disk has changed a
/// frame that was flushed long ago, everything committed after it would be gone without a word.
///
/// A transaction is flushed before the next one begins. So a frame that is broken, and behind the
/// end of its transaction another one that is whole, is damage and no torn end. Each frame carries
/// the checksum of all before it, so one that is whole shows even behind a broken one. What this
/// cannot tell from a torn end is damage to the very last transaction.
struct LogCheck {
  static let headerBytes = 32
  static let frameHeaderBytes = 24

  private struct Sum: Equatable {
    var first: UInt32
    var second: UInt32
  }

  private let bytes: [UInt8]
  private let pageBytes: Int
  private let isBigEndian: Bool

  /// - Throws: ``LedgerError`` of the kind ``LedgerError/Kind/damaged``.
  static func check(beside path: String) throws {
    let url = URL(fileURLWithPath: path + "-wal")
    guard FileManager.default.fileExists(atPath: url.path) else { return }
    let data: Data
    do {
      data = try Data(contentsOf: url)
    } catch {
      throw LedgerError(.storage, "read the write-ahead log")
    }
    guard let damage = LogCheck([UInt8](data))?.damage else { return }
    throw LedgerError(.damaged, "read the write-ahead log", detail: damage)
  }

  /// Nothing where there is no frame to lose.
  init?(_ bytes: [UInt8]) {
    guard bytes.count > Self.headerBytes + Self.frameHeaderBytes else { return nil }
    self.bytes = bytes
    isBigEndian = bytes[3] & 1 == 1
    let size = Self.number(bytes, 8)
    pageBytes = size == 1 ? 65_536 : Int(size)
    guard (512...65_536).contains(pageBytes), pageBytes & (pageBytes - 1) == 0 else {
      // A header that was never written is all zero; another one was.
      if size == 0 { return nil }
      isHeaderSane = false
      return
    }
    isHeaderSane = true
  }

  private let isHeaderSane: Bool

  /// What is wrong, in words for the operator; `nil` where the log is good as far as it goes.
  var damage: String? {
    guard isHeaderSane else { return "its header was changed" }
    let count = (bytes.count - Self.headerBytes) / (pageBytes + Self.frameHeaderBytes)
    guard count > 0 else { return nil }
    var sum = sum(Sum(first: 0, second: 0), 0..<24)
    guard sum == stored(at: 24) else {
      return isHeaderOf(frame: 0) ? "its header was changed" : nil
    }
    var index = 0
    while index < count, hasSalts(index), let next = next(sum, index) {
      sum = next
      index += 1
    }
    let broken = index
    var isBehindEnd = false
    while index < count {
      // Whole, judged from the frame before it as that one says of itself.
      if index > broken, isBehindEnd, hasSalts(index),
        self.next(stored(at: place(index - 1) + 16), index) != nil
      {
        return "frame \(broken + 1) of \(count) was changed after it was flushed"
      }
      if index == broken || hasSalts(index) {
        isBehindEnd = isBehindEnd || Self.number(bytes, place(index) + 4) != 0
      }
      index += 1
    }
    return nil
  }

  private func place(_ frame: Int) -> Int {
    Self.headerBytes + frame * (pageBytes + Self.frameHeaderBytes)
  }

  private func hasSalts(_ frame: Int) -> Bool {
    bytes[(place(frame) + 8)..<(place(frame) + 16)] == bytes[16..<24]
  }

  /// A header that is torn, as the next round of the log begins, has other salts than the frames
  /// that are left of the last one. One in which bits were flipped has nearly all of theirs.
  private func isHeaderOf(frame: Int) -> Bool {
    let salts = bytes[(place(frame) + 8)..<(place(frame) + 16)]
    let flipped = zip(salts, bytes[16..<24]).reduce(0) { $0 + ($1.0 ^ $1.1).nonzeroBitCount }
    return flipped <= 2
  }

  private func next(_ before: Sum, _ frame: Int) -> Sum? {
    let start = place(frame)
    let header = sum(before, start..<(start + 8))
    let page = start + Self.frameHeaderBytes
    let whole = sum(header, page..<(page + pageBytes))
    return whole == stored(at: start + 16) ? whole : nil
  }

  private func stored(at offset: Int) -> Sum {
    Sum(first: Self.number(bytes, offset), second: Self.number(bytes, offset + 4))
  }

  /// SQLite's checksum, as its file format has it.
  private func sum(_ before: Sum, _ range: Range<Int>) -> Sum {
    var sum = before
    bytes.withUnsafeBytes { buffer in
      for offset in stride(from: range.lowerBound, to: range.upperBound, by: 8) {
        let one = buffer.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
        let two = buffer.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
        sum.first &+= (isBigEndian ? one.bigEndian : one.littleEndian) &+ sum.second
        sum.second &+= (isBigEndian ? two.bigEndian : two.littleEndian) &+ sum.first
      }
    }
    return sum
  }

  private static func number(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
    bytes[offset..<(offset + 4)].reduce(0) { $0 << 8 | UInt32($1) }
  }
}
