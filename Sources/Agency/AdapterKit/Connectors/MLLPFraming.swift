import NIOCore

/// Why a connection was given up.
enum MLLPFault: Error, Hashable, Sendable, CustomStringConvertible {
  case tooLong
  case noise

  var description: String {
    switch self {
    case .tooLong: "a message is longer than \(MLLPDecoder.longest >> 20) MiB"
    case .noise: "bytes came outside any message"
    }
  }
}

/// The minimal lower layer protocol of HL7: each message stands between VT (0x0B) and FS CR (0x1C
/// 0x0D). Line ends between messages are let pass; anything else there ends the connection, since
/// whoever sends it does not speak this protocol. A missing CR is forgiven.
struct MLLPDecoder: ByteToMessageDecoder {
  typealias InboundOut = ByteBuffer

  /// Of one message, in bytes.
  static let longest = 8 << 20
  private static let start: UInt8 = 0x0b
  private static let end: UInt8 = 0x1c

  /// Bytes of the present message that were looked through already.
  private var seen = 0

  mutating func decode(
    context: ChannelHandlerContext, buffer: inout ByteBuffer
  ) throws -> DecodingState {
    guard let message = try next(&buffer) else { return .needMoreData }
    context.fireChannelRead(Self.wrapInboundOut(message))
    return .continue
  }

  mutating func decodeLast(
    context: ChannelHandlerContext, buffer: inout ByteBuffer, seenEOF: Bool
  ) throws -> DecodingState {
    // Half a message is none: it was never acknowledged, so its sender keeps it.
    try decode(context: context, buffer: &buffer)
  }

  /// The next whole message; `nil` where more bytes are needed.
  mutating func next(_ buffer: inout ByteBuffer) throws(MLLPFault) -> ByteBuffer? {
    while let byte = buffer.getInteger(at: buffer.readerIndex, as: UInt8.self), byte != Self.start {
      guard byte == 0x0d || byte == 0x0a else { throw .noise }
      buffer.moveReaderIndex(forwardBy: 1)
    }
    guard buffer.readableBytes > 0 else { return nil }
    let view = buffer.readableBytesView
    let from = view.index(view.startIndex, offsetBy: max(1, seen))
    guard let end = view[from...].firstIndex(of: Self.end) else {
      seen = view.count
      guard seen <= Self.longest else { throw .tooLong }
      return nil
    }
    seen = 0
    let length = view.distance(from: view.startIndex, to: end)
    guard length <= Self.longest else { throw .tooLong }
    buffer.moveReaderIndex(forwardBy: 1)
    let message = buffer.readSlice(length: length - 1)
    buffer.moveReaderIndex(forwardBy: 1)
    return message
  }
}

struct MLLPEncoder: MessageToByteEncoder {
  typealias OutboundIn = ByteBuffer

  func encode(data: ByteBuffer, out: inout ByteBuffer) {
    var data = data
    out.writeInteger(UInt8(0x0b))
    out.writeBuffer(&data)
    out.writeBytes([0x1c, 0x0d])
  }
}
