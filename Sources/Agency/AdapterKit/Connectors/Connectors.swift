import Foundation
import Glibc
import HubClient
import HubModel
import Logging
import Operations

/// The connectors of an adapter: its configuration's section `connectors`, each with a name, a
/// kind and a mapping file. Whatever comes in by one of them goes the way of a dropped file.
public struct Connectors: Sendable {
  enum Kind: String, CaseIterable, Sendable {
    case folder, hl7, http, sql, fhir
    case fhirOut = "fhir-out"
  }

  /// How one brings records, by its kind.
  enum Way: Sendable {
    /// Files of a name, as `*.dat`: a watched folder, which an SFTP drop also is.
    case files(String)
    case hl7(host: String, port: Int, tls: ConnectorTLS?)
    case http(host: String, port: Int, tls: ConnectorTLS?, token: [UInt8]?)
    case poll(any PolledSource, interval: Span, overlap: Span)
  }

  struct Connector: Sendable {
    let name: String
    /// Below `in`.
    let folder: String
    let mapping: RecordMapping
    let way: Way

    /// Whether it reads a file of that name: one of its own pattern, or one that came by it.
    func takes(_ file: String) -> Bool {
      guard case .files(let pattern) = way else { return file.hasPrefix(name + "-") }
      return fnmatch(pattern.lowercased(), file.lowercased(), 0) == 0
    }

    /// Whether a name alone tells that a file is meant for it.
    fileprivate var isTelling: Bool {
      if case .files("*") = way { false } else { true }
    }
  }

  /// A records system that is told of deliveries.
  struct Outlet: Sendable {
    let name: String
    let server: FHIRServer
    let topics: WordSet<Topic>
  }

  let all: [Connector]
  let outlets: [Outlet]

  static let none = Connectors()

  private init() { (all, outlets) = ([], []) }

  /// - Throws: every problem of the section and of the mapping files that it names.
  init(_ configuration: AdapterConfiguration) throws {
    var problems: [ConfigurationError.Problem] = []
    var all: [Connector] = []
    var outlets: [Outlet] = []
    for (name, section) in configuration.connectors.sorted(by: { $0.key < $1.key }) {
      do throws(ConfigurationError) {
        switch try ConnectorReader(name: name).read(section) {
        case .inward(let connector): all.append(connector)
        case .outward(let outlet): outlets.append(outlet)
        }
      } catch {
        problems += error.problems
      }
    }
    guard problems.isEmpty else { throw ConfigurationError(problems) }
    (self.all, self.outlets) = (all, outlets)
  }

  func outboxes(store: AdapterStore, board: ConnectorBoard, log: Logger) -> [FHIROutbox] {
    outlets.map { outlet in
      FHIROutbox(
        connector: outlet.name, server: outlet.server, topics: outlet.topics, store: store,
        board: board, log: log)
    }
  }

  /// Refuses folders that the adapter does not have.
  func check(folders known: [String], file: String) throws(ConfigurationError) {
    for connector in all where !known.contains(connector.folder) {
      throw ConfigurationError(
        file: file, key: "connectors.\(connector.name).folder",
        "this adapter has no folder '\(connector.folder)'; it has "
          + known.joined(separator: ", "))
    }
  }

  /// What the mapping files place: a connector's name, a field, and where it stands in the system's
  /// own records. For an adapter that has places which it must not read.
  public var mappedPlaces: [(connector: String, field: String, place: String)] {
    all.flatMap { connector in
      connector.mapping.places.sorted { $0.key < $1.key }.map {
        (connector.name, $0.key, $0.value)
      }
    }
  }

  /// How a file of that name in that folder is read; `nil` for the adapter's own way.
  func mapping(folder: String, name: String) -> RecordMapping? {
    all.first { $0.folder == folder && $0.takes(name) }?.mapping
  }

  /// What the board calls the way by which a file of that name came into that folder.
  func wayName(folder: String, name: String) -> String {
    all.first { $0.folder == folder && $0.takes(name) }?.name ?? "folder:\(folder)"
  }

  /// The connector that a check means: by its name, or the one that takes files of that name.
  func connector(named name: String?, for file: String) throws(IntakeError) -> Connector? {
    guard let name else {
      let found = all.filter { $0.isTelling && $0.takes(file) }
      return found.count == 1 ? found[0] : nil
    }
    guard let found = all.first(where: { $0.name == name }) else {
      throw IntakeError(
        "there is no connector of that name",
        remedy: "Use one of: \(all.map(\.name).sorted().joined(separator: ", ")).")
    }
    return found
  }

  /// What each that listens or polls does until it is cancelled.
  func services(
    _ door: IntakeDoor, store: AdapterStore, board: ConnectorBoard, log: Logger
  ) -> [(name: String, run: @Sendable () async throws -> Void)] {
    all.compactMap { connector -> (name: String, run: @Sendable () async throws -> Void)? in
      let (name, folder, mapping) = (connector.name, connector.folder, connector.mapping)
      switch connector.way {
      case .files: return nil
      case .hl7(let host, let port, let tls):
        guard case .hl7(let layout) = mapping.layout else { return nil }
        let listener = HL7Connector(
          name: name, folder: folder, mapping: mapping, layout: layout, host: host, port: port,
          tls: tls, log: log)
        return (name, { try await listener.run(door) })
      case .http(let host, let port, let tls, let token):
        let listener = HTTPConnector(
          name: name, folder: folder, mapping: mapping, host: host, port: port, tls: tls,
          token: token, log: log)
        return (name, { try await listener.run(door) })
      case .poll(let source, let interval, let overlap):
        let reader = PollingConnector(
          name: name, folder: folder, source: source, interval: interval, overlap: overlap,
          store: store, board: board, log: log)
        return (name, { try await reader.run(door) })
      }
    }
  }
}
