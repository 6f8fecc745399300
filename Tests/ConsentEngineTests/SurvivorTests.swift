import ConsentEngine
import HubModel
import Testing

/// Promises that a broken engine once broke unseen: `deploy/mutate` found that no test stated
/// them.
@Suite("Promises that nothing else states")
struct SurvivorTests {
  let asked = message(.participantStatus, [segment()])

  @Test("A refusal in a deficient form goes on subtracting, whatever names that form")
  func deficientRefusal() {
    let deficient = release {
      $0.formImageHash = []
      $0.refusals = [
        .init(
          recipients: [.agency(defender.id)],
          information: InformationScope(categories: [.engagement]))
      ]
    }
    let heir = ConsentStatement.release(release("r-2") { $0.supersedes = RoiID("r-1") })
    #expect(ask(asked, said(.release(deficient), heir)).reasons == [.explicitRefusal])
    // Completed, it is replaced, and its refusals with it.
    var whole = deficient
    whole.formImageHash = Array(repeating: 1, count: 32)
    #expect(ask(asked, said(.release(whole), heir)).verdict == .permitted)
  }

  @Test("A bare refusal is told among the reasons, also where another message names it")
  func bareRefusal() {
    let decision = ask(asked, said(refusal("r-7")))
    #expect(decision.verdict == .held)
    #expect(decision.reasons == [.refused])
  }
}
