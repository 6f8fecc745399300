import Foundation
import HubModel
import HubProtocol
import Operations

/// Adds an agency, or a key of one, to the registry of a county that exists.
struct AgencyAddition {
  struct Result {
    let key: Registry.Key
    let files: [String]
  }

  let configuration: RouterConfiguration
  let id: AgencyID
  let role: Role?
  let name: String?
  let releasePort: UInt16?
  /// Of an agency that made its key itself; otherwise one is made.
  let publicKeys: (curve: [UInt8], signing: [UInt8])?
  let isConsumer: Bool
  /// When the key ends by itself.
  var expiresAt: WallTime?

  @discardableResult
  func perform(at now: WallTime) throws -> Result {
    var file = try RegistryFile.load(configuration.registryFile)
    let index = try index(in: &file)
    let layout = CountyLayout(
      URL(fileURLWithPath: configuration.registryFile).deletingLastPathComponent().path)
    guard file.agencies[index].keys.count < Limits.sessionsPerAgency else {
      throw CountyError("\(id) has \(Limits.sessionsPerAgency) keys, which is the most it may have")
    }
    if let publicKeys {
      let fingerprint = KeyFingerprint.of(curve: publicKeys.curve, signing: publicKeys.signing)
      try refuseKnown(fingerprint, of: file.agencies[index], in: file, at: now)
      let key = Registry.Key(
        fingerprint: fingerprint, curve: publicKeys.curve, signing: publicKeys.signing,
        use: isConsumer ? .consumer : .listener, enrolledAt: now, expiresAt: expiresAt)
      try add(key, at: index, to: &file)
      try file.write(to: configuration.registryFile, overwrites: true)
      return Result(key: key, files: [])
    }
    let keyFile = try KeyFile.generate(at: now)
    var key = keyFile.registryKey(isConsumer ? .consumer : .listener)
    key.enrolledAt = now
    let isFirst = file.agencies[index].keys.isEmpty
    let path = layout.key(isFirst ? id.text : "\(id)-\(key.fingerprint.text.prefix(8))")
    let settings = layout.configuration(id.text)
    let agency = file.agencies[index]
    let writesSettings = isFirst && AdapterTemplate.daemon(of: agency.role) != nil
    try CountyLayout.refuseExisting([path] + (writesSettings ? [settings] : []))
    try add(key, at: index, to: &file)
    try layout.makeFolder(layout.keys)
    try keyFile.write(to: path, holder: id.text)
    if writesSettings { try writeSettings(of: agency, layout) }
    try file.write(to: configuration.registryFile, overwrites: true)
    return Result(key: key, files: [path] + (writesSettings ? [settings] : []))
  }

  /// Says what to do about a key that the agency has, or had.
  private func refuseKnown(
    _ key: KeyFingerprint, of agency: Registry.Agency, in file: RegistryFile, at now: WallTime
  ) throws {
    guard agency.keys.contains(where: { $0.fingerprint == key }) else { return }
    var registry = file.registry
    _ = registry.endKeys(at: now)
    throw CountyError(
      registry.isInForce(key)
        ? KeyInRegistry.inForce(key, of: id) : KeyInRegistry.gone(key, of: id, agency.role))
  }

  private func add(_ key: Registry.Key, at index: Int, to file: inout RegistryFile) throws {
    file.agencies[index].keys.append(key)
    // Read back before anything is written: the router is never given a file it must refuse.
    _ = try RegistryFile.parse(
      StrictYAML.parse(file.text, file: configuration.registryFile))
  }

  /// The agency's place in the file, where it is entered if it is new.
  private func index(in file: inout RegistryFile) throws -> Int {
    if let index = file.agencies.firstIndex(where: { $0.id == id }) {
      if let role, role != file.agencies[index].role {
        throw CountyError(
          "\(id) is registered as \(file.agencies[index].role.rawValue); a role is changed by "
            + "hand in \(configuration.registryFile), after the Policy Coordinating Group agreed")
      }
      return index
    }
    guard let role else { throw CountyError("\(id) is new: give its --role") }
    let ports = Set(file.agencies.map(\.releasePort))
    let first = Int(configuration.submitPort) + County.releasePortDistance
    let free = (first...Int(UInt16.max)).lazy.map { UInt16($0) }.first { !ports.contains($0) }
    guard let port = releasePort ?? free else { throw CountyError("no port is free") }
    let member = County.Member(
      id: id, role: role, name: name ?? County.Member.readableName(id), releasePort: port)
    file.agencies.append(member.entry(keys: []))
    return file.agencies.count - 1
  }

  private func writeSettings(
    of agency: Registry.Agency, _ layout: CountyLayout
  ) throws {
    let routerKey = try KeyFile.load(configuration.keyFile)
    let county = County(
      layout: layout, name: "", program: configuration.program,
      submitPort: configuration.submitPort,
      timeZone: try timeZone(), dutyLine: "", isDemonstration: false, members: [])
    let member = County.Member(
      id: agency.id, role: agency.role, name: agency.name, releasePort: agency.releasePort)
    try county.writeConfiguration(of: member, router: routerKey.curve.publicKey)
  }

  /// The site's, as the agreement names it.
  private func timeZone() throws -> String {
    try AgreementFile.timeZone(in: configuration.agreementFile)
  }
}
