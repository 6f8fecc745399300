import ArgumentParser
import Foundation
import HubModel
import Operations
import Testing

@testable import accord

/// A folder of the test's own, gone when the test ends.
final class CountyFolder {
  let path = "/tmp/accord-\(UUID().uuidString.prefix(8))"
  deinit { try? FileManager.default.removeItem(atPath: path) }

  func create(_ more: String...) throws -> County {
    let command = try #require(
      try Accord.parseAsRoot(["init", path, "--program", "lead-test"] + more) as? InitCommand)
    let county = try #require(command.plan())
    _ = try county.create(at: WallTime(milliseconds: 1_795_000_000_000))
    return county
  }
}

@Suite("accord init")
struct InitCommandTests {
  static let now = WallTime(milliseconds: 1_795_000_000_000)

  @Test("creates a county whose files all load and agree with each other")
  func loads() throws {
    let folder = CountyFolder()
    let county = try folder.create()
    let router = try RouterConfiguration.load(county.layout.routerConfiguration)
    let registry = try RegistryFile.load(router.registryFile)
    let agreement = try AgreementFile.load(router.agreementFile, now: Self.now)
    let routerKey = try KeyFile.load(router.keyFile)
    #expect(router.program.text == "lead-test")
    #expect(agreement.program == router.program)
    #expect(!agreement.isDemonstration)
    #expect(registry.agencies.map(\.role) == [
      .sheriff, .prosecutor, .publicDefender, .behavioralHealth,
    ])
    #expect(registry.agencies.map(\.releasePort) == [7440, 7441, 7442, 7443])
    for agency in registry.agencies {
      let adapter = try AdapterConfiguration.load(county.layout.configuration(agency.id.text))
      #expect(adapter.agency == agency.id)
      #expect(adapter.role == agency.role)
      #expect(adapter.program == router.program)
      #expect(adapter.router.key == routerKey.curve.publicKey)
      #expect(adapter.router.submitPort == router.submitPort)
      let key = try KeyFile.load(adapter.keyFile)
      #expect(agency.keys.map(\.fingerprint) == [key.fingerprint])
      #expect(try MatchingKeyFile.load(adapter.matchingKeyFile).bytes.count == 32)
      for path in [adapter.folders.incoming, adapter.folders.rejected, adapter.stateDirectory] {
        #expect(FileManager.default.fileExists(atPath: path), "\(path)")
      }
    }
  }

  @Test("a base port shifts every port, so that counties run beside each other")
  func basePort() throws {
    let folder = CountyFolder()
    let county = try folder.create("--base-port", "17400", "--agency", "s:sheriff")
    let router = try RouterConfiguration.load(county.layout.routerConfiguration)
    #expect(router.submitPort == 17400)
    #expect(try RegistryFile.load(router.registryFile).agencies.map(\.releasePort) == [17440])
  }

  @Test("a demonstration's county says that it is one")
  func demonstration() throws {
    let folder = CountyFolder()
    let county = try folder.create("--demonstration")
    let agreement = try AgreementFile.load(county.layout.agreement, now: Self.now)
    #expect(agreement.isDemonstration)
  }

  @Test("nothing that exists is overwritten, and then nothing is written at all")
  func keeps() throws {
    let folder = CountyFolder()
    let county = try folder.create("--agency", "s:sheriff")
    let before = try TextFile.readSecret(county.layout.key("router"))
    #expect(throws: CountyError.self) { try folder.create("--agency", "p:prosecutor") }
    #expect(try TextFile.readSecret(county.layout.key("router")) == before)
    #expect(!FileManager.default.fileExists(atPath: county.layout.key("p")))
  }

  @Test("a role without a daemon gets a key and no configuration")
  func noDaemon() throws {
    let folder = CountyFolder()
    let county = try folder.create("--agency", "office:program-office")
    #expect(FileManager.default.fileExists(atPath: county.layout.key("office")))
    #expect(!FileManager.default.fileExists(atPath: county.layout.configuration("office")))
  }

  @Test("the installed router takes no duty line and no site's clock that nobody gave")
  func nothingMadeUp() throws {
    let root = "/tmp/accord-never"
    func plan(_ more: String...) throws -> County {
      let command = try Accord.parseAsRoot(["init", "--root", root, "--program", "p"] + more)
      return try #require((command as? InitCommand)?.plan())
    }
    let zone = ["--time-zone", "America/Denver"]
    #expect(throws: (any Error).self) { try plan(zone[0], zone[1]) }
    let given = try plan(zone[0], zone[1], "--duty-line", "555-0100")
    #expect(given.dutyLine == "555-0100" && given.timeZone == "America/Denver")
    // The machine's own clock, unless it keeps UTC: then somebody must say it.
    let machine = TimeZone.current.identifier
    if machine.contains("/") && !machine.hasPrefix("Etc/") {
      #expect(try plan("--duty-line", "555-0100").timeZone == machine)
    } else {
      #expect(throws: (any Error).self) { try plan("--duty-line", "555-0100") }
    }
    #expect(try plan("--demonstration").dutyLine == "555-0142")
  }

  @Test(
    "a bad command line is refused before anything is written",
    arguments: [
      ["--program", "Lead"], ["--program", "p", "--base-port", "65530"],
      ["--program", "p", "--agency", "hub:sheriff"], ["--program", "p", "--agency", "a:police"],
      ["--program", "p", "--agency", "a:sheriff", "--agency", "a:prosecutor"],
      ["--program", "p", "--time-zone", "PST"],
    ])
  func refused(_ arguments: [String]) {
    #expect(throws: (any Error).self) {
      try Accord.parseAsRoot(["init", "/tmp/accord-never"] + arguments)
    }
    #expect(!FileManager.default.fileExists(atPath: "/tmp/accord-never"))
  }
}

@Suite("accord agency and key")
struct AgencyCommandTests {
  static let now = WallTime(milliseconds: 1_795_000_000_000)

  static func addition(
    to county: County, _ id: String, role: Role?, port: UInt16? = nil
  ) throws -> AgencyAddition {
    AgencyAddition(
      configuration: try RouterConfiguration.load(county.layout.routerConfiguration),
      id: try #require(AgencyID(id)), role: role, name: nil, releasePort: port, publicKeys: nil,
      isConsumer: true)
  }

  @Test("an added agency has a key, a free port and a configuration that loads")
  func adds() throws {
    let folder = CountyFolder()
    let county = try folder.create()
    let added = try Self.addition(to: county, "cedar-health", role: .behavioralHealth)
      .perform(at: Self.now)
    let registry = try RegistryFile.load(county.layout.registry)
    #expect(registry.agencies.last?.releasePort == 7444)
    #expect(registry.agencies.last?.keys.map(\.fingerprint) == [added.key.fingerprint])
    let adapter = try AdapterConfiguration.load(county.layout.configuration("cedar-health"))
    #expect(try KeyFile.load(adapter.keyFile).fingerprint == added.key.fingerprint)
  }

  @Test("an agency that cannot be registered leaves no key behind")
  func leavesNothing() throws {
    let folder = CountyFolder()
    let county = try folder.create()
    #expect(throws: ConfigurationError.self) {
      try Self.addition(to: county, "cedar", role: .sheriff, port: 7440).perform(at: Self.now)
    }
    #expect(!FileManager.default.fileExists(atPath: county.layout.key("cedar")))
    #expect(throws: CountyError.self) {
      try Self.addition(to: county, "cedar", role: nil).perform(at: Self.now)
    }
    #expect(throws: CountyError.self) {
      try Self.addition(to: county, "lakewood-sheriff", role: .prosecutor).perform(at: Self.now)
    }
  }

  @Test("cutting off an agency cuts off all its keys in the registry, once")
  func cutsOff() throws {
    let folder = CountyFolder()
    let county = try folder.create()
    _ = try Self.addition(to: county, "lakewood-sheriff", role: nil).perform(at: Self.now)
    let command = try #require(
      try Accord.parseAsRoot([
        "key", "cut-off", "lakewood-sheriff", "--reason", "test", "--config",
        county.layout.routerConfiguration,
      ]) as? KeyCommand.CutOff)
    for _ in 1...2 {
      #expect(try command.cutOff(in: county.layout.registry, at: Self.now).count == 2)
    }
    let file = try RegistryFile.load(county.layout.registry)
    #expect(file.cutOffs.count == 2)
    for key in file.agencies[0].keys {
      #expect(file.registry.holder(of: key.fingerprint) == nil)
    }
    #expect(throws: CountyError.self) { try KeyCommand.CutOff.keys(of: "nobody", in: file) }
  }
}
