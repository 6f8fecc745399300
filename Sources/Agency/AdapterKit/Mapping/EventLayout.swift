import Crypto
import Foundation
import Operations

/// CloudEvents documents: one, or a batch of them, whose `data` are the records. With `fields` the
/// values stand at paths within `data`; without, `data` is a form of the adapter's own.
struct EventLayout: Sendable {
  let places: [String: JSONPath]

  init(places: [String: JSONPath]) { self.places = places }

  init?(_ fields: YAMLFields, _ texts: [String: String]) {
    var places: [String: JSONPath] = [:]
    for (field, text) in texts.sorted(by: { $0.key < $1.key }) {
      if let place = JSONPath(text) {
        places[field] = place
      } else {
        fields.report("fields", "\(field) \(JSONPath.expectation)")
      }
    }
    self.places = places
  }

  func read(_ bytes: Data) throws(IntakeError) -> TableReader.Table {
    let events = try Self.events(in: bytes)
    var table = TableReader.Table(header: [], records: [], isTruncated: false, bad: [])
    for (index, event) in events.enumerated() {
      let form = events.count > 1 ? index + 1 : nil
      do throws(IntakeError) {
        table.records.append(
          IntakeRecord(line: nil, form: form, values: try values(of: event)))
      } catch {
        var placed = error
        placed.form = form
        table.bad.append(placed)
      }
    }
    table.names = Set(table.records.flatMap(\.values.keys))
    return table
  }

  private func values(of event: [String: Any]) throws(IntakeError) -> [String: String] {
    guard event["specversion"] as? String == "1.0" else {
      throw IntakeError(
        field: "specversion", "is not 1.0", remedy: "Send a CloudEvents 1.0 document.")
    }
    for key in ["id", "source", "type"] where (event[key] as? String)?.isEmpty != false {
      throw IntakeError(field: key, "is empty or missing", remedy: "CloudEvents asks for it.")
    }
    guard let data = Self.data(of: event) else {
      throw IntakeError(field: "data", "is not an object", remedy: "Put the record there.")
    }
    guard places.isEmpty else {
      return places.mapValues { path in
        path.values(in: data).compactMap(FormReader.text(of:)).joined(separator: ";")
      }
    }
    var values: [String: String] = [:]
    for (name, value) in data {
      guard let text = FormReader.text(of: value) else {
        throw IntakeError(
          field: FormReader.printable(name), "has parts of its own",
          remedy: "Write a plain value or list.")
      }
      values[name] = text
    }
    return values
  }

  /// The record; some senders' libraries encode it whatever it is.
  private static func data(of event: [String: Any]) -> [String: Any]? {
    if let data = event["data"] { return data as? [String: Any] }
    return (event["data_base64"] as? String).flatMap { Data(base64Encoded: $0) }
      .flatMap { try? JSONSerialization.jsonObject(with: $0) } as? [String: Any]
  }

  private static func events(in bytes: Data) throws(IntakeError) -> [[String: Any]] {
    guard let document = try? JSONSerialization.jsonObject(with: bytes) else {
      throw IntakeError("is not a JSON document", remedy: "Check its commas and quotes.")
    }
    let objects = (document as? [Any]) ?? [document]
    let events = objects.compactMap { $0 as? [String: Any] }
    guard events.count == objects.count, !events.isEmpty else {
      throw IntakeError(
        "is not a CloudEvents document", remedy: "Send one JSON object, or a list of them.")
    }
    return events
  }

  /// By source and id, which tell an event from every other: the same again is the same event,
  /// whatever else it says.
  func identity(of bytes: Data) -> Data? {
    guard let events = try? Self.events(in: bytes) else { return nil }
    var hash = SHA256()
    hash.update(data: Data("cloudevents".utf8))
    for event in events {
      guard let source = event["source"] as? String, let id = event["id"] as? String,
        !source.isEmpty, !id.isEmpty
      else { return nil }
      hash.update(data: Data("\u{0}\(source)\u{0}\(id)".utf8))
    }
    return Data(hash.finalize())
  }
}
