import Crypto
import Foundation
import HubModel
package import Operations

/// Reads one connector's section.
struct ConnectorReader {
  enum Read {
    case inward(Connectors.Connector)
    case outward(Connectors.Outlet)
  }

  let name: String

  func read(_ section: StrictYAML) throws(ConfigurationError) -> Read {
    if Self.isOutward(section) { return .outward(try outlet(section)) }
    return .inward(try connector(section))
  }

  /// Looks at the kind alone: what else may stand there follows from it.
  private static func isOutward(_ section: StrictYAML) -> Bool {
    section.word("kind") == Connectors.Kind.fhirOut.rawValue
  }

  private func outlet(_ section: StrictYAML) throws(ConfigurationError) -> Connectors.Outlet {
    try section.read { fields in
      _ = fields.required("kind", YAMLValue<Connectors.Kind>.choice())
      let server = server(fields)
      let topics = fields.required(
        "topics", .list(of: YAMLValue<Topic>.choice(), count: 1...100))
      guard let server, let topics else { return nil }
      return Connectors.Outlet(name: name, server: server, topics: WordSet(topics))
    }
  }

  private func server(_ fields: YAMLFields) -> FHIRServer? {
    let base = fields.required("server", .webAddress(schemes: ["https", "http"]))
    // Read here so that a missing one is told at the start, and again whenever it is needed.
    let token = SecretLine.read("token-file", of: fields)
    let tokenFile = fields.optional("token-file", .path)
    let authorities = fields.optional("ca-file", .path)
    let identity: (String, String)? = fields.optional(
      "tls",
      .mapping { tls -> (String, String)? in
        let certificate = tls.required("certificate", .path)
        let key = tls.required("key", .path)
        guard let certificate, let key else { return nil }
        return (certificate, key)
      })
    guard let base else { return nil }
    if base.hasPrefix("http:"), !["127.0.0.1", "localhost"].contains(URL(string: base)?.host) {
      fields.report("server", "must begin with https://, but for this machine")
    }
    var server = FHIRServer(base: base.hasSuffix("/") ? String(base.dropLast()) : base)
    (server.token, server.tokenFile, server.authorities) = (token, tokenFile, authorities)
    server.identity = identity
    return server
  }

  private func connector(
    _ section: StrictYAML
  ) throws(ConfigurationError) -> Connectors.Connector {
    guard name.wholeMatch(of: /[a-z0-9][a-z0-9-]{0,39}/) != nil else {
      throw ConfigurationError(
        file: section.file, line: section.line, key: section.path,
        "a connector's name has 1 to 40 of a-z, 0-9 and -")
    }
    let read: (folder: String, mapping: String?, way: Connectors.Way) = try section.read { fields in
      let kind = fields.required("kind", YAMLValue<Connectors.Kind>.choice())
      let folder = fields.required("folder", .code)
      let isOptional = kind == .http
      let mapping =
        isOptional ? fields.optional("mapping", .path) : fields.required("mapping", .path)
      let way: Connectors.Way? =
        switch kind {
        case .folder: .files(fields.value("files", .text(largest: 100), default: "*"))
        case .hl7: hl7(fields)
        case .http: http(fields)
        case .sql: sql(fields)
        case .fhir: fhir(fields)
        case .fhirOut, nil: nil
        }
      guard let folder, let way, isOptional || mapping != nil else { return nil }
      return (folder, mapping, way)
    }
    let mapping = try read.mapping.map { path throws(ConfigurationError) in
      try RecordMapping.load(path)
    }
    let found = mapping ?? .events
    try check(found, read.way, section)
    return Connectors.Connector(
      name: name, folder: read.folder, mapping: found, way: read.way.bringing(found))
  }

  /// A kind of connector brings a format of its own.
  private func check(
    _ mapping: RecordMapping, _ way: Connectors.Way, _ section: StrictYAML
  ) throws(ConfigurationError) {
    let wanted: String?
    switch (way, mapping.layout) {
    case (.files, _), (.hl7, .hl7), (.http, .events), (.poll, .json): wanted = nil
    case (.poll(let source as FHIRSearch, _, _), .consents) where source.type == "Consent":
      wanted = nil
    case (.hl7, _): wanted = "hl7"
    case (.http, _): wanted = "cloudevents"
    case (.poll, _): wanted = "json"
    }
    guard let wanted else { return }
    throw ConfigurationError(
      file: section.file, line: section.line, key: "\(section.path).mapping",
      "must be a mapping file of the format \(wanted)")
  }

  private func hl7(_ fields: YAMLFields) -> Connectors.Way? {
    let (host, port, tls) = listener(fields)
    return port.map { .hl7(host: host, port: Int($0), tls: tls) }
  }

  private func http(_ fields: YAMLFields) -> Connectors.Way? {
    let (host, port, tls) = listener(fields)
    let token = SecretLine.read("token-file", of: fields)
    if let token, token.utf8.count < 20 {
      fields.report("token-file", "must hold at least 20 characters, as 'openssl rand -hex 32'")
    }
    if token == nil, tls?.clients == nil {
      fields.report("token-file", "is needed where callers show no certificate ('tls.clients')")
    }
    let hash = token.map { Array(SHA256.hash(data: Data($0.utf8))) }
    return port.map { .http(host: host, port: Int($0), tls: tls, token: hash) }
  }

  private func listener(
    _ fields: YAMLFields
  ) -> (host: String, port: UInt16?, tls: ConnectorTLS?) {
    let host = fields.value("host", .host, default: "127.0.0.1")
    return (host, fields.required("port", .port), ConnectorTLS.read(fields, host: host))
  }

  private func sql(_ fields: YAMLFields) -> Connectors.Way? {
    let name = fields.required("view", .text(largest: 200))
    let watermark = fields.required("watermark", .text(largest: 100))
    let interval = fields.value("every", .span(.seconds(1) ... .days(1)), default: .minutes(1))
    let overlap = fields.value("overlap", .span(.seconds(0) ... .days(30)), default: .minutes(10))
    let file = fields.optional("sqlite", .path)
    let server = fields.optional(
      "postgres",
      .mapping { server -> [String: String]? in
        var settings: [String: String] = [:]
        settings["host"] = server.optional("host", .text(largest: 253))
        settings["port"] = server.optional("port", .port).map { "\($0)" }
        settings["dbname"] = server.required("database", .text(largest: 100))
        settings["user"] = server.required("user", .text(largest: 100))
        settings["passfile"] = server.optional("password-file", .path)
        settings["sslrootcert"] = server.optional("ca-file", .path)
        let isHere = ["127.0.0.1", "::1", "localhost", nil].contains(settings["host"])
          || settings["host"]?.hasPrefix("/") == true
        settings["sslmode"] =
          settings["sslrootcert"] != nil ? "verify-full" : isHere ? "prefer" : "require"
        return settings
      })
    if (file == nil) == (server == nil) {
      fields.report("kind", "sql needs either 'sqlite' or 'postgres'")
    }
    guard let name, let watermark else { return nil }
    let view = SQLView(name: name, watermark: watermark)
    let source: (any PolledSource)? =
      if let file {
        SQLiteSource(path: file, view: view)
      } else {
        server.map { PostgresSource(connection: $0, view: view) }
      }
    return source.map { .poll($0, interval: interval, overlap: overlap) }
  }

  private func fhir(_ fields: YAMLFields) -> Connectors.Way? {
    let server = server(fields)
    let type = fields.required("resource", .code)
    let search = fields.optional("search", .text())
    let interval = fields.value("every", .span(.seconds(1) ... .days(1)), default: .minutes(1))
    let overlap = fields.value("overlap", .span(.seconds(0) ... .days(30)), default: .minutes(10))
    guard let server, let type else { return nil }
    return .poll(
      FHIRSearch(server: server, type: type, search: search), interval: interval,
      overlap: overlap)
  }
}

extension Connectors.Way {
  /// A Consent names its patient by a reference; the mapping of consents needs the Patient.
  fileprivate func bringing(_ mapping: RecordMapping) -> Connectors.Way {
    guard case .consents = mapping.layout,
      case .poll(let source as FHIRSearch, let interval, let overlap) = self
    else { return self }
    let search = FHIRSearch(
      server: source.server, type: source.type, search: source.search,
      include: "Consent:patient")
    return .poll(search, interval: interval, overlap: overlap)
  }
}

/// The first line of a file that only its owner may read: a password, a token.
package enum SecretLine {
  /// - Returns: `nil` where the file is empty or cannot be read.
  static func line(of path: String) -> String? {
    let text = try? TextFile.readSecret(path)
    let line = text?.split(whereSeparator: \.isNewline).first.map { String($0).trimmed }
    return line.flatMap { $0.isEmpty ? nil : $0 }
  }

  package static func read(
    _ key: String, of fields: YAMLFields, isRequired: Bool = false
  ) -> String? {
    let path = isRequired ? fields.required(key, .path) : fields.optional(key, .path)
    guard let path else { return nil }
    do throws(ConfigurationError) {
      let text = try TextFile.readSecret(path)
      let line = text.split(whereSeparator: \.isNewline).first.map { String($0).trimmed } ?? ""
      if !line.isEmpty { return line }
      fields.report(key, "is an empty file")
    } catch {
      for problem in error.problems { fields.report(key, "\(problem.file): \(problem.text)") }
    }
    return nil
  }
}
