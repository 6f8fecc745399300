/// Why a file is not read as a consent (or a request): which file, which element, what is wrong
/// there and what could be done. It never quotes what the file says about a person.
public struct ConsentRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  public let file: String
  /// From the resource's type on: `Consent.provision.provision[0].type`; for text that is not
  /// JSON, line and column.
  public let path: String
  public let reason: String

  public init(file: String, path: String, reason: String) {
    self.file = file
    self.path = path
    self.reason = reason
  }

  public var description: String { "\(file): \(path): \(reason)" }
}
