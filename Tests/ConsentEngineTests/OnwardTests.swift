import ConsentEngine
import HubModel
import Testing

@Suite("Telling on what was received (42 CFR 2.33(b))")
struct OnwardTests {
  private func tell(
    _ received: [InformationCategory: Received], _ segment: Segment = segment(),
    under agreement: ProgramAgreement = openAgreement, by form: ReleaseOfInformation = release()
  ) -> Decision {
    let asked = message(.participantStatus, [segment])
    return decide(
      ReleaseRequest(
        message: asked, discloser: cedar, recipient: defender, footing: .submitted,
        segments: .all(of: 1), received: received),
      under: agreement, consents: said(.release(form)), at: now)
  }

  private func came(
    _ standing: Received.Standing, _ labels: WordSet<SensitivityLabel> = [],
    from authors: Set<AgencyID> = []
  ) -> [InformationCategory: Received] {
    [.engagement: Received(labels: labels, standing: standing, authors: authors)]
  }

  @Test("It goes on while its sender could still be told it, waits with it, and ends with it")
  func bound() {
    #expect(tell(came(.stands)).reasons == [.releaseCovers])
    #expect(tell(came(.waits)).verdict == .held)
    #expect(tell(came(.waits)).holding == [.onwardWaits])
    #expect(tell(came(.ended)).verdict == .withheld)
    #expect(tell(came(.ended)).withholding == [.onwardEnded])
    let other = Received(labels: [], standing: .ended, authors: [harbor.id])
    #expect(tell([.contact: other]).permit != nil)
  }

  @Test("So it does under an exception of the agreement")
  func excepted() {
    let path = ProgramAgreement.Path(
      .participantStatus, from: .behavioralHealth, to: .publicDefender)
    let open = agreement([], exceptions: [.init(path: path, legalBasis: "order 12")])
    #expect(tell(came(.stands), under: open).reasons == [.agreementException])
    #expect(tell(came(.waits), under: open).reasons == [.onwardWaits])
    #expect(tell(came(.ended), under: open).reasons == [.onwardEnded])
  }

  @Test("It keeps the labels under which it came, whatever the sender puts on it")
  func labels() {
    let asked = segment(labels: [])
    #expect(tell(came(.stands), asked).permit != nil)
    #expect(tell(came(.stands, [.mentalHealth]), asked).permit != nil)
    #expect(tell(came(.stands, [.part2]), asked).reasons == [.informationNotNamed])
    let wide = release { $0.information[0].labels = [.mentalHealth, .part2] }
    let decision = tell(came(.stands, [.part2]), asked, by: wide)
    #expect(decision.permit?.statement == RedisclosureStatement.short)
  }

  @Test("Who tells it on is not who wrote it")
  func authors() {
    func covers(_ named: [AgencyID], _ from: Set<AgencyID>) -> Bool {
      let form = release { $0.information[0].authors = named }
      return tell(came(.stands, from: from), by: form).permit != nil
    }
    #expect(covers([cedar.id], []))
    #expect(!covers([cedar.id], [harbor.id]), "only what cedar wrote")
    #expect(covers([cedar.id, harbor.id], [harbor.id]))
    #expect(!covers([cedar.id, harbor.id], [harbor.id, sheriff.id]), "harbor had it of another")
    #expect(!covers([harbor.id], [harbor.id]), "cedar may have added to it")
    #expect(covers([], [harbor.id]), "whoever wrote it")
  }

  @Test("A refusal of what an agency wrote meets it whoever tells it on")
  func refused() {
    func refuses(_ named: [AgencyID], _ from: Set<AgencyID>) -> Bool {
      let form = release {
        $0.information[0].authors = []
        $0.refusals = [
          .init(
            recipients: [.agency(defender.id)],
            information: InformationScope(categories: [.engagement], authors: named))
        ]
      }
      return tell(came(.stands, from: from), by: form).reasons == [.explicitRefusal]
    }
    #expect(refuses([harbor.id], [harbor.id]))
    #expect(refuses([harbor.id], [sheriff.id, harbor.id]))
    #expect(refuses([cedar.id], [harbor.id]), "cedar may have added to it")
    #expect(!refuses([sheriff.id], [harbor.id]))
    #expect(!refuses([harbor.id], []))
  }
}
