import HubClient
import HubModel
import HubProtocol

extension FuzzTarget {
  private static let source = AgencyID("fuzz")!

  func runWire(_ bytes: [UInt8]) throws(FuzzFinding) -> Bool {
    switch self {
    case .submission:
      guard let value = try? Submission(decoding: bytes) else { return false }
      try same(value.comparable, (try? Submission(decoding: value.encoded()))?.comparable)
    case .reply:
      guard let value = try? Reply(decoding: bytes) else { return false }
      try same(value, try? Reply(decoding: value.encoded()))
    case .delivery:
      guard let value = try? Delivery(decoding: bytes) else { return false }
      try same(value, try? Delivery(decoding: value.encoded()))
      try same(
        DeliveryHeader(value.encoded()),
        DeliveryHeader(incarnation: value.incarnation, number: value.number),
        "has another header than its own")
    case .message:
      guard let value = try? Message(decoding: bytes, source: Self.source) else { return false }
      try same(value, try? Message(decoding: value.encoded(), source: Self.source))
      // Whatever it is, checking it against the catalogue ends.
      for role in Role.allCases { try? value.validate(publisher: role) }
    case .release:
      guard let value = try? ReleaseOfInformation(decoding: bytes) else { return false }
      try same(value, try? ReleaseOfInformation(decoding: value.encoded()))
    case .outline: try compareOutline(bytes)
    default:
      guard DeliveryHeader(bytes) != nil else { return false }
    }
    return true
  }

  /// The outline may say less than the decoder, and nothing else.
  private func compareOutline(_ bytes: [UInt8]) throws(FuzzFinding) {
    let outline = SubmissionOutline(of: bytes)
    guard outline.kind != .unclear, let value = try? Submission(decoding: bytes) else { return }
    let (kind, messages): (SubmissionOutline.Kind, Int) =
      switch value {
      case .hello: (.hello, 0)
      case .publish(let publish):
        (publish.sequence == .control ? .control : .data, publish.items.count)
      case .acknowledge: (.acknowledge, 0)
      case .resume: (.resume, 0)
      case .ping: (.ping, 0)
      }
    try same(outline.kind, kind, "its outline tells another kind than the decoder")
    try same(outline.messages, messages, "its outline counts other messages than the decoder")
  }

  func runStored(_ bytes: [UInt8]) throws(FuzzFinding) -> Bool {
    switch self {
    case .storedEnvelope:
      // The first byte says how long the header is, in sixteenths of the rest.
      guard let first = bytes.first else { return false }
      let rest = Array(bytes.dropFirst())
      let length = rest.count * Int(first & 15) / 15
      let (header, content) = (Array(rest.prefix(length)), Array(rest.dropFirst(length)))
      guard
        let value = try? StoredEnvelope.message(
          header: header, content: first & 128 == 0 ? content : nil)
      else { return false }
      let again = try? StoredEnvelope.message(
        header: StoredEnvelope.header(of: value), content: StoredEnvelope.content(of: value))
      try same(value, again)
    case .sealedPayload:
      guard let value = SealedContent(decoding: bytes) else { return false }
      let again = SealedContent(decoding: value.encoded())
      try same(value.encoded(), again?.encoded())
    case .auditLeaf:
      guard let value = try? AuditLeaf(decoding: bytes) else { return false }
      // One value has one form: otherwise two leaves could mean the same entry.
      try same(value.bytes, bytes, "has a second form")
    default:
      guard let value = try? Message(decoding: bytes, source: Self.source) else { return false }
      _ = SignatureLeaf.header(of: value, salt: [UInt8](repeating: 7, count: 16))
      for segment in value.segments { _ = SignatureLeaf.segment(segment, of: value.id) }
      if let seal = value.seal {
        _ = seal.fits(value)
        _ = seal.covers(value)
      }
    }
    return true
  }
}

extension Submission {
  /// An item that cannot be read is written as an empty one, so why it cannot be read is not kept.
  fileprivate var comparable: Submission {
    guard case .publish(var publish) = self else { return self }
    publish.items = publish.items.map { item in
      if case .undecodable = item { .undecodable(Refusal(.malformedFrame)) } else { item }
    }
    return .publish(publish)
  }
}
