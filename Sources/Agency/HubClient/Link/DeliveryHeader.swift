package import HubModel

/// Incarnation and number of a delivery frame whose content cannot be read, for instance because
/// its topic is newer than this program; enough to set it aside under its number.
package struct DeliveryHeader: Equatable {
  package var incarnation: Incarnation
  package var number: UInt64

  package init(incarnation: Incarnation, number: UInt64) {
    self.incarnation = incarnation
    self.number = number
  }

  /// Nothing where the frame is no Protocol Buffers message with both.
  package init?(_ frame: [UInt8]) {
    var rest = frame[...]
    var incarnation: Incarnation?
    var number: UInt64?
    while !rest.isEmpty {
      guard let tag = Self.varint(&rest) else { return nil }
      switch tag & 7 {
      case 0:
        guard let value = Self.varint(&rest) else { return nil }
        if tag >> 3 == 2 { number = value }
      case 1:
        guard rest.count >= 8 else { return nil }
        rest = rest.dropFirst(8)
      case 2:
        guard let length = Self.varint(&rest), length <= UInt64(rest.count) else { return nil }
        let bytes = rest.prefix(Int(length))
        if tag >> 3 == 1 { incarnation = Incarnation(String(decoding: bytes, as: UTF8.self)) }
        rest = rest.dropFirst(Int(length))
      case 5:
        guard rest.count >= 4 else { return nil }
        rest = rest.dropFirst(4)
      default: return nil
      }
      if let incarnation, let number, number > 0 {
        self.incarnation = incarnation
        self.number = number
        return
      }
    }
    return nil
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
