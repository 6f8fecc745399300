import ArgumentParser
import Crypto
import Foundation
import Glibc
import HubModel
import HubProtocol
import Operations

struct ArchiveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "archive",
    abstract: "Write what is old to a file of the site's own, and check such files.",
    discussion: """
      An archive names people and says what was said of them: it leaves the router encrypted to \
      public keys of age(1), and in no other way unless --plain asks for it. With \
      'archive-first: true' in router.yaml retention removes nothing that no archive holds.
      """,
    subcommands: [Export.self, Verify.self])

  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write every message that was accepted before a day, with what became of it.",
      discussion: """
        Each with its entries of the log and the path to a checkpoint that the router signed. The \
        archive's hash stands in the log. Without --before it is what retention would remove now.
        """)

    @Option(name: .shortAndLong, help: "The file to write; nothing may be there.")
    var output: String
    @Option(help: "A file of recipients: public keys of age(1), one a line.")
    var recipients = "/etc/accord/backup-recipients"
    @Option(help: "A day as 2026-11-21, or a time as 2026-11-21T02:10:00Z.") var before: String?
    @Flag(help: "Write it unencrypted: then keep it where nobody else reads.") var plain = false
    @OptionGroup var router: RouterOptions

    func validate() throws {
      if before != nil, moment == nil {
        throw ValidationError("--before is a day as 2026-11-21, or a time with its offset.")
      }
    }

    private var moment: WallTime? {
      before.flatMap { WallTime(iso8601: $0) ?? WallTime(iso8601: $0 + "T00:00:00Z") }
    }

    func run() throws {
      let file = try ArchiveFile(output, recipients: plain ? nil : recipients)
      let done: AdminRequest
      do {
        done = try write(to: file)
        try file.finish()
      } catch {
        file.remove()
        throw error
      }
      // Only what is whole on disk, under its name, may let retention remove anything. From here on
      // the file stays whatever is answered: the router may have taken note of it.
      guard case .done = try router.ask(done), case .archiveDone(_, let sha256, let messages) = done
      else { throw UnexpectedAnswer() }
      print("\(messages) messages are in \(LogText.escaped(output)), SHA-256 \(sha256).")
    }

    /// - Returns: what the router is to be told once the file is in its place.
    private func write(to file: ArchiveFile) throws -> AdminRequest {
      let progress = Progress("pages", of: 0)
      var hash = SHA256()
      var page = try ask(.archive(before: moment?.milliseconds))
      var messages = 0
      while true {
        let bytes = Data(page.text.utf8)
        hash.update(data: bytes)
        try file.write(bytes)
        messages += page.messages
        guard let next = page.next else { break }
        try progress.step()
        page = try ask(.archivePage(ticket: page.ticket, after: next))
      }
      progress.finish()
      let sha256 = Hex.encode(hash.finalize())
      let end = ArchiveLine(end: ArchiveEnd(messages: messages, sha256: sha256))
      try file.write(Data(try end.text().utf8))
      return .archiveDone(ticket: page.ticket, sha256: sha256, messages: messages)
    }

    private func ask(_ request: AdminRequest) throws -> ArchivePage {
      guard case .archive(let page) = try router.ask(request) else { throw UnexpectedAnswer() }
      return page
    }
  }

  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check an archive offline: its hash, the signature, every message's entries.",
      discussion: "Ends with 0 good, 2 tampered with, 3 not readable.")

    @Argument(help: "The archive, plain or .age.") var file: String
    @Option(help: "The secret key for an encrypted archive.") var identity: String?
    @OptionGroup var key: TrustedKey
    @OptionGroup var output: OutputOptions

    func run() throws {
      try AuditOutcome.tell(json: output.json) { () -> (ArchiveSummary, String, Health) in
        var verifier = ArchiveVerifier(trusting: try key.bytes())
        try ArchiveReading(file, identity: identity).lines { try verifier.take($0) }
        let summary = try verifier.finish()
        let moment = Moment(now: SystemClock().wall())
        let text =
          "\(summary.messages) messages of \(LogText.escaped(summary.program)) before "
          + "\(moment.text(summary.before)), made \(moment.text(summary.made)); "
          + "\(summary.entries) entries of the log lead to the signed checkpoint; SHA-256 "
          + summary.sha256
        return (summary, text, .good)
      }
    }
  }
}

/// An archive being written: through age(1), or in the clear; under its name only once it is whole.
final class ArchiveFile {
  private let path: String
  private var part: String { path + ".part" }
  private let age: Process?
  private let handle: FileHandle

  /// - Parameter recipients: `nil` for an archive in the clear.
  init(_ path: String, recipients: String?) throws {
    self.path = path
    guard !FileManager.default.fileExists(atPath: path) else {
      throw CountyError("\(path) is there already: an archive is never written over a file")
    }
    // Whoever stops reading ends the command with an error, and not with a signal.
    signal(SIGPIPE, SIG_IGN)
    guard FileManager.default.createFile(
      atPath: path + ".part", contents: nil, attributes: [.posixPermissions: 0o600])
    else { throw CountyError("\(path).part cannot be written: check the folder") }
    if let recipients {
      guard let encryption = try Encryption(recipients: recipients) else {
        try? FileManager.default.removeItem(atPath: path + ".part")
        throw CountyError(
          "\(recipients) names nobody to encrypt to: put public keys of age into it, or give "
            + "--plain")
      }
      let pipe = Pipe()
      age = try Age.start(
        ["--encrypt", "-R", encryption.recipients, "-o", path + ".part"], input: pipe)
      handle = pipe.fileHandleForWriting
    } else {
      age = nil
      handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path + ".part"))
    }
  }

  func write(_ data: Data) throws { try handle.write(contentsOf: data) }

  /// Has it whole on disk, under its name; the name itself survives a power cut too.
  func finish() throws {
    try handle.close()
    if let age { try Age.wait(for: age) }
    try Self.flush(part)
    try FileManager.default.moveItem(atPath: part, toPath: path)
    try Self.flush(URL(fileURLWithPath: path).deletingLastPathComponent().path)
  }

  private static func flush(_ path: String) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw CountyError("\(path) cannot be opened to flush it") }
    defer { _ = Glibc.close(descriptor) }
    guard fsync(descriptor) == 0 else { throw CountyError("\(path) could not be flushed to disk") }
  }

  func remove() {
    if age?.isRunning ?? false { age?.terminate() }
    try? FileManager.default.removeItem(atPath: part)
  }
}

/// An archive read line by line; an encrypted one through age(1), so that it is nowhere in the
/// clear.
struct ArchiveReading {
  private let file: String
  private let identity: String?

  init(_ file: String, identity: String?) throws {
    if file.hasSuffix(".age"), identity == nil {
      throw ValidationError("\(LogText.escaped(file)) is encrypted: give --identity.")
    }
    self.file = file
    self.identity = identity
  }

  func lines(_ body: (Data) throws -> Void) throws {
    guard let identity, file.hasSuffix(".age") else {
      guard let handle = FileHandle(forReadingAtPath: file) else {
        throw LineFile.Unreadable(path: file)
      }
      defer { try? handle.close() }
      return try read(handle, body)
    }
    let (pipe, words) = (Pipe(), Pipe())
    let age = try Age.start(["--decrypt", "-i", identity, file], output: pipe, errors: words)
    do {
      try read(pipe.fileHandleForReading, body)
    } catch {
      age.terminate()
      throw error
    }
    let said = String(decoding: words.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    age.waitUntilExit()
    guard age.terminationReason == .exit, age.terminationStatus == 0 else {
      throw BackupNotOpened(file, identity: identity, said: said)
    }
  }

  private func read(_ handle: FileHandle, _ body: (Data) throws -> Void) throws {
    var rest = Data()
    while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty {
      rest.append(piece)
      var start = rest.startIndex
      while let end = rest[start...].firstIndex(of: 0x0a) {
        try body(rest[start..<end])
        start = end + 1
      }
      rest = Data(rest[start...])
      guard rest.count <= ArchiveLine.longest else {
        throw AuditFlaw(.malformed, "a line is too long to be one of an archive")
      }
    }
    guard rest.isEmpty else { throw AuditFlaw(.cut, "the last line was cut") }
  }
}
