/// A small deterministic generator (xoshiro256**, seeded by SplitMix64).
///
/// The same seed and stream name give the same numbers on every machine and toolchain, which the
/// standard library's generators and shuffles do not promise. No floating point in the API, so
/// that no rounding can differ. Not for keys or tokens.
public struct SeededGenerator: Sendable {
  private var state: (UInt64, UInt64, UInt64, UInt64)

  /// - Parameter stream: names an independent sequence, so that one part of a simulation can draw
  ///   more numbers without changing what another part gets.
  public init(seed: UInt64, stream: String = "") {
    var mix = seed
    for byte in stream.utf8 { mix = (mix ^ UInt64(byte)) &* 0x100_0000_01b3 }
    func split() -> UInt64 {
      mix &+= 0x9e37_79b9_7f4a_7c15
      var word = mix
      word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
      word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
      return word ^ (word >> 31)
    }
    state = (split(), split(), split(), split())
  }

  /// The next 64 bits.
  public mutating func next() -> UInt64 {
    let product = state.1 &* 5
    let result = ((product << 7) | (product >> 57)) &* 9
    let carried = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= carried
    state.3 = (state.3 << 45) | (state.3 >> 19)
    return result
  }

  /// A number in `0..<bound`, each equally likely. `bound` must be positive.
  public mutating func below(_ bound: Int) -> Int {
    precondition(bound > 0, "an empty range has no member")
    let width = UInt64(bound)
    let unfair = (0 &- width) % width
    while true {
      let (high, low) = next().multipliedFullWidth(by: width)
      if low >= unfair { return Int(high) }
    }
  }

  /// A number in the range, ends included.
  public mutating func within(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + below(range.upperBound - range.lowerBound + 1)
  }

  /// True in `part` of `whole` draws.
  public mutating func chance(_ part: Int, in whole: Int) -> Bool { below(whole) < part }

  /// One member of a non-empty array.
  public mutating func pick<Element>(_ choices: [Element]) -> Element {
    choices[below(choices.count)]
  }

  /// The index of one weight, each as likely as its weight; the weights' sum must be positive.
  public mutating func weighted(_ weights: [Int]) -> Int {
    var left = below(weights.reduce(0, +))
    for (index, weight) in weights.enumerated() {
      if left < weight { return index }
      left -= weight
    }
    return weights.count - 1
  }

  /// The same members in a random order.
  public mutating func shuffled<Element>(_ members: [Element]) -> [Element] {
    var result = members
    var index = result.count - 1
    while index > 0 {
      result.swapAt(index, below(index + 1))
      index -= 1
    }
    return result
  }

  /// `count` lower-case hexadecimal digits.
  public mutating func hex(_ count: Int) -> String {
    let digits = Array("0123456789abcdef")
    var text = ""
    var word: UInt64 = 0
    for index in 0..<count {
      if index % 16 == 0 { word = next() }
      text.append(digits[Int(word & 15)])
      word >>= 4
    }
    return text
  }
}
