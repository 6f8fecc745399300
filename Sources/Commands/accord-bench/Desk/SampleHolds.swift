import Foundation
import HubModel
import Operations

/// So many made-up referrals, the same in each run but for the day: referred over the last twenty
/// days, so that windows of fourteen days have ended, end today, soon and later.
struct SampleHolds {
  let count: Int
  let now: WallTime

  private let ages: [Int]

  init(count: Int, now: WallTime) {
    self.count = count
    self.now = now
    var random = BenchRandom(seed: 1)
    // In minutes; none in the last, so that no clock finds one in the future.
    ages = (0..<count).map { _ in 1 + random.below(20 * 1_440) }
  }

  /// Opened by the prosecutor; the others wait for that.
  var opened: [Int] { (0..<count).filter { $0 % 8 != 0 } }
  /// Intake is completed under a full release.
  var full: [Int] { opened.filter { $0 % 16 == 1 } }
  /// Decided, in one of several ways.
  var ended: [Int] { opened.filter { $0 % 2 == 0 } }

  private func referred(_ number: Int) -> String {
    (now + .minutes(-Int64(ages[number]))).iso8601
  }

  private func incident(_ number: Int) -> String {
    "26-" + String(format: "%07d", number)
  }

  private func person(_ number: Int) -> (last: String, first: String, birth: String, id: String) {
    (
      "Sample\(number / 20)", "Person\(number % 20)",
      String(format: "%d-%02d-%02d", 1950 + number % 50, 1 + number % 12, 1 + number % 28),
      String(format: "ZZ%07d", number)
    )
  }

  private func hash(_ number: Int) -> String { String(format: "%064x", number + 1) }

  /// CSV tables of so many lines each.
  func referrals(each: Int) -> [String] {
    let header = [
      "referral_id", "door", "referred_at", "incident_no", "agency_ori", "offenses",
      "offense_level", "officer_badge", "officer_callback", "provider", "meeting_place",
      "safety_codes", "needs_codes", "language", "last_name", "first_name", "dob", "sid",
      "complainant_consent", "roi_outcome", "roi_signed_at", "roi_signer_capacity",
      "roi_signer_evidence", "roi_witness", "roi_recipients", "roi_information", "roi_purposes",
      "roi_expires_on", "roi_form", "roi_image_sha256",
    ].joined(separator: ",")
    return stride(from: 0, to: count, by: each).map { first in
      let lines = (first..<min(first + each, count)).map { number in
        let person = person(number)
        return [
          "lr-\(number)", "arrest-diversion", referred(number), incident(number), "ZZ0290000",
          "11.204;11.310", "misdemeanor", "\(400 + number % 60)", "555-0108", "harbor-behavioral",
          "East precinct lobby", "", "food", "en", person.last, person.first, person.birth,
          person.id, "yes", "signed", referred(number), "patient", "", "422",
          "lakewood-prosecutor;harbor-behavioral;lakewood-defender", "handoff-details;hold",
          "coordination", "2039-12-31", "field-1", hash(number),
        ].joined(separator: ",")
      }
      return ([header] + lines).joined(separator: "\n") + "\n"
    }
  }

  func openings() -> String {
    "incident_no,event\n" + opened.map { "\(incident($0)),opened\n" }.joined()
  }

  func endings() -> String {
    let words = ["released", "filed", "voided"]
    return "incident_no,event,disposition\n"
      + ended.map { "\(incident($0)),\(words[$0 % 3]),sample\n" }.joined()
  }

  func intakes() -> String {
    "referral_id,completed_on\n" + full.map { "lr-\($0),\(now.iso8601.prefix(10))\n" }.joined()
  }

  private struct Release: Encodable {
    let roi_id, referral_id, last_name, first_name, dob, sid, signed_at, image_sha256: String
    var version = 1
    var kind = "general"
    var signer_capacity = "patient"
    var witness = "cm-1"
    var recipients = [
      "lakewood-sheriff", "lakewood-prosecutor", "harbor-behavioral", "lakewood-defender",
    ]
    var information = ["intake-status", "participation-status", "hold", "bookings"]
    var purposes = ["coordination"]
    var expires_on = "2039-12-31"
    var form = "multi-1"
  }

  /// The provider's full releases, which let the prosecutor hear of intake.
  func releases() throws -> String {
    let list = full.map { number in
      let person = person(number)
      return Release(
        roi_id: "roi-\(number)", referral_id: "lr-\(number)", last_name: person.last,
        first_name: person.first, dob: person.birth, sid: person.id,
        signed_at: referred(number), image_sha256: hash(number))
    }
    return String(decoding: try JSONEncoder().encode(list), as: UTF8.self)
  }
}
