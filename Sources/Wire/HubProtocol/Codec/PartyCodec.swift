import HubModel

extension Party {
  init(reading reader: consuming WireReader) throws(Refusal) {
    var party: Party?
    while let tag = try reader.tag() {
      guard tag.field > 3 || party == nil else { throw Refusal(.malformedFrame, at: "party") }
      switch tag.field {
      case 1: party = .agency(try reader.required(tag, "agency"))
      case 2: party = .role(try reader.word(tag, "role"))
      case 3: party = try Party(readingPerson: try reader.nested(tag, "person"))
      default: try reader.skip(tag)
      }
    }
    guard let party else { throw Refusal(.malformedFrame, at: "party") }
    self = party
  }

  private init(readingPerson reader: consuming WireReader) throws(Refusal) {
    var agency: AgencyID?
    var reference = ""
    while let tag = try reader.tag() {
      switch tag.field {
      case 1: agency = try reader.identifier(tag, "person.agency")
      case 2: reference = try reader.text(tag, "person.reference")
      default: try reader.skip(tag)
      }
    }
    guard let agency else { throw Refusal(.malformedFrame, at: "person.agency") }
    self = .person(agency, reference: reference)
  }

  func write(into writer: inout WireWriter) {
    switch self {
    case .agency(let agency): writer.identifier(1, agency)
    case .role(let role): writer.text(2, role.rawValue)
    case .person(let agency, let reference):
      writer.nested(3) {
        $0.identifier(1, agency)
        $0.text(2, reference)
      }
    }
  }
}

extension InformationScope {
  init(reading reader: consuming WireReader) throws(Refusal) {
    self.init(categories: [])
    while let tag = try reader.tag() {
      switch tag.field {
      case 1: categories.insert(try reader.word(tag, "categories", else: .wrongCategory))
      case 2: labels.insert(try reader.word(tag, "labels"))
      case 3: authoredFrom = try reader.date(tag, "authored_from")
      case 4: authoredThrough = try reader.date(tag, "authored_through")
      case 5:
        guard authors.count < WireBounds.listEntries else {
          throw Refusal(.messageTooLarge, at: "authors")
        }
        authors.append(try reader.required(tag, "authors"))
      default: try reader.skip(tag)
      }
    }
  }

  func write(into writer: inout WireWriter) {
    writer.words(1, categories)
    writer.words(2, labels)
    writer.date(3, authoredFrom)
    writer.date(4, authoredThrough)
    for author in authors { writer.identifier(5, author) }
  }
}

extension WireReader {
  /// One more party of a list that holds `count` already.
  mutating func party(_ tag: Tag, _ place: String, after count: Int) throws(Refusal) -> Party {
    guard count < WireBounds.listEntries else { throw Refusal(.messageTooLarge, at: place) }
    let nested = try nested(tag, place)
    return try within("\(place)[\(count)]") { () throws(Refusal) in try Party(reading: nested) }
  }

  mutating func scope(
    _ tag: Tag, _ place: String, after count: Int
  ) throws(Refusal) -> InformationScope {
    guard count < WireBounds.listEntries else { throw Refusal(.messageTooLarge, at: place) }
    let nested = try nested(tag, place)
    return try within("\(place)[\(count)]") { () throws(Refusal) in
      try InformationScope(reading: nested)
    }
  }
}
