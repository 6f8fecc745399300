import Crypto
import Foundation
import GRDB
import HubClient
import HubModel
import HubProtocol
import Testing
import ZeroMQ

/// Another agency's key, as registry and welcome name it.
struct Signer {
  let agency: AgencyID
  let key: Curve25519.Signing.PrivateKey
  let curve = [UInt8](repeating: 4, count: 32)

  init(_ agency: String = "lakewood-so") {
    self.agency = AgencyID(agency)!
    key = Curve25519.Signing.PrivateKey()
  }

  var public_: [UInt8] { [UInt8](key.publicKey.rawRepresentation) }
  var signing: SigningKey {
    SigningKey(key, fingerprint: .of(curve: curve, signing: public_))
  }
  var sender: Reply.Sender {
    Reply.Sender(agency, maySendUnsealed: false, keys: [.init(curve: curve, signing: public_)])
  }

  func delivery(_ number: UInt64, _ change: (inout HubModel.Message) -> Void = { _ in }) throws
    -> Delivery
  {
    var delivery = Sample.delivery(number)
    if var message = delivery.content?.message {
      message = try message.sealed(by: signing)
      change(&message)
      delivery.content?.message = message
    }
    return delivery
  }
}

@Suite("Evidence on a link", .timeLimit(.minutes(15)), .serialized)
struct LinkEvidenceTests {
  let site: TestSite
  let router: TestRouter
  let store: AdapterStore
  let link: HubLink

  init() throws {
    site = try TestSite()
    router = try TestRouter(site)
    store = try site.store()
    link = site.link(store)
  }

  @Test("A sealed delivery is applied; one that was changed, or whose seal is gone, is set aside")
  func seals() async throws {
    let signer = Signer()
    router.change { $0.senders = [signer.sender] }
    var seen = Watch(router.submissions)
    try link.start()
    _ = try await seen.resume()
    router.deliver(try signer.delivery(1))
    router.deliver(
      try signer.delivery(2) {
        $0.segments[0].fields[1] = Field("meeting-place", .text("Elsewhere"))
      })
    router.deliver(try signer.delivery(3) { $0.seal = nil })
    router.deliver(try signer.delivery(4) { $0.sentAt = WallTime(milliseconds: 5) })
    router.deliver(try signer.delivery(5))
    var quarantined: [UInt64] = []
    while true {
      let frame = try await seen.acknowledge(through: 1)
      quarantined += frame.quarantined
      if frame.through == 5 { break }
    }
    #expect(quarantined == [2, 3, 4])
    #expect(try store.notes == [1, 5])
    #expect(
      try store.quarantined().map(\.reason) == ["seal-invalid", "seal-missing", "seal-invalid"])
    link.stop()
    router.stop()
  }

  @Test("A key of another agency does not seal for the sender")
  func otherAgency() async throws {
    let other = Signer("lakewood-da")
    router.change { $0.senders = [Signer().sender, other.sender] }
    var seen = Watch(router.submissions)
    try link.start()
    _ = try await seen.resume()
    router.deliver(try other.delivery(1))
    #expect(try await seen.acknowledge(through: 1).quarantined == [1])
    link.stop()
    router.stop()
  }

  @Test("A key that came into the registry later is asked for, then believed and told of")
  func laterKey() async throws {
    let (first, later) = (Signer(), Signer())
    router.change { $0.senders = [first.sender] }
    var events = Watch(link.events())
    var seen = Watch(router.submissions)
    try link.start()
    _ = try await seen.resume()
    router.change { $0.senders = [first.sender, later.sender] }
    let delivery = try later.delivery(1)
    router.deliver(delivery)
    _ = try await seen.hello()
    _ = try await seen.resume()
    router.deliver(delivery)
    #expect(try await seen.acknowledge(through: 1).quarantined == [])
    try await events.next(.signerAdded(later.agency, later.signing.fingerprint))
    // One that nobody knows even then is set aside.
    let stranger = try Signer().delivery(2)
    router.deliver(stranger)
    _ = try await seen.hello()
    _ = try await seen.resume()
    router.deliver(stranger)
    #expect(try await seen.acknowledge(through: 2).quarantined == [2])
    link.stop()
    router.stop()
  }

  @Test("What a link publishes is sealed under one root, and verifies as it arrives")
  func publishes() async throws {
    let signer = Signer("lakewood-bh")
    let sealing = HubLink(
      configuration: LinkConfiguration(
        agency: signer.agency, role: .behavioralHealth, program: TestSite.program,
        routerHost: "127.0.0.1", submitPort: site.submitPort, routerKey: site.server.publicKey,
        keys: site.agencyKeys, signer: signer.signing, pingEvery: Span(milliseconds: 200)),
      store: store, handler: RecordingHandler(store: store), log: .init(label: "test"))
    var seen = Watch(router.submissions)
    try store.write { database in
      for _ in 0..<70 { try store.spool(Sample.data(), role: .behavioralHealth, in: database) }
    }
    try sealing.start()
    let publish = try await seen.publish()
    var check = SealCheck()
    var roots: [[UInt8]] = []
    for case .message(var message) in publish.items {
      message.source = signer.agency
      let seal = try #require(message.seal)
      let held1 = check.holds(seal, of: message, by: signer.public_)
      #expect(held1)
      if roots.last != seal.root { roots.append(seal.root) }
    }
    #expect(publish.items.count == 70)
    #expect(roots.count == 3)
    sealing.stop()
    router.stop()
  }

  private func commitment(_ number: UInt8) -> [UInt8] { [UInt8](repeating: number, count: 32) }

  @Test("The chain is kept link by link, and a history that does not extend it is refused")
  func chain() async throws {
    router.change { $0.commitments = [1, 2].map { self.commitment($0) } }
    var events = Watch(link.events())
    try link.start()
    try await events.next(.historyExtended(through: 2))
    router.change { $0.commitments += [self.commitment(3)] }
    try await events.next(.historyExtended(through: 3))
    let kept = try store.chain(of: AgencyID("lakewood-bh")!, program: TestSite.program)
    #expect(kept.links.map(\.number) == [1, 2, 3])
    #expect(try store.historyRefusal() == nil)
    // Rewritten before what was told, and then gone on as if nothing were.
    router.change { $0.commitments = [1, 9, 3, 4].map { self.commitment($0) } }
    try await events.next(.historyRefused(.different))
    router.change { $0.commitments = [1, 2].map { self.commitment($0) } }
    try await events.next(.historyRefused(.shorter))
    #expect(link.state.refusedHistory?.reason == .shorter)
    #expect(
      try store.chain(of: AgencyID("lakewood-bh")!, program: TestSite.program).links == kept.links)
    link.stop()
    // The refusal outlives a restart.
    let again = site.link(try site.store())
    try again.start()
    #expect(again.state.refusedHistory?.reason == .different)
    again.stop()
    router.stop()
  }

  @Test("An answer that comes when a later one has been taken refuses nothing")
  func lateAnswer() async throws {
    router.change { $0.commitments = [1, 2, 3, 4, 5].map { self.commitment($0) } }
    var events = Watch(link.events())
    try link.start()
    try await events.next(.historyExtended(through: 5))
    let then = router.now
    router.reply(
      .pong(
        Reply.Pong(
          echo: 1, head: then.head, time: WallTime(milliseconds: 0), dataHorizon: 0,
          controlHorizon: 0, ledger: then.ledger, chain: then.chain(after: 3))))
    router.change { $0.commitments.append(self.commitment(6)) }
    try await events.next(.historyExtended(through: 6))
    #expect(try store.historyRefusal() == nil)
    #expect(link.state.refusedHistory == nil)
    link.stop()
    router.stop()
  }

  @Test("A restored ledger that a person confirmed goes on from a link that is known")
  func restored() async throws {
    router.change { $0.commitments = [1, 2, 3, 4, 5].map { self.commitment($0) } }
    var events = Watch(link.events())
    try link.start()
    try await events.next(.historyExtended(through: 5))
    router.stop()
    let restored = Incarnation("ledger-two")!
    let second = try TestRouter(
      site,
      TestRouter.Script(
        ledger: restored, commitments: [1, 2, 8, 9, 10, 11].map { self.commitment($0) }))
    try await events.next(.incarnationChanged(restored))
    try link.confirmIncarnation(restored)
    try await events.next(.historyExtended(through: 6))
    #expect(try store.historyRefusal() == nil)
    second.change { $0.commitments[0] = self.commitment(7) }
    try await events.next(.historyRefused(.different))
    link.stop()
    second.stop()
  }
}
