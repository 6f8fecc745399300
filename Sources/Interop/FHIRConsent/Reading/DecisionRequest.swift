public import Foundation

/// What is asked: may these be told this, for that?
public struct DecisionRequest: Sendable {
  /// Each entry is one recipient by all the names it was given. Empty: nobody was named.
  let recipients: [[Party]]
  /// Empty: no purpose was named.
  let purposes: [Coding]
  /// Empty: no action was named.
  let actions: [String]
  let categories: [Coding]
  let patient: Party?
  let custodians: [Party]
  /// The resources to decide on; `nil` where none were given.
  let resources: [ResourceFacts]?
  let directory: Directory
  /// Site codes and the purpose that each stands under.
  let hierarchy: [Coding: Coding]
  /// The FHIR server that relative references belong to, if the request names it.
  public let base: String?
  /// What in the request was not used.
  let notes: [String]

  /// Most recipients times purposes times actions in one request.
  static let maximumCombinations = 1_024

  /// - Parameters:
  ///   - load: reads a file that the request names, by the path as written.
  public static func read(
    _ bytes: [UInt8], file: String, zone: TimeZone = .gmt, base: String? = nil,
    load: @escaping (String) throws -> [UInt8]
  ) throws(ConsentRefusal) -> DecisionRequest {
    let value = try RequestReader.parse(bytes, file: file)
    guard let object = value.object else {
      throw ConsentRefusal(
        file: file, path: "request", reason: "is \(value.kind), an object is expected")
    }
    var reader = RequestReader(object: object, file: file, zone: zone, base: base, load: load)
    return try reader.request()
  }
}

