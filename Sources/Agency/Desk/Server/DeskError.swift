public import Operations

/// Why a desk cannot be opened, or an account not changed.
public enum DeskError: Error, Sendable, Hashable, CustomStringConvertible {
  case noCertificate(String)
  case badCertificate(String, String)
  /// Where it was to be served, and what the system says.
  case address(String, String)
  /// The desk's own file, and what SQLite says; it quotes no value.
  case store(String, String)
  case newerStore(String)
  case openssl(String)
  case account(String)

  public var description: String {
    switch self {
    case .noCertificate(let path):
      "the desk cannot read \(path): give 'certificate' and 'key' in the section 'desk', or make "
        + "one for yourself with the command 'desk certificate'"
    case .badCertificate(let certificate, let key):
      "\(certificate) and \(key) are no certificate with its key in PEM: replace them, or make new "
        + "ones with the command 'desk certificate'"
    case .address(let address, let reason):
      "the desk cannot be served at \(address) (\(reason)): end what else has the port, or change "
        + "'bind' or 'port' in the section 'desk'"
    case .store(let path, let reason):
      "the desk's file \(path) cannot be used (\(reason)): check its owner, the disk and its space"
    case .newerStore(let path):
      "\(path) was written by a newer program: install that one, or restore a backup of the file"
    case .openssl(let text): "openssl could not make a certificate: \(text)"
    case .account(let text): text
    }
  }
}

extension DeskError: CodedError {
  public var stableCode: String {
    switch self {
    case .noCertificate, .badCertificate: "desk-certificate"
    case .address: "desk-address"
    case .store: "desk-store"
    case .newerStore: "desk-store-newer-than-program"
    case .openssl, .account: "desk"
    }
  }
}
