import Foundation
import HubModel
import Operations
import Testing
import ZeroMQ

@Suite("Daemon configuration")
struct ConfigurationTests {
  static let router = """
    program: lead-lakewood
    state: /srv/accord/router
    listen: 10.0.0.7
    submit-port: 7500
    window: 128
    key: keys/router.yaml
    registry: registry.yaml
    agreement: /etc/accord/agreement.yaml
    log: {format: json, level: debug}
    master-key: master.key

    """

  static func adapter() throws -> String {
    let key = try CurveKeyPair.generate().publicKey.z85
    return """
      agency: lakewood-sheriff
      role: sheriff
      program: lead-lakewood
      router: {host: router.example, submit-port: 7500, key: "\(key)"}
      key: key.yaml
      matching-key: matching.key
      state: state
      folders:
        in: in
        out: out
        done: done
        rejected: rejected
      poll-seconds: 2
      site: {time-zone: America/Los_Angeles}
      adapter:
        facility: main

      """
  }

  @Test("a router's file is read; relative paths count from its folder")
  func goodRouter() throws {
    let read = try RouterConfiguration.parse(
      StrictYAML.parse(Self.router, file: "/srv/conf/router.yaml"))
    #expect(read.program.text == "lead-lakewood")
    #expect(read.submitPort == 7500)
    #expect(read.window == 128)
    #expect(read.keyFile == "/srv/conf/keys/router.yaml")
    #expect(read.registryFile == "/srv/conf/registry.yaml")
    #expect(read.agreementFile == "/etc/accord/agreement.yaml")
    #expect(read.adminSocket == "/srv/accord/router/admin.sock")
    #expect(read.log == LogConfiguration(format: .json, level: .debug))
  }

  @Test("what a router's file leaves out has its documented default")
  func routerDefaults() throws {
    let text = "program: p\nkey: k\nmaster-key: m\nregistry: r\nagreement: a\n"
    let read = try RouterConfiguration.parse(StrictYAML.parse(text, file: "/c/router.yaml"))
    #expect(read.stateDirectory == "/var/lib/accord/router")
    #expect(read.listenHost == "127.0.0.1")
    #expect(read.submitPort == 7400)
    #expect(read.window == Limits.defaultWindow)
    #expect(read.adminSocket == "/var/lib/accord/router/admin.sock")
    #expect(read.log == LogConfiguration(format: .plain, level: .info))
  }

  static let badRouters: [BadFile] = [
    change("lead-lakewood", "Lead Lakewood", 1, "program", "a-z"),
    change("10.0.0.7", "\"*\"", 3, "listen", "host name"),
    change("7500", "0", 4, "submit-port", "1 to 65535"),
    change("128", "1025", 5, "window", "1 to 1024"),
    change("key: keys/router.yaml\n", "", 1, "key", "is missing"),
    change("level: debug", "level: debgu", 8 + 1, "log.level", "did you mean 'debug'"),
    change("listen:", "lisen:", 3, "lisen", "did you mean 'listen'"),
    change(
      "/srv/accord/router", "/" + String(repeating: "x", count: 100), 1, "admin-socket", "shorter"),
  ]

  static func change(
    _ old: String, _ new: String, _ line: Int, _ key: String, _ says: String
  ) -> BadFile {
    BadFile(
      "\(key): \(says)", BadFile.changing(old, to: new, in: router), line: line, key: key,
      says: says)
  }

  @Test("a router's bad file is refused at the exact place", arguments: badRouters)
  func badRouter(_ bad: BadFile) { bad.check(RouterConfiguration.parse) }

  @Test("an adapter's file is read; its own part is kept for the adapter")
  func goodAdapter() throws {
    let read = try AdapterConfiguration.parse(
      StrictYAML.parse(Self.adapter(), file: "/c/sheriff.yaml"))
    #expect(read.agency.text == "lakewood-sheriff")
    #expect(read.role == .sheriff)
    #expect(read.router.host == "router.example")
    #expect(read.folders.incoming == "/c/in")
    #expect(read.poll == .seconds(2))
    #expect(read.timeZone.identifier == "America/Los_Angeles")
    let facility: String = try read.adapter.read { $0.required("facility", .code) }
    #expect(facility == "main")
  }

  @Test("an adapter's part may be left out, empty or commented out", arguments: ["", "adapter:\n"])
  func emptyAdapterPart(_ part: String) throws {
    let text = try Self.adapter().replacingOccurrences(
      of: "adapter:\n  facility: main\n", with: part)
    let read = try AdapterConfiguration.parse(StrictYAML.parse(text, file: "/c/a.yaml"))
    let facility: String = try read.adapter.read { $0.value("facility", .code, default: "none") }
    #expect(facility == "none")
  }

  @Test(
    "an adapter's bad file is refused at the exact place",
    arguments: [
      ("role: sheriff", "role: sherif", 2, "role", "did you mean 'sheriff'"),
      ("  out: out", "  out: in", 10, "folders.out", "must not be the folder 'in'"),
      ("  done: done\n", "", 9, "folders.done", "is missing"),
      ("poll-seconds: 2", "poll-seconds: 0", 13, "poll-seconds", "1 to 3600"),
      ("America/Los_Angeles", "Pacific", 14, "site.time-zone", "a time zone such as"),
      ("matching-key: matching.key", "matching-key: []", 6, "matching-key", "not a list"),
      ("submit-port: 7500, key", "submit-port: x, key", 4, "router.submit-port", "1 to 65535"),
    ])
  func badAdapter(_ old: String, _ new: String, _ line: Int, _ key: String, _ says: String) throws {
    let text = BadFile.changing(old, to: new, in: try Self.adapter())
    BadFile(key, text, line: line, key: key, says: says).check(AdapterConfiguration.parse)
  }

  @Test("a file that is not there is named with the system's reason")
  func missing() throws {
    let error = #expect(throws: ConfigurationError.self) {
      try RouterConfiguration.load("/nowhere/router.yaml")
    }
    #expect(error?.description == "/nowhere/router.yaml: cannot be read: No such file or directory")
  }
}
