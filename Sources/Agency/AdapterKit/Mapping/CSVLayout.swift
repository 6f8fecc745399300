import Foundation
import Operations

/// A table whose columns the mapping names. Every one of them must be there: where a system's
/// export changes its columns, the file is refused as a whole and says which is missing, rather
/// than taken with a field empty from that day on.
struct CSVLayout: Sendable {
  let columns: [String: String]
  /// Fields whose column may be missing.
  let optional: Set<String>

  init?(_ fields: YAMLFields, _ places: [String: String]) {
    columns = places
    optional = Set(fields.value("optional", .list(of: .text()), default: []))
    let unknown = optional.subtracting(places.keys).sorted()
    if let first = unknown.first {
      fields.report("optional", "\(first) does not stand under 'fields'")
    }
  }

  func read(_ bytes: Data) throws(IntakeError) -> TableReader.Table {
    let needed = Set(columns.keys).subtracting(optional).sorted()
    return try TableReader(columns: columns).read(bytes, required: needed)
  }
}
