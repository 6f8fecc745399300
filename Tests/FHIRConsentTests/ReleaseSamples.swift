import HubModel

@testable import FHIRConsent

/// Releases of every shape, the same ones for the same seed.
struct AnyRelease {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

  private mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  private mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
  private mutating func flip() -> Bool { next() & 1 == 0 }

  private mutating func some<Item>(_ items: [Item], atLeast least: Int = 1) -> [Item] {
    var rest = items
    var chosen: [Item] = []
    let count = least + below(items.count - least + 1)
    while chosen.count < count { chosen.append(rest.remove(at: below(rest.count))) }
    return chosen
  }

  private mutating func word() -> String {
    ["", "w-7", "LC-ROI 2026", "Über \"alles\" \\ 1", "in-writing"][below(5)]
  }

  private static let agencies = ["mill", "kiln", "ford", "barn"].compactMap { AgencyID($0) }
  private static let parties: [HubModel.Party] =
    agencies.map { .agency($0) } + [.role(.prosecutor), .role(.sheriff)]
    + [.person(agencies[0], reference: "desk 4, \"nights\"")]

  private mutating func time() -> WallTime {
    WallTime(milliseconds: 1_700_000_000_000 + Int64(below(90_000_000_000)))
  }

  private mutating func scope(_ categories: [InformationCategory]) -> InformationScope {
    var scope = InformationScope(
      categories: WordSet(categories), labels: WordSet(some(SensitivityLabel.allCases, atLeast: 0)))
    if flip() { scope.authoredFrom = CivilDate(day: 19_000 + below(900)) }
    if flip() { scope.authoredThrough = CivilDate(day: 20_000 + below(900)) }
    if flip() { scope.authors = some(Self.agencies) }
    return scope
  }

  mutating func held() -> HeldRelease {
    let categories = some(InformationCategory.allCases, atLeast: 2)
    let cut = 1 + below(categories.count - 1)
    var release = ReleaseOfInformation(
      id: RoiID("roi-\(below(1_000))")!, version: UInt32(1 + below(9)),
      kind: some(ReleaseOfInformation.Kind.allCases)[0],
      disclosers: some(Self.parties), recipients: some(Self.parties),
      information: [scope(Array(categories[..<cut]))], purposes: WordSet(some(Purpose.allCases)),
      signedAt: time(), expiry: nil)
    // A second part is bounded, since what it leaves open it would take from the first.
    if flip() {
      var plain = release.information[0]
      (plain.authoredFrom, plain.authoredThrough, plain.authors) = (nil, nil, [])
      release.information = [plain, scope(Array(categories[cut...]))]
    }
    release.expiry = [
      .at(release.signedAt! + .days(Int64(1 + below(400)))), .event("final-disposition"), .never,
    ][below(3)]
    if flip() { release.startsAt = release.signedAt! + .hours(Int64(1 + below(20))) }
    if below(3) == 0 {
      release.refusals = [
        .init(recipients: [.agency(Self.agencies[below(4)])], information: scope([categories[0]]))
      ]
    }
    return describe(release)
  }

  private mutating func describe(_ plain: ReleaseOfInformation) -> HeldRelease {
    var release = plain
    release.signer = some(ReleaseOfInformation.SignerCapacity.allCases)[0]
    release.signerEvidence = word()
    release.witness = word()
    release.formTemplate = word()
    release.redisclosure = word()
    release.track = word()
    release.revocableFrom = word()
    release.formImageHash = flip() ? [] : (0..<32).map { _ in UInt8(below(256)) }
    release.statements = Set(some(["right-to-revoke", "redisclosure", "no-condition"]))
    release.jurisdictions = some(["wa", "mi"], atLeast: 0)
    release.conditionedOn = Set(some(["treatment", "payment"], atLeast: 0))
    release.supersedes = flip() ? nil : RoiID("older-1")
    release.coversEarlier = flip()
    release.identityStewards = some(Self.agencies, atLeast: 0)
    release.stopUseNotice = flip()
    var held = HeldRelease(
      release, state: some(HeldRelease.State.allCases)[0], capturedBy: Self.agencies[below(4)])
    if below(4) == 0, release.recipients.count > 1 { held.revokedToward = [release.recipients[0]] }
    return held
  }
}
