import Foundation
import Testing

@testable import Simulator

@Suite("The sample county's files")
struct SampleFilesTests {
  private func files(with mess: Mess) -> [SampleFile] {
    Published.files.filter { $0.mess.contains(mess) }
  }

  @Test("Every kind of mess is somewhere", arguments: Mess.allCases)
  func messIsPresent(_ kind: Mess) { #expect(!files(with: kind).isEmpty) }

  @Test("A mess that shows in the bytes is really in them")
  func messIsTrue() {
    for file in Published.files where !file.path.hasPrefix("truth/") {
      let mark = file.bytes.starts(with: [0xEF, 0xBB, 0xBF])
      #expect(mark == file.mess.contains(.byteOrderMark), "\(file.path)")
      let returns = file.bytes.contains(0x0D)
      #expect(returns == file.mess.contains(.carriageReturns), "\(file.path)")
      let whole = file.bytes.last == 0x0A
      #expect(whole != file.mess.contains(.truncatedFile), "\(file.path)")
    }
    #expect(
      files(with: .latin1).contains { String(validating: $0.bytes, as: UTF8.self) == nil })
  }

  @Test("A repeated file has the bytes of the first, and a late one comes after the next")
  func order() throws {
    let again = try #require(files(with: .repeatedFile).first)
    let first = try #require(Published.file(again.path.replacing("-2.csv", with: ".csv")))
    #expect(again.bytes == first.bytes)
    for file in files(with: .lateFile) {
      let arrives = try #require(file.arrives)
      let folder = file.path.split(separator: "/").dropLast()
      let later = Published.files.filter {
        $0.path.split(separator: "/").dropLast() == folder && $0.path > file.path
      }
      #expect(later.contains { ($0.arrives ?? arrives) < arrives }, "\(file.path)")
    }
    let empty = try #require(files(with: .emptyRoster).first)
    #expect(records(empty.bytes).count == 1)
  }

  @Test("Every CSV file is rectangular, but for the end of the one that was cut off")
  func rectangular() {
    for file in Published.files where file.path.hasSuffix(".csv") {
      let rows = records(file.bytes)
      let cut = file.mess.contains(.truncatedFile)
      for row in cut ? rows.dropLast() : rows[...] {
        #expect(row.count == rows[0].count, "\(file.path)")
      }
    }
  }

  @Test("Every date in every file is a day that exists")
  func dates() {
    var seen = 0
    for file in Published.files where !file.mess.contains(.truncatedFile) {
      for row in records(file.bytes) {
        for field in row where field.utf8.count >= 10 && field.utf8.first.map(isDigit) == true {
          let day = field.prefix(10)
          let bytes = Array(day.utf8)
          let isISO = bytes[4] == 0x2D && bytes[7] == 0x2D && isDigit(bytes[3])
          guard isISO || (bytes[2] == 0x2F && bytes[5] == 0x2F) else { continue }
          seen += 1
          if !isRealDay(day) { Issue.record("\(file.path): \(field)") }
        }
      }
    }
    #expect(seen > 40_000)
  }

  private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  @Test("The change records add each booking of the year once and release none before that")
  func changeRecords() throws {
    var added: [String: String] = [:]
    var released: Set<String> = []
    for file in Published.files where file.path.hasPrefix("sheriff/roster/changes") {
      let rows = records(file.bytes)
      let names = ["event", "booking_no", "released_at"]
      let labels = ["Record Type", "Booking Number", "Released"]
      let columns = try zip(names, labels).map { name, label in
        try #require(rows[0].firstIndex { $0 == name || $0 == label })
      }
      for row in rows.dropFirst() {
        let number = row[columns[1]]
        switch row[columns[0]] {
        case "A": added[number] = file.path
        case "R":
          released.insert(number)
          #expect(!row[columns[2]].isEmpty)
        default: #expect(row[columns[0]] == "U")
        }
      }
    }
    #expect(added.count == 9_000)
    let carried = released.filter { added[$0] == nil }
    #expect(carried.allSatisfy { $0.hasPrefix("25-") } && (120...240).contains(carried.count))
  }

  @Test("The full rosters of a day agree with the change records' bookings")
  func fullDay() throws {
    let day = Published.files.filter { $0.path.hasPrefix("sheriff/roster/full-day/") }
    #expect(day.count == 97)
    let known = Set(Published.county.jail.bookings.map(\.number))
    for file in day where !file.mess.contains(.truncatedFile) {
      let rows = records(file.bytes)
      let column = try #require(
        rows[0].firstIndex { $0 == "booking_no" || $0 == "Booking Number" })
      #expect(rows.dropFirst().allSatisfy { known.contains($0[column]) })
      if !file.mess.contains(.emptyRoster) { #expect((140...220).contains(rows.count)) }
    }
  }

  @Test("What only the test knows stands in no agency's file")
  func truthStaysApart() {
    let secrets = ["p-0", "look-alike", "participant,", "window-runs-out"].map { Array($0.utf8) }
    for file in Published.files where !file.path.hasPrefix("truth/") {
      for secret in secrets {
        #expect(file.bytes.firstRange(of: secret) == nil, "\(file.path)")
      }
    }
  }
}
