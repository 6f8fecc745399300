public import Keys
public import Ledger
public import Operations

extension RouterStartError: CodedError {
  public var stableCode: String {
    switch self {
    case .wrongProgram: "wrong-program-agreement"
    case .authenticatorEnded: "authenticator-ended"
    }
  }
}

/// Why a router does not start, or ends.
public enum RouterStartError: Error, Hashable, Sendable, CustomStringConvertible {
  case wrongProgram(String, String)
  case authenticatorEnded(String)

  public var description: String {
    switch self {
    case .wrongProgram(let agreement, let configuration):
      "the agreement is of program \(agreement), the router's configuration of \(configuration): "
        + "give both the same"
    case .authenticatorEnded(let why):
      "the ZAP handler ended (\(why)): no key could be checked any more, so the router stops; "
        + "start it again"
    }
  }
}

extension LedgerError: CodedError {
  public var stableCode: String { kind.rawValue }
}

extension KeyStoreError: CodedError {
  public var stableCode: String { kind.rawValue }
}
