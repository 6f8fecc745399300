import AdapterKit
import GRDB
import HubModel
import Testing

@testable import accord_public_defender

/// The public defender's list of clients, on a store of its own.
@Suite struct ClientListTests {
  private func site() throws -> AgencySite<DefenderAdapter> {
    try AgencySite(DefenderAdapter.self, agency: "lakewood-defender", role: .publicDefender)
  }

  private func add(
    _ number: Int, _ site: AgencySite<DefenderAdapter>, _ change: (inout Client) -> Void = { _ in }
  ) throws {
    try site.setting.store.write { database in
      var client = try Client.of(try #require(ParticipantAlias("p-\(number)")), in: database)
      client.lastEventAt = Int64(1_000 + number / 4)
      change(&client)
      try client.save(database)
    }
  }

  @Test("Pages follow by the latest news without gap or repeat; those without counsel alone")
  func pages() throws {
    let site = try site()
    for number in 0..<170 {
      try add(number, site) { $0.attorney = number % 3 == 0 ? "A. Reyes" : nil }
    }
    for (unassigned, count) in [(false, 170), (true, 113)] {
      let seen = try site.setting.store.read { database in
        var seen: [Client] = []
        while true {
          let place = seen.last.flatMap { ClientList.Place(ClientList.Place($0).text) }
          let page = try ClientList.page(unassigned: unassigned, after: place, in: database)
          #expect(page.clients.count <= ClientList.pageSize)
          seen += page.clients
          if !page.hasMore { return seen }
        }
      }
      #expect(seen.count == count)
      #expect(Set(seen.map(\.alias)).count == count)
      #expect(zip(seen, seen.dropFirst()).allSatisfy { $0.lastEventAt >= $1.lastEventAt })
      #expect(!unassigned || seen.allSatisfy { $0.attorney == nil })
    }
    let counts = try site.setting.store.read { try ClientList.counts(in: $0) }
    #expect(counts.all == 170 && counts.unassigned == 113)
  }

  @Test("Clients of one incident or court case with one attorney are a conflict, and no others")
  func conflicts() throws {
    let site = try site()
    try add(1, site) { ($0.incident, $0.attorney) = ("26-1A", "A. Reyes") }
    try add(2, site) { ($0.incident, $0.attorney) = ("26-1a", "a. reyes") }
    try add(3, site) { ($0.incident, $0.attorney) = ("26-1A", "B. Stone") }
    try add(4, site) { ($0.incident, $0.attorney) = ("26-1A", nil) }
    try add(5, site) { ($0.courtCase, $0.attorney) = ("C-9", "B. Stone") }
    try add(6, site) { ($0.courtCase, $0.attorney) = ("C-9", "B. Stone") }
    try add(7, site) { ($0.incident, $0.attorney) = ("", "A. Reyes") }
    try add(8, site) { ($0.incident, $0.attorney) = ("", "A. Reyes") }
    try site.setting.store.read { database in
      let all = try ClientList.conflicts(in: database)
      #expect(all.map { Set($0.clients.map(\.alias)) } == [["p-5", "p-6"], ["p-1", "p-2"]])
      #expect(all.map { $0.number.lowercased() } == ["court case c-9", "incident 26-1a"])
      for (alias, count) in [("p-1", 1), ("p-2", 1), ("p-3", 0), ("p-4", 0), ("p-5", 1), ("p-7", 0)]
      {
        let client = try #require(try Client.fetchOne(database, key: alias))
        #expect(try ClientList.conflicts(of: client, in: database).count == count, "\(alias)")
      }
    }
  }

  @Test("A client is found by number, or by how the last name begins")
  func search() throws {
    let site = try site()
    try add(1, site) { ($0.incident, $0.lastName) = ("26-0001", "Hale") }
    try add(2, site) { $0.lastName = "HALEY" }
    try site.setting.store.write { database in
      try ClientKey.booking.remember(
        "B-77", try #require(ParticipantAlias("p-2")), in: database)
    }
    func found(_ words: String) throws -> Set<String> {
      try site.setting.store.read { Set(try ClientList.found(words, in: $0).clients.map(\.alias)) }
    }
    #expect(try found("26-0001") == ["p-1"])
    #expect(try found("b-77") == ["p-2"])
    #expect(try found("hal") == ["p-1", "p-2"])
    #expect(try found("Haley") == ["p-2"])
    for nobody in ["26-000", "%", "'"] { #expect(try found(nobody) == []) }
  }

  @Test("A search that finds more than a page says so, by name and by number")
  func manyFound() throws {
    let site = try site()
    for number in 0...ClientList.pageSize {
      try add(number, site) { ($0.incident, $0.lastName) = ("26-1", "Hale") }
    }
    for words in ["hal", "26-1"] {
      let found = try site.setting.store.read { try ClientList.found(words, in: $0) }
      #expect(found.clients.count == ClientList.pageSize && found.hasMore)
    }
  }
}
