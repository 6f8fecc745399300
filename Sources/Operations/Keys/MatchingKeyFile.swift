import HubModel

/// The program's matching key: 32 random bytes that all its adapters share and the router does not
/// have. Identifiers travel as HMACs under it, so that the router can tell equal ones apart from
/// others but cannot compute one from a name.
public struct MatchingKeyFile: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// 32 bytes. Never log them.
  public let bytes: [UInt8]

  public static func generate() -> MatchingKeyFile {
    var random = SystemRandomNumberGenerator()
    return MatchingKeyFile(
      bytes: (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) })
  }

  /// Reads the file, which only its owner may be able to read. Errors never show the key.
  public static func load(_ path: String) throws(ConfigurationError) -> MatchingKeyFile {
    try StrictYAML.parse(TextFile.readSecret(path), file: path).read { fields in
      let bytes = fields.required("matching-key", YAMLValue<[UInt8]>.hex(bytes: 32, isSecret: true))
      return bytes.map { MatchingKeyFile(bytes: $0) }
    }
  }

  /// Writes a new file with mode 600; one that exists is never replaced, because a program whose
  /// adapters have different keys matches nobody.
  public func write(to path: String) throws(ConfigurationError) {
    let text = """
      # Matching key of the program, the same for every agency's adapter and unknown to the router.
      # It turns identifiers into tokens; whoever has it can test guesses against tokens.
      # Hand it over in person or by a sealed channel; keep it mode 600.
      matching-key: "\(Hex.encode(bytes))"

      """
    try TextFile.write(text, to: path, mode: 0o600, overwrites: false)
  }

  public var description: String { "MatchingKeyFile(not shown)" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
