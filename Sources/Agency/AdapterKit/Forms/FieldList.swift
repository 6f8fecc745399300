public import HubModel

/// Gathers a segment's fields; what a form left empty is left out.
public struct FieldList: Sendable {
  public private(set) var fields: [Field] = []

  public init() {}

  public mutating func code(_ name: String, _ value: String?) {
    if let value { fields.append(Field(name, .code(value))) }
  }
  public mutating func codes(_ name: String, _ values: [String]) {
    for value in values { fields.append(Field(name, .code(value))) }
  }
  public mutating func text(_ name: String, _ value: String?) {
    if let value { fields.append(Field(name, .text(value))) }
  }
  public mutating func date(_ name: String, _ value: CivilDate?) {
    if let value { fields.append(Field(name, .date(value))) }
  }
  public mutating func integer(_ name: String, _ value: Int64?) {
    if let value { fields.append(Field(name, .integer(value))) }
  }
  public mutating func time(_ name: String, _ value: WallTime?) {
    if let value { fields.append(Field(name, .time(value))) }
  }
}
