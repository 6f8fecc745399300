import HubModel
import Testing

@testable import HubProtocol

@Suite("Every adapter makes the same name and token of the same thing")
struct IdentityTests {
  static let tokens = IdentityTokens(matchingKey: [UInt8](repeating: 7, count: 32))!
  static let jail = AgencyID("lakewood-jail")!

  static func person(_ last: String, _ first: String, _ date: String) -> IdentityToken? {
    tokens.nameAndBirthDate(lastName: last, firstName: first, birthDate: CivilDate(date)!)
  }
  static func normalised(_ last: String, _ first: String) -> String? {
    IdentityTokens.normalised(
      lastName: last, firstName: first, birthDate: CivilDate("1984-02-29")!)
  }

  @Test("A fingerprint covers both halves of a key")
  func fingerprint() {
    let curve = [UInt8](0..<32)
    let signing = [UInt8](32..<64)
    #expect(
      KeyFingerprint.of(curve: curve, signing: signing).text
        == "5d0d0b1a1af34d1d3d90485e1fcf90f10bcbdd9cdff90cb2")
    #expect(
      KeyFingerprint.of(curve: signing, signing: curve)
        != KeyFingerprint.of(curve: curve, signing: signing))
  }

  @Test("Tokens are the ones that another program computes from the article")
  func golden() throws {
    func hex(_ token: IdentityToken?) -> String { token.map { Hex.encode($0.value) } ?? "none" }
    #expect(
      hex(Self.tokens.stateID("wa-00 12345"))
        == "e0da3df8a9d546bf318b0844445700ded7e08a29b3f9c5e19df3e1743c57ea3c")
    #expect(
      hex(Self.tokens.inmateNumber("0042-b", facility: Self.jail))
        == "ff9560be8e30458e56f83164baa6325f6b954611bf049aed37d058783907de1e")
    #expect(
      hex(Self.person("O'Brien", "Renée Marie", "1984-02-29"))
        == "1a521c973f42e365ab70cc5477370240034dd51483b3e16dd02aa6b04ad68bca")
    #expect(
      hex(Self.person("Peña-Núñez", "José", "1990-01-05"))
        == "a305b82cae823711601695aea2ab599228e53c822ce743da10bcca935d93deca")
    #expect(
      hex(Self.person("Łøvß", "İrem", "2001-12-31"))
        == "c90bd5f2be3b4c2d0ba0267f993d41efa5bb4f4c2e778453e438feb81e9ba3b5")
  }

  @Test(
    "Names that differ in accents, case, apostrophes and hyphens alone are one name",
    arguments: [
      ("O'Brien", "O’BRIEN"), ("Peña", "Pen\u{303}a"), ("Muñoz García", "MUNOZ-GARCIA"),
      ("Weiß", "WEISS"), ("d'Été", "Dete"), ("Ｓmith", "smith"), ("  Lee ", "lee"),
      ("De la Cruz", "DeLaCruz"), ("Ångström", "angstrom"), ("Æsøy", "Aesoy"),
    ])
  func sameName(_ one: String, _ other: String) {
    #expect(Self.normalised(one, "José") == Self.normalised(other, "JOSE"))
  }

  @Test("Only the first given name counts; a hyphenated one is one name")
  func givenNames() {
    #expect(Self.normalised("Lee", " Mary Ann ") == Self.normalised("Lee", "MARY"))
    #expect(Self.normalised("Lee", "Anne-Marie") == "lee/annemarie/1984-02-29")
    #expect(Self.normalised("Lee", "Mary") != Self.normalised("Lee", "Maryann"))
  }

  @Test("What leaves nothing to compare gives no token")
  func nothingLeft() {
    #expect(Self.tokens.stateID(" - ") == nil)
    #expect(Self.tokens.inmateNumber("", facility: Self.jail) == nil)
    #expect(Self.person("-", "Ann", "1984-02-29") == nil)
    #expect(Self.person("李", "Ann", "1984-02-29") == nil)
    #expect(Self.person("Lee", "  ", "1984-02-29") == nil)
  }

  @Test("Leading zeros count, and the numbers of two jails never meet")
  func numbers() {
    #expect(Self.tokens.stateID("0123") != Self.tokens.stateID("123"))
    #expect(Self.tokens.stateID("wa 0123") == Self.tokens.stateID("WA-0123"))
    #expect(
      Self.tokens.inmateNumber("7", facility: Self.jail)
        != Self.tokens.inmateNumber("7", facility: AgencyID("other-jail")!))
    #expect(
      Self.tokens.stateID("7")?.value
        != Self.tokens.inmateNumber("7", facility: Self.jail)?.value)
  }

  @Test("Another program's key gives other tokens; a key of another length is none")
  func keys() {
    let other = IdentityTokens(matchingKey: [UInt8](repeating: 8, count: 32))
    #expect(other?.stateID("7") != Self.tokens.stateID("7"))
    #expect(IdentityTokens(matchingKey: [1, 2, 3]) == nil)
  }
}
