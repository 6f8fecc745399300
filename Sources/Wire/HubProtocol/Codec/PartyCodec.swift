import HubModel

extension Party {
  init(reading frame: Accord_V1_Party) throws(Refusal) {
    switch frame.party {
    case nil: throw Refusal(.malformedFrame, at: "party")
    case .agency(let agency): self = .agency(try Read.required(agency, "agency"))
    case .role(let role): self = .role(try Read.word(role, "role"))
    case .person(let person):
      self = .person(
        try Read.required(person.agency, "person.agency"),
        reference: try Read.text(person.reference, "person.reference"))
    }
  }
}

extension Accord_V1_Party {
  init(_ party: Party) {
    switch party {
    case .agency(let agency): self.party = .agency(agency.text)
    case .role(let role): self.party = .role(role.rawValue)
    case .person(let agency, let reference):
      person.agency = agency.text
      person.reference = reference
    }
  }
}

extension InformationScope {
  init(reading frame: Accord_V1_InformationScope) throws(Refusal) {
    self.init(
      categories: try Read.words(frame.categories, "categories", else: .wrongCategory),
      labels: try Read.words(frame.labels, "labels"),
      authoredFrom: try Read.date(frame.authoredFrom, "authored_from"),
      authoredThrough: try Read.date(frame.authoredThrough, "authored_through"),
      authors: try Read.identifiers(frame.authors, "authors"))
  }
}

extension Accord_V1_InformationScope {
  init(_ scope: InformationScope) {
    categories = scope.categories.sortedWords
    labels = scope.labels.sortedWords
    if let day = scope.authoredFrom { authoredFrom = day.description }
    if let day = scope.authoredThrough { authoredThrough = day.description }
    authors = scope.authors.map { $0.text }
  }
}
