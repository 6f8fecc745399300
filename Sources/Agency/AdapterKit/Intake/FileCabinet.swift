import Foundation

/// How a file is put away: decided, and kept, in the transaction that takes it.
struct Filing: Codable {
  enum Outcome: String, Codable {
    case taken = "file taken"
    case takenInPart = "file taken in part"
    case rejected = "file rejected"
    case seenBefore = "file seen before"
  }

  var outcome: Outcome
  var taken: Int
  var bad: Int
  /// Lines of the note; without any there is none.
  var note: [String]
  /// The bad records as a table; empty where the whole file goes to `rejected`.
  var badTable: String
  /// The transaction that was to take it was rolled back.
  var isUndone = false

  static let seenBefore = Filing(
    outcome: .seenBefore, taken: 0, bad: 0,
    note: ["The same bytes were taken before. Nothing was sent again."], badTable: "")

  private init(outcome: Outcome, taken: Int, bad: Int, note: [String], badTable: String) {
    self.outcome = outcome
    self.taken = taken
    self.bad = bad
    self.note = note
    self.badTable = badTable
  }

  /// A file that was refused as a whole, by throwing.
  init(undone error: IntakeError, of file: IntakeFile) {
    self.init(IntakeReport(rejected: [error]), of: file)
    isUndone = true
  }

  init(_ report: IntakeReport, of file: IntakeFile) {
    taken = report.taken
    bad = report.rejected.count
    guard bad > 0 else {
      outcome = .taken
      note = report.remarks
      badTable = ""
      return
    }
    outcome = report.taken > 0 ? .takenInPart : .rejected
    note = ["\(bad) thing(s) to mend in \(file.name)."]
    if report.taken > 0 {
      note.append("\(taken) record(s) were taken; do not send those again.")
    }
    let rows = report.badRows
    if report.taken > 0 && !rows.rows.isEmpty {
      let header = rows.header.isEmpty ? [] : [rows.header]
      badTable = (header + rows.rows).joined(separator: "\n") + "\n"
      note.append(
        "The records to mend stand in the table beside this note; lines are counted as in the "
          + "file that came. Mend them there and drop that table.")
    } else {
      badTable = ""
      note.append("Mend it and drop it again.")
    }
    note += [""] + report.rejected.map(\.description)
    if !report.remarks.isEmpty { note += [""] + report.remarks }
  }
}

/// The folders where files end. Never overwrites; whatever is done twice is done once.
struct FileCabinet {
  let done: URL
  let rejected: URL

  var folders: [URL] { [done, rejected] }

  /// - Parameters:
  ///   - name: under which it is kept.
  ///   - mark: names the file in logs.
  func file(_ url: URL, as name: String, _ filing: Filing, mark: String) throws {
    switch filing.outcome {
    case .taken, .seenBefore:
      let place = free(name, in: done)
      if !filing.note.isEmpty { try note(beside: place, filing.note, mark: mark) }
      try FileManager.default.moveItem(at: url, to: place)
    case .takenInPart where !filing.badTable.isEmpty:
      let place = free(name, in: rejected)
      try Data(filing.badTable.utf8).write(to: place, options: .atomic)
      try note(beside: place, filing.note, mark: mark)
      try FileManager.default.moveItem(at: url, to: free(name, in: done))
    case .takenInPart, .rejected:
      let place = free(name, in: rejected)
      try note(beside: place, filing.note, mark: mark)
      try FileManager.default.moveItem(at: url, to: place)
    }
  }

  /// A second file of the name gets a number.
  private func free(_ name: String, in folder: URL) -> URL {
    var place = folder.appendingPathComponent(name)
    var number = 2
    while FileManager.default.fileExists(atPath: place.path) {
      place = folder.appendingPathComponent("\(number)-\(name)")
      number += 1
    }
    return place
  }

  private func note(beside place: URL, _ lines: [String], mark: String) throws {
    let text = (lines + ["", "In the log: content \(mark)."]).joined(separator: "\n") + "\n"
    try Data(text.utf8).write(to: place.appendingPathExtension("note.txt"), options: .atomic)
  }
}
