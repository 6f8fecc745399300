public import GRDB
public import HubModel
public import HubProtocol

/// The people whom an agency has named to the hub, each by a random alias. Stays in the agency's
/// own store, as keyed tokens; the hub gets the alias and the tokens.
public struct PeopleBook: Sendable {
  let tokens: IdentityTokens

  public init(tokens: IdentityTokens) { self.tokens = tokens }

  public struct Person: Sendable {
    public var lastName: String
    public var firstName: String
    public var birthDate: CivilDate?
    public var stateID: String?
    public init(lastName: String, firstName: String, birthDate: CivilDate?, stateID: String?) {
      self.lastName = lastName
      self.firstName = firstName
      self.birthDate = birthDate
      self.stateID = stateID
    }
  }

  /// The alias of a person known by state id, or by name and birth date; a new one otherwise.
  ///
  /// A state id tells people apart: whoever has another one is another human being, whatever the
  /// name. Where a name and birth date could mean several people, nobody is taken for any of them.
  public func alias(of person: Person, in database: Database) throws -> ParticipantAlias {
    if let known = try self.known(person, in: database) {
      try remember(known, person, in: database)
      return known
    }
    var generator = SystemRandomNumberGenerator()
    let random = MessageID(high: generator.next(), low: generator.next())
    guard let alias = ParticipantAlias("p-\(random)") else {
      throw IntakeError("no alias could be made", remedy: "Report this.")
    }
    try remember(alias, person, in: database)
    return alias
  }

  private func known(_ person: Person, in database: Database) throws -> ParticipantAlias? {
    let keys = keys(of: person)
    if let stateID = keys.stateID {
      let alias = try String.fetchOne(
        database,
        sql: "SELECT alias FROM person WHERE kind = 'state-id' AND value = ? ORDER BY alias",
        arguments: [stateID])
      if let alias { return ParticipantAlias(alias) }
    }
    guard let name = keys.name else { return nil }
    var sql = "SELECT alias FROM person p WHERE kind = 'name' AND value = ?"
    if keys.stateID != nil {
      sql += """
         AND NOT EXISTS (
          SELECT 1 FROM person s WHERE s.alias = p.alias AND s.kind = 'state-id')
        """
    }
    let aliases = try String.fetchAll(database, sql: sql, arguments: [name])
    return aliases.count == 1 ? ParticipantAlias(aliases[0]) : nil
  }

  /// Joins an alias that the hub uses to the person as the agency knows them, besides what it was
  /// joined to before.
  public func remember(
    _ alias: ParticipantAlias, _ person: Person, in database: Database
  ) throws {
    let keys = keys(of: person)
    for (kind, value) in [("state-id", keys.stateID), ("name", keys.name)] {
      guard let value else { continue }
      try database.execute(
        sql: "INSERT OR IGNORE INTO person (kind, value, alias) VALUES (?, ?, ?)",
        arguments: [kind, value, alias.text])
    }
  }

  /// By what a person is found again. A name without a birth date identifies nobody.
  private func keys(of person: Person) -> (stateID: String?, name: String?) {
    let found = tokens(of: person)
    func key(_ kind: IdentityToken.Kind) -> String? {
      found.first { $0.kind == kind }.map { Hex.encode($0.value) }
    }
    return (key(.stateID), key(.nameAndBirthDate))
  }

  public func tokens(of person: Person) -> [IdentityToken] {
    var found: [IdentityToken] = []
    if let text = person.stateID, let token = tokens.stateID(text) { found.append(token) }
    if let date = person.birthDate,
      let token = tokens.nameAndBirthDate(
        lastName: person.lastName, firstName: person.firstName, birthDate: date)
    {
      found.append(token)
    }
    return found
  }

  public func inmateToken(_ number: String, facility: AgencyID) -> IdentityToken? {
    tokens.inmateNumber(number, facility: facility)
  }
}
