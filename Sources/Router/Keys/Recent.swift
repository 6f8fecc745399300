/// A bounded memory of what was read last: two generations, the older dropped when the younger
/// is full. It holds decoded records, so that a busy case is not decoded for each of its
/// messages; whatever a commit changes is forgotten.
package struct Recent<Key: Hashable, Value> {
  private let capacity: Int
  private var young: [Key: Value] = [:]
  private var old: [Key: Value] = [:]

  /// Holds at most twice `capacity` values.
  package init(capacity: Int) { self.capacity = capacity }

  package var count: Int { young.count + old.count }

  package mutating func value(of key: Key) -> Value? {
    if let value = young[key] { return value }
    guard let value = old.removeValue(forKey: key) else { return nil }
    remember(value, of: key)
    return value
  }

  package mutating func remember(_ value: Value, of key: Key) {
    if young.count >= capacity {
      // The room of both is used again: they are as full as ever soon.
      swap(&old, &young)
      young.removeAll(keepingCapacity: true)
    }
    young[key] = value
  }

  package mutating func forget(_ key: Key) {
    young[key] = nil
    old[key] = nil
  }

  package mutating func forgetAll() {
    young = [:]
    old = [:]
  }
}
