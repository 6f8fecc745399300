import Crypto
import Foundation
import HubModel
import Keys
import Testing

@Suite("What is sealed opens with its key, in its place, and in no other way")
struct SealingTests {
  let folder: KeyFolder
  let person = ParticipantID.numbered(1)
  let text = Array("Ada Lakewood, born 1990-04-01".utf8)

  init() throws { folder = try KeyFolder() }

  @Test("sealed bytes open again, also after a restart")
  func roundTrip() throws {
    let store = try folder.open()
    for owner in [KeyOwner.participant(person), .hub(WallTime(milliseconds: 5_000))] {
      let sealed = try #require(try store.seal(text, for: owner, .content, at: [1]))
      try store.flush()
      #expect(try store.open(sealed, .content, at: [1]) == text)
      #expect(try folder.asKilled().open().open(sealed, .content, at: [1]) == text)
    }
  }

  @Test("equal contents of two people, or of one, have no bytes in common to link them by")
  func unlinkable() throws {
    let store = try folder.open()
    let sealed = try [person, person, .numbered(2)].map {
      try #require(try store.seal(text, for: .participant($0), .content, at: [1]))
    }
    let tails = sealed.map { Array($0.suffix(text.count)) }
    #expect(Set(tails).count == 3)
    #expect(sealed.allSatisfy { Data($0).range(of: Data(text)) == nil })
  }

  @Test("it opens nowhere else, as nothing else, and not when a bit was changed")
  func bound() throws {
    let store = try folder.open()
    let sealed = try #require(try store.seal(text, for: .participant(person), .release, at: [1]))
    #expect(kind { try store.open(sealed, .release, at: [2]) } == .damaged)
    #expect(kind { try store.open(sealed, .content, at: [1]) } == .damaged)
    for index in [sealed.count - 1, sealed.count / 2] {
      var changed = sealed
      changed[index] ^= 1
      #expect(kind { try store.open(changed, .release, at: [1]) } == .damaged)
    }
    #expect(kind { try store.open([1, 2, 3], .release, at: [1]) } == .damaged)
  }

  @Test("a key that the store never had is an error, not an erasure")
  func missing() throws {
    let sealed = try #require(
      try folder.open().seal(text, for: .participant(person), .content, at: []))
    let other = try KeyFolder()
    #expect(kind { try other.open().open(sealed, .content, at: []) } == .missing)
  }

  @Test("the index of a name is the same after a restart, and another store's is different")
  func index() throws {
    let store = try folder.open()
    let index = try store.index(.alias, Array("sheriff".utf8), Array("A-17".utf8))
    #expect(index.count == 16)
    #expect(try folder.asKilled().open().index(.alias, Array("sheriff".utf8), Array("A-17".utf8))
      == index)
    #expect(try store.index(.booking, Array("sheriff".utf8), Array("A-17".utf8)) != index)
    #expect(try store.index(.alias, Array("sheriffA".utf8), Array("-17".utf8)) != index)
    let other = try KeyFolder()
    #expect(try other.open().index(.alias, Array("sheriff".utf8), Array("A-17".utf8)) != index)
  }

  @Test("a person's handle leads to them, and is not their id")
  func handles() throws {
    let store = try folder.open()
    let handle = try #require(try store.handle(of: person))
    #expect(handle != person.value)
    #expect(try store.participant(of: handle) == person)
    try store.flush()
    let revived = try folder.asKilled().open()
    #expect(try revived.knownHandle(of: person) == handle)
    #expect(try revived.participant(of: handle) == person)
    #expect(try revived.knownHandle(of: .numbered(9)) == nil)
    let reader = try KeyReader(at: folder.path, master: folder.master)
    #expect(try reader.participant(of: handle) == person)
    #expect(try reader.handle(of: person) == handle)
  }

  @Test("what was not flushed is not there after a kill; what was is")
  func flushing() throws {
    let store = try folder.open()
    let before = store.generation
    let first = try #require(try store.seal(text, for: .participant(person), .content, at: []))
    #expect(try store.flush())
    #expect(try !store.flush())
    #expect(store.generation == before + 1)
    let second = try #require(
      try store.seal(text, for: .participant(.numbered(2)), .content, at: []))
    let revived = try folder.asKilled().open()
    #expect(revived.id == store.id)
    #expect(try revived.open(first, .content, at: []) == text)
    #expect(kind { try revived.open(second, .content, at: []) } == .missing)
  }

  @Test("more people than are remembered are all read back")
  func eviction() throws {
    let store = try folder.open()
    var sealed: [[UInt8]] = []
    for number in 0..<UInt64(KeyStore.remembered * 2 + 10) {
      sealed.append(
        try #require(try store.seal([1], for: .participant(.numbered(number)), .view, at: [])))
    }
    try store.flush()
    #expect(try sealed.allSatisfy { try store.open($0, .view, at: []) == [1] })
  }

  @Test("the hub's key changes every 30 days")
  func hubPeriods() throws {
    let store = try folder.open()
    let days = [0, 29, 30, 61].map { WallTime(milliseconds: $0 * 86_400_000) }
    for day in days { _ = try store.seal(text, for: .hub(day), .content, at: []) }
    try store.flush()
    #expect(try store.hubPeriods() == [0, 1, 2])
    #expect(days.map(KeyStore.period(of:)) == [0, 0, 1, 2])
  }
}
