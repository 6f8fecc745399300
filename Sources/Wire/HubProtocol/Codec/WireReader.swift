import HubModel

enum WireKind: UInt8 {
  case varint = 0
  case fixed64 = 1
  case lengthDelimited = 2
  case fixed32 = 5
  // 3 and 4 are groups, which this contract has none of; they are refused.
}

/// Reads the protobuf wire format in place. Whatever the bytes, it gives a value or a ``Refusal``;
/// every length is checked against what is left before anything is read or allocated.
struct WireReader {
  struct Tag {
    let field: UInt64
    let kind: WireKind
  }

  private let bytes: [UInt8]
  private var position: Int
  private let end: Int

  init(_ bytes: [UInt8]) {
    self.init(bytes, 0..<bytes.count)
  }

  private init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
  }

  var count: Int { end - position }

  /// The next field's tag; `nil` at the end.
  mutating func tag() throws(Refusal) -> Tag? {
    guard position < end else { return nil }
    let value = try varint("")
    guard let kind = WireKind(rawValue: UInt8(value & 7)), value >> 3 != 0,
      value >> 3 < 1 << 29
    else { throw Refusal(.malformedFrame) }
    return Tag(field: value >> 3, kind: kind)
  }

  /// Passes over a field that this version does not know.
  mutating func skip(_ tag: Tag) throws(Refusal) {
    switch tag.kind {
    case .varint: _ = try varint("")
    case .fixed64: try advance(8)
    case .fixed32: try advance(4)
    case .lengthDelimited: _ = try range("")
    }
  }

  private mutating func advance(_ count: Int) throws(Refusal) {
    guard end - position >= count else { throw Refusal(.malformedFrame) }
    position += count
  }

  private mutating func varint(_ place: String) throws(Refusal) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while position < end {
      let byte = bytes[position]
      position += 1
      // The tenth byte has room for one bit.
      if shift == 63 && byte > 1 { break }
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    throw Refusal(.malformedFrame, at: place)
  }

  private mutating func range(_ place: String) throws(Refusal) -> Range<Int> {
    let length = try varint(place)
    guard length <= UInt64(end - position) else { throw Refusal(.malformedFrame, at: place) }
    let start = position
    position += Int(length)
    return start..<position
  }

  private func expect(_ tag: Tag, _ kind: WireKind, _ place: String) throws(Refusal) {
    guard tag.kind == kind else { throw Refusal(.malformedFrame, at: place) }
  }
}

// MARK: - Scalars

extension WireReader {
  /// A count or running number: at most `Int64.max`, so that the next one always exists.
  mutating func number(_ tag: Tag, _ place: String) throws(Refusal) -> UInt64 {
    try expect(tag, .varint, place)
    let value = try varint(place)
    guard value < UInt64(Int64.max) else { throw Refusal(.malformedFrame, at: place) }
    return value
  }

  /// Any 64 bits.
  mutating func raw(_ tag: Tag, _ place: String) throws(Refusal) -> UInt64 {
    try expect(tag, .varint, place)
    return try varint(place)
  }

  mutating func small<Number: FixedWidthInteger>(
    _ tag: Tag, _ place: String, as type: Number.Type = Number.self
  ) throws(Refusal) -> Number {
    guard let value = Number(exactly: try raw(tag, place)) else {
      throw Refusal(.malformedFrame, at: place)
    }
    return value
  }

  mutating func zigzag(_ tag: Tag, _ place: String) throws(Refusal) -> Int64 {
    let value = try raw(tag, place)
    return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }

  mutating func flag(_ tag: Tag, _ place: String) throws(Refusal) -> Bool {
    try raw(tag, place) != 0
  }

  /// Unix milliseconds within the years 1 to 9999, so that adding a span cannot overflow.
  mutating func time(_ tag: Tag, _ place: String) throws(Refusal) -> WallTime {
    let value = Int64(bitPattern: try raw(tag, place))
    guard WireBounds.milliseconds.contains(value) else {
      throw Refusal(.malformedFrame, at: place)
    }
    return WallTime(milliseconds: value)
  }

  /// Packed or not: a writer may choose either.
  mutating func numbers(
    _ tag: Tag, _ place: String, into list: inout [UInt64], limit: Int
  ) throws(Refusal) {
    if tag.kind == .lengthDelimited {
      var packed = WireReader(bytes, try range(place))
      while packed.position < packed.end {
        guard list.count < limit else { throw Refusal(.malformedFrame, at: place) }
        list.append(try packed.number(Tag(field: tag.field, kind: .varint), place))
      }
    } else {
      guard list.count < limit else { throw Refusal(.malformedFrame, at: place) }
      list.append(try number(tag, place))
    }
  }
}

// MARK: - Texts and bytes

extension WireReader {
  mutating func text(
    _ tag: Tag, _ place: String, limit: Int = Limits.fieldBytes
  ) throws(Refusal) -> String {
    try expect(tag, .lengthDelimited, place)
    let range = try range(place)
    guard range.count <= limit else { throw Refusal(.fieldTooLong, at: place) }
    return try utf8(range, place)
  }

  /// Nearly all text is ASCII, which takes a much shorter way than validating does.
  private func utf8(_ range: Range<Int>, _ place: String) throws(Refusal) -> String {
    let slice = bytes[range]
    let high = slice.withUnsafeBufferPointer { $0.reduce(0) { $0 | $1 } }
    if high < 0x80 { return String(decoding: slice, as: UTF8.self) }
    guard let text = String(validating: slice, as: UTF8.self) else {
      throw Refusal(.malformedFrame, at: place)
    }
    return text
  }

  /// Printable ASCII and spaces, such as a media type.
  mutating func ascii(_ tag: Tag, _ place: String, limit: Int) throws(Refusal) -> String {
    let text = try text(tag, place, limit: limit)
    guard text.utf8.allSatisfy({ $0 >= 32 && $0 < 127 }) else {
      throw Refusal(.malformedFrame, at: place)
    }
    return text
  }

  /// Bytes of one of the lengths given; `nil` allows any.
  mutating func blob(
    _ tag: Tag, _ place: String, lengths: [Int]? = nil
  ) throws(Refusal) -> [UInt8] {
    try expect(tag, .lengthDelimited, place)
    let range = try range(place)
    if let lengths, !lengths.contains(range.count) {
      throw Refusal(.malformedFrame, at: place)
    }
    return [UInt8](bytes[range])
  }

  /// An identifier; `nil` for the empty text, which stands for none.
  mutating func identifier<Kind>(
    _ tag: Tag, _ place: String
  ) throws(Refusal) -> Identifier<Kind>? {
    try expect(tag, .lengthDelimited, place)
    let range = try range(place)
    guard !range.isEmpty else { return nil }
    // Repaired text is no identifier, so it needs no check of its own.
    guard Limits.identifierBytes.contains(range.count),
      let identifier = Identifier<Kind>(String(decoding: bytes[range], as: UTF8.self))
    else { throw Refusal(.malformedFrame, at: place) }
    return identifier
  }

  /// As ``identifier(_:_:)``, where there must be one.
  mutating func required<Kind>(
    _ tag: Tag, _ place: String
  ) throws(Refusal) -> Identifier<Kind> {
    guard let identifier: Identifier<Kind> = try identifier(tag, place) else {
      throw Refusal(.malformedFrame, at: place)
    }
    return identifier
  }

  /// A message id; `nil` for no bytes.
  mutating func messageID(_ tag: Tag, _ place: String) throws(Refusal) -> MessageID? {
    try expect(tag, .lengthDelimited, place)
    let range = try range(place)
    guard !range.isEmpty else { return nil }
    guard range.count == 16 else { throw Refusal(.malformedFrame, at: place) }
    var high: UInt64 = 0
    var low: UInt64 = 0
    for offset in 0..<8 {
      high = high << 8 | UInt64(bytes[range.lowerBound + offset])
      low = low << 8 | UInt64(bytes[range.lowerBound + 8 + offset])
    }
    return MessageID(high: high, low: low)
  }

  /// `YYYY-MM-DD`; `nil` for the empty text.
  mutating func date(_ tag: Tag, _ place: String) throws(Refusal) -> CivilDate? {
    try expect(tag, .lengthDelimited, place)
    let range = try range(place)
    guard !range.isEmpty else { return nil }
    guard let date = CivilDate(digits: bytes[range]) else {
      throw Refusal(.malformedFrame, at: place)
    }
    return date
  }

  /// A word of a closed list: one that this version does not know is refused, never guessed.
  mutating func word<Word: RawRepresentable>(
    _ tag: Tag, _ place: String, else code: ErrorCode = .malformedFrame
  ) throws(Refusal) -> Word where Word.RawValue == String {
    guard let word = Word(rawValue: try text(tag, place)) else {
      throw Refusal(code, at: place)
    }
    return word
  }

  mutating func nested(_ tag: Tag, _ place: String) throws(Refusal) -> WireReader {
    try expect(tag, .lengthDelimited, place)
    return WireReader(bytes, try range(place))
  }
}

/// Bounds that only the codec has.
enum WireBounds {
  /// 0001-01-01 to 9999-12-31, in Unix milliseconds.
  static let milliseconds: ClosedRange<Int64> = -62_135_596_800_000...253_402_300_799_999
  static let mediaType = 127
  static let traceBytes = 512
  /// Entries of any list within a release.
  static let listEntries = 64
  /// Siblings on a signature path; a tree of that depth holds more than any batch.
  static let pathDepth = 32
  static let saltBytes = 16
  static let hashBytes = 32
  static let signatureBytes = 64
}

extension CivilDate {
  /// Reads exactly `YYYY-MM-DD` in ASCII digits.
  init?(digits: ArraySlice<UInt8>) {
    guard digits.count == 10 else { return nil }
    var numbers = [0, 0, 0]
    var part = 0
    for (offset, byte) in digits.enumerated() {
      if offset == 4 || offset == 7 {
        guard byte == UInt8(ascii: "-") else { return nil }
        part += 1
      } else {
        guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
        numbers[part] = numbers[part] * 10 + Int(byte - UInt8(ascii: "0"))
      }
    }
    self.init(year: numbers[0], month: numbers[1], day: numbers[2])
  }
}

extension Refusal {
  /// The same refusal, seen from the message that the place lies in.
  func within(_ outer: String) -> Refusal {
    Refusal(code, at: place.isEmpty ? outer : "\(outer).\(place)")
  }
}

/// Runs `body`, and names the place around whatever it refuses.
func within<Value>(
  _ outer: @autoclosure () -> String, _ body: () throws(Refusal) -> Value
) throws(Refusal) -> Value {
  do throws(Refusal) { return try body() } catch { throw error.within(outer()) }
}
