import Foundation

@testable import Simulator

/// The published county, made once for all tests.
enum Published {
  static let county = SampleCounty(
    seed: SampleCounty.publishedSeed, year: SampleCounty.publishedYear)
  static let files = county.files

  /// `deploy/sample` of this checkout.
  static var folder: URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("deploy/sample", isDirectory: true)
  }

  static func file(_ path: String) -> SampleFile? { files.first { $0.path == path } }
}

/// A reader of CSV bytes that shares nothing with the writer: fields as Latin-1 text.
func records(_ bytes: [UInt8]) -> [[String]] {
  var rows: [[String]] = []
  var row: [String] = []
  var field: [UInt8] = []
  var quoted = false
  var index = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  func text() -> String { String(decoding: field.map { $0 < 128 ? $0 : 0x3F }, as: UTF8.self) }
  while index < bytes.count {
    let byte = bytes[index]
    index += 1
    if quoted {
      if byte != 0x22 {
        field.append(byte)
      } else if index < bytes.count, bytes[index] == 0x22 {
        field.append(byte)
        index += 1
      } else {
        quoted = false
      }
      continue
    }
    switch byte {
    case 0x22: quoted = true
    case 0x0D: break
    case 0x2C, 0x0A:
      row.append(text())
      field.removeAll(keepingCapacity: true)
      if byte == 0x0A {
        rows.append(row)
        row = []
      }
    default: field.append(byte)
    }
  }
  if !field.isEmpty || !row.isEmpty { rows.append(row + [text()]) }
  return rows
}

/// True for a day that exists: `2026-06-14` or `06/14/2026`, alone or at the start of a time.
func isRealDay(_ text: Substring) -> Bool {
  let american = text.contains("/")
  let parts = text.split(separator: american ? "/" : "-").compactMap { Int($0) }
  guard parts.count == 3 else { return false }
  let (year, month, day) =
    american ? (parts[2], parts[0], parts[1]) : (parts[0], parts[1], parts[2])
  guard (1900...2100).contains(year), (1...12).contains(month), day >= 1 else { return false }
  let date = CivilDate(year, month, day)
  return date.month == month && date.day == day
}
