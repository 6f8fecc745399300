import FoundationEssentials
import HubModel

/// Reads one value of a decoded frame, or refuses it and names its place. proto3 does not tell an
/// absent value from the default one, so an empty text or no bytes stand for none.
enum Read {
  static func identifier<Tag>(
    _ text: String, _ place: String
  ) throws(Refusal) -> Identifier<Tag>? {
    guard !text.isEmpty else { return nil }
    guard let identifier = Identifier<Tag>(text) else {
      throw Refusal(.malformedFrame, at: place)
    }
    return identifier
  }

  /// As ``identifier(_:_:)``, where there must be one.
  static func required<Tag>(
    _ text: String, _ place: String, else code: ErrorCode = .malformedFrame
  ) throws(Refusal) -> Identifier<Tag> {
    guard let identifier: Identifier<Tag> = try identifier(text, place) else {
      throw Refusal(code, at: place)
    }
    return identifier
  }

  static func text(
    _ text: String, _ place: String, limit: Int = Limits.fieldBytes
  ) throws(Refusal) -> String {
    guard text.utf8.count <= limit else { throw Refusal(.fieldTooLong, at: place) }
    return text
  }

  /// Printable ASCII and spaces, such as a media type.
  static func ascii(_ text: String, _ place: String, limit: Int) throws(Refusal) -> String {
    guard text.utf8.count <= limit else { throw Refusal(.fieldTooLong, at: place) }
    guard text.utf8.allSatisfy({ $0 >= 32 && $0 < 127 }) else {
      throw Refusal(.malformedFrame, at: place)
    }
    return text
  }

  /// A word of a closed list: one that this version does not know is refused, never guessed.
  static func word<Word: RawRepresentable>(
    _ text: String, _ place: String, else code: ErrorCode = .malformedFrame
  ) throws(Refusal) -> Word where Word.RawValue == String {
    guard let word = Word(rawValue: text) else { throw Refusal(code, at: place) }
    return word
  }

  static func words<Word: CaseHashed & RawRepresentable>(
    _ texts: [String], _ place: String, else code: ErrorCode = .malformedFrame
  ) throws(Refusal) -> WordSet<Word> where Word.RawValue == String {
    var words: WordSet<Word> = []
    for text in texts { words.insert(try word(text, place, else: code)) }
    return words
  }

  /// Exactly `YYYY-MM-DD`.
  static func date(_ text: String, _ place: String) throws(Refusal) -> CivilDate? {
    guard !text.isEmpty else { return nil }
    guard let date = CivilDate(digits: text.utf8) else {
      throw Refusal(.malformedFrame, at: place)
    }
    return date
  }

  /// Unix milliseconds within the years 1 to 9999, so that adding a span cannot overflow.
  static func time(_ milliseconds: Int64, _ place: String) throws(Refusal) -> WallTime {
    guard WireBounds.milliseconds.contains(milliseconds) else {
      throw Refusal(.malformedFrame, at: place)
    }
    return WallTime(milliseconds: milliseconds)
  }

  /// A count or running number: below `Int64.max`, so that the next one always exists.
  static func number(_ value: UInt64, _ place: String) throws(Refusal) -> UInt64 {
    guard value < UInt64(Int64.max) else { throw Refusal(.malformedFrame, at: place) }
    return value
  }

  static func sequence(
    _ sequence: Accord_V1_Sequence, _ place: String
  ) throws(Refusal) -> SubmitSequence {
    switch sequence {
    case .data: .data
    case .control: .control
    case .UNRECOGNIZED: throw Refusal(.malformedFrame, at: place)
    }
  }

  /// Bytes of the one length given; where they are `optional`, none is as good.
  static func bytes(
    _ data: Data, _ place: String, count: Int, optional: Bool = false
  ) throws(Refusal) -> [UInt8] {
    guard data.count == count || (optional && data.isEmpty) else {
      throw Refusal(.malformedFrame, at: place)
    }
    return data.array
  }

  static func messageID(_ data: Data, _ place: String) throws(Refusal) -> MessageID? {
    guard !data.isEmpty else { return nil }
    guard data.count == 16 else { throw Refusal(.malformedFrame, at: place) }
    return data.withUnsafeBytes { bytes in
      MessageID(
        high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
        low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }
  }

  /// Refuses a list that is longer than it may be.
  static func room(
    _ count: Int, in limit: Int, _ refusal: @autoclosure () -> Refusal
  ) throws(Refusal) {
    guard count <= limit else { throw refusal() }
  }

  static func list<Frame, Value>(
    _ frames: [Frame], _ place: String, limit: Int = WireBounds.listEntries,
    _ read: (Frame) throws(Refusal) -> Value
  ) throws(Refusal) -> [Value] {
    try room(frames.count, in: limit, Refusal(.messageTooLarge, at: place))
    var values: [Value] = []
    values.reserveCapacity(frames.count)
    for frame in frames {
      do throws(Refusal) { values.append(try read(frame)) } catch {
        throw error.within("\(place)[\(values.count)]")
      }
    }
    return values
  }

  static func identifiers<Tag>(
    _ texts: [String], _ place: String, limit: Int = WireBounds.listEntries
  ) throws(Refusal) -> [Identifier<Tag>] {
    try room(texts.count, in: limit, Refusal(.messageTooLarge, at: place))
    var identifiers: [Identifier<Tag>] = []
    identifiers.reserveCapacity(texts.count)
    for text in texts { identifiers.append(try required(text, place)) }
    return identifiers
  }
}

extension CivilDate {
  /// Reads exactly `YYYY-MM-DD` in ASCII digits.
  init?(digits: some Sequence<UInt8>) {
    var numbers = (year: 0, month: 0, day: 0)
    var offset = 0
    for byte in digits {
      switch (offset, byte) {
      case (4, UInt8(ascii: "-")), (7, UInt8(ascii: "-")): break
      case (0...3, UInt8(ascii: "0")...UInt8(ascii: "9")):
        numbers.year = numbers.year * 10 + Int(byte - UInt8(ascii: "0"))
      case (5...6, UInt8(ascii: "0")...UInt8(ascii: "9")):
        numbers.month = numbers.month * 10 + Int(byte - UInt8(ascii: "0"))
      case (8...9, UInt8(ascii: "0")...UInt8(ascii: "9")):
        numbers.day = numbers.day * 10 + Int(byte - UInt8(ascii: "0"))
      default: return nil
      }
      offset += 1
    }
    guard offset == 10 else { return nil }
    self.init(year: numbers.year, month: numbers.month, day: numbers.day)
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

extension MessageID {
  /// 16 bytes, most significant first.
  var data: Data {
    withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { Data($0) }
  }
}

extension WordSet where Word: RawRepresentable, Word.RawValue == String {
  /// The words in one order, so that equal sets give equal bytes.
  var sortedWords: [String] {
    // Closures, because a key path in a generic place is built anew each time.
    let words = map { $0.rawValue }
    return count > 1 ? words.sorted() : words
  }
}
