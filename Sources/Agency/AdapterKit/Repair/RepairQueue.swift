import Foundation
import GRDB
import HubClient
public import HubModel
public import Operations

/// What went wrong at an agency: messages that the hub refused, deliveries that could not be
/// applied, files that were rejected. Read beside the daemon; changed by it.
public struct RepairQueue {
  public struct Item: Codable, Hashable, Sendable {
    public enum Kind: String, Codable, CaseIterable, Sendable {
      /// A message that the hub refused.
      case refused
      /// A delivery that could not be applied.
      case setAside = "set-aside"
      /// A file, or what was bad of one.
      case rejected
    }
    public let kind: Kind
    /// A message's id, a delivery's number, or a file's mark.
    public let id: String
    /// Unix milliseconds.
    public let at: Int64
    /// A code, or the kind of error; never a value.
    public let reason: String
    /// What to do.
    public let remedy: String
  }

  public let configuration: AdapterConfiguration
  private let store: AdapterStore

  /// - Throws: where the configuration cannot be read, or the daemon has never run.
  public init(configuration path: String) throws {
    configuration = try AdapterConfiguration.load(path)
    let file = configuration.stateDirectory + "/adapter.sqlite"
    guard FileManager.default.fileExists(atPath: file) else {
      throw IntakeError(
        "there is no store at \(file)", remedy: "Start the daemon once: it makes the store.")
    }
    store = try AdapterStore(path: file)
  }

  public func items() throws -> [Item] {
    var items: [Item] = []
    var last: MessageID?
    while true {
      let page = try store.deadLetters(after: last)
      items += page.map { letter in
        Item(
          kind: .refused, id: letter.message.description, at: letter.at.milliseconds,
          reason: letter.refusal.description, remedy: letter.refusal.code.remedy)
      }
      guard page.count == 100, let newest = page.last?.message else { break }
      last = newest
    }
    items += try store.quarantined(limit: 10_000).map { delivery in
      Item(
        kind: .setAside, id: "\(delivery.number)", at: delivery.at.milliseconds,
        reason: delivery.reason,
        remedy: "Mend the reason, then 'queue retry'; the hub has it as set aside.")
    }
    return items + rejectedFiles()
  }

  /// Files below `rejected`, named by the mark in their note: a file may be called after a person.
  private func rejectedFiles() -> [Item] {
    rejected().map { file in
      Item(
        kind: .rejected, id: file.mark, at: file.at.milliseconds, reason: "see its note",
        remedy: "Mend it as its note says, then 'queue retry \(file.mark) --folder NAME', the "
          + "folder below 'in' that it came by.")
    }
  }

  struct RejectedFile {
    let url: URL
    let note: URL
    let mark: String
    let at: WallTime

    /// Lets the file go, its note first: the daemon may reject the same file, or another of that
    /// name, before this returns, and that one's note is not ours to remove.
    /// - Parameter go: takes the file away. Where it throws, the note is put back.
    func leave(by go: (URL) throws -> Void) throws {
      let hidden = Self.hidden(note)
      if note != hidden {
        // Of one that ended on its way.
        try? FileManager.default.removeItem(at: hidden)
        try FileManager.default.moveItem(at: note, to: hidden)
      }
      do {
        try go(url)
      } catch {
        try? FileManager.default.moveItem(at: hidden, to: note)
        throw error
      }
      try FileManager.default.removeItem(at: hidden)
    }

    /// Where a note is while its file goes; or stays, where that was cut short.
    static func hidden(_ note: URL) -> URL {
      let name = note.lastPathComponent
      guard !name.hasPrefix(".") else { return note }
      return note.deletingLastPathComponent().appendingPathComponent("." + name)
    }

    /// - Parameter note: the note's file, hidden or not.
    /// - Returns: `nil` where its file is not there, or the note is not one of the daemon's.
    init?(note: URL) {
      let name = note.lastPathComponent
      let ofNote = ".note.txt"
      guard name.hasSuffix(ofNote) else { return nil }
      url = note.deletingLastPathComponent().appendingPathComponent(
        String(name.dropLast(ofNote.count).drop { $0 == "." }))
      guard FileManager.default.fileExists(atPath: url.path),
        let text = try? String(contentsOf: note, encoding: .utf8),
        let line = text.split(separator: "\n").last(where: { $0.hasPrefix(Self.beforeMark) })
      else { return nil }
      self.note = note
      mark = String(line.dropFirst(Self.beforeMark.count).prefix { $0.isHexDigit })
      let date = try? note.resourceValues(forKeys: [.contentModificationDateKey])
      let seconds = date?.contentModificationDate?.timeIntervalSince1970 ?? 0
      at = WallTime(milliseconds: Int64(seconds * 1_000))
    }

    private static let beforeMark = "In the log: content "
  }

  /// One of each file: where the daemon rejected it anew while its note was hidden, the new note's.
  func rejected() -> [RejectedFile] {
    let folder = URL(fileURLWithPath: configuration.folders.rejected)
    let notes =
      (try? FileManager.default.contentsOfDirectory(
        at: folder, includingPropertiesForKeys: [.contentModificationDateKey])) ?? []
    let shown = Set(notes.map(\.lastPathComponent).filter { !$0.hasPrefix(".") })
    return notes.filter { note in
      let name = note.lastPathComponent
      return !name.hasPrefix(".") || !shown.contains(String(name.dropFirst()))
    }.compactMap(RejectedFile.init(note:)).sorted { $0.at < $1.at }
  }

  /// What an item says: a file's note, a message's or delivery's metadata.
  public func note(of item: Item) -> String? {
    guard item.kind == .rejected, let file = rejected().first(where: { $0.mark == item.id }) else {
      return nil
    }
    return try? String(contentsOf: file.note, encoding: .utf8)
  }

  /// Its content: of people, so whoever asks for it leaves a trace.
  public func content(of item: Item) throws -> [UInt8]? {
    switch item.kind {
    case .refused:
      guard let id = MessageID(item.id) else { return nil }
      return try store.read {
        try store.content(ofDeadLetter: id, from: configuration.agency, in: $0)
      }
    case .setAside:
      guard let number = UInt64(item.id) else { return nil }
      return try store.read { try store.content(ofSetAside: number, in: $0) }
    case .rejected:
      let file = rejected().first { $0.mark == item.id }
      return try file.map { [UInt8](try Data(contentsOf: $0.url)) }
    }
  }

  /// Whether it is still there.
  public func holds(_ item: Item) throws -> Bool {
    try items().contains { $0.kind == item.kind && $0.id == item.id }
  }

  /// Hands it to the daemon to do again, or to forget.
  /// - Parameter folder: for a file, the folder below `in` that it is dropped into.
  public func act(
    _ item: Item, isRetry: Bool, folder: String?, configuration path: String
  ) throws {
    switch item.kind {
    case .refused, .setAside:
      _ = try CommandDrop.write(
        isRetry ? RepairCommands.retry : RepairCommands.dismiss,
        [item.kind == .refused ? "message" : "delivery": item.id], configuration: path)
    case .rejected:
      guard let file = rejected().first(where: { $0.mark == item.id }) else { return }
      guard isRetry else { return try file.leave { try FileManager.default.removeItem(at: $0) } }
      guard let folder else {
        throw IntakeError(
          "a file goes back into a folder", remedy: "Name it: --folder, below 'in'.")
      }
      let place = URL(fileURLWithPath: configuration.folders.incoming)
        .appendingPathComponent(folder)
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: place.path, isDirectory: &isFolder),
        isFolder.boolValue
      else { throw IntakeError("there is no folder '\(folder)' below 'in'", remedy: "See 'in'.") }
      try file.leave { url in
        try FileManager.default.moveItem(
          at: url, to: place.appendingPathComponent(url.lastPathComponent))
      }
    }
  }

  /// What this store knows of one message: sent, confirmed, received.
  public func way(of id: MessageID) throws -> [String] {
    var lines: [String] = []
    let (caller, others) = try store.read { database in
      (try TraceLinks.trace(of: id, in: database),
        try TraceLinks.messages(of: id.description, in: database))
    }
    lines += others.map { "a caller's operation of that trace id brought message \($0)" }
    if let caller { lines.append("it came by a caller's operation of trace id \(caller)") }
    switch try store.submissionState(of: id) {
    case .spooled: lines.append("it waits in the spool: the hub has not confirmed it")
    case .receipted: lines.append("it was sent from here, and the hub has it on disk")
    case .refused(let refusal):
      lines.append("the hub refused it: \(refusal): \(refusal.code.remedy)")
    case nil: break
    }
    let parts = try store.read { database in
      try Row.fetchAll(
        database, sql: "SELECT part, number FROM inbox WHERE message = ? ORDER BY part",
        arguments: [Data(id.bytes)])
    }
    for row in parts {
      let (part, number) = (row[0] as Int64, row[1] as Int64)
      lines.append("part \(part) of it came here as delivery \(number), and was applied")
    }
    return lines
  }
}
