import FoundationEssentials
import HubModel

/// Which of a segment's fields are written: at rest its metadata and its content lie apart.
enum SegmentFacet {
  case whole, metadata, content
}

/// What a segment says, without what is said of it.
struct SegmentContent {
  var fields: [Field]
  var attachment: [UInt8]
  var salt: [UInt8]

  init(reading frame: Accord_V1_Segment) throws(Refusal) {
    fields = try Read.list(
      frame.fields, "fields", limit: Limits.fieldsPerSegment, Field.init(reading:))
    attachment = frame.attachment.array
    salt = try Read.bytes(frame.salt, "salt", count: WireBounds.saltBytes, optional: true)
  }
}

extension Segment {
  init(reading frame: Accord_V1_Segment) throws(Refusal) {
    let category: InformationCategory = try Read.word(
      frame.category, "category", else: .wrongCategory)
    let content = try SegmentContent(reading: frame)
    self.init(
      category, labels: try Read.words(frame.labels, "labels"),
      authored: try Read.date(frame.authored, "authored"), fields: content.fields,
      attachment: content.attachment,
      mediaType: try Read.ascii(frame.mediaType, "media_type", limit: WireBounds.mediaType),
      salt: content.salt)
  }
}

extension Segment {
  func written(_ facet: SegmentFacet) -> Data {
    var frame = Accord_V1_WrittenSegment()
    if facet != .content {
      frame.category = category.rawValue
      frame.labels = labels.sortedWords
      if let authored { frame.authored = authored.description }
      frame.mediaType = mediaType
    }
    if facet != .metadata {
      frame.fields = fields.map { Accord_V1_Field($0).written(as: Data.self) }
      frame.attachment = Data(attachment)
      frame.salt = Data(salt)
    }
    return frame.written(as: Data.self)
  }
}

extension Field {
  init(reading frame: Accord_V1_Field) throws(Refusal) {
    let name = try Read.text(frame.name, "name", limit: WireBounds.fieldName)
    guard FieldValue.isCode(name) else { throw Refusal(.malformedFrame, at: "name") }
    guard let value = frame.value else { throw Refusal(.malformedFrame, at: "value") }
    self.init(name, try FieldValue(reading: value))
  }
}

extension FieldValue {
  init(reading frame: Accord_V1_Field.OneOf_Value) throws(Refusal) {
    switch frame {
    case .code(let code):
      guard FieldValue.isCode(code) else { throw Refusal(.wrongFieldType, at: "code") }
      self = .code(code)
    case .text(let text): self = .text(try Read.text(text, "text"))
    case .integer(let integer): self = .integer(integer)
    case .date(let text):
      guard let date = try Read.date(text, "date") else {
        throw Refusal(.malformedFrame, at: "date")
      }
      self = .date(date)
    case .time(let milliseconds): self = .time(try Read.time(milliseconds, "time"))
    case .flag(let flag): self = .flag(flag)
    }
  }
}

extension Accord_V1_Field {
  init(_ field: Field) {
    name = field.name
    switch field.value {
    case .code(let code): value = .code(code)
    case .text(let text): value = .text(text)
    case .integer(let integer): value = .integer(integer)
    case .date(let date): value = .date(date.description)
    case .time(let time): value = .time(time.milliseconds)
    case .flag(let flag): value = .flag(flag)
    }
  }
}
