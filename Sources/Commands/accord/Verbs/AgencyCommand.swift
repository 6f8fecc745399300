import ArgumentParser
import HubModel
import HubProtocol
import Operations
import ZeroMQ

struct AgencyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "agency", abstract: "Invite agencies to join, add one by hand, or list them.",
    discussion: """
      An agency joins in five minutes: 'invite' here, 'accord join' there, and 'accept' here while \
      both are on the telephone.
      """,
    subcommands: [InviteCommand.self, AcceptCommand.self, Add.self, List.self])

  struct Add: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Add an agency, or another key to one that is there.",
      discussion: """
        With --curve and --signing the agency made its own key and told you the public halves;
        compare the fingerprint by telephone. Without them a key is made here, beside the
        configuration of the agency's daemon.
        """)

    @Argument(help: "The agency's id: 1 to 63 of a-z, 0-9 and -.")
    var id: String
    @Option(help: "Its role: \(Role.allCases.map(\.rawValue).joined(separator: ", ")).")
    var role: String?
    @Option(help: "Its name, as people read it.")
    var name: String?
    @Option(help: "Its release lane's port; without one, the next that is free.")
    var releasePort: UInt16?
    @Option(help: "Its CURVE public key, 40 characters of Z85.")
    var curve: String?
    @Option(help: "Its Ed25519 public key, 64 hexadecimal digits.")
    var signing: String?
    @Flag(help: "The key only listens: it may not acknowledge deliveries.")
    var listener = false
    @OptionGroup var router: RouterOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
      guard let agency = AgencyID(id), agency != .hub, id != "router" else {
        throw ValidationError("An agency's id is 1 to 63 of a-z, 0-9 and -; not hub or router.")
      }
      guard role == nil || role.flatMap(Role.init(rawValue:)) != nil else {
        let known = Role.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("--role must be one of \(known).")
      }
      guard (curve == nil) == (signing == nil) else {
        throw ValidationError("--curve and --signing belong together.")
      }
      guard curve == nil || curve.flatMap(CurvePublicKey.init(z85:)) != nil else {
        throw ValidationError("--curve must be 40 characters of Z85.")
      }
      guard signing == nil || signing.flatMap({ Hex.decode($0) })?.count == 32 else {
        throw ValidationError("--signing must be 64 hexadecimal digits (0-9, a-f).")
      }
    }

    func run() throws {
      guard let id = AgencyID(id) else { throw ValidationError("The id is not one.") }
      let added = try AgencyAddition(
        configuration: router.configuration(), id: id, role: role.flatMap(Role.init(rawValue:)),
        name: name, releasePort: releasePort, publicKeys: publicKeys, isConsumer: !listener
      ).perform(at: SystemClock().wall())
      let isLive = reload()
      if output.json {
        return try Printing.json(Report(added, agency: id, isLive: isLive))
      }
      print("\(id) is in the registry with key \(added.key.fingerprint).")
      for file in added.files { print("Wrote \(file)") }
      print(
        isLive
          ? "The router has read the registry anew."
          : "The router does not answer; it reads the registry when it starts.")
    }

    private var publicKeys: (curve: [UInt8], signing: [UInt8])? {
      guard let curve = curve.flatMap(CurvePublicKey.init(z85:)),
        let signing = signing.flatMap({ Hex.decode($0) })
      else { return nil }
      return (curve.bytes, signing)
    }

    /// Whether a running router took the new registry up.
    private func reload() -> Bool {
      do {
        _ = try router.ask(.reloadRegistry)
        return true
      } catch {
        if let refusal = error as? RouterRefusal { Printing.complain("\(refusal)") }
        return false
      }
    }

    private struct Report: Encodable {
      let agency: String
      let fingerprint: String
      let files: [String]
      let isLive: Bool
      init(_ added: AgencyAddition.Result, agency: AgencyID, isLive: Bool) {
        self.agency = agency.text
        fingerprint = added.key.fingerprint.text
        files = added.files
        self.isLive = isLive
      }
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the agencies and their keys.")

    @OptionGroup var router: RouterOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      let file = try RegistryFile.load(router.configuration().registryFile)
      let entries = file.agencies.map { AgencyEntry($0, cutOff: file.registry.cutOff) }
      if output.json { return try Printing.json(entries) }
      var table = Table("AGENCY", "NAME", "ROLE", "PART 2", "PORT", "KEY", "STATE")
      for entry in entries {
        for key in entry.keys {
          table.add(
            entry.id, entry.name, entry.role, entry.isPart2Program ? "yes" : "no",
            "\(entry.releasePort)", key.fingerprint, key.state)
        }
        if entry.keys.isEmpty {
          table.add(
            entry.id, entry.name, entry.role, entry.isPart2Program ? "yes" : "no",
            "\(entry.releasePort)", "-", "no key yet")
        }
      }
      print(table.text(.forTerminal))
    }
  }
}

struct AgencyEntry: Encodable {
  struct Key: Encodable {
    let fingerprint: String
    let isConsumer: Bool
    let isCutOff: Bool
    let use: String
    var state: String { isCutOff ? "cut off" : use }
  }
  let id: String
  let name: String
  let role: String
  let isPart2Program: Bool
  let releasePort: UInt16
  let keys: [Key]

  init(_ agency: Registry.Agency, cutOff: Set<KeyFingerprint>) {
    id = agency.id.text
    name = agency.name
    role = agency.role.rawValue
    isPart2Program = agency.isPart2Program
    releasePort = agency.releasePort
    keys = agency.keys.map {
      Key(
        fingerprint: $0.fingerprint.text, isConsumer: $0.isConsumer,
        isCutOff: cutOff.contains($0.fingerprint), use: $0.use.rawValue)
    }
  }
}
