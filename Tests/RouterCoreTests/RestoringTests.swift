import HubModel
@testable import RouterCore
import Testing

/// A restore leaves every release unconfirmed; this is how they come back, and who may forget what.
@Suite("After a restore a release counts again by its own agency's word alone")
struct RestoringTests {
  private let roi = Town.fieldRelease("f-ann")

  /// Signed, and then put back to a backup.
  private func restoredTown() throws -> TownHarness {
    let town = TownHarness()
    town.connect(Town.sheriff, Town.prosecutor, Town.harbor)
    town.publish(.signed(roi, of: "ann"), from: Town.sheriff)
    let person = try #require(town.journal.participants.keys.first)
    let position = (town.journal.participants[person]?.consents.position ?? 0) + 1
    town.journal.commit([.mark(person, .unconfirmed(roi.id), position: position)])
    return town
  }

  private func confirmed(_ roi: ReleaseOfInformation) -> Draft {
    Draft(.roiConfirmed, of: "ann", consent: .release(roi))
  }

  private func hold(_ town: TownHarness, case id: String = "c-1") -> MessageID {
    town.publish(.holdRequest(of: "ann", case: id, release: "f-ann"), from: Town.sheriff)[0]
  }

  private func refusal(_ town: TownHarness, of agency: AgencyID) -> ErrorCode? {
    guard case .receipt(let receipt)? = town.lastReply(to: agency) else { return nil }
    return receipt.refused.first?.refusal.code
  }

  @Test("until then what rests on it waits; then it goes on")
  func confirming() throws {
    let town = try restoredTown()
    let id = hold(town)
    #expect(town.fates(of: id) == [.held])
    #expect(town.journal.audit.last { $0.kind == .held }?.reasons == ["release.unconfirmed"])
    town.publish(confirmed(roi), from: Town.sheriff)
    #expect(town.fates(of: id) == [.released])
    let entry = try #require(town.journal.audit.last { $0.kind == .consentChanged })
    #expect(entry.reasons == ["f-ann:confirmed"] && entry.actor == Town.sheriff)
    #expect(town.fates(of: hold(town, case: "c-2")) == [.released])
  }

  @Test("another agency's word is none")
  func byAnother() throws {
    let town = try restoredTown()
    let id = hold(town)
    town.publish(confirmed(roi), from: Town.harbor)
    #expect(refusal(town, of: Town.harbor) == .notCapturer)
    #expect(town.fates(of: id) == [.held])
  }

  @Test("a form that is not the hub's is none; a newer version of it is the newest word")
  func otherForm() throws {
    let town = try restoredTown()
    let id = hold(town)
    var wider = roi
    wider.information[0].categories.insert(.engagement)
    town.publish(confirmed(wider), from: Town.sheriff)
    #expect(refusal(town, of: Town.sheriff) == .releaseDiffers)
    #expect(town.fates(of: id) == [.held])
    wider.version = 2
    town.publish(confirmed(wider), from: Town.sheriff)
    #expect(town.fates(of: id) == [.released])
    town.publish(confirmed(roi), from: Town.sheriff)
    #expect(refusal(town, of: Town.sheriff) == .releaseDiffers)
  }

  @Test("what was taken back is not brought back by it, whichever comes first")
  func revoked() throws {
    let revocation = Draft(
      .roiRevoked, of: "ann", consent: .revocation(RoiRevocation(id: roi.id)))
    for drafts in [[revocation, confirmed(roi)], [confirmed(roi), revocation]] {
      let town = try restoredTown()
      for draft in drafts { town.publish(draft, from: Town.sheriff) }
      #expect(town.fates(of: hold(town)) == [.withheld])
    }
    let town = try restoredTown()
    let suspension = Draft(
      .roiSuspended, of: "ann", consent: .event(RoiEvent(.suspended, id: roi.id)))
    town.publish(suspension, confirmed(roi), from: Town.sheriff)
    #expect(town.fates(of: hold(town)) == [.held])
  }

  @Test("a release that the backup did not hold is signed by it")
  func unknown() throws {
    let town = try restoredTown()
    var later = roi
    later.id = RoiID("f-later")!
    town.publish(confirmed(later), from: Town.sheriff)
    let id = town.publish(
      .holdRequest(of: "ann", case: "c-9", release: "f-later"), from: Town.sheriff)[0]
    #expect(town.fates(of: id) == [.released])
  }

  private func horizon(_ town: TownHarness) -> UInt64? {
    let session = town.adapters[Town.sheriff]?.session
    town.run(session.map { [.submission($0, .ping(echo: 1))] } ?? [])
    guard case .reply(.pong(let pong))? = town.seen[Town.sheriff]?.last else { return nil }
    return pong.dataHorizon
  }

  @Test("a spool may forget what the older of two backups holds; without any, what is flushed")
  func horizons() throws {
    let town = TownHarness()
    town.connect(Town.sheriff)
    let source = SourceKey(Town.sheriff, try #require(town.adapters[Town.sheriff]?.source))
    func send() { _ = town.publish(.handoff(case: "c-\(town.turns.count)"), from: Town.sheriff) }
    func backup(_ stage: BackupStage) {
      town.run([.administration(.backup(stage), ticket: 0)])
    }
    func done(_ number: UInt64) {
      backup(
        .done(Backup(at: town.now, entries: 1, sources: [source: SourceCursor(data: number)])))
    }
    send()
    #expect(horizon(town) == 1)
    backup(.begun)
    send()
    // The copy that is being made may lack it.
    #expect(horizon(town) == 0)
    backup(.failed)
    #expect(horizon(town) == 2)
    backup(.begun)
    done(2)
    send()
    #expect(horizon(town) == 2)
    backup(.begun)
    done(3)
    #expect(horizon(town) == 2)
    send()
    done(4)
    #expect(horizon(town) == 3)
    town.restart()
    town.connect(Town.sheriff)
    #expect(horizon(town) == 3)
    #expect(town.journal.audit.filter { $0.kind == .backupTaken }.count == 3)
  }
}
