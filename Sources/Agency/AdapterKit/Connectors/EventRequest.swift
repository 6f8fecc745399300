import Foundation
import HTTPTypes

/// A CloudEvent as a request carries it (CloudEvents 1.0, HTTP protocol binding): whole in its body
/// (structured, or a batch), or with its attributes in `ce-` headers and its data as the body
/// (binary). Either becomes one document in the structured form, which is what is kept.
struct EventRequest: Sendable {
  /// As they are asked for.
  static let types = [
    "application/cloudevents+json", "application/cloudevents-batch+json",
    "application/json (with the attributes in ce- headers)",
  ]
  private static let whole = ["application/cloudevents+json", "application/cloudevents-batch+json"]
  /// More than any event has.
  private static let mostAttributes = 50

  /// `nil` where the body is the whole event.
  private let attributes: [String: String]?

  /// - Returns: `nil` for a media type that is not taken.
  init?(_ headers: HTTPFields) {
    let type = headers[.contentType]?.split(separator: ";").first.map { String($0).trimmed }
    guard let type = type?.lowercased() else { return nil }
    if Self.whole.contains(type) {
      attributes = nil
      return
    }
    guard type == "application/json" || type.hasSuffix("+json") else { return nil }
    var found: [String: String] = [:]
    for header in headers {
      let name = header.name.canonicalName
      guard name.hasPrefix("ce-"), found.count < Self.mostAttributes else { continue }
      let attribute = String(name.dropFirst(3))
      guard attribute.wholeMatch(of: /[a-z0-9]{1,20}/) != nil, attribute != "data" else { continue }
      let value = header.value.removingPercentEncoding ?? header.value
      found[attribute] = found[attribute].map { $0 + ", " + value } ?? value
    }
    // A document that does not say of itself what it is, as many senders' do.
    attributes = found.isEmpty ? nil : found
  }

  /// The event as a document. Data that are no JSON stand in it encoded, to be refused and kept.
  func document(_ body: Data) -> Data {
    guard let attributes else { return body }
    guard
      let head = try? JSONSerialization.data(
        withJSONObject: attributes, options: [.sortedKeys, .withoutEscapingSlashes])
    else { return body }
    let isJSON =
      (try? JSONSerialization.jsonObject(with: body, options: [.fragmentsAllowed])) != nil
      && String(validating: body, as: UTF8.self) != nil
    let data =
      isJSON
      ? Data(#","data":"#.utf8) + body
      : Data(#","data_base64":"\#(body.base64EncodedString())""#.utf8)
    return head.dropLast() + data + Data("}".utf8)
  }
}
