public import GRDB
public import HubModel
public import HubProtocol

/// The people whom an agency has named to the hub, each by a random alias. Stays in the agency's
/// own store; the hub gets the alias and keyed tokens.
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

    var key: String {
      "\(lastName.lowercased())|\(firstName.lowercased())|\(birthDate?.description ?? "")"
    }
  }

  /// The alias of a person known by state id, or by name and birth date; a new one otherwise.
  public func alias(of person: Person, in database: Database) throws -> ParticipantAlias {
    let known = try Row.fetchOne(
      database,
      sql: """
        SELECT alias FROM person
        WHERE (state_id IS NOT NULL AND state_id = ?) OR (name_key = ? AND ? <> '')
        ORDER BY state_id IS NULL LIMIT 1
        """,
      arguments: [person.stateID, person.key, person.birthDate?.description ?? ""])
    if let text = known.map({ $0["alias"] as String }), let alias = ParticipantAlias(text) {
      return alias
    }
    var generator = SystemRandomNumberGenerator()
    let random = MessageID(high: generator.next(), low: generator.next())
    guard let alias = ParticipantAlias("p-\(random)") else {
      throw IntakeError("no alias could be made", remedy: "Report this.")
    }
    try remember(alias, person, in: database)
    return alias
  }

  /// Joins an alias that the hub uses to the person as the agency knows them.
  public func remember(
    _ alias: ParticipantAlias, _ person: Person, in database: Database
  ) throws {
    try database.execute(
      sql: "INSERT OR REPLACE INTO person (alias, state_id, name_key) VALUES (?, ?, ?)",
      arguments: [alias.text, person.stateID, person.key])
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
