public import HubModel

/// One entry of the log and its place there.
public struct LoggedEntry: Hashable, Sendable {
  public let position: UInt64
  public let entry: AuditEntry
  public init(position: UInt64, _ entry: AuditEntry) {
    self.position = position
    self.entry = entry
  }
}

/// For whom something is explained.
public enum ExplanationReader: String, CaseIterable, Hashable, Sendable {
  /// The person it is about: plain words, no codes, and everything that was done with it.
  case participant
  /// An agency: what it was told or said itself. Of everything else it gets the same few words,
  /// whether there is something or not.
  case agency
  /// Everything, with the rules.
  case auditor
}

/// Why what became of one message became of it, from the log's entries alone: the same entries and
/// the same calendar give the same bytes, whether they come from the router or from an export.
public struct Explanation: Hashable, Sendable {
  /// What an agency reads that may not know: a stranger's message, one withheld from it, and one
  /// that never was look alike to it.
  public static let nothing = "No information is available.\n"

  public let message: MessageID
  /// In the order of the log.
  public let entries: [LoggedEntry]

  /// - Parameter entries: of which those that name the message count.
  public init(of message: MessageID, from entries: some Sequence<LoggedEntry>) {
    self.message = message
    self.entries = entries.filter { $0.entry.message == message }
      .sorted { $0.position < $1.position }
  }

  /// The explanation in lines, each ended by a line break.
  /// - Parameter recipient: for the participant and the auditor, narrows it to one recipient; for
  ///   an agency, says which one asks.
  public func text(
    for reader: ExplanationReader, recipient: AgencyID?, days: DayWords = DayWords()
  ) -> String {
    let lines =
      switch reader {
      case .participant: ParticipantRendering(self, recipient, days).lines
      case .auditor: AuditorRendering(self, recipient, days).lines
      case .agency: AgencyRendering(self, recipient, days).lines
      }
    return lines.map { Self.escaped($0) + "\n" }.joined()
  }

  /// What could upset a terminal or stand for a line break is spelled out.
  static func escaped(_ line: String) -> String {
    var text = ""
    for scalar in line.unicodeScalars {
      switch scalar.value {
      case 0..<0x20, 0x7f..<0xa0, 0x200b..<0x2010, 0x2028..<0x202f, 0x2066..<0x206a, 0xfeff:
        text += "\\u{" + String(scalar.value, radix: 16) + "}"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}

/// What became of one part for one recipient.
struct PartHistory {
  enum Outcome {
    case sent, stoppedAfterSending, withheld, waiting, queued, lapsed
  }
  let recipient: AgencyID
  let part: UInt16
  /// Never empty.
  private(set) var entries: [LoggedEntry]

  /// Those of an explanation, in the order in which they begin.
  static func all(in explanation: Explanation, toward recipient: AgencyID?) -> [PartHistory] {
    var all: [PartHistory] = []
    for logged in explanation.entries {
      guard let agency = logged.entry.recipient, let part = logged.entry.part,
        recipient == nil || agency == recipient
      else { continue }
      if let index = all.firstIndex(where: { $0.recipient == agency && $0.part == part }) {
        all[index].entries.append(logged)
      } else {
        all.append(PartHistory(recipient: agency, part: part, entries: [logged]))
      }
    }
    return all
  }

  func last(_ kinds: AuditEntry.Kind...) -> LoggedEntry? {
    entries.last { kinds.contains($0.entry.kind) }
  }

  var released: LoggedEntry? { entries.first { $0.entry.kind == .released } }

  /// How it stands, and the entry that says so; `nil` where no entry decides.
  var outcome: (Outcome, LoggedEntry)? {
    if let released {
      return last(.voided).map { (.stoppedAfterSending, $0) } ?? (.sent, released)
    }
    guard let final = last(.withheld, .held, .permitted, .lapsed, .voided) else { return nil }
    switch final.entry.kind {
    case .held: return (.waiting, final)
    case .permitted: return (.queued, final)
    case .lapsed: return (.lapsed, final)
    default: return (.withheld, final)
    }
  }
}
