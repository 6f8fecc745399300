/// Looks for what could be aliases before a document is parsed: the parser compares a mapping's
/// keys, and with a few hundred bytes of aliases to aliases as a key it would never come to an end.
///
/// Takes for an anchor or alias whatever could be one: `&` or `*` before a letter, digit, `_` or
/// `-`, where no word goes on. A line that begins with `#` has none, since it is a comment or
/// stands within a text.
struct AliasScan {
  /// So many cannot make more than a few hundred values out of one.
  static let harmless = 16

  /// Where the first possible anchor stands, if there are more possible aliases than are harmless.
  private(set) var lineOfBomb: Int?

  init(_ text: String) {
    var text = text
    text.withUTF8 { lineOfBomb = Self.find($0) }
  }

  private static func find(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    var line = 1
    var isBlank = true
    var isComment = false
    var before = UInt8(ascii: "\n")
    var anchor: Int?
    var aliases = 0
    for (index, byte) in bytes.enumerated() {
      defer { before = byte }
      if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
        if byte == UInt8(ascii: "\n") { line += 1 }
        isBlank = true
        isComment = false
        continue
      }
      if isBlank, byte == UInt8(ascii: "#") { isComment = true }
      if byte != UInt8(ascii: " "), byte != UInt8(ascii: "\t") { isBlank = false }
      guard !isComment, !isWord(before), index + 1 < bytes.count,
        isWord(bytes[index + 1]) || bytes[index + 1] == UInt8(ascii: "-")
      else { continue }
      if byte == UInt8(ascii: "&"), anchor == nil { anchor = line }
      if byte == UInt8(ascii: "*") { aliases += 1 }
    }
    return aliases > harmless ? anchor : nil
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
