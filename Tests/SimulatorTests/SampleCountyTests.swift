import Foundation
import Testing

@testable import Simulator

@Suite("The sample county's shape")
struct SampleCountyTests {
  let county = Published.county

  @Test("The committed sample is what the published seed gives, byte for byte")
  func committed() throws {
    let root = Published.folder
    var expected: Set<String> = []
    for file in Published.files {
      expected.insert(file.path)
      let data = try Data(contentsOf: root.appendingPathComponent(file.path))
      #expect(Array(data) == file.bytes, "\(file.path): run accord-sim county --out deploy/sample")
    }
    let walker = try #require(FileManager.default.enumerator(atPath: root.path))
    for case let path as String in walker {
      var isFolder: ObjCBool = false
      let full = root.appendingPathComponent(path).path
      guard FileManager.default.fileExists(atPath: full, isDirectory: &isFolder) else { continue }
      if isFolder.boolValue || path == "README.md" || path == ".gitattributes" { continue }
      #expect(expected.contains(path), "\(path) comes from no generator")
    }
  }

  @Test("The sample stays small enough to be kept in the repository")
  func size() {
    #expect(Published.files.map(\.bytes.count).reduce(0, +) < 4_000_000)
    #expect(Set(Published.files.map(\.path)).count == Published.files.count)
  }

  @Test("The same seed gives the same bytes, another seed a county of the same shape")
  func determinism() {
    let again = SampleCounty(seed: SampleCounty.publishedSeed, year: 2026).files
    #expect(again.map(\.path) == Published.files.map(\.path))
    #expect(again.map(\.bytes) == Published.files.map(\.bytes))
    let other = SampleCounty(seed: 99, year: 2028)
    #expect(other.jail.bookings.filter { $0.bookedAt.date.year == 2028 }.count == 9_000)
    #expect(other.referrals.referrals.count == 120)
    let found = Set(other.files.flatMap(\.mess))
    #expect(Mess.allCases.filter { !found.contains($0) }.isEmpty)
  }

  @Test("Referrals come by three doors and end as in the published figures")
  func referrals() {
    let all = county.referrals.referrals
    #expect(all.count == 120)
    for (door, count) in ReferralYear.doors {
      #expect(all.filter { $0.door == door }.count == count)
    }
    for (course, count) in ReferralYear.courses {
      #expect(all.filter { $0.course == course }.count == count)
    }
    #expect(Set(all.map(\.person)).count == 108, "one in ten is a repeat")
    for story in Story.allCases { #expect(all.filter { $0.story == story }.count == 1) }
    #expect(Set(all.map(\.id)).count == 120)
    let incidents = all.filter { $0.door != .community }.map(\.incident)
    #expect(!incidents.contains("") && Set(incidents).count == incidents.count)
  }

  @Test("Every referral is old enough, and reachable only at a number kept for fiction")
  func referralPeople() {
    for referral in county.referrals.referrals {
      let person = county.person(referral)
      #expect(person.birth.adding(days: 18 * 365 + 5) <= referral.at.date)
      #expect(referral.callback.hasPrefix("555-01") && referral.callback.utf8.count == 8)
      #expect((referral.door == .arrestDiversion) == !referral.offenses.isEmpty)
      if let signed = referral.roi.signedAt { #expect(signed > referral.at) }
    }
  }

  @Test("A hold opens, is decided in order, and is due within thirty days of the referral")
  func holds() throws {
    for work in county.casework.cases {
      guard let opened = work.decisions.first else { continue }
      let referral = county.referrals.referrals[work.referral]
      #expect(referral.door == .arrestDiversion && opened.event == "opened")
      #expect(work.decisions.map(\.at) == work.decisions.map(\.at).sorted())
      #expect(work.decisions.dropFirst().allSatisfy { $0.event != "opened" })
      for due in work.decisions.compactMap(\.due) {
        #expect((1...30).contains(due.dayNumber - referral.at.date.dayNumber))
      }
      #expect(work.decisions.allSatisfy { $0.at.date.isBusinessDay && $0.at.date.year == 2026 })
    }
    let holds = county.casework.cases.filter { !$0.decisions.isEmpty }.count
    #expect((20...31).contains(holds))
  }

  @Test("Revocations name all releases, one recipient of one, or come by word of mouth")
  func revocations() {
    let all = county.casework.cases.compactMap(\.revocation)
    #expect((4...14).contains(all.count))
    #expect(all.contains { $0.roi.isEmpty && $0.recipients.isEmpty && $0.method == "written" })
    #expect(all.contains { !$0.roi.isEmpty && $0.recipients.count == 1 })
    #expect(all.contains { $0.method == "oral" })
    for revocation in all {
      #expect(revocation.at > county.referrals.referrals[revocation.referral].at)
    }
  }

  @Test("Who answers a hand-off is on call at that time")
  func rota() throws {
    for folder in ["provider", "provider-cedar"] {
      let shifts = records(try #require(Published.file("\(folder)/on-call.csv")).bytes).dropFirst()
      let log = records(try #require(Published.file("\(folder)/acknowledgements.csv")).bytes)
      for line in log.dropFirst() where line[1] == "acknowledged" {
        let referral = county.referrals.referrals.first { $0.id == line[0] }
        let at = try #require(referral).at.isoWithOffset.prefix(16)
        #expect(
          shifts.contains {
            $0[0].prefix(16) <= at && at < $0[1].prefix(16) && $0[2] == line[3] && $0[3] == line[4]
          }, "\(folder): \(line)")
      }
    }
  }

  @Test("Nine thousand bookings of about six thousand people, about 180 inside on a day")
  func bookings() {
    let mine = county.jail.bookings.filter { $0.bookedAt.date.year == 2026 }
    #expect(mine.count == 9_000)
    #expect(Set(mine.map(\.number)).count == 9_000)
    #expect((5_700...6_000).contains(Set(mine.map(\.person)).count))
    for month in 1...12 {
      let noon = Moment(CivilDate(2026, month, 15), hour: 12, minute: 0)
      #expect((140...220).contains(county.jail.bookings.filter { $0.isInside(at: noon) }.count))
    }
  }

  @Test("Nobody is in jail twice at once, and every stay ends after it began")
  func stays() {
    var free: [Int: Moment] = [:]
    for booking in county.jail.bookings {
      #expect(booking.releasedAt > booking.bookedAt)
      if let before = free[booking.person] { #expect(before < booking.bookedAt) }
      free[booking.person] = booking.releasedAt
      let times = booking.entries.map(\.from)
      #expect(times == times.sorted() && times[0] == booking.bookedAt)
      #expect(booking.entries.allSatisfy { $0.from < booking.releasedAt })
    }
  }

  @Test("On the day of full rosters somebody is booked whose release covers it")
  func bookedUnderRelease() {
    let jail = county.jail
    let booked = jail.bookings.filter { $0.bookedAt.date == jail.fullDay }.map(\.person)
    #expect(county.casework.cases.contains { work in
      work.releases.contains {
        $0.signedAt.date < jail.fullDay && jail.fullDay < $0.expires
          && $0.information.contains("bookings")
          && $0.recipients.contains(CountyAgency.defender)
      } && booked.contains(county.referrals.referrals[work.referral].person)
    })
  }

  @Test("Some participants are booked, and look-alikes are booked who are not participants")
  func participantsInJail() {
    let people = county.population.people
    let booked = Set(county.jail.bookings.map(\.person))
    #expect((30...60).contains(people.indices.filter {
      people[$0].role == .participant && booked.contains($0)
    }.count))
    let alike = people.indices.filter { people[$0].role == .lookAlike }
    #expect(alike.count == 4 && alike.allSatisfy(booked.contains))
    for index in alike {
      let original = people[people[index].resembles ?? 0]
      #expect(original.last == people[index].last && original.birth == people[index].birth)
      #expect(original.stateID != people[index].stateID)
    }
    #expect(Set(people.map(\.stateID)).count >= people.count - 40)
    #expect(Set(people.map(\.inmateNumber)).count == people.count)
  }
}
