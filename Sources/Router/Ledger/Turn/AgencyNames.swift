import HubModel

/// Agencies by the small numbers that stand for them in the tables; as many as the registry ever
/// named.
struct AgencyNames {
  private var numbers: [AgencyID: Int64] = [:]
  private var names: [Int64: AgencyID] = [:]

  mutating func add(_ agency: AgencyID, as number: Int64) {
    numbers[agency] = number
    names[number] = agency
  }

  mutating func removeAll() {
    numbers = [:]
    names = [:]
  }

  func number(of agency: AgencyID) -> Int64? { numbers[agency] }
  func name(of number: Int64) -> AgencyID? { names[number] }
}

extension Ledger {
  func readNames() throws {
    names.removeAll()
    let read = statements.hub.agencies
    try read.rows { names.add(try read.identifier(at: 1), as: read.int(at: 0)) }
  }

  func name(at column: Int32, of statement: Prepared) throws -> AgencyID {
    guard let name = names.name(of: statement.int(at: column)) else { throw statement.damaged() }
    return name
  }

  /// The agency's number, given to it when it is first written.
  func number(of agency: AgencyID) throws -> Int64 {
    if let number = names.number(of: agency) { return number }
    try statements.hub.addAgency.text(agency.text).run()
    try readNames()
    guard let number = names.number(of: agency) else {
      throw LedgerError(.damaged, "write agency")
    }
    return number
  }
}
