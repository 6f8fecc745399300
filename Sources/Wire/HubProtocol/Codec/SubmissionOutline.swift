import HubModel

/// What can be told of a submit frame before it is decoded, at the price of a walk over its
/// outermost fields: enough to say what it costs and whether it may overtake.
public struct SubmissionOutline: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable {
    case hello, data, control, acknowledge, resume, ping
    /// Not one frame of the contract, or not at first sight.
    case unclear
  }

  public let kind: Kind
  /// Of a publish; 0 of everything else.
  public let messages: Int

  /// A frame that only looks like control gets no advantage from it: whatever is not plainly one
  /// field of one kind is ``Kind/unclear``.
  public init(of frame: [UInt8]) {
    self = Self.read(frame[...]) ?? SubmissionOutline(kind: .unclear, messages: 0)
  }

  private init(kind: Kind, messages: Int) {
    self.kind = kind
    self.messages = messages
  }

  private static func read(_ frame: ArraySlice<UInt8>) -> SubmissionOutline? {
    var rest = frame
    guard let field = OutlineField(&rest), rest.isEmpty, let content = field.content else {
      return nil
    }
    switch field.number {
    case 1: return SubmissionOutline(kind: .hello, messages: 0)
    case 2: return publish(content)
    case 3: return SubmissionOutline(kind: .acknowledge, messages: 0)
    case 4: return SubmissionOutline(kind: .resume, messages: 0)
    case 5: return SubmissionOutline(kind: .ping, messages: 0)
    default: return nil
    }
  }

  private static func publish(_ content: ArraySlice<UInt8>) -> SubmissionOutline? {
    var rest = content
    var sequence: UInt64 = 0
    var messages = 0
    while !rest.isEmpty {
      guard let field = OutlineField(&rest) else { return nil }
      // A field of the contract in a form that is not the contract's: decoders pass over it.
      switch field.number {
      case 1:
        // Of a number that is too long decoders read the lower half.
        guard let value = field.value, value <= UInt64(UInt32.max) else { return nil }
        sequence = value
      case 3:
        guard field.content != nil else { return nil }
        messages += 1
      default: break
      }
    }
    return SubmissionOutline(
      kind: sequence == UInt64(SubmitSequence.control.rawValue) ? .control : .data,
      messages: messages)
  }
}

/// One field of the wire format: its number, and its value or content.
struct OutlineField {
  let number: UInt64
  /// Of a varint; nothing otherwise.
  let value: UInt64?
  /// Of a field with a length; nothing otherwise.
  let content: ArraySlice<UInt8>?

  /// Takes one field off the front; nothing where there is none that can be read.
  init?(_ rest: inout ArraySlice<UInt8>) {
    guard let tag = Self.varint(&rest) else { return nil }
    number = tag >> 3
    switch tag & 7 {
    case 0:
      guard let value = Self.varint(&rest) else { return nil }
      (self.value, content) = (value, nil)
    case 1, 5:
      let width = tag & 7 == 1 ? 8 : 4
      guard rest.count >= width else { return nil }
      rest = rest.dropFirst(width)
      (value, content) = (nil, nil)
    case 2:
      guard let length = Self.varint(&rest), length <= UInt64(rest.count) else { return nil }
      (value, content) = (nil, rest.prefix(Int(length)))
      rest = rest.dropFirst(Int(length))
    default: return nil
    }
  }

  private static func varint(_ rest: inout ArraySlice<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), through: 63, by: 7) {
      guard let byte = rest.popFirst() else { return nil }
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
    }
    return nil
  }
}
