import Testing

/// Where a made-up case gets its decisions from: a seed, or a list to be followed.
///
/// A case is nothing but the numbers it drew. So a failing case is made smaller by making its
/// numbers smaller, whatever it is a case of; 0 is always the plainest choice.
struct Choices {
  private var random: Seeded?
  private let followed: [Int]
  private(set) var drawn: [Int] = []

  init(seed: UInt64) {
    random = Seeded(seed)
    followed = []
  }

  init(following numbers: [Int]) {
    random = nil
    followed = numbers
  }

  /// A number from 0 to `count - 1`.
  mutating func pick(_ count: Int) -> Int {
    let number: Int
    if random != nil {
      number = Int((random?.next() ?? 0) % UInt64(count))
    } else {
      number = drawn.count < followed.count ? min(followed[drawn.count], count - 1) : 0
    }
    drawn.append(number)
    return number
  }

  /// Of the list, the first being the plainest.
  mutating func one<Item>(of items: [Item]) -> Item { items[pick(items.count)] }

  /// True in about `share` of 100 cases; following a list, only where it says so.
  mutating func chance(_ share: Int) -> Bool { pick(100) >= 100 - share }

  /// Some of the list; following zeros: none.
  mutating func some<Item>(of items: [Item], each share: Int) -> [Item] {
    items.filter { _ in chance(share) }
  }
}

/// Makes a failing case smaller while it still fails: leaves numbers out, then lowers them.
func smallest(_ numbers: [Int], tries: Int = 4_000, fails: ([Int]) -> Bool) -> [Int] {
  var best = numbers
  var left = tries
  var hasShrunk = true
  func works(_ candidate: [Int]) -> Bool {
    guard left > 0 else { return false }
    left -= 1
    return fails(candidate)
  }
  while hasShrunk, left > 0 {
    hasShrunk = false
    var length = max(1, best.count / 2)
    while length >= 1 {
      var start = 0
      while start + length <= best.count {
        let cut = Array(best[..<start] + best[(start + length)...])
        let zeroed = Array(
          best[..<start] + Array(repeating: 0, count: length) + best[(start + length)...])
        if works(cut) {
          best = cut
          hasShrunk = true
        } else if zeroed != best, works(zeroed) {
          best = zeroed
          hasShrunk = true
        } else {
          start += length
        }
      }
      length /= 2
    }
    for index in best.indices where best[index] > 0 {
      for lower in [best[index] / 2, best[index] - 1] where index < best.count {
        var candidate = best
        candidate[index] = lower
        if lower < best[index], works(candidate) {
          best = candidate
          hasShrunk = true
        }
      }
    }
  }
  return best
}

/// A domain small enough to be gone through completely: so many answers to each question.
struct SmallDomain: Sendable, CustomTestStringConvertible {
  let name: String
  let sizes: [Int]
  /// What the usual run takes of it: one case in so many.
  let stride: Int

  var testDescription: String { name }
  var count: Int { sizes.reduce(1, *) }

  /// The answers that make up case `index`.
  func answers(_ index: Int) -> [Int] {
    var rest = index
    return sizes.map { size in
      defer { rest /= size }
      return rest % size
    }
  }

  /// Every case, or the usual run's: spread by a stride that shares no factor with the sizes, so
  /// that each answer to each question occurs.
  ///
  /// - Parameter sparser: takes one in so many of the usual run's.
  func indices(isWhole: Bool, sparser: Int = 1) -> [Int] {
    if isWhole || stride <= 1 { return Array(0..<count) }
    var step = stride * sparser
    while sizes.contains(where: { commonFactor($0, step) > 1 }) { step += 1 }
    return Array(Swift.stride(from: 0, to: count, by: step))
  }

  private func commonFactor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : commonFactor(b, a % b) }
}
