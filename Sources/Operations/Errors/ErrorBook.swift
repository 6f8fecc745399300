public import HubModel
public import ZeroMQ

/// What a code means: what happened, why, and the next step.
public struct ErrorNote: Codable, Hashable, Sendable {
  /// Part of the interface: it never changes its meaning. Wording may.
  public let code: String
  public let happened: String
  public let why: String
  public let next: String
  /// Whether the same thing may succeed later without being changed.
  public let passesByItself: Bool

  init(
    _ code: String, happened: String, why: String, next: String, passesByItself: Bool = false
  ) {
    self.code = code
    self.happened = happened
    self.why = why
    self.next = next
    self.passesByItself = passesByItself
  }
}

/// Every code that a person can meet: the hub's own, and those of commands, daemons and stores.
public enum ErrorBook {
  /// In the order of their codes.
  public static let all: [ErrorNote] =
    (ErrorCode.allCases.map(\.note) + own + keeping + desk).sorted { $0.code < $1.code }

  public static func note(_ code: String) -> ErrorNote? { all.first { $0.code == code } }

  /// The code that is written most like this one.
  public static func near(_ code: String) -> String? {
    NearestWord.to(code, among: all.map(\.code))
  }
}

/// An error with a code that ``ErrorBook`` explains.
public protocol CodedError: Error {
  var stableCode: String { get }
}

extension AdminError: CodedError {
  public var stableCode: String {
    switch self {
    case .noAnswer: "admin-no-answer"
    case .forbidden: "admin-forbidden"
    case .folderIsOpen: "admin-folder-open"
    case .pathTooLong: "admin-path-too-long"
    case .notAnAnswer: "admin-not-an-answer"
    case .transport: "admin-transport"
    }
  }
}

extension ConfigurationError: CodedError {
  public var stableCode: String { "configuration" }
}

extension Refusal: CodedError {
  public var stableCode: String { code.rawValue }
}

extension CriminalJusticeRouteError: CodedError {
  public var stableCode: String { "criminal-justice-route" }
}

extension CoreDumpsAllowed: CodedError {
  public var stableCode: String { "core-dumps" }
}

extension EnrolmentError: CodedError {
  public var stableCode: String { "enrolment" }
}

extension CannotBecome: CodedError {
  public var stableCode: String { "cannot-become" }
}

extension FolderError: CodedError {
  public var stableCode: String { "folder" }
}

extension ZeroMQError: CodedError {
  public var stableCode: String { "socket" }
}

extension Progress.Stopped: CodedError {
  public var stableCode: String { "stopped" }
}
