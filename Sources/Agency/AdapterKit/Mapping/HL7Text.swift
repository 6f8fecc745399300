import Foundation

/// Characters of HL7 messages.
enum HL7Text {
  /// By MSH-18 (HL7 table 0211), of which only the first counts. Without it UTF-8 where it is
  /// valid, else Windows-1252.
  static func text(of bytes: Data) throws(IntakeError) -> String {
    guard bytes.count <= TableReader.largestFile else {
      throw IntakeError("is larger than 64 MiB", remedy: "Split it.")
    }
    let bytes = unmarked(bytes)
    let encoding: String.Encoding?
    // The table's names, and those that senders have for the same.
    switch characterSet(of: bytes).filter({ $0.isLetter || $0.isNumber }) {
    case "", "ASCII", "USASCII": return try TableText.text(of: bytes)
    case "UNICODEUTF8", "UTF8", "UNICODE": encoding = .utf8
    case "88591", "ISO88591", "LATIN1": encoding = .isoLatin1
    case "88592", "ISO88592": encoding = .isoLatin2
    case "885915", "ISO885915": encoding = String.Encoding(iana: "iso-8859-15")
    case "WINDOWS1252", "CP1252", "WE8MSWIN1252": encoding = .windowsCP1252
    default: encoding = nil
    }
    guard let encoding else {
      throw IntakeError(
        field: "MSH-18", "names a character set that is not read here",
        remedy: "Send UNICODE UTF-8, ASCII, 8859/1, 8859/2 or 8859/15.")
    }
    guard let text = String(data: bytes, encoding: encoding), !text.utf8.contains(0) else {
      throw IntakeError(
        field: "MSH-18", "names a character set that the message is not in",
        remedy: "Send the message in the character set that it names.")
    }
    return text
  }

  /// Without the mark that some systems begin every file with.
  static func unmarked(_ bytes: Data) -> Data {
    bytes.starts(with: [0xef, 0xbb, 0xbf]) ? Data(bytes.dropFirst(3)) : bytes
  }

  /// A segment ends with a carriage return; what else comes there in files: line feeds, and the
  /// frames of MLLP where somebody wrote down what came over the wire.
  static func endsSegment(_ letter: Character) -> Bool {
    switch letter {
    case "\r", "\n", "\r\n", "\u{0b}", "\u{1c}": true
    default: false
    }
  }

  private static func characterSet(of bytes: Data) -> String {
    let start = bytes.prefix(4_096).drop { [9, 10, 11, 13, 32].contains($0) }
    let line = start.prefix { $0 != 13 && $0 != 10 }
    guard line.count > 8, line.starts(with: Data("MSH".utf8)) else { return "" }
    let separator = line[line.startIndex + 3]
    let fields = line.split(separator: separator, omittingEmptySubsequences: false)
    guard fields.count > 17 else { return "" }
    let first = fields[17].prefix { $0 != UInt8(ascii: "~") && $0 != UInt8(ascii: "^") }
    return String(decoding: first, as: UTF8.self).trimmed.uppercased()
  }

  /// The messages of a batch, or the one that there is.
  static func messages(in text: String) -> [String] {
    var messages: [String] = []
    for line in lines(of: text) {
      if line.hasPrefix("MSH") {
        messages.append(String(line))
      } else if !messages.isEmpty, !envelopes.contains(String(line.prefix(3))) {
        messages[messages.count - 1] += "\r" + line
      }
    }
    return messages
  }

  /// Around the messages of a batch and of a file.
  private static let envelopes: Set<String> = ["FHS", "BHS", "BTS", "FTS"]

  private static func lines(of text: String) -> [Substring] {
    text.split(whereSeparator: endsSegment).map { $0.drop { $0.isWhitespace } }
  }

  /// Whether a batch is whole: what has a header has its trailer, and as many messages as it says.
  static func checkBatch(_ text: String) throws(IntakeError) {
    var (inBatch, batches, isInFile) = (0, 0, false)
    var isOpen = false
    var separator: Character = "|"
    func check(_ line: Substring, _ name: String, _ found: Int) throws(IntakeError) {
      let fields = line.split(separator: separator, omittingEmptySubsequences: false)
      guard fields.count > 1, let said = Int(String(fields[1]).trimmed), said != found else {
        return
      }
      throw IntakeError(
        field: "\(name)-1", "says \(said), and there are \(found)",
        remedy: "Transfer the file again, whole.")
    }
    for line in lines(of: text) {
      switch line.prefix(3) {
      case "MSH": inBatch += 1
      case "FHS", "BHS":
        separator = line.dropFirst(3).first ?? "|"
        if line.hasPrefix("FHS") { isInFile = true } else { (isOpen, inBatch) = (true, 0) }
      case "BTS":
        try check(line, "BTS", inBatch)
        (isOpen, batches) = (false, batches + 1)
      case "FTS":
        try check(line, "FTS", batches)
        isInFile = false
      default: break
      }
    }
    guard !isOpen, !isInFile else {
      throw IntakeError(
        field: isOpen ? "BTS" : "FTS", "is missing: the batch ends too early",
        remedy: "Transfer the file again, whole.")
    }
  }

  /// Replaces `\F\` and its kin; what is mere layout (`\.br\`, `\H\`) becomes a space or nothing.
  /// An escape that is not closed or not known stays as it stands.
  static func unescaped(_ text: Substring, _ signs: HL7Message.Signs) -> String {
    guard let escape = signs.escape, text.contains(escape) else { return String(text) }
    var result = ""
    var rest = text
    while let start = rest.firstIndex(of: escape) {
      result += rest[..<start]
      let after = rest.index(after: start)
      guard let end = rest[after...].firstIndex(of: escape) else {
        result += rest[start...]
        return result
      }
      let word = rest[after..<end]
      result += letters(word, signs) ?? "\(escape)\(word)\(escape)"
      rest = rest[rest.index(after: end)...]
    }
    return result + rest
  }

  private static func letters(_ word: Substring, _ signs: HL7Message.Signs) -> String? {
    switch word {
    case "F": return String(signs.field)
    case "S": return String(signs.component)
    case "R": return String(signs.repetition)
    case "T": return String(signs.subcomponent)
    case "E": return signs.escape.map(String.init)
    case "H", "N": return ""
    default: break
    }
    if word.hasPrefix(".") { return " " }
    guard word.hasPrefix("X") else { return nil }
    let digits = Array(word.dropFirst())
    guard !digits.isEmpty, digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let byte = UInt8(String(digits[index...(index + 1)]), radix: 16) else { return nil }
      bytes.append(byte)
    }
    let text =
      String(validating: bytes, as: UTF8.self)
      ?? String(data: Data(bytes), encoding: .windowsCP1252)
    // Line ends and the like would upset whatever shows the value.
    return text.map { String($0.map { $0.isNewline || $0.asciiValue == 0 ? " " : $0 }) }
  }
}

extension String.Encoding {
  /// - Returns: `nil` where Foundation does not know it.
  init?(iana name: String) {
    guard name == "iso-8859-15" else { return nil }
    self.init(rawValue: 0x8000_020f)
  }
}
