import HubModel

/// One value for each submit sequence.
struct BySequence<Value: Sendable>: Sendable {
  var data: Value
  var control: Value

  init(_ value: Value) {
    data = value
    control = value
  }

  subscript(sequence: SubmitSequence) -> Value {
    get {
      switch sequence {
      case .data: data
      case .control: control
      }
    }
    set {
      switch sequence {
      case .data: data = newValue
      case .control: control = newValue
      }
    }
  }
}

extension BySequence: Equatable where Value: Equatable {}

/// Where a submit number stands in the spool's one key.
enum SpoolEntry {
  /// The key of number 0, below the first of the sequence.
  static func base(of sequence: SubmitSequence) -> Int64 { Int64(sequence.rawValue) << 60 }
  /// Above every number of the sequence.
  static func end(of sequence: SubmitSequence) -> Int64 { (Int64(sequence.rawValue) + 1) << 60 }
  static func key(_ sequence: SubmitSequence, _ number: UInt64) -> Int64 {
    base(of: sequence) + Int64(clamping: min(number, 1 << 59))
  }
  static func split(_ key: Int64) -> (sequence: SubmitSequence, number: UInt64)? {
    guard key >= 0, let sequence = SubmitSequence(rawValue: UInt8(key >> 60)) else { return nil }
    return (sequence, UInt64(key & (1 << 60 - 1)))
  }
}
