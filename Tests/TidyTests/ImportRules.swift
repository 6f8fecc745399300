/// Who may look into whom (the wings of the house). The package's target list says the same; this
/// says why, and holds for what a target could reach through another.
struct ImportRule: Sendable, CustomStringConvertible {
  let room: String
  let allowed: Set<String>?
  let forbidden: Set<String>
  let because: String

  var description: String { room }

  static let routerWing: Set<String> = ["RouterCore", "Ledger", "Keys", "Identity", "RouterService"]
  static let agencyWing: Set<String> = ["HubClient", "AdapterKit", "Desk"]

  static func only(_ room: String, _ allowed: Set<String>, because: String) -> ImportRule {
    ImportRule(room: room, allowed: allowed, forbidden: [], because: because)
  }

  static func never(_ room: String, _ forbidden: Set<String>, because: String) -> ImportRule {
    ImportRule(room: room, allowed: nil, forbidden: forbidden, because: because)
  }

  static let all: [ImportRule] = [
    .only("Sources/Core/HubModel", [], because: "the core imports the standard library only"),
    .only(
      "Sources/Core/ConsentEngine", ["HubModel"],
      because: "the consent engine knows neither transport nor storage"),
    .only("Sources/Core/DiversionWorkflow", ["HubModel"], because: "the core is pure"),
    .only(
      "Sources/Core/Explaining", ["HubModel"],
      because: "what is explained is what the log holds, and nothing else"),
    .only(
      "Sources/Core/RouterCore", ["HubModel", "ConsentEngine", "DiversionWorkflow"],
      because: "the core is pure: ports bring in the world"),
    .only(
      "Sources/Wire/ZeroMQ", ["CZeroMQ", "Glibc", "Synchronization"],
      because: "the binding knows nothing of the hub"),
    .only(
      "Sources/Interop/FHIRConsent", ["HubModel", "Foundation"],
      because: "another format is read into the model and knows nothing of the hub's rooms"),
    .never(
      "Sources/Agency", routerWing.union(["ConsentEngine", "Simulator"]),
      because: "an agency asks the router over the wire"),
    .never(
      "Sources/Agency/AdapterKit", ["Desk"],
      because: "a desk stands on the adapter: the daemon only lets it run beside"),
    .never(
      "Sources/Agency/Desk", routerWing.union(["ConsentEngine", "Simulator", "ZeroMQ"]),
      because: "a desk shows and takes what its own adapter's store holds"),
    .never(
      "Adapters", routerWing.union(["ConsentEngine", "Simulator"]),
      because: "an adapter asks the router over the wire"),
    .never(
      "Sources/Commands/accord", routerWing.union(agencyWing).union(["Simulator"]),
      because: "the command line asks the router over its admin socket"),
    .never(
      "Sources/Router", agencyWing.union(["Simulator"]),
      because: "neither wing looks into the other"),
    .never(
      "Sources/Operations", routerWing.union(agencyWing).union(["Simulator"]),
      because: "operations serve both wings and know neither"),
    .never(
      "Sources/Wire/HubProtocol", routerWing.union(agencyWing).union(["ZeroMQ", "CZeroMQ"]),
      because: "the contract is about bytes, not sockets"),
  ]

  func findings(in files: [SourceFile]) -> [Finding] {
    files.flatMap { file in
      file.imports.compactMap { module, line in
        let isBad = forbidden.contains(module) || (allowed.map { !$0.contains(module) } ?? false)
        return isBad
          ? Finding(path: file.path, line: line, message: "imports \(module): \(because)") : nil
      }
    }
  }
}
