import FoundationEssentials
import HubModel

extension Seal {
  init(reading frame: Accord_V1_Seal) throws(Refusal) {
    guard frame.scheme == 1 else { throw Refusal(.malformedFrame, at: "scheme") }
    guard frame.hasHeader else { throw Refusal(.malformedFrame, at: "header") }
    try Read.room(frame.segments.count, in: Limits.segments, Refusal(.tooManySegments))
    var paths: [Path] = []
    paths.reserveCapacity(frame.segments.count)
    for path in frame.segments { paths.append(try Path(reading: path)) }
    self.init(
      scheme: frame.scheme,
      root: try Read.bytes(frame.root, "root", count: WireBounds.hashBytes),
      signature: try Read.bytes(
        frame.signature, "signature", count: WireBounds.signatureBytes),
      signer: try Read.required(frame.signer, "signer"),
      headerSalt: try Read.bytes(frame.headerSalt, "header_salt", count: WireBounds.saltBytes),
      header: try Path(reading: frame.header), segments: paths)
  }
}

extension Seal {
  func written() -> Data {
    var frame = Accord_V1_WrittenSeal()
    frame.scheme = scheme
    frame.root = Data(root)
    frame.signature = Data(signature)
    frame.signer = signer.text
    frame.headerSalt = Data(headerSalt)
    frame.header = header.written()
    frame.segments = segments.map { $0.written() }
    return frame.written(as: Data.self)
  }
}

extension Seal.Path {
  init(reading frame: Accord_V1_Seal.Path) throws(Refusal) {
    guard frame.siblings.count <= WireBounds.pathDepth * WireBounds.hashBytes,
      frame.siblings.count.isMultiple(of: WireBounds.hashBytes)
    else { throw Refusal(.malformedFrame, at: "siblings") }
    self.init(slot: frame.slot, siblings: frame.siblings.array)
  }
}

extension Seal.Path {
  func written() -> Data {
    var frame = Accord_V1_Seal.Path()
    frame.slot = slot
    frame.siblings = Data(siblings)
    return frame.written(as: Data.self)
  }
}
