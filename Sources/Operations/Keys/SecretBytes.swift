import Crypto

#if canImport(Glibc)
  import Glibc
#endif

/// Bytes of a secret while it is being read: overwritten as soon as nobody needs them.
///
/// What Swift's strings and arrays copy cannot be overwritten, so a secret passes from the file
/// through here into a `SymmetricKey`, which overwrites its own.
final class SecretBytes {
  private let buffer: UnsafeMutableRawBufferPointer
  private(set) var count = 0

  init(capacity: Int) {
    buffer = .allocate(byteCount: max(1, capacity), alignment: 16)
    buffer.initializeMemory(as: UInt8.self, repeating: 0)
  }

  deinit {
    if let start = buffer.baseAddress { explicit_bzero(start, buffer.count) }
    buffer.deallocate()
  }

  /// What is not yet filled.
  var room: Int { buffer.count - count }

  /// Fills up from a descriptor, to its end or to the capacity.
  /// - Returns: `errno` where reading failed, else 0.
  func fill(from descriptor: Int32) -> Int32 {
    while room > 0 {
      let got = read(descriptor, buffer.baseAddress?.advanced(by: count), room)
      if got == 0 { return 0 }
      if got < 0, errno == EINTR { continue }
      guard got > 0 else { return errno }
      count += got
    }
    return 0
  }

  func append(_ byte: UInt8) {
    guard room > 0 else { return }
    buffer[count] = byte
    count += 1
  }

  subscript(_ index: Int) -> UInt8 { buffer[index] }

  /// The key that the text or the raw bytes give: 32 bytes as they are, or 64 hexadecimal digits
  /// beside white space and lines that begin with `#`.
  var key: SymmetricKey? {
    if let text = hexKey { return text }
    guard count == 32 else { return nil }
    return SymmetricKey(data: UnsafeRawBufferPointer(rebasing: buffer[..<32]))
  }

  private var hexKey: SymmetricKey? {
    let decoded = SecretBytes(capacity: 32)
    var half: UInt8?
    var isComment = false
    var isAtLineStart = true
    for index in 0..<count {
      let byte = buffer[index]
      defer { isAtLineStart = byte == UInt8(ascii: "\n") }
      if isAtLineStart { isComment = byte == UInt8(ascii: "#") }
      if isComment || byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d { continue }
      guard let nibble = Self.nibble(byte) else { return nil }
      if let first = half {
        guard decoded.room > 0 else { return nil }
        decoded.append(first << 4 | nibble)
        half = nil
      } else {
        half = nibble
      }
    }
    guard half == nil, decoded.count == 32 else { return nil }
    return SymmetricKey(data: UnsafeRawBufferPointer(decoded.buffer))
  }

  private static func nibble(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
