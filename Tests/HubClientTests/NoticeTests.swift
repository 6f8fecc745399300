import HubClient
import HubModel
import HubProtocol
import Testing

@Suite("The notice of 42 CFR 2.32", .timeLimit(.minutes(5)), .serialized)
struct NoticeTests {
  static let plainScope = DisclosureNotice.Scope(
    release: RoiID("r-1")!, version: 1, signedAt: nil, expiresAt: nil, expiryEvent: "",
    purposes: [.careCoordination], categories: [.operational])

  static func notice(
    _ statement: String = RedisclosureStatement.short,
    _ change: (inout DisclosureNotice.Scope) -> Void = { _ in }
  ) -> DisclosureNotice {
    var scope = plainScope
    change(&scope)
    return DisclosureNotice(statement: statement, scopes: [scope])
  }

  static func delivery(_ number: UInt64, _ notice: DisclosureNotice?) -> Delivery {
    var delivery = Sample.delivery(number)
    delivery.content?.message.segments[0].labels = [.part2]
    delivery.content?.notice = notice
    return delivery
  }

  @Test("Pitfall: notice stripped in transit")
  func stripped() async throws {
    let site = try TestSite()
    let router = try TestRouter(site)
    let store = try site.store()
    let link = site.link(store)
    var seen = Watch(router.submissions)
    try link.start()
    _ = try await seen.resume()
    router.deliver(Self.delivery(1, Self.notice()))
    router.deliver(Self.delivery(2, nil))
    router.deliver(Self.delivery(3, Self.notice(RedisclosureStatement.long)))
    #expect(try await seen.quarantined(through: 3) == [2])
    // Nothing of it was applied, and it is there to be looked at.
    #expect(try store.notes == [1, 3])
    #expect(try store.quarantined().map(\.reason) == ["notice-missing"])
    link.stop()
    router.stop()
  }

  static let notices: [(String, DisclosureNotice?, String?)] = [
    ("no notice", nil, ""),
    ("no statement", notice(""), "statement"),
    (
      // Superseded by the 2024 edition, which added “use or”.
      "the short form before 2024",
      notice("42 CFR part 2 prohibits unauthorized disclosure of these records."), "statement"
    ),
    ("a statement cut short", notice(String(RedisclosureStatement.long.dropLast())), "statement"),
    ("no scope", DisclosureNotice(statement: RedisclosureStatement.short, scopes: []), "scope"),
    ("a scope of no purpose", notice { $0.purposes = [] }, "scope"),
    ("a scope of no information", notice { $0.categories = [] }, "scope"),
    ("statement 1", notice(RedisclosureStatement.long), nil),
    ("statement 2", notice(), nil),
  ]

  @Test("Statement and scope are needed, each whole", arguments: notices)
  func complete(_ name: String, _ notice: DisclosureNotice?, _ place: String?) throws {
    let content = try #require(Self.delivery(1, notice).content)
    #expect(content.noticeFault == place.map { Refusal(.noticeMissing, at: $0) }, "\(name)")
  }

  @Test("What is not Part 2 needs none")
  func others() throws {
    let content = try #require(Sample.delivery(1).content)
    #expect(content.notice == nil)
    #expect(content.noticeFault == nil)
  }
}
