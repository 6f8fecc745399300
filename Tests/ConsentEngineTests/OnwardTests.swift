import ConsentEngine
import HubModel
import Testing

@Suite("Telling on what was received (42 CFR 2.33(b))")
struct OnwardTests {
  private func tell(
    _ received: [InformationCategory: Received], _ segment: Segment = segment(),
    under agreement: ProgramAgreement = openAgreement, _ form: ReleaseOfInformation = release()
  ) -> Decision {
    let asked = message(.participantStatus, [segment])
    return decide(
      ReleaseRequest(
        message: asked, discloser: cedar, recipient: defender, footing: .submitted,
        segments: .all(of: 1), received: received),
      under: agreement, consents: said(.release(form)), at: now)
  }

  private func came(
    _ standing: Received.Standing, _ labels: Set<SensitivityLabel> = []
  ) -> [InformationCategory: Received] {
    [.engagement: Received(labels: labels, standing: standing)]
  }

  @Test("It goes on while its sender could still be told it, waits with it, and ends with it")
  func bound() {
    #expect(tell(came(.stands)).reasons == [.releaseCovers])
    #expect(tell(came(.waits)).verdict == .held)
    #expect(tell(came(.waits)).holding == [.onwardWaits])
    #expect(tell(came(.ended)).verdict == .withheld)
    #expect(tell(came(.ended)).withholding == [.onwardEnded])
    #expect(tell([.contact: Received(labels: [], standing: .ended)]).permit != nil)
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
    let decision = tell(came(.stands, [.part2]), asked, wide)
    #expect(decision.permit?.statement == RedisclosureStatement.short)
  }
}
