import FoundationEssentials
public import HubModel

extension Seal {
  /// The seal as a field of an `Envelope`: put behind an encoded envelope without one, it makes
  /// the envelope sealed, since Protocol Buffers' fields may come in any order.
  public func encodedField() -> [UInt8] {
    var envelope = Accord_V1_WrittenEnvelope()
    envelope.seal = written()
    return envelope.written()
  }
}
