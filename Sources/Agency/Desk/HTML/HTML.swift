/// A piece of a page, escaped by construction: what a literal says is markup, and whatever is put
/// into it is text, unless it is ``HTML`` itself.
///
///     let row: HTML = "<td title='\(name)'>\(name)</td>"     // a name cannot become markup
///
/// There is no way from a `String` to markup but a literal in the program's own text. Attribute
/// values stand in quotes, always; values never stand in a tag's or attribute's name, in a script
/// or in a style, of which a page has none of its own.
public struct HTML: Sendable, Hashable, ExpressibleByStringInterpolation {
  public let text: String

  public init(stringLiteral value: StaticString) { text = "\(value)" }
  public init(stringInterpolation: Interpolation) { text = stringInterpolation.text }
  private init(markup: String) { text = markup }

  public static let nothing: HTML = ""

  /// Plain text, escaped.
  public init(_ text: String) { self.init(markup: Self.escaped(text)) }

  public static func + (left: HTML, right: HTML) -> HTML { HTML(markup: left.text + right.text) }
  public static func += (left: inout HTML, right: HTML) { left = left + right }

  static func escaped(_ text: String) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count + 16)
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "&"): bytes += Array("&amp;".utf8)
      case UInt8(ascii: "<"): bytes += Array("&lt;".utf8)
      case UInt8(ascii: ">"): bytes += Array("&gt;".utf8)
      case UInt8(ascii: "\""): bytes += Array("&quot;".utf8)
      case UInt8(ascii: "'"): bytes += Array("&#39;".utf8)
      case 0..<9, 11, 12, 14..<32, 127: bytes += Array("\u{FFFD}".utf8)
      default: bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  public struct Interpolation: StringInterpolationProtocol {
    var text = ""

    public init(literalCapacity: Int, interpolationCount: Int) {
      text.reserveCapacity(literalCapacity + interpolationCount * 16)
    }
    public mutating func appendLiteral(_ literal: StaticString) { text += "\(literal)" }
    public mutating func appendInterpolation(_ value: String) { text += HTML.escaped(value) }
    public mutating func appendInterpolation(_ value: Substring) {
      text += HTML.escaped(String(value))
    }
    public mutating func appendInterpolation(_ value: Int) { text += "\(value)" }
    public mutating func appendInterpolation(_ value: HTML) { text += value.text }
    public mutating func appendInterpolation(_ values: [HTML]) {
      for value in values { text += value.text }
    }
    /// Nothing where there is nothing.
    public mutating func appendInterpolation(_ value: HTML?) { text += value?.text ?? "" }
    /// An attribute without a value, as `required`: there or not.
    public mutating func appendInterpolation(_ attribute: StaticString, if isSet: Bool) {
      if isSet { text += "\(attribute)" }
    }
  }
}

extension Sequence where Element == HTML {
  public func joined(_ separator: HTML = "") -> HTML {
    var result = HTML.nothing
    for (index, piece) in enumerated() { result += index == 0 ? piece : separator + piece }
    return result
  }
}
