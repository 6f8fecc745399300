import CLibXML2
import Foundation
import Operations

/// An XML document whose records and fields stand at XPath 1.0 expressions, the fields' counted
/// from their record: `Booking/@number`, `n:Name/n:Last`. Several nodes are joined by `;`.
///
/// Nothing is fetched from anywhere, and a document with a document type of its own is refused:
/// entities have no place in an exchange file, and are how one file becomes a gigabyte.
struct XMLLayout: Sendable {
  /// In bytes; a tree takes several times as much.
  static let largestFile = 16 << 20
  private static let mostRecords = 100_000

  let records: String
  let places: [String: String]
  let namespaces: [String: String]

  init?(_ fields: YAMLFields, _ places: [String: String]) {
    let records = fields.required("records", .text())
    let named = fields.value("namespaces", .keyed(byTextOf: .text()), default: [])
    namespaces = Dictionary(named.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
    guard let records else { return nil }
    self.records = records
    self.places = places
    xmlInitParser()
    if !Self.isPath(records) { fields.report("records", "is not an XPath 1.0 expression") }
    for (field, path) in places.sorted(by: { $0.key < $1.key }) where !Self.isPath(path) {
      fields.report("fields", "\(field) is not an XPath 1.0 expression")
    }
  }

  private static func isPath(_ text: String) -> Bool {
    guard let context = xmlXPathNewContext(nil) else { return false }
    defer { xmlXPathFreeContext(context) }
    accord_xml_be_silent(context)
    guard let path = xmlXPathCtxtCompile(context, text) else { return false }
    xmlXPathFreeCompExpr(path)
    return true
  }

  func read(_ bytes: Data) throws(IntakeError) -> TableReader.Table {
    guard bytes.count <= Self.largestFile else {
      throw IntakeError("is larger than 16 MiB", remedy: "Split it.")
    }
    // Many systems write a line end before the declaration, which no reader may let pass.
    let document = try Self.parse(Data(bytes.drop { [9, 10, 13, 32].contains($0) }))
    defer { xmlFreeDoc(document) }
    guard document.pointee.intSubset == nil else {
      throw IntakeError(
        "has a document type (DOCTYPE)", remedy: "Export it without; entities are not read.")
    }
    guard let context = xmlXPathNewContext(document) else {
      throw IntakeError("cannot be looked into", remedy: "Report this.")
    }
    defer { xmlXPathFreeContext(context) }
    accord_xml_be_silent(context)
    for (prefix, uri) in namespaces { xmlXPathRegisterNs(context, prefix, uri) }
    guard let found = xmlXPathEval(records, context) else {
      throw IntakeError(
        "cannot be searched by the mapping's 'records'",
        remedy: "Check that every prefix in it stands under 'namespaces'.")
    }
    defer { xmlXPathFreeObject(found) }
    let nodes = Self.nodes(of: found)
    guard !nodes.isEmpty else {
      throw IntakeError(
        "has nothing at the path of its records",
        remedy: "Compare the file with 'records' and 'namespaces' of the mapping file.")
    }
    guard nodes.count <= Self.mostRecords else {
      throw IntakeError("has more than \(Self.mostRecords) records", remedy: "Split it.")
    }
    var table = TableReader.Table(header: [], records: [], isTruncated: false, bad: [])
    for node in nodes {
      var values: [String: String] = [:]
      for (field, path) in places { values[field] = try value(at: path, of: node, context, field) }
      table.records.append(IntakeRecord(line: Int(xmlGetLineNo(node)), values: values))
    }
    return table
  }

  private static func parse(_ bytes: Data) throws(IntakeError) -> xmlDocPtr {
    let options = XML_PARSE_NONET.rawValue | XML_PARSE_NOERROR.rawValue
      | XML_PARSE_NOWARNING.rawValue | XML_PARSE_NOCDATA.rawValue
    let (document, line): (xmlDocPtr?, Int) = bytes.withUnsafeBytes { buffer in
      guard let parser = xmlNewParserCtxt() else { return (nil, 0) }
      defer { xmlFreeParserCtxt(parser) }
      let start = buffer.bindMemory(to: CChar.self).baseAddress
      let document = xmlCtxtReadMemory(
        parser, start, Int32(buffer.count), nil, nil, Int32(options))
      return (document, Int(parser.pointee.lastError.line))
    }
    guard let document else {
      throw IntakeError(
        line: line > 0 ? line : nil, "is not well-formed XML from here on",
        remedy: "Transfer the file again, whole, or have the system's export mended.")
    }
    return document
  }

  private static func nodes(of found: xmlXPathObjectPtr) -> [xmlNodePtr] {
    guard found.pointee.type == XPATH_NODESET, let set = found.pointee.nodesetval,
      let table = set.pointee.nodeTab
    else { return [] }
    return (0..<Int(set.pointee.nodeNr)).compactMap { table[$0] }
  }

  private func value(
    at path: String, of node: xmlNodePtr, _ context: xmlXPathContextPtr, _ field: String
  ) throws(IntakeError) -> String {
    xmlXPathSetContextNode(node, context)
    guard let found = xmlXPathEval(path, context) else {
      throw IntakeError(
        field: field, "cannot be searched by the mapping's path",
        remedy: "Check that every prefix in it stands under 'namespaces'.")
    }
    defer { xmlXPathFreeObject(found) }
    guard found.pointee.type == XPATH_NODESET else { return Self.text(xmlXPathCastToString(found)) }
    return Self.nodes(of: found).map { Self.text(xmlXPathCastNodeToString($0)).trimmed }
      .joined(separator: ";")
  }

  private static func text(_ pointer: UnsafeMutablePointer<xmlChar>?) -> String {
    guard let pointer else { return "" }
    defer { accord_xml_free(pointer) }
    return String(cString: pointer)
  }
}
