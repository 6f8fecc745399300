import Crypto
import Foundation
import GRDB
import HubModel
import Keys
import Testing

@Suite("A key that was destroyed is gone, with what it wrapped, and does not come back")
struct ShreddingTests {
  let folder: KeyFolder
  let person = ParticipantID.numbered(1)
  let message = MessageID.numbered(1)
  let text = Array("free text".utf8)
  let now = WallTime(milliseconds: 1_000)

  init() throws { folder = try KeyFolder() }

  @Test("a person's contents, handle and waiting messages go with their key, and no one else's")
  func personGoes() throws {
    let store = try folder.open()
    let theirs = try #require(try store.seal(text, for: .participant(person), .content, at: []))
    let others = try #require(
      try store.seal(text, for: .participant(.numbered(2)), .content, at: []))
    try store.giveKey(to: message, of: person)
    let waiting = try #require(try store.seal(text, for: .message(message), .content, at: []))
    let handle = try #require(try store.handle(of: person))
    try store.flush()
    try store.destroy(participants: [person], messages: [], at: now)
    for store in [store, try folder.asKilled().open()] {
      #expect(try store.open(theirs, .content, at: []) == nil)
      #expect(try store.open(waiting, .content, at: []) == nil)
      #expect(try store.open(others, .content, at: []) == text)
      #expect(try store.participant(of: handle) == nil)
      #expect(try store.handle(of: person) == nil)
      #expect(try store.seal(text, for: .participant(person), .content, at: []) == nil)
      #expect(try store.seal(text, for: .message(message), .content, at: []) == nil)
      #expect(try store.isShredded(person.value))
      #expect(try store.shreddedParticipants() == [person])
    }
    try store.destroy(participants: [person], messages: [], at: now)
    #expect(try store.shreddedParticipants() == [person])
    let reader = try KeyReader(at: folder.path, master: folder.master)
    #expect(try reader.open(theirs, .content, at: []) == nil)
    #expect(try reader.open(others, .content, at: []) == text)
  }

  @Test("a message's own key goes alone, and its participant's stays")
  func messageGoes() throws {
    let store = try folder.open()
    try store.giveKey(to: message, of: nil)
    let sealed = try #require(try store.seal(text, for: .message(message), .content, at: []))
    let theirs = try #require(try store.seal(text, for: .participant(person), .content, at: []))
    try store.adopt(message, by: person)
    try store.flush()
    #expect(try folder.asKilled().open().open(sealed, .content, at: []) == text)
    #expect(try store.messagesWithKeys() == [message])
    try store.destroy(participants: [], messages: [message], at: now)
    #expect(try store.open(sealed, .content, at: []) == nil)
    #expect(try store.open(theirs, .content, at: []) == text)
    #expect(try store.messagesWithKeys().isEmpty)
  }

  @Test("a message that was adopted goes with the person who turned out to be meant")
  func adopted() throws {
    let store = try folder.open()
    try store.giveKey(to: message, of: nil)
    let sealed = try #require(try store.seal(text, for: .message(message), .content, at: []))
    try store.flush()
    try store.adopt(message, by: person)
    try store.flush()
    try store.destroy(participants: [person], messages: [], at: now)
    #expect(try folder.asKilled().open().open(sealed, .content, at: []) == nil)
  }

  @Test("no file keeps the wrapped bytes, and the shred list takes no change")
  func overwritten() throws {
    let store = try folder.open()
    _ = try store.seal(text, for: .participant(person), .content, at: [])
    try store.flush()
    let queue = try DatabaseQueue(path: folder.path)
    let wrapped = try #require(
      try queue.read { try Data.fetchOne($0, sql: "SELECT wrapped FROM data_key WHERE kind = 1") })
    #expect(try folder.holds([UInt8](wrapped)))
    try store.destroy(participants: [person], messages: [], at: now)
    #expect(try !folder.holds([UInt8](wrapped)))
    for change in [
      "DELETE FROM shredded", "UPDATE shredded SET at = 0",
      "INSERT INTO data_key (id, kind, master, wrapped) SELECT id, 1, x'', x'' FROM shredded",
    ] {
      #expect(throws: DatabaseError.self) { try queue.write { try $0.execute(sql: change) } }
    }
  }

  @Test("a key that never sealed anything is forgotten, and may be made again")
  func forgotten() throws {
    let store = try folder.open()
    try store.giveKey(to: message, of: person)
    try store.flush()
    try store.forget(messages: [message])
    #expect(try !store.hasOwnKey(message))
    try store.giveKey(to: message, of: person)
    #expect(try store.flush())
    #expect(try store.hasOwnKey(message))
  }
}

@Suite("The master key wraps every key, and can be replaced")
struct MasterKeyTests {
  let folder: KeyFolder
  let other = SymmetricKey(data: [UInt8](repeating: 8, count: 32))
  let text = Array("free text".utf8)

  init() throws { folder = try KeyFolder() }

  @Test("another master key opens nothing, and says so before anything is read")
  func wrongMaster() throws {
    _ = try folder.open().seal(text, for: .participant(.numbered(1)), .content, at: [])
    #expect(kind { try folder.open(other) } == .wrongMaster)
  }

  @Test("after a replacement the new one opens everything, the old one nothing")
  func rotation() throws {
    var sealed: [[UInt8]] = []
    do {
      let store = try folder.open()
      for number in 0..<2_500 {
        let owner = KeyOwner.participant(.numbered(UInt64(number)))
        sealed.append(try #require(try store.seal(text, for: owner, .content, at: [])))
      }
      try store.giveKey(to: .numbered(1), of: .numbered(1))
      sealed.append(
        try #require(try store.seal(text, for: .message(.numbered(1)), .content, at: [])))
      try store.flush()
    }
    let replaced = try folder.open(other, before: folder.master)
    #expect(try sealed.allSatisfy { try replaced.open($0, .content, at: []) == text })
    #expect(kind { try folder.asKilled().open() } == .wrongMaster)
    let again = try folder.asKilled().open(other)
    #expect(try sealed.allSatisfy { try again.open($0, .content, at: []) == text })
  }

  @Test("no file holds the master key or a key that it wraps, and only the owner reads them")
  func nothingInTheClear() throws {
    let store = try folder.open()
    _ = try store.seal(text, for: .participant(.numbered(1)), .content, at: [])
    try store.flush()
    #expect(try !folder.holds([UInt8](repeating: 7, count: 32)))
    for name in ["keys.sqlite", "keys.sqlite-wal"] {
      let attributes = try FileManager.default.attributesOfItem(
        atPath: folder.url.appendingPathComponent(name).path)
      #expect(attributes[.posixPermissions] as? Int == 0o600)
    }
  }

  @Test("what is not a key store is refused")
  func foreign() throws {
    try Data("this is a text and not a database at all".utf8)
      .write(to: URL(fileURLWithPath: folder.path))
    #expect(kind { try folder.open() } == .foreign)
  }
}
