import HubModel
@testable import RouterCore
import Testing

@Suite("Peers one version apart go on together; two apart, they are told so")
struct ProtocolVersionTests {
  private func greet(_ town: TownHarness, version: UInt32) throws -> Reply? {
    let session = try #require(town.adapters[Town.harbor]?.session)
    town.run([
      .submission(
        session,
        .hello(
          .init(
            version: version, source: Incarnation("spool-1")!, isConsumer: true,
            ledger: town.journal.incarnation)))
    ])
    return town.lastReply(to: Town.harbor)
  }

  private func welcomed(_ reply: Reply?) -> UInt32? {
    if case .welcome(let welcome)? = reply { welcome.version } else { nil }
  }

  @Test("The router answers in the newest that both speak, or refuses", arguments: [
    (1, 0, nil), (1, 1, 1), (1, 2, 1), (1, 3, nil), (2, 1, 1), (2, 2, 2), (2, 3, 2), (2, 4, nil),
    (3, 1, nil), (3, 2, 2), (3, 4, 3), (3, 0, nil), (3, UInt32.max, nil),
  ] as [(UInt32, UInt32, UInt32?)])
  func negotiated(_ router: UInt32, _ client: UInt32, _ agreed: UInt32?) throws {
    let town = TownHarness()
    town.checksRecovery = false
    town.state.versions = ProtocolVersions(newest: router)
    let reply = try greet(town, version: client)
    #expect(welcomed(reply) == agreed)
    if agreed == nil { #expect(reply == .rejection(Refusal(.unsupportedVersion))) }
    // Who was refused has said nothing: it must say hello before anything else counts.
    #expect(town.state.sessions.isEmpty == (agreed == nil))
  }

  @Test("This build speaks what it says")
  func current() {
    let versions = ProtocolVersions.current
    #expect(versions.newest == Submission.wireVersion && versions.speaks(versions.newest))
    #expect(versions.speaks(0) == false && versions.speaks(versions.newest + 1) == false)
  }
}
