import Foundation
public import HubModel

#if canImport(Glibc)
  import Glibc
#endif

/// Looks at the places that a configuration names: files, folders, ports, clocks.
public enum PlaceCheck {
  /// A file that must be readable; a secret one by its owner alone.
  /// - Parameter onlooker: as whom it is looked at.
  public static func file(
    _ path: String, _ check: String, isSecret: Bool = false, by onlooker: Onlooker = Onlooker()
  ) -> DiagnosisLine {
    if let line = onlooker.unjudged(path, check) { return line }
    do {
      // Larger than any file that a configuration names.
      _ = isSecret
        ? try TextFile.readSecret(path, largest: 1 << 20)
        : try TextFile.read(path, largest: 8 << 20)
      return DiagnosisLine(.green, check, "\(path) can be read")
    } catch {
      let text = error.problems.map(\.text).joined(separator: "; ")
      return DiagnosisLine(
        .red, check, "\(path) \(text)",
        remedy: "Mend the path; or give the file to \(onlooker.daemonName) by 'chown', mode 600.")
    }
  }

  /// A folder in which the daemon writes, and what its disk has left.
  /// - Parameter onlooker: as whom it is looked at.
  public static func folder(
    _ path: String, _ check: String, low: UInt64 = 64 << 20, by onlooker: Onlooker = Onlooker()
  ) -> [DiagnosisLine] {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      return [missing(path, check, onlooker)]
    }
    let all = R_OK | W_OK | X_OK
    if let line = onlooker.unjudged(path, check, to: all) { return [line] }
    guard access(path, all) == 0 else {
      return [
        DiagnosisLine(
          .red, check, "\(path) may not be written by \(onlooker.name)",
          remedy: "Give the folder to \(onlooker.daemonName) by 'chown -R'.")
      ]
    }
    var lines: [DiagnosisLine] = []
    if status.st_mode & 0o002 != 0 {
      lines.append(
        DiagnosisLine(
          .red, check, "\(path) may be written by everybody", remedy: "Run 'chmod o-w \(path)'."))
    }
    let free = FreeSpace.bytes(at: path) ?? 0
    let level: DiagnosisLine.Level = free < low ? .red : free < low * 16 ? .yellow : .green
    lines.append(
      DiagnosisLine(
        level, check, "\(path): \(free >> 20) MiB free",
        remedy: level == .green ? nil : "Free the disk, or move the folder to a larger one."))
    return lines
  }

  /// A folder that is not there: one that the daemon makes, or cannot.
  private static func missing(
    _ path: String, _ check: String, _ onlooker: Onlooker
  ) -> DiagnosisLine {
    var above = URL(fileURLWithPath: path).deletingLastPathComponent()
    while above.path != "/", access(above.path, F_OK) != 0, errno == ENOENT {
      above.deleteLastPathComponent()
    }
    if let line = onlooker.unjudged(above.path, check, to: W_OK | X_OK) { return line }
    guard access(path, F_OK) != 0, access(above.path, W_OK | X_OK) == 0 else {
      return DiagnosisLine(
        .red, check,
        "\(path) is not a folder, and \(onlooker.name) may not make it in \(above.path)",
        remedy: "Is the path right? Then make it, and give it to \(onlooker.daemonName).")
    }
    return DiagnosisLine(
      .yellow, check, "\(path) is not there yet",
      remedy: "The daemon makes it at its first start, where its user may.")
  }

  /// Whether a daemon could listen there.
  /// - Parameter isOurs: the daemon runs, and holds the port itself; `nil` where this user cannot
  ///   be told.
  public static func port(
    _ host: String, _ port: UInt16, _ check: String, isOurs: Bool?
  ) -> DiagnosisLine {
    let place = "\(host):\(port)"
    switch bindError(host, port) {
    case 0:
      return isOurs == true
        ? DiagnosisLine(
          .yellow, check, "nobody listens on \(place), though the daemon runs",
          remedy: "Was the port changed? Then restart the daemon.")
        : DiagnosisLine(.green, check, "\(place) is free")
    case EADDRINUSE:
      guard let isOurs else {
        return DiagnosisLine(
          .yellow, check, "\(place) is in use; whether by the daemon cannot be told as this user",
          remedy: "Run this with sudo.")
      }
      return isOurs
        ? DiagnosisLine(.green, check, "\(place) is in use by the daemon")
        : DiagnosisLine(
          .red, check, "\(place) is taken by another program",
          remedy: "See who has it with 'ss -ltnp', or choose another port.")
    case EADDRNOTAVAIL:
      return DiagnosisLine(
        .red, check, "this machine has no address \(host)",
        remedy: "Give an address that 'ip address' lists.")
    case EACCES:
      return DiagnosisLine(
        .red, check, "\(place) may not be used by this user",
        remedy: "Choose a port above 1023.")
    case let code:
      return DiagnosisLine(
        .yellow, check, "\(place) could not be tried: \(String(cString: strerror(code)))")
    }
  }

  /// - Returns: 0 where it can be bound; the first address of a name counts.
  private static func bindError(_ host: String, _ port: UInt16) -> Int32 {
    var hints = addrinfo()
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    let bare = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
    guard getaddrinfo(bare, "\(port)", &hints, &found) == 0, let address = found else {
      return EADDRNOTAVAIL
    }
    defer { freeaddrinfo(found) }
    let descriptor = socket(
      address.pointee.ai_family, address.pointee.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return errno }
    defer { close(descriptor) }
    var yes: Int32 = 1
    setsockopt(
      descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    return bind(descriptor, address.pointee.ai_addr, address.pointee.ai_addrlen) == 0 ? 0 : errno
  }

  /// Whether this machine finds an address behind a name, now.
  public static func isKnown(_ host: String) -> Bool {
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, nil, nil, &found) == 0 else { return false }
    freeaddrinfo(found)
    return true
  }

  /// Whether somebody answers there, and after how long.
  public static func reach(_ host: String, _ port: UInt16, within patience: Span) -> Span? {
    var hints = addrinfo()
    hints.ai_flags = AI_NUMERICSERV
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, "\(port)", &hints, &found) == 0, let address = found else { return nil }
    defer { freeaddrinfo(found) }
    let flags = Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    let descriptor = socket(
      address.pointee.ai_family, address.pointee.ai_socktype | flags, 0)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    let clock = SystemClock()
    if connect(descriptor, address.pointee.ai_addr, address.pointee.ai_addrlen) != 0 {
      guard errno == EINPROGRESS else { return nil }
      var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      guard poll(&waiting, 1, Int32(clamping: patience.milliseconds)) == 1 else { return nil }
      var code: Int32 = 0
      var size = socklen_t(MemoryLayout<Int32>.size)
      guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size) == 0, code == 0 else {
        return nil
      }
    }
    return clock.tick() - Tick(milliseconds: 0)
  }

  /// Whether the kernel says that something keeps the clock right.
  public static func clock() -> DiagnosisLine {
    SystemClock.isSynchronised
      ? DiagnosisLine(.green, "clock", "the clock is kept by time synchronisation")
      : DiagnosisLine(
        .yellow, "clock", "nothing keeps this machine's clock right",
        remedy: "Set up time synchronisation (systemd-timesyncd, chrony): deadlines count by it.")
  }
}
