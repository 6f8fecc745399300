import AdapterKit
import Foundation
import GRDB
import HubModel

extension BookingBook.Stay {
  init(_ row: Row) {
    func token(_ kind: IdentityToken.Kind, _ column: String) -> IdentityToken? {
      (row[column] as Data?).map { IdentityToken(kind, Array($0)) }
    }
    self.init(
      number: row["number"], state: token(.stateID, "state_token"),
      name: token(.nameAndBirthDate, "name_token"), inmate: token(.inmateNumber, "inmate_token"),
      offenceClass: row["offence_class"],
      courtDate: (row["court_date"] as String?).flatMap { CivilDate($0) },
      bookedAt: WallTime(milliseconds: row["booked_at"]),
      asOf: WallTime(milliseconds: row["as_of"]),
      seenInside: WallTime(milliseconds: row["seen_inside"]),
      releasedAsOf: (row["released_as_of"] as Int64?).map { WallTime(milliseconds: $0) })
  }

  /// Takes over what the other says; what it leaves blank still holds.
  mutating func merge(_ other: Self) {
    state = other.state ?? state
    name = other.name ?? name
    inmate = other.inmate ?? inmate
    offenceClass = other.offenceClass ?? offenceClass
    courtDate = other.courtDate ?? courtDate
  }

  /// Whether somebody who knows `before` has something to learn.
  func tellsMore(than before: Self) -> Bool {
    state != before.state || name != before.name || inmate != before.inmate
      || offenceClass != before.offenceClass || courtDate != before.courtDate
  }
}

extension IdentityToken {
  var data: Data { Data(value) }
}

/// A name in two columns, or in one as `LAST, FIRST MIDDLE`.
struct RosterName {
  let last: String
  let first: String

  init(_ record: IntakeRecord) throws(IntakeError) {
    guard let whole = record.optional("name"), record.optional("last_name") == nil else {
      last = try record.required("last_name")
      first = try record.required("first_name")
      return
    }
    let parts = whole.split(separator: ",", maxSplits: 1).map {
      String($0).trimmingCharacters(in: .whitespacesAndNewlines)
    }
    guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else {
      throw record.wrong("name", "is not LAST, FIRST", "Export the names in two columns.")
    }
    (last, first) = (parts[0], parts[1])
  }
}
