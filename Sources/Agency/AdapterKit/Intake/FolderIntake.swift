import Crypto
import Foundation
import GRDB
import HubClient
import HubModel
import Logging

/// Takes files from the adapter's folders, each once.
///
/// | file | what happens |
/// |---|---|
/// | still growing, hidden, `.tmp` or `.part` | left alone |
/// | good | its messages and its record go into one transaction; moved to `done` |
/// | the same bytes again | moved to `done` with a note; nothing is sent |
/// | some records bad | the good ones go on; the file goes to `rejected` with a note of the bad |
/// | bad as a whole | moved to `rejected` with a note; nothing is sent |
final class FolderIntake {
  private struct Look: Equatable {
    let size: Int
    let modified: Date
  }

  private let folders: [String]
  private let incoming: URL
  private let done: URL
  private let rejected: URL
  private let store: AdapterStore
  private let log: Logger
  private var looks: [String: Look] = [:]

  init(
    _ folders: [String], incoming: String, done: String, rejected: String, store: AdapterStore,
    log: Logger
  ) throws {
    self.folders = folders
    self.incoming = URL(fileURLWithPath: incoming)
    self.done = URL(fileURLWithPath: done)
    self.rejected = URL(fileURLWithPath: rejected)
    self.store = store
    self.log = log
    for folder in folders.map(self.incoming.appendingPathComponent) + [self.done, self.rejected] {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }
  }

  /// Looks into every folder once and takes what is ready.
  /// - Returns: how many files were taken or rejected.
  func look(_ take: (IntakeFile, Database) throws -> IntakeReport) -> Int {
    var count = 0
    for folder in folders {
      for file in ready(in: incoming.appendingPathComponent(folder)) {
        do {
          try process(file, folder: folder, take)
        } catch {
          // The file stays where it is and is tried again at the next look.
          log.error(
            "file could not be processed",
            metadata: ["folder": "\(folder)", "file": "\(file.lastPathComponent)",
              "error": "\(type(of: error))"])
        }
        count += 1
      }
    }
    return count
  }

  /// Files that have not changed since the last look, oldest first.
  private func ready(in folder: URL) -> [URL] {
    let keys: Set<URLResourceKey> = [.fileSizeKey, .contentModificationDateKey, .isRegularFileKey]
    let files =
      (try? FileManager.default.contentsOfDirectory(
        at: folder, includingPropertiesForKeys: Array(keys), options: [.skipsHiddenFiles])) ?? []
    var found: [(URL, Date)] = []
    for file in files {
      guard let values = try? file.resourceValues(forKeys: keys), values.isRegularFile == true,
        let size = values.fileSize, let modified = values.contentModificationDate,
        !["tmp", "part"].contains(file.pathExtension.lowercased())
      else { continue }
      let look = Look(size: size, modified: modified)
      if looks[file.path] == look { found.append((file, modified)) }
      looks[file.path] = look
    }
    return found.sorted {
      $0.1 == $1.1 ? $0.0.lastPathComponent < $1.0.lastPathComponent : $0.1 < $1.1
    }.map(\.0)
  }

  private func process(
    _ url: URL, folder: String, _ take: (IntakeFile, Database) throws -> IntakeReport
  ) throws {
    let bytes = try Data(contentsOf: url)
    let file = IntakeFile(folder: folder, name: url.lastPathComponent, bytes: bytes)
    let hash = Data(SHA256.hash(data: bytes))
    defer { looks[url.path] = nil }
    do {
      let report: IntakeReport? = try store.write { database in
        let known = try Row.fetchOne(
          database, sql: "SELECT name FROM taken_file WHERE folder = ? AND hash = ?",
          arguments: [folder, hash])
        guard known == nil else { return nil }
        let report = try take(file, database)
        try database.execute(
          sql: "INSERT INTO taken_file (folder, hash, name) VALUES (?, ?, ?)",
          arguments: [folder, hash, file.name])
        return report
      }
      try finish(url, report)
    } catch let error as IntakeError {
      try reject(url, [error], taken: 0)
    } catch let refusal as Refusal {
      let error = IntakeError(
        field: refusal.place.isEmpty ? nil : refusal.place,
        "does not make a message of the catalogue (\(refusal.code.rawValue))",
        remedy: refusal.code.remedy)
      try reject(url, [error], taken: 0)
    }
  }

  private func finish(_ url: URL, _ report: IntakeReport?) throws {
    guard let report else {
      let place = try move(url, to: done)
      try note(beside: place, ["The same bytes were taken before. Nothing was sent again."])
      log.notice("file seen before", metadata: ["file": "\(url.lastPathComponent)"])
      return
    }
    guard report.rejected.isEmpty else {
      try reject(url, report.rejected, taken: report.taken)
      return
    }
    let place = try move(url, to: done)
    if !report.remarks.isEmpty { try note(beside: place, report.remarks) }
    log.info(
      "file taken",
      metadata: ["file": "\(url.lastPathComponent)", "records": "\(report.taken)"])
  }

  private func reject(_ url: URL, _ errors: [IntakeError], taken: Int) throws {
    let place = try move(url, to: rejected)
    var lines = ["\(url.lastPathComponent): \(errors.count) thing(s) to mend."]
    if taken > 0 { lines.append("\(taken) other record(s) were taken; do not send them again.") }
    lines += errors.map(\.description)
    try note(beside: place, lines)
    log.warning(
      "file rejected",
      metadata: ["file": "\(url.lastPathComponent)", "bad": "\(errors.count)", "taken": "\(taken)"])
  }

  /// Never overwrites: a second file of the name gets a number.
  private func move(_ url: URL, to folder: URL) throws -> URL {
    var place = folder.appendingPathComponent(url.lastPathComponent)
    var number = 2
    while FileManager.default.fileExists(atPath: place.path) {
      place = folder.appendingPathComponent("\(number)-\(url.lastPathComponent)")
      number += 1
    }
    try FileManager.default.moveItem(at: url, to: place)
    return place
  }

  private func note(beside place: URL, _ lines: [String]) throws {
    let text = lines.joined(separator: "\n") + "\n"
    try Data(text.utf8).write(to: place.appendingPathExtension("note.txt"), options: .atomic)
  }
}
