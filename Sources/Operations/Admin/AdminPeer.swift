public import HubProtocol

#if canImport(Glibc)
  import Glibc
#endif

/// Who is at the other end of the admin socket, as the kernel says (`SO_PEERCRED`): nothing that
/// the peer could claim.
public struct AdminPeer: Hashable, Sendable, CustomStringConvertible {
  public let user: UInt32
  public let process: Int32

  public init(user: UInt32, process: Int32) {
    self.user = user
    self.process = process
  }

  /// - Parameter address: as libzmq has it of a peer over `ipc://`: `NAME:UID:GID:PID`.
  public init?(address: String?) {
    let parts = (address ?? "").split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count >= 4, let user = UInt32(parts[parts.count - 3]),
      let process = Int32(parts[parts.count - 1])
    else { return nil }
    self.init(user: user, process: process)
  }

  /// The user's name, where the system knows one.
  public var name: String? { SystemUsers.name(of: user) }

  /// As the log has it.
  public var description: String { "uid=\(user)" + (name.map { "(\($0))" } ?? "") }
}

/// Which users and groups have which roles over the admin socket: the section `roles`.
public struct RoleHolders: Hashable, Sendable {
  public enum Holder: Hashable, Sendable {
    case user(String)
    case group(String)
  }

  public var holders: [AdminRole: Set<Holder>]

  public init(_ holders: [AdminRole: Set<Holder>] = [:]) { self.holders = holders }

  public var isEmpty: Bool { holders.values.allSatisfy(\.isEmpty) }

  /// Root, and whoever the router runs as, hold all roles: they could read its files anyway.
  /// - Parameter owner: the router's own user; `nil` for this process's.
  public func roles(of peer: AdminPeer, owner: UInt32? = nil) -> Set<AdminRole> {
    if peer.user == 0 || peer.user == owner ?? geteuid() { return Set(AdminRole.allCases) }
    guard !isEmpty, let name = peer.name else { return [] }
    let groups = Set(SystemUsers.groups(of: name))
    return Set(
      holders.filter { _, holders in
        holders.contains { holder in
          switch holder {
          case .user(let user): user == name
          case .group(let group): groups.contains(group)
          }
        }
      }.keys)
  }

  /// Whom the section names and this machine does not know, each as `group:NAME for operator`.
  public var unknown: [String] {
    holders.flatMap { role, holders in
      holders.compactMap { holder -> String? in
        switch holder {
        case .user(let name):
          ServiceUser.named(name) == nil ? "user:\(name) for \(role.rawValue)" : nil
        case .group(let name):
          getgrnam(name) == nil ? "group:\(name) for \(role.rawValue)" : nil
        }
      }
    }.sorted()
  }

  static var section: YAMLValue<RoleHolders> {
    .mapping { fields in
      var all: [AdminRole: Set<Holder>] = [:]
      for role in AdminRole.allCases {
        all[role] = Set(
          fields.value(role.rawValue, .list(of: Self.holder, count: 0...64), default: []))
      }
      return RoleHolders(all)
    }
  }

  private static var holder: YAMLValue<Holder> {
    .scalar("user:NAME or group:NAME") { text in
      let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
      guard parts.count == 2,
        parts[1].wholeMatch(of: /[A-Za-z_][A-Za-z0-9_.-]{0,31}\$?/) != nil
      else { return nil }
      switch parts[0] {
      case "user": return .user(parts[1])
      case "group": return .group(parts[1])
      default: return nil
      }
    }
  }
}

/// The system's users and groups, by name.
enum SystemUsers {
  static func name(of user: UInt32) -> String? {
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var room = [CChar](repeating: 0, count: 16 << 10)
    guard getpwuid_r(user, &entry, &room, room.count, &found) == 0, found != nil else {
      return nil
    }
    return String(cString: entry.pw_name)
  }

  /// The user's own group and those that it was added to.
  static func groups(of name: String) -> [String] {
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var room = [CChar](repeating: 0, count: 16 << 10)
    guard getpwnam_r(name, &entry, &room, room.count, &found) == 0, found != nil else { return [] }
    var count: Int32 = 256
    var groups = [gid_t](repeating: 0, count: Int(count))
    guard getgrouplist(name, entry.pw_gid, &groups, &count) >= 0 else { return [] }
    return groups.prefix(Int(count)).compactMap(groupName)
  }

  private static func groupName(_ id: gid_t) -> String? {
    var entry = group()
    var found: UnsafeMutablePointer<group>?
    var room = [CChar](repeating: 0, count: 64 << 10)
    guard getgrgid_r(id, &entry, &room, room.count, &found) == 0, found != nil else { return nil }
    return String(cString: entry.gr_name)
  }
}
