import Foundation
import HubModel
import HubProtocol
import Operations
import ZeroMQ

/// A county's files below one folder: what `accord init` makes.
struct County {
  struct Member {
    let id: AgencyID
    let role: Role
    let name: String
    let releasePort: UInt16
    /// Counsel's setting, safe where nobody has said otherwise.
    var isPart2Program: Bool { role == .behavioralHealth }
  }

  let layout: CountyLayout
  let name: String
  let program: ProgramID
  let submitPort: UInt16
  let timeZone: String
  let dutyLine: String
  let isDemonstration: Bool
  let members: [Member]
  /// Where the router listens, and where agencies reach it.
  var listenHost = "127.0.0.1"
  var routerHost = "127.0.0.1"

  /// Release lanes begin so many ports above the submit lane's: 7440 above 7400.
  static let releasePortDistance = 40
  /// Health and metrics so many above it: 7402.
  static let healthPortDistance: UInt16 = 2

  /// Makes everything, or, where any of the files exists, nothing.
  /// - Returns: the files written, in the order of writing.
  func create(at now: WallTime) throws -> [String] {
    let routerState = layout.state("router")
    guard layout.adminSocket.utf8.count <= AdminSocket.longestPath else {
      throw CountyError(
        "the path \(layout.root) is too long for the admin socket: use a shorter one")
    }
    try CountyLayout.refuseExisting(files)
    let secrets = layout.isSystem ? layout.secrets(of: "router") : layout.keys
    for folder in [layout.root, secrets, routerState] { try layout.makeFolder(folder) }
    let routerKey = try KeyFile.generate(at: now)
    try routerKey.write(to: layout.key("router"), holder: "the router of \(program)")
    try layout.give([secrets, routerState, layout.key("router")], to: "router")
    try MatchingKeyFile.generate().write(to: layout.matchingKey)
    try MasterKeySource.writeNewFile(to: layout.masterKey)
    var agencies: [Registry.Agency] = []
    for member in members {
      let key = try KeyFile.generate(at: now)
      try key.write(to: layout.key(member.id.text), holder: member.id.text)
      agencies.append(member.entry(keys: [key.registryKey(isConsumer: true)]))
      try writeConfiguration(of: member, router: routerKey.curve.publicKey)
    }
    try RegistryFile(agencies: agencies).write(to: layout.registry, overwrites: false)
    let agreement = DefaultAgreement(
      program: program, timeZone: timeZone, dutyLine: dutyLine, isDemonstration: isDemonstration)
    try write(agreement.text, to: layout.agreement)
    try UnfilledFile.replace(
      layout.routerConfiguration, by: RouterTemplate.text(self),
      template: RouterTemplate.unfilled)
    return files
  }

  /// Writes the configuration of an agency's daemon, and makes its folders. A role that has no
  /// daemon of its own (program office, privacy officer) gets none.
  func writeConfiguration(of member: Member, router: CurvePublicKey) throws {
    guard let text = AdapterTemplate.text(for: member, in: self, router: router.z85) else {
      return
    }
    let name = layout.name(of: member)
    let folders =
      [layout.state(name)] + CountyLayout.exchangeFolders.map { layout.exchange(name, $0) }
    for folder in folders { try layout.makeFolder(folder) }
    try layout.give(folders, to: name)
    try UnfilledFile.replace(
      layout.configuration(name), by: text,
      template: AdapterTemplate.unfilled(member.role) ?? "")
  }

  private var files: [String] {
    [layout.routerConfiguration, layout.registry, layout.agreement, layout.matchingKey,
      layout.masterKey, layout.key("router")]
      + members.flatMap { member in
        [layout.key(member.id.text)]
          + (AdapterTemplate.daemon(of: member.role) == nil
            ? [] : [layout.configuration(member.id.text)])
      }
  }

  private func write(_ text: String, to path: String) throws {
    try TextFile.write(text, to: path, mode: 0o644, overwrites: false)
  }
}

extension County {
  /// Stands for the county that an installed machine does not know yet.
  static var unfilled: County {
    guard let program = ProgramID("not-set-up") else { preconditionFailure("an identifier") }
    return County(
      layout: CountyLayout(systemBelow: ""), name: "the county", program: program,
      submitPort: 7400, timeZone: "America/Los_Angeles", dutyLine: "", isDemonstration: false,
      members: [], routerHost: "router.example")
  }
}

extension County.Member {
  func entry(keys: [Registry.Key]) -> Registry.Agency {
    Registry.Agency(
      id: id, name: name, role: role, isPart2Program: isPart2Program, releasePort: releasePort,
      keys: keys)
  }

  /// `lakewood-sheriff` as "Lakewood Sheriff".
  static func readableName(_ id: AgencyID) -> String {
    id.text.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }
      .joined(separator: " ")
  }
}

struct CountyError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
