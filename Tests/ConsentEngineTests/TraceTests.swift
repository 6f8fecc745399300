import ConsentEngine
import HubModel
import Testing

@Suite("What each release said, for the auditor")
struct TraceTests {
  private func traces(
    _ consents: ParticipantConsents, naming release: String? = nil
  ) -> [String] {
    let asked = message(.participantStatus, [segment(), segment(.contact)], release: release)
    let request = ReleaseRequest(
      message: asked, discloser: cedar, recipient: defender, footing: .submitted,
      segments: .all(of: 2))
    return trace(request, SegmentSet([0]), under: openAgreement, consents: consents, at: now).map {
      ([$0.segment.description, $0.release.id.text, $0.release.version.description]
        + [$0.reason.rawValue] + $0.elements).joined(separator: " ")
    }
  }

  @Test("Each release on file is answered for, with its version and what it lacks")
  func each() {
    let consents = said(
      .release(release()), .release(release("r-2") { $0.recipients = [.agency(harbor.id)] }),
      .release(release("r-3", expiresAt: now)), .release(release("r-4", version: 3)),
      revocation("r-4"), .release(release("r-5") { $0.formImageHash = [] }), refusal("r-6"))
    #expect(
      traces(consents) == [
        "0 r-1 1 release.covers", "0 r-2 1 release.recipient-not-named",
        "0 r-3 1 release.expired", "0 r-4 3 release.revoked",
        "0 r-5 1 release.not-signed signed-form", "0 r-6 0 release.refused",
      ])
  }

  @Test("Segments that the message has not are passed over")
  func beyond() {
    let asked = message(.participantStatus, [segment()])
    let request = ReleaseRequest(
      message: asked, discloser: cedar, recipient: defender, footing: .submitted,
      segments: .all(of: 1))
    let told = trace(
      request, SegmentSet([0, 1, 5]), under: openAgreement, consents: said(.release(release())),
      at: now)
    #expect(told.map(\.segment) == [0])
  }

  @Test("Of a message that names a release, that one's line alone is told")
  func named() {
    let consents = said(.release(release()), .release(release("r-2", expiresAt: now)))
    #expect(traces(consents, naming: "r-2") == ["0 r-2 1 release.expired"])
  }

  @Test("An explicit refusal is told of the release that it stands in")
  func refused() {
    let no = ReleaseOfInformation.Refusal(
      recipients: [.agency(defender.id)],
      information: InformationScope(categories: [.engagement]))
    let consents = said(.release(release()), .release(release("r-2") { $0.refusals = [no] }))
    #expect(
      traces(consents) == ["0 r-1 1 release.covers", "0 r-2 1 release.explicit-refusal"])
  }
}
