import HubModel
import Operations
import Testing

@testable import accord
@testable import accord_behavioral_health
@testable import accord_prosecutor
@testable import accord_public_defender
@testable import accord_sheriff

/// A key that no template shows is a key that no operator finds.
@Suite("Templates of accord init")
struct TemplateTests {
  /// The keys that a reader asks for, by what it says of one that it does not know.
  private func known(_ read: (StrictYAML) throws -> Void, in section: String = "") -> [String] {
    let stranger = "no-such-key-anywhere-at-all"
    let text =
      section.isEmpty ? "\(stranger): 1\n" : "\(section):\n  \(stranger): 1\n"
    do {
      try read(StrictYAML.parse(text, file: "x.yaml"))
    } catch let error as ConfigurationError {
      let problem = error.problems.first { $0.key.hasSuffix(stranger) }
      let list = problem?.text.split(separator: ":", maxSplits: 1).last.map { String($0) } ?? ""
      return list.split(separator: ",").map { $0.filter { $0 != " " } }
    } catch {}
    return []
  }

  /// Whether a line of the text is the key's, commented out or not.
  private func shows(_ key: String, in text: String) -> Bool {
    text.split(separator: "\n").contains { line in
      line.drop { $0 == " " || $0 == "#" || $0 == "-" }.hasPrefix("\(key):")
    }
  }

  private func template(_ role: Role) throws -> String {
    let folder = CountyFolder()
    let county = try folder.create()
    let member = try #require(county.members.first { $0.role == role })
    return try TextFile.read(county.layout.configuration(member.id.text))
  }

  @Test("every key of the router's configuration stands in its template")
  func router() throws {
    let folder = CountyFolder()
    let text = try TextFile.read(folder.create().layout.routerConfiguration)
    let read: (StrictYAML) throws -> Void = { _ = try RouterConfiguration.parse($0) }
    let keys = known(read) + known(read, in: "log")
    #expect(keys.contains("submit-port") && keys.contains("format"))
    for key in keys { #expect(shows(key, in: text), "\(key)") }
  }

  @Test(
    "every key of a daemon's configuration stands in its template",
    arguments: [Role.sheriff, .prosecutor, .publicDefender, .behavioralHealth])
  func adapters(_ role: Role) throws {
    let text = try template(role)
    let read: (StrictYAML) throws -> Void = { _ = try AdapterConfiguration.parse($0) }
    var keys = known(read)
    #expect(keys.contains("matching-key"))
    for section in ["router", "log", "folders", "site"] {
      let found = known(read, in: section)
      #expect(!found.isEmpty, "\(section)")
      keys += found
    }
    let own = try ownKeys(role)
    #expect(own.contains("columns"))
    for key in keys + own { #expect(shows(key, in: text), "\(key)") }
  }

  private func ownKeys(_ role: Role) throws -> [String] {
    let folder = CountyFolder()
    let county = try folder.create()
    let member = try #require(county.members.first { $0.role == role })
    let configuration = try AdapterConfiguration.load(
      county.layout.configuration(member.id.text))
    return known { yaml in
      var changed = configuration
      changed.adapter = yaml
      switch role {
      case .sheriff: _ = try yaml.read(SheriffSettings.read)
      case .prosecutor: _ = try ProsecutorSettings(changed)
      case .publicDefender: _ = try DefenderSettings(changed)
      case .behavioralHealth: _ = try ProviderSettings(changed)
      case .programOffice, .privacyOfficer: break
      }
    }
  }
}
