#if canImport(Glibc)
  import Glibc
#endif

/// As whom a daemon's places are looked at. What the daemon may do can be told by itself and by
/// root in its stead; to anybody else a closed door says nothing about the daemon.
public struct Onlooker: Hashable, Sendable {
  public var user: UInt32
  /// The user whom the daemon runs as, where that is known.
  public var daemon: UInt32?

  public init(user: UInt32, daemon: UInt32?) {
    self.user = user
    self.daemon = daemon
  }

  /// Whoever runs this, of whose daemon nothing is known.
  public init() { self.init(user: geteuid(), daemon: nil) }

  /// Whoever runs this.
  /// - Parameters:
  ///   - state: the daemon's state folder, whose owner it runs as.
  ///   - name: of the packaged daemon's user, where the folder is missing or root's own.
  public init(state: String, named name: String? = nil) {
    self.init(user: geteuid(), daemon: ServiceUser.owner(of: state, orNamed: name))
  }

  /// Neither the daemon nor root.
  public var isStranger: Bool { user != 0 && daemon.map { $0 != user } ?? false }

  /// What this user is called.
  public var name: String { Self.name(of: user) }
  /// Whom a place is to be given to: never a stranger who only looks.
  public var daemonName: String {
    guard let daemon, daemon != 0 else { return "the daemon's user" }
    return Self.name(of: daemon)
  }

  private static func name(of user: UInt32) -> String {
    SystemUsers.name(of: user) ?? "user \(user)"
  }

  /// A line where a stranger may not look, so that nothing can be told; `nil` where it can be.
  /// - Parameter mode: what it is wanted for, as of `access`; by nil, to be read.
  public func unjudged(_ path: String, _ check: String, to mode: Int32? = nil) -> DiagnosisLine? {
    guard isStranger, access(path, mode ?? R_OK) != 0, errno == EACCES else { return nil }
    return DiagnosisLine(
      .yellow, check, "\(path) cannot be judged as \(name)", remedy: "Run this with sudo.")
  }
}
