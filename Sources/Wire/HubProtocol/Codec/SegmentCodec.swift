import HubModel

/// Which of a segment's fields are written: at rest its metadata and its content lie apart.
enum SegmentFacet {
  case whole, metadata, content
}

/// A segment as it is read: whole, or one of its two facets.
struct SegmentParts {
  var category: InformationCategory?
  var labels: Set<SensitivityLabel> = []
  var authored: CivilDate?
  var fields: [Field] = []
  var attachment: [UInt8] = []
  var mediaType = ""
  var salt: [UInt8] = []

  init(reading reader: consuming WireReader) throws(Refusal) {
    while let tag = try reader.tag() {
      switch tag.field {
      case 1: category = try reader.word(tag, "category", else: .wrongCategory)
      case 2: labels.insert(try reader.word(tag, "labels"))
      case 3: authored = try reader.date(tag, "authored")
      case 4:
        guard fields.count < Limits.fieldsPerSegment else {
          throw Refusal(.messageTooLarge, at: "fields")
        }
        let nested = try reader.nested(tag, "fields")
        let index = fields.count
        fields.append(
          try within("fields[\(index)]") { () throws(Refusal) in try Field(reading: nested) })
      case 5: attachment = try reader.blob(tag, "attachment")
      case 6: mediaType = try reader.ascii(tag, "media_type", limit: WireBounds.mediaType)
      case 7: salt = try reader.blob(tag, "salt", lengths: [0, WireBounds.saltBytes])
      default: try reader.skip(tag)
      }
    }
  }
}

extension Segment {
  init(reading reader: WireReader) throws(Refusal) {
    let parts = try SegmentParts(reading: reader)
    guard let category = parts.category else { throw Refusal(.wrongCategory, at: "category") }
    self.init(
      category, labels: parts.labels, authored: parts.authored, fields: parts.fields,
      attachment: parts.attachment, mediaType: parts.mediaType, salt: parts.salt)
  }

  func write(_ facet: SegmentFacet, into writer: inout WireWriter) {
    if facet != .content {
      writer.text(1, category.rawValue)
      writer.words(2, labels)
      writer.date(3, authored)
    }
    if facet != .metadata {
      for field in fields { writer.nested(4) { field.write(into: &$0) } }
      writer.blob(5, attachment)
    }
    if facet != .content { writer.text(6, mediaType) }
    if facet != .metadata { writer.blob(7, salt) }
  }
}

extension Field {
  init(reading reader: consuming WireReader) throws(Refusal) {
    var name = ""
    var value: FieldValue?
    while let tag = try reader.tag() {
      switch tag.field {
      case 1: name = try reader.text(tag, "name", limit: 64)
      case 2:
        let code = try reader.text(tag, "code")
        guard FieldValue.isCode(code) else { throw Refusal(.wrongFieldType, at: "code") }
        value = .code(code)
      case 3: value = .text(try reader.text(tag, "text"))
      case 4: value = .integer(try reader.zigzag(tag, "integer"))
      case 5:
        guard let date = try reader.date(tag, "date") else {
          throw Refusal(.malformedFrame, at: "date")
        }
        value = .date(date)
      case 6: value = .time(try reader.time(tag, "time"))
      case 7: value = .flag(try reader.flag(tag, "flag"))
      default: try reader.skip(tag)
      }
    }
    guard FieldValue.isCode(name) else { throw Refusal(.malformedFrame, at: "name") }
    guard let value else { throw Refusal(.malformedFrame, at: "value") }
    self.init(name, value)
  }

  func write(into writer: inout WireWriter) {
    writer.text(1, name)
    switch value {
    case .code(let code): writer.text(2, code, present: true)
    case .text(let text): writer.text(3, text, present: true)
    case .integer(let integer): writer.zigzag(4, integer)
    case .date(let date): writer.date(5, date, present: true)
    case .time(let time): writer.signed(6, time.milliseconds, present: true)
    case .flag(let flag): writer.flag(7, flag, present: true)
    }
  }
}
