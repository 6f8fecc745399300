@testable import HubClient
import HubModel
import Testing

@Suite("An adapter and a router of other versions")
struct VersionTests {
  @Test("A newer adapter goes on in the router's version; publications reach it")
  func older() async throws {
    let site = try TestSite()
    let router = try TestRouter(site)
    let store = try site.store()
    let link = site.link(store, versions: ProtocolVersions(newest: 2))
    var events = Watch(link.events())
    var seen = Watch(router.submissions)
    try link.start()
    #expect(try await seen.hello().version == 2)
    try await events.next(.connected)
    let message = Sample.data()
    try store.publish(message, role: .behavioralHealth)
    #expect(try await seen.publish().ids == [message.id])
    link.stop()
    router.stop()
  }

  @Test("An answer two versions away is refused here, and said in the state")
  func apart() async throws {
    let site = try TestSite()
    let router = try TestRouter(site)
    let link = site.link(try site.store(), versions: ProtocolVersions(newest: 3))
    var events = Watch(link.events())
    try link.start()
    try await events.next(.rejected(.unsupportedVersion))
    #expect(link.state.lastRejection?.code == .unsupportedVersion)
    #expect(!link.state.isConnected)
    link.stop()
    router.stop()
  }
}
