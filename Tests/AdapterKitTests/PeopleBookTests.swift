import GRDB
import HubModel
import Testing

@testable import AdapterKit

@Suite("People by alias")
struct PeopleBookTests {
  let place: Workplace
  let setting: AdapterSetting

  init() throws {
    place = try Workplace()
    setting = try place.setting()
  }

  func alias(
    _ last: String, _ first: String, _ birth: String?, sid: String? = nil
  ) throws -> ParticipantAlias {
    try setting.store.write { database in
      try setting.people.alias(
        of: PeopleBook.Person(
          lastName: last, firstName: first, birthDate: birth.flatMap { CivilDate($0) },
          stateID: sid), in: database)
    }
  }

  @Test("A state id finds a person under any name, however it is written")
  func byStateID() throws {
    let first = try alias("Núñez", "José", "1980-02-03", sid: "ZZ100-1")
    #expect(try alias("Nunes", "Joseph", "1980-03-02", sid: "zz1001") == first)
  }

  @Test("A name and birth date find a person, whatever the letters' case and accents")
  func byName() throws {
    let first = try alias("Núñez", "José", "1980-02-03")
    #expect(try alias("NUNEZ", "Jose Luis", "1980-02-03") == first)
    #expect(try alias("NUNEZ", "Jose", "1980-02-04") != first)
  }

  @Test("Another state id is another human being, whatever the name")
  func lookAlike() throws {
    let first = try alias("Clay", "Ann", "1990-01-01", sid: "ZZ1")
    #expect(try alias("Clay", "Ann", "1990-01-01", sid: "ZZ2") != first)
  }

  @Test("A state id learned later belongs to the person it came with")
  func learnsStateID() throws {
    let first = try alias("Clay", "Ann", "1990-01-01")
    #expect(try alias("Clay", "Ann", "1990-01-01", sid: "ZZ1") == first)
    #expect(try alias("Klay", "Anne", "1990-01-01", sid: "ZZ1") == first)
    #expect(try alias("Clay", "Ann", "1990-01-01", sid: "ZZ2") != first)
  }

  @Test("A name that could mean two people means neither")
  func ambiguous() throws {
    let first = try alias("Clay", "Ann", "1990-01-01", sid: "ZZ1")
    let second = try alias("Clay", "Ann", "1990-01-01", sid: "ZZ2")
    let third = try alias("Clay", "Ann", "1990-01-01")
    #expect(Set([first, second, third]).count == 3)
  }

  @Test("A name without a birth date identifies nobody")
  func nameAlone() throws {
    #expect(try alias("Clay", "Ann", nil) != alias("Clay", "Ann", nil))
  }

  @Test("The store keeps no name and no state id")
  func keepsTokens() throws {
    _ = try alias("Clay", "Ann", "1990-01-01", sid: "ZZ1")
    let values = try setting.store.read {
      try String.fetchAll($0, sql: "SELECT value FROM person")
    }
    #expect(values.count == 2)
    #expect(values.allSatisfy { $0.count == 64 && $0.allSatisfy(\.isHexDigit) })
  }
}
