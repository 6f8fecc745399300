import HubModel

/// Writes the protobuf wire format from front to back into one buffer.
///
/// The hot path goes from the model to bytes without the generated structures in between; see the
/// decision record in the catalogue of this module. Fields are written in the order of the calls
/// and sets in the order of their words, so one value always gives the same bytes.
struct WireWriter {
  private(set) var bytes: [UInt8] = []

  init(capacity: Int = 256) { bytes.reserveCapacity(capacity) }

  mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  private mutating func tag(_ field: Int, _ kind: WireKind) {
    varint(UInt64(field) << 3 | UInt64(kind.rawValue))
  }

  /// An unsigned number; 0 is the default and stays unwritten, unless it is `present`.
  mutating func number(_ field: Int, _ value: UInt64, present: Bool = false) {
    guard value != 0 || present else { return }
    tag(field, .varint)
    varint(value)
  }

  mutating func signed(_ field: Int, _ value: Int64, present: Bool = false) {
    number(field, UInt64(bitPattern: value), present: present)
  }

  mutating func zigzag(_ field: Int, _ value: Int64) {
    number(field, UInt64(bitPattern: value << 1 ^ value >> 63), present: true)
  }

  mutating func flag(_ field: Int, _ value: Bool, present: Bool = false) {
    number(field, value ? 1 : 0, present: present)
  }

  mutating func text(_ field: Int, _ value: String, present: Bool = false) {
    let utf8 = value.utf8
    guard !utf8.isEmpty || present else { return }
    tag(field, .lengthDelimited)
    varint(UInt64(utf8.count))
    bytes.append(contentsOf: utf8)
  }

  mutating func blob(_ field: Int, _ value: [UInt8], present: Bool = false) {
    guard !value.isEmpty || present else { return }
    tag(field, .lengthDelimited)
    varint(UInt64(value.count))
    bytes.append(contentsOf: value)
  }

  mutating func identifier<Tag>(_ field: Int, _ value: Identifier<Tag>?) {
    if let value { text(field, value.text) }
  }

  mutating func messageID(_ field: Int, _ id: MessageID?) {
    guard let id else { return }
    tag(field, .lengthDelimited)
    bytes.append(16)
    word(id.high)
    word(id.low)
  }

  mutating func date(_ field: Int, _ date: CivilDate?, present: Bool = false) {
    guard let date else { return }
    let (year, month, day) = date.components
    guard (0...9999).contains(year) else {
      // No reader takes such a date; it is written as it stands, so that it is refused.
      return text(field, date.description, present: present)
    }
    tag(field, .lengthDelimited)
    bytes.append(10)
    digits(year / 100)
    digits(year % 100)
    bytes.append(UInt8(ascii: "-"))
    digits(month)
    bytes.append(UInt8(ascii: "-"))
    digits(day)
  }

  mutating func words<Word: RawRepresentable & Hashable>(_ field: Int, _ words: Set<Word>)
  where Word.RawValue == String {
    switch words.count {
    case 0: return
    case 1: for word in words { text(field, word.rawValue, present: true) }
    default: for word in words.map(\.rawValue).sorted() { text(field, word, present: true) }
    }
  }

  /// A message within the message. Its length is known only once it is written, so one byte is
  /// kept for it, and the body moves up in the rarer case that the length needs more.
  mutating func nested(_ field: Int, _ body: (inout WireWriter) -> Void) {
    tag(field, .lengthDelimited)
    let start = bytes.count
    bytes.append(0)
    body(&self)
    let length = bytes.count - start - 1
    guard length >= 0x80 else {
      bytes[start] = UInt8(length)
      return
    }
    var prefix: [UInt8] = []
    var rest = length
    while rest >= 0x80 {
      prefix.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    prefix.append(UInt8(rest))
    bytes.replaceSubrange(start...start, with: prefix)
  }

  private mutating func word(_ value: UInt64) {
    var shift: UInt64 = 64
    while shift > 0 {
      shift -= 8
      bytes.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  private mutating func digits(_ value: Int) {
    bytes.append(UInt8(ascii: "0") + UInt8(value / 10))
    bytes.append(UInt8(ascii: "0") + UInt8(value % 10))
  }
}
