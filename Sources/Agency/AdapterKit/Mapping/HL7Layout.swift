import Crypto
import Foundation
import Operations

/// Messages of HL7 version 2, one record each, whose fields stand at places such as `PID-5.1`.
struct HL7Layout: Sendable {
  /// What each type of message adds to its record: `ADT^A03` may mean `event: released`.
  let messages: [String: [String: String]]
  /// Types that the sender may send and nobody here needs: acknowledged, and nothing more.
  let ignored: Set<String>
  /// MSH-11: `P` alone, unless a test feed is wanted.
  let processing: Set<String>
  let places: [String: HL7Path]

  var ownFields: Set<String> { Set(messages.values.flatMap(\.keys)) }

  init?(_ fields: YAMLFields, _ texts: [String: String]) {
    let typed = fields.required(
      "messages", .keyed(byTextOf: .keyed(byTextOf: .text())))
    ignored = Set(fields.value("ignore", .list(of: .text()), default: []))
    processing = Set(fields.value("processing", .list(of: .text()), default: ["P"]))
    guard let typed else { return nil }
    messages = Dictionary(
      typed.map { type in
        (type.key, Dictionary(type.value.map { ($0.key, $0.value) }) { $1 })
      }, uniquingKeysWith: { $1 })
    for type in messages.keys.sorted() + ignored.sorted()
    where type.wholeMatch(of: /[A-Z0-9]{3}\^[A-Z0-9]{3}/) == nil {
      fields.report("messages", "\(type) must be a type and its event, such as ADT^A01")
    }
    var places: [String: HL7Path] = [:]
    for (field, text) in texts.sorted(by: { $0.key < $1.key }) {
      if let place = HL7Path(text) {
        places[field] = place
      } else {
        fields.report("fields", "\(field) \(HL7Path.expectation)")
      }
    }
    self.places = places
  }

  func read(_ bytes: Data) throws(IntakeError) -> TableReader.Table {
    let whole = try HL7Text.text(of: bytes)
    let texts = HL7Text.messages(in: whole)
    guard !texts.isEmpty else {
      throw IntakeError("has no MSH segment", remedy: "Send messages of HL7 version 2.")
    }
    try HL7Text.checkBatch(whole)
    var table = TableReader.Table(header: [], records: [], isTruncated: false, bad: [])
    for (index, text) in texts.enumerated() {
      let form = texts.count > 1 ? index + 1 : nil
      do {
        let message = try HL7Message(text)
        if let record = try record(of: message, form: form) { table.records.append(record) }
      } catch {
        var placed = error
        placed.form = form
        table.bad.append(placed)
      }
    }
    return table
  }

  /// - Returns: `nil` for a message that is ignored.
  private func record(
    of message: HL7Message, form: Int?
  ) throws(IntakeError) -> IntakeRecord? {
    if let refusal = refusal(of: message) { throw refusal.error }
    guard let own = messages[message.type] else { return nil }
    let values = places.mapValues { message.value($0) }
    return IntakeRecord(line: nil, form: form, values: values.merging(own) { $1 })
  }

  /// Whether it is one message that is acknowledged and not used.
  func isIgnored(_ bytes: Data) -> Bool {
    guard let text = try? HL7Text.text(of: bytes), HL7Text.messages(in: text).count == 1,
      let message = try? HL7Message(text)
    else { return false }
    return refusal(of: message) == nil && messages[message.type] == nil
  }

  /// Why a message cannot be taken whatever it says, with the code of HL7 table 0357.
  func refusal(of message: HL7Message) -> (code: Int, error: IntakeError)? {
    let type = message.type
    guard messages[type] != nil || ignored.contains(type) else {
      let isKnownType = messages.keys.contains { $0.prefix(3) == type.prefix(3) }
      return (
        isKnownType ? 201 : 200,
        IntakeError(
          field: "MSH-9", "is a type of message that the mapping file does not name",
          remedy: "Name it there under 'messages' or 'ignore', or do not send it.")
      )
    }
    guard processing.contains(message.value("MSH-11.1")) else {
      return (
        202,
        IntakeError(
          field: "MSH-11", "is not of the processing that is taken here",
          remedy: "Send \(processing.sorted().joined(separator: " or ")), or name it in the "
            + "mapping file under 'processing'.")
      )
    }
    guard message.value("MSH-12.1").isEmpty || message.value("MSH-12.1").hasPrefix("2.") else {
      return (203, IntakeError(field: "MSH-12", "is not version 2", remedy: "Send version 2."))
    }
    return nil
  }

  /// Where a field stands, as ERR-2 names a place: segment, which of them, field, repetition,
  /// component.
  func location(of field: String) -> String? {
    guard let path = places[field] ?? HL7Path(field) else { return nil }
    var parts = [path.segment, "\(path.occurrence)", "\(path.field)"]
    if let component = path.component { parts += ["1", "\(component)"] }
    return parts.joined(separator: "^")
  }

  /// Tells a message from every other: by its sender's control id (MSH-10), and by what it says
  /// apart from the moment at which it was sent. A control id that comes again with another
  /// message is another message: senders begin to count anew.
  /// - Returns: `nil` for what is no single message with a control id.
  func identity(of bytes: Data) -> Data? {
    guard let text = try? HL7Text.text(of: bytes), HL7Text.messages(in: text).count == 1,
      let message = try? HL7Message(text), !message.controlID.isEmpty
    else { return nil }
    var hash = SHA256()
    hash.update(data: Data("hl7\u{0}\(message.sender)\u{0}\(message.controlID)\u{0}".utf8))
    for segment in message.segments {
      var fields = segment.fields
      if segment.name == "MSH", fields.count > 7 { fields[7] = "" }
      hash.update(data: Data((fields.joined(separator: "|") + "\r").utf8))
    }
    return Data(hash.finalize())
  }
}
