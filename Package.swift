// swift-tools-version: 6.1
import PackageDescription

// Dependency rules (who may import whom) are enforced by Tests/TidyTests; the list below is the
// same picture, floor by floor: Core, Wire, then the two wings (Router, Agency), then commands.

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let sqlite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let protobuf: Target.Dependency = .product(name: "SwiftProtobuf", package: "swift-protobuf")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let arguments: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")
let tokens: Target.Dependency = .product(name: "JWTKit", package: "jwt-kit")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let metrics: Target.Dependency = .product(name: "CoreMetrics", package: "swift-metrics")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let hummingbird: [Target.Dependency] = [
  .product(name: "Hummingbird", package: "hummingbird"),
  .product(name: "HummingbirdTLS", package: "hummingbird"),
  .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
]
let csv: Target.Dependency = .product(name: "SwiftCSV", package: "SwiftCSV")

let nio: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")

func room(_ name: String, in wing: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Sources/\(wing)/\(name)",
    exclude: name == "HubProtocol" ? ["accord.proto", "written.proto"] : [], swiftSettings: strict)
}

let adapter: [Target.Dependency] = [
  "AdapterKit", "Desk", "HubModel", "HubClient", "Operations", "DiversionWorkflow", grdb, crypto,
]

func command(_ name: String, at path: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies + [arguments], path: path, swiftSettings: strict)
}

/// Programs in other languages that tests talk to, and what they read.
let foreign = [
  "EndToEnd": ["ForeignClient", "ForeignVerifier"],
  "AdapterKit": [
    "Peers/fhir_server.py", "Peers/hl7_sender.py", "Peers/mail_server.py",
    "Peers/openapi_check.py", "Peers/parent.py", "Peers/web_server.py",
  ],
  "Fuzzing": ["Corpus"],
  // What released versions wrote, as text.
  "Ledger": ["Released"],
  "HubClient": ["Released"],
]

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: dependencies, path: "Tests/\(name)Tests",
    exclude: foreign[name] ?? [], swiftSettings: strict)
}

// Only deploy/fuzz builds the fuzzer: it needs every module instrumented, and libFuzzer's main.
let fuzzer: [Target] =
  Context.environment["ACCORD_FUZZER"] == nil
  ? []
  : [command("accord-fuzz", at: "Sources/Commands/accord-fuzz", ["Fuzzing"])]

let package = Package(
  name: "accord",
  products: [
    .library(name: "SlowFlush", type: .dynamic, targets: ["SlowFlush"]),
    .library(name: "BadDisk", type: .dynamic, targets: ["BadDisk"]),
  ],
  dependencies: [
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    .package(url: "https://github.com/apple/swift-protobuf", exact: "1.39.0"),
    .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    .package(url: "https://github.com/swiftcsv/SwiftCSV", exact: "0.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
    .package(
      url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    .package(url: "https://github.com/vapor/jwt-kit", exact: "5.7.1"),
    .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
  ],
  targets: [
    // Core: pure; the standard library only.
    room("HubModel", in: "Core", []),
    room("ConsentEngine", in: "Core", ["HubModel"]),
    room("DiversionWorkflow", in: "Core", ["HubModel"]),
    room("Explaining", in: "Core", ["HubModel"]),
    room("RouterCore", in: "Core", ["HubModel", "ConsentEngine", "DiversionWorkflow"]),

    // Wire: how the model travels.
    .systemLibrary(
      name: "CZeroMQ", path: "Sources/Wire/CZeroMQ",
      providers: [.apt(["libzmq3-dev"])]),
    room("ZeroMQ", in: "Wire", ["CZeroMQ"]),
    room("HubProtocol", in: "Wire", ["HubModel", protobuf, crypto]),

    // Operations: what every daemon and command shares.
    .target(
      name: "Operations",
      dependencies: [
        "CProcess", "HubModel", "HubProtocol", "ZeroMQ", yams, logging, metrics, crypto,
        arguments,
      ],
      path: "Sources/Operations", exclude: ["CProcess"], swiftSettings: strict),
    .target(name: "CProcess", path: "Sources/Operations/CProcess"),

    // Router wing.
    room("Keys", in: "Router", ["HubModel", "HubProtocol", grdb, sqlite, crypto]),
    room("Ledger", in: "Router", ["HubModel", "ConsentEngine", "DiversionWorkflow", "RouterCore",
      "HubProtocol", "Keys", grdb, sqlite, crypto]),
    room("RouterService", in: "Router",
      ["RouterCore", "Ledger", "Keys", "HubProtocol", "ZeroMQ", "Operations", logging, metrics,
        crypto] + hummingbird),

    // Agency wing.
    room("HubClient", in: "Agency",
      ["HubModel", "HubProtocol", "ZeroMQ", "Operations", grdb, sqlite, logging]),
    .systemLibrary(
      name: "CLibXML2", path: "Sources/Agency/CLibXML2", pkgConfig: "libxml-2.0",
      providers: [.apt(["libxml2-dev"])]),
    .systemLibrary(
      name: "CCurl", path: "Sources/Agency/CCurl", pkgConfig: "libcurl",
      providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(
      name: "CPQ", path: "Sources/Agency/CPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(
      name: "CPango", path: "Sources/Agency/CPango", pkgConfig: "pangocairo",
      providers: [.apt(["libpango1.0-dev"])]),
    room("AdapterKit", in: "Agency",
      ["HubModel", "DiversionWorkflow", "HubProtocol", "HubClient", "Operations", "FHIRConsent",
        "CLibXML2", "CCurl", "CPQ", "CPango", grdb, csv, crypto, logging, arguments, nio, nioPosix, nioSSL]
        + hummingbird),
    .target(name: "Desk",
      dependencies: ["HubModel", "HubClient", "AdapterKit", "Operations", grdb, crypto,
        cryptoExtras, tokens, logging, arguments] + hummingbird,
      path: "Sources/Agency/Desk",
      resources: ["desk.css", "desk.js", "capture.js", "offline.js"].map {
        .embedInCode("Assets/\($0)")
      }, swiftSettings: strict),

    // Simulator: a county's seeded files, and the whole hub in virtual time on a network and disks
    // that fail; never linked by a daemon.
    .target(name: "Simulator",
      dependencies: ["HubModel", "HubProtocol", "RouterCore", "Keys", "Ledger", "HubClient",
        "Operations", "ZeroMQ", "FaultyDisk", grdb, logging, crypto],
      path: "Sources/Simulator", exclude: ["SlowFlush", "FaultyDisk", "BadDisk", "Fuzzing"], swiftSettings: strict),
    .target(name: "FaultyDisk", path: "Sources/Simulator/FaultyDisk",
      linkerSettings: [.linkedLibrary("sqlite3")]),
    // Preloaded by the benchmark to slow every flush; linked by nothing.
    .target(name: "SlowFlush", path: "Sources/Simulator/SlowFlush",
      linkerSettings: [.linkedLibrary("dl")]),

    // Preloaded by deploy/siege: a disk and a clock that fail as they are told.
    .target(name: "BadDisk", path: "Sources/Simulator/BadDisk",
      linkerSettings: [.linkedLibrary("dl")]),
    // What is fuzzed; its kept corpus runs with the tests. See deploy/fuzz.
    .target(name: "Fuzzing",
      dependencies: ["HubModel", "HubProtocol", "HubClient", "Operations", "AdapterKit",
        "FHIRConsent"],
      path: "Sources/Simulator/Fuzzing", swiftSettings: strict),

    // Interop: other people's formats, read and written at the edge.
    room("FHIRConsent", in: "Interop", ["HubModel"]),

    // Commands and the four adapters: thin executables.
    command("accord", at: "Sources/Commands/accord",
      ["HubModel", "HubProtocol", "Explaining", "ZeroMQ", "Operations", "FHIRConsent", crypto]),
    command("accord-router", at: "Sources/Commands/accord-router", 
      ["RouterService", "Ledger", "HubModel", "HubProtocol", "Operations"]),
    command("accord-sim", at: "Sources/Commands/accord-sim", ["Simulator"]),
    command("accord-bench", at: "Sources/Commands/accord-bench",
      ["HubModel", "ConsentEngine", "HubProtocol", "ZeroMQ", "HubClient", "AdapterKit",
        "Operations", grdb]),
    command("accord-sheriff", at: "Adapters/Sheriff/Sources", adapter),
    command("accord-prosecutor", at: "Adapters/Prosecutor/Sources", adapter),
    command("accord-public-defender", at: "Adapters/PublicDefender/Sources", adapter),
    command("accord-behavioral-health", at: "Adapters/BehavioralHealth/Sources", adapter),

    tests("HubModel", ["HubModel"]),
    tests("ConsentEngine", ["ConsentEngine"]),
    tests("DiversionWorkflow", ["DiversionWorkflow"]),
    tests("Explaining", ["Explaining", "ConsentEngine", "HubModel"]),
    tests("RouterCore", ["RouterCore", "Ledger", "Keys", crypto]),
    tests("ZeroMQ", ["ZeroMQ"]),
    tests("HubProtocol", ["HubProtocol", crypto]),
    tests("Operations", ["Operations", "HubModel", "HubProtocol", "ZeroMQ", logging, metrics, crypto]),
    tests("Commands", ["accord", "accord-router", "accord-sheriff", "accord-prosecutor", "accord-public-defender",
      "accord-behavioral-health", "Operations", "HubModel", "HubProtocol"]),
    tests("Keys", ["Keys", "HubModel", grdb, crypto]),
    .target(
      name: "DatabaseText", dependencies: [grdb], path: "Tests/Shared/DatabaseText",
      swiftSettings: strict),
    tests("Ledger", ["Ledger", "Keys", "RouterCore", "ConsentEngine", "HubModel",
      "DiversionWorkflow", "HubProtocol", "DatabaseText", grdb, crypto]),
    tests("RouterService", ["RouterService", "RouterCore", "HubModel", "HubProtocol", "Operations",
      "Ledger"]),
    tests("HubClient", ["HubClient", "HubModel", "HubProtocol", "Operations", "ZeroMQ", "DatabaseText",
      grdb, logging, crypto]),
    tests("AdapterKit", adapter + ["HubProtocol", logging, nio, "accord-sheriff"]),
    tests("Desk", ["Desk", "AdapterKit", "HubModel", "Operations", crypto, cryptoExtras]),
    tests("Adapters", adapter + ["HubProtocol", "FHIRConsent", "accord-sheriff",
      "accord-prosecutor", "accord-public-defender", "accord-behavioral-health"]),
    tests("Simulator", ["Simulator"]),
    tests("FHIRConsent", ["FHIRConsent", "HubModel"]),
    tests("EndToEnd", ["HubModel", "HubProtocol", "ZeroMQ", "HubClient", "Operations", grdb,
      "accord", "accord-router", "accord-sheriff", "accord-prosecutor", "accord-public-defender",
      "accord-behavioral-health"]),
    tests("Fuzzing", ["Fuzzing"]),
    tests("Tidy", []),
  ] + fuzzer
)
