import FoundationEssentials
import HubModel
import SwiftProtobuf

extension SwiftProtobuf.Message {
  /// Reads the wire format. What the library cannot read is a malformed frame, with no place.
  init(reading bytes: some SwiftProtobufContiguousBytes) throws(Refusal) {
    do {
      try self.init(serializedBytes: bytes, options: WireBounds.decoding)
    } catch {
      throw Refusal(.malformedFrame)
    }
  }

  /// The wire format: fields in the order of their numbers, so equal frames give equal bytes.
  func written<Bytes: SwiftProtobufContiguousBytes>(as type: Bytes.Type = [UInt8].self) -> Bytes {
    do {
      return try serializedBytes()
    } catch {
      // proto3 without `Any` leaves the library this one reason.
      preconditionFailure("a frame of 2 GiB cannot be written")
    }
  }
}

extension Data {
  /// Copied in one piece; an array made of the sequence is copied 32 bytes at a time.
  var array: [UInt8] { withUnsafeBytes { [UInt8]($0) } }
}

/// Bounds that only the codec has.
enum WireBounds {
  /// A party's person in a refusal, in a release, in an envelope, in a delivery: nothing lies
  /// deeper than 5, and what nests deeper is no frame of this contract.
  static let depth = 8
  /// 0001-01-01 to 9999-12-31, in Unix milliseconds.
  static let milliseconds: ClosedRange<Int64> = -62_135_596_800_000...253_402_300_799_999
  static let fieldName = 64
  static let mediaType = 127
  /// Entries of any list within a release.
  static let listEntries = 64
  /// Siblings on a signature path; a tree of that depth holds more than any batch.
  static let pathDepth = 32
  /// Bytes that a path may have.
  static let pathLengths = (0...pathDepth).map { $0 * hashBytes }
  static let saltBytes = 16
  static let hashBytes = 32
  static let signatureBytes = 64

  static let decoding: BinaryDecodingOptions = {
    var options = BinaryDecodingOptions()
    options.messageDepthLimit = depth
    // Nothing is passed on as it came: every frame is written from the model.
    options.discardUnknownFields = true
    return options
  }()
}
