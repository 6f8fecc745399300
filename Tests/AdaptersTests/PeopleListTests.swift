import AdapterKit
import GRDB
import HubModel
import Testing

@testable import accord_behavioral_health

/// The provider's list of participants, on a store of its own.
@Suite struct PeopleListTests {
  private func site(people count: Int) throws -> AgencySite<ProviderAdapter> {
    let site = try AgencySite(
      ProviderAdapter.self, agency: "harbor-behavioral", role: .behavioralHealth)
    try site.setting.store.write { database in
      for number in 0..<count {
        let alias = try #require(ParticipantAlias("p-\(number)"))
        // Many of one name, in capitals or not, as records systems write them.
        let last = number % 3 == 0 ? "HALE" : number % 3 == 1 ? "Hale" : "Odom \(number % 7)"
        try Client(
          alias,
          PeopleBook.Person(
            lastName: last, firstName: "First \(number % 11)", birthDate: nil, stateID: nil)
        ).insert(database)
        var file = CareCase(try #require(CaseID("lr-\(number)")))
        file.alias = alias.text
        try file.insert(database)
      }
    }
    return site
  }

  @Test("Pages follow by name without gap or repeat, whatever the case of letters")
  func pages() throws {
    let site = try site(people: 230)
    let seen = try site.setting.store.read { database in
      var seen: [Client] = []
      while true {
        let page = try PeopleList.page(after: seen.last, in: database)
        #expect(page.people.count <= PeopleList.pageSize)
        seen += page.people
        if !page.hasMore { return seen }
      }
    }
    #expect(seen.count == 230)
    #expect(Set(seen.map(\.alias)).count == 230)
    let keys = seen.map { ($0.lastName.lowercased(), $0.firstName.lowercased(), $0.alias) }
    #expect(zip(keys, keys.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test("Somebody is found by how the last name begins, or by a referral's number")
  func search() throws {
    let site = try site(people: 60)
    func found(_ words: String) throws -> (count: Int, hasMore: Bool, names: Set<String>) {
      try site.setting.store.read { database in
        let found = try PeopleList.found(words, in: database)
        return (found.people.count, found.hasMore, Set(found.people.map(\.lastName)))
      }
    }
    #expect(try found("hal").count == 40)
    #expect(try found("hal").names == ["HALE", "Hale"])
    #expect(try found("Odom 2").names == ["Odom 2"])
    #expect(try found("LR-7").count == 1)
    for nobody in ["Z", "lr-70", "%", "_", "'"] { #expect(try found(nobody).count == 0) }
  }

  @Test("A page reads its own people alone, by an index")
  func plan() throws {
    let site = try site(people: 1)
    try site.setting.store.read { database in
      var plans: [String] = []
      database.trace { event in plans.append(event.expandedDescription) }
      let first = try PeopleList.page(after: nil, in: database)
      _ = try PeopleList.page(after: first.people.first, in: database)
      _ = try PeopleList.found("x", in: database)
      database.trace(nil)
      #expect(plans.count >= 3)
      for sql in plans where sql.contains("FROM client") {
        let plan = try Row.fetchAll(database, sql: "EXPLAIN QUERY PLAN " + sql)
          .map { $0["detail"] as String }.joined(separator: "; ")
        #expect(plan.contains("client_name") && !plan.contains("TEMP B-TREE"), "\(plan)")
      }
    }
  }
}
