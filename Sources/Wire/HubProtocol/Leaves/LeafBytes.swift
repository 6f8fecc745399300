import HubModel

/// Writes the canonical layout of leaves: numbers big-endian in fixed width, texts and bytes after
/// a 32-bit length, an optional value after a byte that is 1 where it is present and 0 where not.
struct LeafWriter {
  private(set) var bytes: [UInt8] = []

  init(capacity: Int = 256) { bytes.reserveCapacity(capacity) }

  mutating func number<Number: FixedWidthInteger>(_ value: Number) {
    withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func flag(_ value: Bool) { bytes.append(value ? 1 : 0) }

  /// Exactly these bytes, without a length: their number is fixed by the layout.
  mutating func fixed(_ value: [UInt8]) { bytes.append(contentsOf: value) }

  mutating func blob(_ value: [UInt8]) {
    number(UInt32(value.count))
    bytes.append(contentsOf: value)
  }

  mutating func text(_ value: String) {
    let utf8 = value.utf8
    number(UInt32(utf8.count))
    bytes.append(contentsOf: utf8)
  }

  mutating func messageID(_ id: MessageID) {
    number(id.high)
    number(id.low)
  }

  mutating func optional<Value>(
    _ value: Value?, _ write: (inout LeafWriter, Value) -> Void
  ) {
    flag(value != nil)
    if let value { write(&self, value) }
  }

  mutating func list<Value>(_ values: [Value], _ write: (inout LeafWriter, Value) -> Void) {
    number(UInt32(values.count))
    for value in values { write(&self, value) }
  }

  /// A set of words, in the order of their bytes.
  mutating func words<Word: CaseHashed & RawRepresentable>(_ words: WordSet<Word>)
  where Word.RawValue == String {
    list(words.sortedWords) { $0.text($1) }
  }
}

/// A leaf that is none: truncated, with bytes left over, or with words nobody knows.
public struct MalformedLeaf: Error, Hashable, Sendable, CustomStringConvertible {
  /// The field that could not be read.
  public let place: String
  public var description: String {
    "malformed leaf at \(place): the log was damaged, or a newer version wrote it"
  }
}

/// Reads what ``LeafWriter`` wrote; any other bytes are a ``MalformedLeaf``.
struct LeafReader {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }

  mutating func fixed(_ count: Int, _ place: String) throws(MalformedLeaf) -> [UInt8] {
    guard count <= bytes.count - position else { throw MalformedLeaf(place: place) }
    defer { position += count }
    return [UInt8](bytes[position..<position + count])
  }

  mutating func number<Number: FixedWidthInteger>(
    _ place: String, as type: Number.Type = Number.self
  ) throws(MalformedLeaf) -> Number {
    var value: Number = 0
    for byte in try fixed(Number.bitWidth / 8, place) {
      value = Number.bitWidth == 8 ? Number(truncatingIfNeeded: byte)
        : value << 8 | Number(truncatingIfNeeded: byte)
    }
    return value
  }

  mutating func flag(_ place: String) throws(MalformedLeaf) -> Bool {
    let value: UInt8 = try number(place)
    guard value <= 1 else { throw MalformedLeaf(place: place) }
    return value == 1
  }

  mutating func text(_ place: String) throws(MalformedLeaf) -> String {
    let count: UInt32 = try number(place)
    guard let text = String(validating: try fixed(Int(count), place), as: UTF8.self) else {
      throw MalformedLeaf(place: place)
    }
    return text
  }

  mutating func identifier<Tag>(_ place: String) throws(MalformedLeaf) -> Identifier<Tag> {
    guard let identifier = Identifier<Tag>(try text(place)) else {
      throw MalformedLeaf(place: place)
    }
    return identifier
  }

  mutating func messageID(_ place: String) throws(MalformedLeaf) -> MessageID {
    MessageID(high: try number(place), low: try number(place))
  }

  mutating func optional<Value>(
    _ place: String, _ read: (inout LeafReader) throws(MalformedLeaf) -> Value
  ) throws(MalformedLeaf) -> Value? {
    try flag(place) ? try read(&self) : nil
  }

  mutating func list<Value>(
    _ place: String, _ read: (inout LeafReader) throws(MalformedLeaf) -> Value
  ) throws(MalformedLeaf) -> [Value] {
    let count: UInt32 = try number(place)
    // Every value takes a byte at least, so a count beyond the bytes left is a lie.
    guard Int(count) <= bytes.count - position else { throw MalformedLeaf(place: place) }
    var values: [Value] = []
    for _ in 0..<count { values.append(try read(&self)) }
    return values
  }
}
