import HubModel
import Testing

@Suite("What the log says of a decision")
struct DecisionDetailTests {
  let full = DecisionDetail(
    source: "harbor", purpose: "diversion", footing: "submitted", authority: "release",
    items: [
      .init(segment: 0, category: "hold"),
      .init(segment: 3, category: "participation", labels: ["part-2", "mental-health"]),
    ], parent: MessageID(high: 7, low: 9), statement: "long",
    traces: [
      .init(segment: 0, release: .init(RoiID("roi-1")!, version: 2), reason: "release.expired"),
      .init(
        segment: 3, release: .init(RoiID("roi-2")!, version: 1), reason: "release.not-signed",
        elements: ["signature", "statement:right-to-revoke"]),
    ], others: ["later=4"],
    legalBasis: "RCW 1.2 = \"a law\", with words")

  @Test("It is read back as it was written")
  func roundTrip() {
    #expect(DecisionDetail(full.text) == full)
    let short = DecisionDetail(source: "hub", purpose: "diversion", footing: "own-view")
    #expect(short.text == "source=hub purpose=diversion footing=own-view")
    #expect(DecisionDetail(short.text) == short && !short.isPart2)
    #expect(full.isPart2 && full.categories == ["hold", "participation"])
  }

  @Test("Its form is final")
  func form() {
    #expect(
      full.text == "source=harbor purpose=diversion footing=submitted authority=release "
        + "information=0:hold,3:participation+part-2+mental-health "
        + "parent=00000000000000070000000000000009 statement=long "
        + "trace=0:roi-1.2:release.expired "
        + "trace=3:roi-2.1:release.not-signed+signature+statement:right-to-revoke later=4 "
        + "legal-basis=RCW 1.2 = \"a law\", with words")
  }

  @Test(
    "The detail of another act is no decision",
    arguments: [
      "", "revoked by the operator: lost", "purpose=diversion", "source=a purpose=b",
      "source=a purpose=b footing=c information=x", "source=a purpose=b footing=c parent=7",
      "source=a purpose=b footing=c trace=0:roi-1",
      "source=a purpose=b footing=c trace=0:roi-1.x:release.none",
    ])
  func others(_ text: String) {
    #expect(DecisionDetail(text) == nil)
  }
}
