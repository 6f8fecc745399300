import HubModel
import Testing

@Suite struct IdentifierTests {
  @Test("Identifiers are 1 to 63 bytes of a-z, 0-9 and -",
    arguments: ["a", "0", "-", "lakewood-sheriff", String(repeating: "z", count: 63)])
  func sound(text: String) {
    #expect(AgencyID(text)?.text == text)
  }

  @Test("Nothing else is an identifier",
    arguments: [
      "", "A", "Lakewood", "a b", "a_b", "a.b", "a/b", "é", "e\u{301}", "a\u{0}", "a\n", "ａ",
      "../a", "a\u{200d}", String(repeating: "z", count: 64),
    ])
  func hostile(text: String) {
    #expect(AgencyID(text) == nil)
  }

  @Test("Identifiers sort by their bytes")
  func order() throws {
    let names = ["b", "a-1", "a", "-", "9"]
    #expect(names.compactMap { RoiID($0) }.sorted().map(\.text) == ["-", "9", "a", "a-1", "b"])
    #expect(AgencyID.hub.text == "hub")
  }
}

@Suite struct MessageIDTests {
  @Test("Ids of later milliseconds sort after ids of earlier ones, whatever their random part")
  func timeOrdered() {
    let early = MessageID(at: WallTime(milliseconds: 1_000), random: (.max, .max))
    let late = MessageID(at: WallTime(milliseconds: 1_001), random: (0, 0))
    #expect(early < late)
    #expect(MessageID(high: 1, low: 2) < MessageID(high: 1, low: 3))
  }

  @Test("An id keeps 48 bits of its time, and no time stops it",
    arguments: [Int64.min, -1, 0, 1_800_000_000_000, Int64.max])
  func extremes(milliseconds: Int64) {
    let id = MessageID(at: WallTime(milliseconds: milliseconds), random: (0xffff_abcd, 7))
    #expect(id.high & 0xffff == 0xabcd)
    #expect(id.low == 7)
    if (0..<(1 << 48)).contains(milliseconds) {
      #expect(id.high >> 16 == UInt64(milliseconds))
    }
  }

  @Test("An id survives bytes and text")
  func roundTrip() {
    let id = MessageID(high: 0x0123_4567_89ab_cdef, low: 0xfedc_ba98_7654_3210)
    #expect(id.description == "0123456789abcdeffedcba9876543210")
    #expect(MessageID(id.description) == id)
    #expect(MessageID(bytes: id.bytes) == id)
  }

  @Test("What is no id is not read as one",
    arguments: [
      "", "00", String(repeating: "0", count: 31), String(repeating: "0", count: 33),
      String(repeating: "A", count: 32), String(repeating: "g", count: 32),
    ])
  func hostile(text: String) {
    #expect(MessageID(text) == nil)
  }

  @Test("Hexadecimal text is lower case and even")
  func hex() {
    #expect(Hex.encode([0, 15, 255]) == "000fff")
    #expect(Hex.decode("000fff") == [0, 15, 255])
    #expect(Hex.decode("") == [])
    #expect(Hex.decode("0") == nil)
    #expect(Hex.decode("FF") == nil)
  }
}

@Suite struct FateTests {
  @Test("A set of segments holds as many as a message may have")
  func segmentSets() {
    let all = SegmentSet.all(of: Limits.segments)
    #expect(Array(all) == Array(0..<Limits.segments))
    var some = SegmentSet([3, 0])
    #expect(some.contains(3) && !some.contains(1))
    some.insert(1)
    #expect(Array(some) == [0, 1, 3])
    #expect(SegmentSet([Int]()).isEmpty)
  }

  @Test("A part is final only where nothing can happen to it any more")
  func finals() {
    #expect(Fate.allCases.filter { !$0.isFinal } == [.pending, .held, .released])
  }

  @Test("Parts sort by message, recipient and number")
  func partOrder() {
    let (first, second) = (AgencyID("a")!, AgencyID("b")!)
    let keys = [
      PartKey(message: MessageID(high: 0, low: 1), recipient: first, part: 0),
      PartKey(message: MessageID(high: 0, low: 1), recipient: first, part: 1),
      PartKey(message: MessageID(high: 0, low: 1), recipient: second, part: 0),
      PartKey(message: MessageID(high: 0, low: 2), recipient: first, part: 0),
    ]
    #expect(keys.reversed().sorted() == keys)
  }
}
