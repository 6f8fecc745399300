import Crypto
import Foundation
import GRDB
import HubClient
import HubModel
import Logging
import Operations

/// Takes files from the adapter's folders, each once.
///
/// | file | what happens |
/// |---|---|
/// | still growing, hidden, `.tmp`, `.part` or the like | left alone |
/// | renamed from such a name, or closed and left alone | taken at once, where the kernel tells |
/// | the same size and time at two looks | taken |
/// | good | its messages and its record go into one transaction; moved to `done` |
/// | the same bytes again | moved to `done` with a note; nothing is sent |
/// | some records of a table bad | the good ones go on and the file is done; the bad ones go to |
/// | | `rejected` as a table of their own, with a note |
/// | bad as a whole | moved to `rejected` with a note; nothing is sent |
/// | beside the folders, not in one | the same: what it is cannot be told |
/// | in a folder of another name | left alone, it may be another's; the log warns once |
///
/// A process that ends between the transaction and the move finds the rest of the work in its
/// store. Logs name a file by its content's hash, which stands in its note too: a form may be
/// called after a person.
final class FolderIntake {
  private struct Look: Equatable {
    let size: Int
    let modified: Date
  }

  /// The largest command that is looked into at once, in bytes.
  private static let largestCommand = 64 << 10
  private static let unfinished: Set<String> = [
    "tmp", "part", "partial", "filepart", "crdownload", "swp", "lock",
  ]

  private let folders: [String]
  private let snapshots: Set<String>
  private let incoming: URL
  private let store: AdapterStore
  private let cabinet: FileCabinet
  private let log: Logger
  private let connectors: Connectors
  /// Tells of files at once, where there is one.
  var watch: FolderWatch?
  /// Hears of every file that is looked into.
  var board: ConnectorBoard?
  private var looks: [String: Look] = [:]
  private var rejected: [String] = []
  /// Folders beside those that it takes files from, as of the last look.
  private var others: Set<String> = []

  /// - Parameter snapshots: folders whose files show how things stand. There the same bytes are
  ///   the same news only while nothing else came between.
  init(
    _ folders: [String], snapshots: Set<String> = [], incoming: String, done: String,
    rejected: String, store: AdapterStore, connectors: Connectors = .none, log: Logger
  ) throws {
    self.folders = folders
    self.connectors = connectors
    self.snapshots = snapshots
    self.incoming = URL(fileURLWithPath: incoming)
    self.store = store
    self.log = log
    cabinet = FileCabinet(
      done: URL(fileURLWithPath: done), rejected: URL(fileURLWithPath: rejected))
    for folder in folders.map(self.incoming.appendingPathComponent) + cabinet.folders {
      try Folder.make(folder.path, mode: 0o777)
    }
  }

  /// The folders that it takes files from.
  var places: [String] { folders.map { incoming.appendingPathComponent($0).path } }

  /// Marks of the files that were rejected, wholly or in part, since the last call.
  func takeRejected() -> [String] {
    defer { rejected = [] }
    return rejected
  }

  /// Looks into every folder once and takes what is ready.
  /// - Returns: how many files were taken or rejected.
  func look(_ take: (IntakeFile, Database) throws -> IntakeReport) -> Int {
    var count = 0
    for folder in folders + [Self.beside] {
      let take = folder == Self.beside ? refuseStray : take
      for file in ready(in: incoming.appendingPathComponent(folder)) {
        do {
          try process(file, folder: folder, name: file.lastPathComponent, take)
          count += 1
        } catch {
          // The file stays where it is and is tried again at the next look.
          log.error(
            "file could not be processed",
            metadata: ["folder": "\(folder)", "error": "\(type(of: error))"])
        }
      }
    }
    warnOfOthers()
    return count
  }

  /// Whoever drops a file into a folder of a wrong name hears nothing of it: whoever reads the log
  /// does. Without the name, which may be a person's.
  private func warnOfOthers() {
    let own = Set(
      (folders.map(incoming.appendingPathComponent) + cabinet.folders).map(\.standardized.path))
    let all =
      (try? FileManager.default.contentsOfDirectory(
        at: incoming, includingPropertiesForKeys: [.isDirectoryKey], options: [.skipsHiddenFiles]))
      ?? []
    let found = all.filter { place in
      (try? place.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory == true
        && !own.contains(place.standardized.path)
    }.map(\.path)
    defer { others = Set(found) }
    guard !others.isSuperset(of: found) else { return }
    log.warning(
      "nothing is taken from a folder of another name; drop files into one of these",
      metadata: [
        "in": "\(incoming.path)", "others": "\(found.count)",
        "folders": "\(folders.sorted().joined(separator: ","))",
      ])
  }

  /// The place that all folders are in. A file there is nobody's, and would lie there for ever.
  private static let beside = ""

  private func refuseStray(_ file: IntakeFile, _ database: Database) throws -> IntakeReport {
    throw IntakeError(
      "lies beside the folders, where nothing is taken",
      remedy: "Put it into the one that it is for: \(folders.sorted().joined(separator: ", ")).")
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
        !file.lastPathComponent.hasSuffix("~"),
        !Self.unfinished.contains(file.pathExtension.lowercased())
      else { continue }
      let look = Look(size: size, modified: modified)
      let isWhole = folder.lastPathComponent == CommandDrop.folder && isWholeCommand(file, size)
      let isTold = watch?.takeWhole(file.path) ?? false
      if looks[file.path] == look || isWhole || isTold { found.append((file, modified)) }
      looks[file.path] = look
    }
    let present = Set(files.map(\.path))
    let gone = looks.keys.filter { path in
      !present.contains(path)
        && URL(fileURLWithPath: path).deletingLastPathComponent().path == folder.path
    }
    for path in gone { looks[path] = nil }
    return found.sorted {
      $0.1 == $1.1 ? $0.0.lastPathComponent < $1.0.lastPathComponent : $0.1 < $1.1
    }.map(\.0)
  }

  /// A JSON document that can be read is whole: commands need not wait for a second look.
  private func isWholeCommand(_ file: URL, _ size: Int) -> Bool {
    guard size <= Self.largestCommand, let bytes = try? Data(contentsOf: file) else { return false }
    return (try? JSONSerialization.jsonObject(with: bytes)) != nil
  }

  /// Takes what came by a connection, as if it had been dropped: on disk before it is looked into.
  /// Until then its file is hidden; what is left of one after a crash was never answered.
  func receive(
    _ arrival: Arrival, _ take: (IntakeFile, Database) throws -> IntakeReport
  ) -> ArrivalAnswer {
    let place = incoming.appendingPathComponent(arrival.folder)
    let url = place.appendingPathComponent(Self.arriving + arrival.name)
    do {
      try Self.writeFlushed(arrival.bytes, to: url)
      return .filed(
        try process(url, folder: arrival.folder, name: arrival.name, also: arrival.also, take))
    } catch {
      try? FileManager.default.removeItem(at: url)
      log.error(
        "an arrival could not be processed",
        metadata: ["folder": "\(arrival.folder)", "error": "\(type(of: error))"])
      return .notNow
    }
  }

  private static let arriving = ".arriving-"

  private static func writeFlushed(_ bytes: Data, to url: URL) throws {
    try bytes.write(to: url)
    let handle = try FileHandle(forUpdating: url)
    try handle.synchronize()
    try handle.close()
  }

  /// Puts away what was taken before a crash, and removes what was not: its sender has no answer,
  /// and sends it again.
  func clearArrivals() throws {
    for folder in folders {
      let place = incoming.appendingPathComponent(folder)
      let names = try FileManager.default.contentsOfDirectory(atPath: place.path)
      for hidden in names.sorted() where hidden.hasPrefix(Self.arriving) {
        let url = place.appendingPathComponent(hidden)
        let name = String(hidden.dropFirst(Self.arriving.count))
        let bytes = try Data(contentsOf: url)
        let hash = connectors.mapping(folder: folder, name: name)?.identity(of: bytes)
          ?? Data(SHA256.hash(data: bytes))
        let seen = try store.read {
          try TakenFiles.seen(hash, in: folder, onlyAsLatest: false, $0)
        }
        if let seen {
          try cabinet.file(url, as: name, seen, mark: Hex.encode(hash.prefix(6)))
        } else {
          try FileManager.default.removeItem(at: url)
        }
      }
    }
  }

  @discardableResult
  private func process(
    _ url: URL, folder: String, name: String, also: ((Database) throws -> Void)? = nil,
    _ take: (IntakeFile, Database) throws -> IntakeReport
  ) throws -> Filing {
    let bytes = try Data(contentsOf: url)
    let mapping = connectors.mapping(folder: folder, name: name)
    let file = IntakeFile(folder: folder, name: name, bytes: bytes, mapping: mapping)
    let own = mapping?.identity(of: bytes)
    let hash = own ?? Data(SHA256.hash(data: bytes))
    defer { looks[url.path] = nil }
    var filing: Filing
    do {
      filing = try store.write { database in
        let isState = own == nil && snapshots.contains(folder)
        if let seen = try TakenFiles.seen(hash, in: folder, onlyAsLatest: isState, database)
        {
          try also?(database)
          return seen
        }
        let filing = Filing(try take(file, database), of: file)
        try TakenFiles.record(hash, file, filing, in: database)
        try also?(database)
        return filing
      }
    } catch let error as IntakeError {
      filing = Filing(undone: error, of: file)
    } catch let refusal as Refusal {
      filing = Filing(undone: IntakeError(refusal), of: file)
    } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
      let error = IntakeError(
        "says something that this adapter cannot keep",
        remedy: "Nothing of it was taken. Check it with the check command and report this.")
      filing = Filing(undone: error, of: file)
    }
    let mark = Hex.encode(hash.prefix(6))
    try cabinet.file(url, as: name, filing, mark: mark)
    if filing.bad > 0 { rejected.append(mark) }
    if folder != Self.beside {
      board?.took(
        connectors.wayName(folder: folder, name: name), taken: filing.taken, bad: filing.bad)
    }
    try store.write { database in
      try TakenFiles.settle(hash, in: folder, database)
      // What was refused has no transaction of its own to go with.
      if filing.isUndone { try also?(database) }
    }
    log.log(
      level: filing.bad > 0 ? .warning : .info, "\(filing.outcome.rawValue)",
      metadata: [
        // As of a path: one that lies beside the folders.
        "folder": "\(folder == Self.beside ? "." : folder)", "content": "\(mark)",
        "taken": "\(filing.taken)", "bad": "\(filing.bad)",
      ])
    return filing
  }
}

/// What the store remembers of files.
private enum TakenFiles {
  /// How a file that was taken before is put away now; `nil` where it was not.
  static func seen(
    _ hash: Data, in folder: String, onlyAsLatest: Bool, _ database: Database
  ) throws -> Filing? {
    guard
      let row = try Row.fetchOne(
        database,
        sql: """
          SELECT filing, seq = (SELECT max(seq) FROM taken_file WHERE folder = ?) AS is_latest
          FROM taken_file WHERE folder = ? AND hash = ?
          """, arguments: [folder, folder, hash])
    else { return nil }
    if let unsettled = row["filing"] as Data? {
      return try JSONDecoder().decode(Filing.self, from: unsettled)
    }
    return onlyAsLatest && !(row["is_latest"] as Bool) ? nil : .seenBefore
  }

  static func record(
    _ hash: Data, _ file: IntakeFile, _ filing: Filing, in database: Database
  ) throws {
    // What was rejected whole may come again as it is, once the reason for it is mended.
    guard filing.outcome != .rejected else { return }
    try database.execute(
      sql: "INSERT OR REPLACE INTO taken_file (folder, hash, filing) VALUES (?, ?, ?)",
      arguments: [file.folder, hash, try JSONEncoder().encode(filing)])
  }

  static func settle(_ hash: Data, in folder: String, _ database: Database) throws {
    try database.execute(
      sql: "UPDATE taken_file SET filing = NULL WHERE folder = ? AND hash = ?",
      arguments: [folder, hash])
  }
}

extension IntakeError {
  /// A message that the catalogue does not allow: the file's fault, said in the file's terms.
  init(_ refusal: Refusal) {
    self.init(
      field: refusal.place.isEmpty ? nil : refusal.place,
      "does not make a message of the catalogue (\(refusal.code.rawValue))",
      remedy: refusal.code.remedy)
  }
}
