import Operations

/// The user whom the router runs as, in whose stead its files are judged.
enum RouterUser {
  /// Of the package.
  static let packaged = "accord-router"
  static let unit = "accord-router.service"

  /// The packaged router's, where it is its configuration that is looked at.
  private static func name(_ path: String) -> String? {
    path == RouterConfiguration.defaultPath ? packaged : nil
  }

  /// For root the command goes on as the router's user: what root may read says nothing of what the
  /// router may.
  /// - Returns: a line where that cannot be done.
  static func settle(_ path: String) -> [DiagnosisLine] {
    // One that cannot be read is the check's to report.
    guard let configuration = try? RouterConfiguration.load(path) else { return [] }
    do {
      try ServiceUser.become(ownerOf: configuration.stateDirectory, orNamed: name(path))
      return []
    } catch {
      return [
        DiagnosisLine(
          .yellow, "user", "judged as root, who may read everything: \(error)",
          remedy: "Run it as the router's user, for instance by 'sudo -u \(packaged)'.")
      ]
    }
  }

  static func onlooker(_ path: String, _ configuration: RouterConfiguration? = nil) -> Onlooker {
    Onlooker(state: configuration?.stateDirectory ?? "", named: name(path))
  }

  /// The packaged unit says what the service manager lends; of another's unit nothing is known.
  static func credential(
    _ credential: String, of path: String, by onlooker: Onlooker
  ) -> DiagnosisLine {
    LentCredential.line(
      credential, unit: unit, in: name(path) == nil ? [] : LentCredential.folders, by: onlooker)
  }

  /// Of whom the section `roles` names, those whom this machine does not know.
  static func unknownHolders(_ roles: RoleHolders) -> [DiagnosisLine] {
    roles.unknown.map {
      DiagnosisLine(
        .yellow, "roles", "this machine does not know \($0): nobody has the role by it",
        remedy: "Mend the name in router.yaml, or make the user or group ('adduser', 'addgroup').")
    }
  }
}
