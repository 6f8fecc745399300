import ArgumentParser
import Foundation
import HubModel
import HubProtocol
import Operations

/// What a check of a file came to, for people, for programs and for monitoring.
enum AuditOutcome {
  private struct Document<Content: Encodable>: Encodable {
    var state: String
    var code: String?
    var error: String?
    var line: Int?
    var position: UInt64?
    var content: Content?
  }

  /// Prints the outcome of `check` and ends with its exit code.
  static func tell<Content: Encodable>(
    json: Bool, _ check: () throws -> (Content, String, Health)
  ) throws {
    do {
      let (content, text, health) = try check()
      if json {
        try Printing.json(Document(state: health.word, content: content))
      } else {
        print("\(Paint.forTerminal.health(health.word, health)): \(text)")
      }
      try health.exit()
    } catch let flaw as AuditFlaw {
      // What is no export at all proves nothing either way.
      let isForeign = flaw.kind == .malformed && flaw.line <= 1
      try complain(flaw.description, isForeign ? .unknown : .critical, json, Content.self, flaw)
    } catch let error as LineFile.Unreadable {
      try complain(error.description, .unknown, json, Content.self, nil)
    }
  }

  private static func complain<Content: Encodable>(
    _ text: String, _ health: Health, _ json: Bool, _ type: Content.Type, _ flaw: AuditFlaw?
  ) throws {
    if json {
      try Printing.json(
        Document<Content>(
          state: health.word, code: flaw?.kind.rawValue, error: text,
          line: flaw.flatMap { $0.line > 0 ? $0.line : nil }, position: flaw?.position))
    } else {
      print("\(Paint.forTerminal.health(health.word, health)): \(LogText.escaped(text))")
    }
    try health.exit()
  }
}

/// What a proof proves.
struct ProvenEntry: Codable, Hashable {
  var position: UInt64
  var kind: String
  var at: Int64
  var actor: String
  var message: String?
  var recipient: String?
  var part: UInt16?
  var number: UInt64?
  var topic: String?
  var releases: [String]
  var reasons: [String]
  var consentPosition: UInt64
  var agreementVersion: UInt32
  var checkpointSize: UInt64
  var checkpointAt: Int64
  var key: String

  init(_ leaf: AuditLeaf, _ proof: AuditProof) {
    let entry = leaf.entry
    position = leaf.index
    kind = entry.kind.word
    at = entry.at.milliseconds
    actor = entry.actor.text
    message = entry.message?.description
    recipient = entry.recipient?.text
    part = entry.part
    number = entry.number
    topic = entry.topic?.rawValue
    releases = entry.releases.map { "\($0.id) v\($0.version)" }
    reasons = entry.reasons
    consentPosition = entry.consentPosition
    agreementVersion = entry.agreementVersion
    checkpointSize = proof.checkpoint.checkpoint.size
    checkpointAt = proof.checkpoint.checkpoint.at.milliseconds
    key = Hex.encode(proof.key)
  }

  func text(_ moment: Moment) -> String {
    var lines = [
      "entry \(position) of the log: \(kind), \(moment.text(at))",
      "message \(message ?? "-") (\(topic ?? "-")) to \(recipient ?? "-")"
        + (part.map { ", part \($0)" } ?? "") + (number.map { ", number \($0)" } ?? ""),
    ]
    if !reasons.isEmpty { lines.append("because: \(reasons.joined(separator: ", "))") }
    if !releases.isEmpty {
      lines.append(
        "release: \(releases.joined(separator: ", ")), as of consent position \(consentPosition)")
    }
    lines.append(
      "in the checkpoint over \(checkpointSize) entries, \(moment.text(checkpointAt)), "
        + "signed by \(key)")
    return lines.map(LogText.escaped).joined(separator: "\n")
  }
}

/// Where a document goes: a file that only its owner may read, or standard output.
struct OutputStream {
  private let handle: FileHandle
  private let isFile: Bool

  init(_ path: String) throws {
    isFile = path != "-"
    guard isFile else {
      handle = .standardOutput
      return
    }
    guard
      FileManager.default.createFile(
        atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]),
      let handle = FileHandle(forWritingAtPath: path)
    else { throw ValidationError("\(LogText.escaped(path)) cannot be written.") }
    self.handle = handle
  }

  func write(_ text: String) throws { try handle.write(contentsOf: Data(text.utf8)) }

  func close() throws {
    guard isFile else { return }
    try handle.synchronize()
    try handle.close()
  }
}
