import Foundation
import GRDB
import HubModel
import Testing

@testable import AdapterKit
@testable import accord_sheriff

@Suite("The sample county's files", .serialized)
struct SampleFilesTests {
  static func truth(_ name: String) throws -> [IntakeRecord] {
    try TableReader().read(SampleCounty.bytes("truth/\(name).csv"), required: []).records
  }

  /// The sheriff's files in the order in which they arrive.
  static func arrivals(_ prefix: String) throws -> [String] {
    try truth("arrivals").compactMap { $0.optional("path") }.filter { $0.hasPrefix(prefix) }
  }

  @Test("A year of referral forms is read without a rejection, each referral once")
  func referrals() throws {
    let desk = try SheriffDesk()
    for path in try Self.arrivals("sheriff/referrals/") {
      let report = try desk.take(
        "referrals", String(path.split(separator: "/")[2]), SampleCounty.bytes(path))
      #expect(report.rejected.isEmpty, "\(path): \(report.rejected.map(\.description))")
    }
    let sent = desk.place.messages
    let alerts = sent.filter { $0.topic == .handoffRequested }.compactMap(\.caseID?.text)
    let expected = try Self.truth("referrals").filter { $0.optional("door") != "community" }
      .compactMap { $0.optional("referral_id") }
    #expect(Set(alerts) == Set(expected))
    #expect(alerts.count == expected.count)
    #expect(sent.count { $0.topic == .holdRequested } <= 32)
    let releases = sent.compactMap { message -> ReleaseOfInformation? in
      if case .release(let release)? = message.consent { release } else { nil }
    }
    #expect(releases.count > 80)
    #expect(releases.allSatisfy { $0.signedAt != nil && $0.formImageHash.count == 32 })
    #expect(releases.allSatisfy { $0.recipients.count > 1 && !$0.purposes.isEmpty })
    #expect(releases.count { $0.expiry == nil } == 1)
    #expect(releases.count { $0.signer != .patient && $0.signerEvidence.isEmpty } == 1)
  }

  @Test("A year of change records is read without a rejection: each stay booked once, left once")
  func changes() throws {
    let desk = try SheriffDesk()
    for path in try Self.arrivals("sheriff/roster/changes") {
      let report = try desk.take(
        "roster", String(path.split(separator: "/")[2]), SampleCounty.bytes(path))
      #expect(report.rejected.isEmpty, "\(path): \(report.rejected.first?.description ?? "")")
    }
    var booked: [String: Int] = [:]
    var left: [String: Int] = [:]
    for message in desk.place.messages {
      let number = message.code("booking") ?? ""
      if message.topic == .bookingReleased { left[number, default: 0] += 1 }
      if message.topic == .bookingCreated && message.flag("correction") != true {
        booked[number, default: 0] += 1
      }
    }
    #expect(booked.values.allSatisfy { $0 == 1 })
    #expect(left.values.allSatisfy { $0 == 1 })
    #expect((8_900...9_100).contains(booked.count))
    #expect((8_700...9_300).contains(left.count))
  }

  @Test("A day of full rosters: only the cut one and the empty one are rejected")
  func fullDay() throws {
    let desk = try SheriffDesk()
    var rejected: [String] = []
    for path in try Self.arrivals("sheriff/roster/full-day/") {
      let name = String(path.split(separator: "/")[3])
      do {
        let report = try desk.take("roster", name, SampleCounty.bytes(path))
        #expect(report.rejected.isEmpty, "\(name): \(report.rejected.map(\.description))")
      } catch is IntakeError {
        rejected.append(name)
      }
    }
    #expect(rejected == ["roster-20260617-0315.csv", "roster-20260617-1345.csv"])
    let released = desk.place.messages.filter { $0.topic == .bookingReleased }
      .compactMap { $0.code("booking") }
    #expect(released.count == Set(released).count)
    let last = try TableReader(aliases: RosterIntake.aliases).read(
      SampleCounty.bytes("sheriff/roster/full-day/roster-20260617-2345.csv"),
      required: ["booking_no"])
    let inside = try desk.adapter.setting.store.read { database in
      try RosterIntake.inside(desk, database)
    }
    #expect(inside == Set(last.records.compactMap { $0.optional("booking_no") }))
  }
}

extension RosterIntake {
  fileprivate static func inside(_ desk: SheriffDesk, _ database: Database) throws -> Set<String> {
    let book = BookingBook(
      setting: desk.adapter.setting, settings: desk.adapter.settings, dates: desk.adapter.dates,
      now: desk.now)
    return Set(try book.inside(in: database).map(\.number))
  }
}
