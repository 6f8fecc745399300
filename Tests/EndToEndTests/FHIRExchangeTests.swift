import Foundation
import HubModel
import HubProtocol
import Operations
import Testing

/// Releases out to a system that speaks FHIR, and back in as forms.
@Suite("FHIR exchange", .timeLimit(.minutes(15)))
struct FHIRExchangeTests {
  @Test("A release is exported, decided on, imported once, and not exported as active when revoked")
  func exchange() throws {
    let town = try Town()
    let router = try town.startRouter()
    let provider = try TownAgency("harbor-behavioral", .behavioralHealth, in: town)
    let prosecutor = try TownAgency("lakewood-prosecutor", .prosecutor, in: town)
    try provider.link.start()
    try provider.sign(
      "roi-7", participant: "dana", toward: [provider, prosecutor], [.participation],
      [.diversion])
    let export = ["roi", "export", "roi-7", "--config", town.path("router.yaml")]
    let exported = try eventually(within: 30) {
      let result = try Program.run("accord", export)
      return result.status == 0 ? result.output : nil
    }
    #expect(exported.contains(#""status": "active""#) && !exported.contains("dana"))
    let consent = town.path("consent.json")
    try Data(exported.utf8).write(to: URL(fileURLWithPath: consent))

    let request = town.path("request.json")
    try Data(
      #"""
      {"recipients": [{"system": "urn:accord:fhir:agency", "value": "lakewood-prosecutor"}],
       "custodian": {"system": "urn:accord:fhir:agency", "value": "harbor-behavioral"},
       "purposes": [{"system": "urn:accord:fhir:purpose", "code": "diversion"}],
       "action": "disclose"}
      """#.utf8
    ).write(to: URL(fileURLWithPath: request))
    let decide = [
      "consent", "decide", "--now", SystemClock().wall().iso8601, "--request", request, consent,
    ]
    let decided = try Program.run("accord", decide)
    #expect(decided.status == 0 && decided.output.contains(#""decision" : "permit""#))

    let forms = town.path("forms")
    let take = ["consent", "import", consent, "--out", forms]
    #expect(try Program.run("accord", take).status == 2, "nobody said who signed")
    let person = [
      "--referral", "lr-1", "--last-name", "Hale", "--first-name", "Dana", "--dob", "1990-05-21",
    ]
    let taken = try Program.run("accord", take + person)
    #expect(taken.status == 0, "\(taken.output)")
    let form = forms + "/roi-7.json"
    let mode = try FileManager.default.attributesOfItem(atPath: form)[.posixPermissions]
    #expect((mode as? NSNumber)?.intValue == 0o600)
    let text = try String(contentsOfFile: form, encoding: .utf8)
    #expect(text.contains(#""referral_id": "lr-1""#))
    let again = try Program.run("accord", take + person)
    #expect(again.status == 2 && again.output.contains("there already"))
    #expect(try String(contentsOfFile: form, encoding: .utf8) == text)

    let revoked = try town.accord("roi", "revoke", "roi-7", "--reason", "by telephone")
    #expect(revoked.status == 0)
    let after = try Program.run("accord", export).output
    #expect(after.contains(#""status": "inactive""#) && after.contains(#""valueCode": "revoked""#))
    #expect(try Program.run("accord", ["roi", "export", "roi-none"] + export[3...]).status != 0)
    provider.link.stop()
    router.stop()
  }
}
