import Foundation

/// The text of a table, and the records in it: where each begins, and where a transfer was cut.
enum TableText {
  /// One record as it stands in the file.
  struct Row {
    /// Of its first line, from 1.
    let line: Int
    let text: String
    /// The file ends within a quoted value of this record.
    var isOpen = false
    /// A line end follows.
    var isEnded = true
  }

  /// UTF-16 where a byte order mark says so, UTF-8 where it is valid, else Windows-1252, which is
  /// Latin-1 with letters where Latin-1 has control codes. Line ends become `\n`.
  static func text(of bytes: Data) throws(IntakeError) -> String {
    guard bytes.count <= TableReader.largestFile else {
      throw IntakeError("is larger than 64 MiB", remedy: "Split it.")
    }
    guard let text = decoded(bytes), !text.utf8.contains(0) else {
      throw IntakeError("is not text", remedy: "Export it as text in UTF-8 or Latin-1.")
    }
    return text.replacingOccurrences(of: "\r\n", with: "\n")
      .replacingOccurrences(of: "\r", with: "\n")
  }

  private static func decoded(_ bytes: Data) -> String? {
    if bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) {
      return String(data: bytes, encoding: .utf16)
    }
    let body = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? bytes.dropFirst(3) : bytes[...]
    return String(validating: body, as: UTF8.self)
      ?? String(data: body, encoding: .windowsCP1252) ?? String(data: body, encoding: .isoLatin1)
  }

  /// Cuts the text at the line ends that are not within quotes. A quote opens a value only where
  /// the value begins, so a stray one spoils its own record and not the rest of the file.
  static func rows(of text: String, delimiter: UInt8) -> [Row] {
    var rows: [Row] = []
    var bytes: [UInt8] = []
    var (line, start) = (1, 1)
    var (isQuoted, isAtStart, wasQuote) = (false, true, false)
    for byte in text.utf8 {
      if byte == UInt8(ascii: "\n") {
        line += 1
        if !isQuoted || wasQuote {
          rows.append(Row(line: start, text: String(decoding: bytes, as: UTF8.self)))
          bytes.removeAll(keepingCapacity: true)
          (start, isQuoted, isAtStart, wasQuote) = (line, false, true, false)
          continue
        }
      }
      bytes.append(byte)
      if isQuoted {
        // A quote ends the value, unless a second one follows: then it is one of its letters.
        if byte == UInt8(ascii: "\"") {
          wasQuote.toggle()
        } else if wasQuote {
          (isQuoted, wasQuote, isAtStart) = (false, false, byte == delimiter)
        }
      } else if byte == delimiter {
        isAtStart = true
      } else if byte == UInt8(ascii: "\"") && isAtStart {
        (isQuoted, isAtStart) = (true, false)
      } else if byte != UInt8(ascii: " ") {
        isAtStart = false
      }
    }
    if !bytes.isEmpty {
      rows.append(
        Row(
          line: start, text: String(decoding: bytes, as: UTF8.self),
          isOpen: isQuoted && !wasQuote, isEnded: false))
    }
    return rows
  }

  /// Comma, semicolon, tab and bar, as far as the first lines have any; what they have most of
  /// comes first.
  static func delimiters(of text: String) -> [UInt8] {
    let first = text.utf8.prefix(4_096)
    let candidates: [Unicode.Scalar] = [",", ";", "\t", "|"]
    let counts = candidates.enumerated().map { index, candidate in
      (UInt8(ascii: candidate), first.count { $0 == UInt8(ascii: candidate) }, index)
    }
    let sorted = counts.sorted { $0.1 == $1.1 ? $0.2 < $1.2 : $0.1 > $1.1 }
    return sorted.filter { $0.1 > 0 || $0.0 == sorted[0].0 }.map(\.0)
  }
}
