import Operations

/// Why somebody could not sign in by the agency's identity provider. The words are for the log and
/// for whoever runs the desk; they hold nothing of the token.
enum SignOnProblem: Error, Sendable, Hashable {
  /// The provider cannot be reached, or does not say what it must.
  case provider(String)
  /// The provider refused the code: used before, too old, or of another client.
  case code(String)
  /// The ID token cannot be believed.
  case token(String)
  /// The person had to show again who they are, and the provider did not ask.
  case notAskedAgain
  /// This browser began no sign-in, or another one, or too long ago.
  case stranger
  /// The person gave up, or the provider let them not.
  case refused
  /// No claim gives a role at this desk.
  case noRole
  /// The name claim gives no name that can be an account's.
  case noName
  /// The name belongs to an account that is not this person's.
  case nameTaken
  case isOff
  /// The provider's order to end sessions cannot be believed.
  case signOut(String)

  var words: String {
    switch self {
    case .provider(let words): "the identity provider: \(words)"
    case .code(let words): "the code was refused: \(words)"
    case .token(let words): "the ID token was refused: \(words)"
    case .notAskedAgain: "the identity provider did not ask the person again (auth_time)"
    case .stranger: "no sign-in of this browser is under way"
    case .refused: "the person or the identity provider refused"
    case .noRole: "no value of the role claim gives a role"
    case .noName: "the name claim gives no usable name"
    case .nameTaken: "another account has the name"
    case .isOff: "the account is off"
    case .signOut(let words): "the logout token was refused: \(words)"
    }
  }
}

extension SignOnProblem: CodedError {
  var stableCode: String {
    switch self {
    case .signOut: "sign-out-refused"
    case .provider, .code, .token, .notAskedAgain: "sign-on-provider"
    case .stranger, .refused, .noRole, .noName, .nameTaken, .isOff: "sign-on-refused"
    }
  }
}
