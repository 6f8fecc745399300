import Foundation
import GRDB
import HubModel
import Keys
import Ledger
import RouterCore
import Testing

@Suite("Nothing at rest names or describes a person")
struct SealedTests {
  let folder: LedgerFolder
  let person = ParticipantID.numbered(1)
  /// Names, birth dates, free text and numbers, each of which is planted and must come back.
  let planted = [
    "Quillfeather", "1987-03-29", "lives with an aunt", "theirs-1", "booking-77-4", "p-alias-5",
    "a witness in blue", "desk 4, nights", "x-party-y", "their-inmate-number", "behind the mill",
    "overdose, unconscious", "Dr Fairweather", "rightly opened for them",
  ]

  init() throws { folder = try LedgerFolder() }

  private var message: StoredMessage {
    var stored = Sample.message(1, of: person, text: planted[0])
    stored.message.segments[0].fields += [
      Field("date-of-birth", .text(planted[1])), Field("note", .text(planted[2])),
      Field("place", .text(planted[10])),
    ]
    stored.message.segments[1].attachment = Array(planted[2].utf8)
    var release = Sample.release().roi
    release.witness = planted[6]
    stored.message.consent = .release(release)
    return stored
  }

  private var release: RoiRecord {
    var record = Sample.release()
    record.roi.witness = planted[6]
    record.roi.recipients = [.person(.provider, reference: planted[7])]
    record.revokedToward = [.person(.provider, reference: planted[8])]
    return record
  }

  private var emergency: EmergencyAccess {
    EmergencyAccess(
      id: RoiID("em-1")!, recipient: .provider, recipientName: planted[12], affiliation: "",
      discloser: planted[12], nature: planted[11], openedAt: .start, closesAt: .after(60))
  }

  private let order = CourtOrder(
    id: RoiID("order-1")!, kind: .noncriminal, issuedAt: .start, expiresAt: .after(60),
    disclosers: [.agency(.provider)], recipients: [.agency(.prosecutor)],
    information: [InformationScope(categories: [.participation])], hasFindings: true,
    hasNotice: true)

  private let alias = AliasKey(.provider, ParticipantAlias("p-alias-5")!)
  private let token = IdentityToken(.inmateNumber, Array("their-inmate-number-of-32-bytes.".utf8))

  private func fill(_ ledger: Ledger) throws {
    let blanket = BlanketRevocation(
      recipients: [.person(.provider, reference: planted[8])], at: .start)
    var candidate = Sample.message(2, text: planted[0], basis: .candidate)
    candidate.message.tokens = [token]
    try ledger.commit([
      .participant(person), .alias(alias, person, isPreferred: true),
      .token(token, person, isConfirmed: true), .accepted(message),
      .part(Sample.part(1, queued: 1)), .accepted(Sample.message(3, of: person, text: planted[2])),
      .part(Sample.part(3, .held, of: person)), .accepted(candidate), .release(person, release),
      .blanket(person, blanket, position: 9),
      .noMatch(.sheriff, booking: planted[4], at: .start),
      .emergency(person, emergency, position: 10), .order(person, order, position: 11),
      .emergencyReviewed(emergency.id, finding: planted[13], at: .after(9)),
    ])
  }

  private func holdsAny(_ folder: LedgerFolder) throws -> [String] {
    try planted.filter { try folder.holds($0) } + (try folder.holds(token.value) ? ["token"] : [])
  }

  @Test("not in the log, not in the file, and all of it is read back")
  func grep() throws {
    do {
      let ledger = try folder.open()
      try fill(ledger)
      #expect(try holdsAny(folder) == [])
      ledger.close()
    }
    #expect(try holdsAny(folder) == [])
    let ledger = try folder.open()
    let facts = try ledger.facts {
      $0.named = [.numbered(1), .numbered(2), .numbered(3)]
      $0.aliases = [alias]
      $0.tokens = [token]
    }
    #expect(facts.messages[.numbered(1)] == message)
    #expect(facts.messages[.numbered(2)]?.message.tokens == [token])
    #expect(facts.messages[.numbered(3)]?.message.code("need") == "housing")
    #expect(facts.aliases == [alias: person])
    #expect(facts.tokens[token]?.map(\.participant) == [person])
    let record = try #require(facts.participants[person])
    #expect(record.aliases == [.provider: alias.alias])
    #expect(record.consents.records == [release])
    #expect(record.consents.blankets.map(\.at) == [.start])
    #expect(record.consents.emergencies == [emergency] && record.consents.orders == [order])
    let reported = try #require(try folder.reader().emergencies(all: true).first)
    #expect(reported.nature == planted[11] && reported.finding == planted[13])
  }

  @Test("an order under one number is kept for each person whom it names")
  func orderOfTwo() throws {
    let ledger = try folder.open()
    let other = ParticipantID.numbered(2)
    var later = order
    later.expiresAt = .after(120)
    let second = AliasKey(.provider, ParticipantAlias("p-alias-6")!)
    try ledger.commit([
      .participant(person), .alias(alias, person, isPreferred: true),
      .participant(other), .alias(second, other, isPreferred: true),
      .order(person, order, position: 1), .order(other, order, position: 1),
      .order(other, later, position: 2),
    ])
    let facts = try ledger.facts { $0.aliases = [alias, second] }
    #expect(facts.participants[person]?.consents.orders == [order])
    #expect(facts.participants[other]?.consents.orders == [later])
  }

  @Test("a booking of nobody is still counted once")
  func bookings() throws {
    let ledger = try folder.open()
    for _ in 0..<2 { try ledger.commit([.noMatch(.sheriff, booking: "b", at: .start)]) }
    #expect(try folder.reader().totals().noMatches == 1)
  }

  @Test("equal messages, names and tokens of different ledgers have nothing in common")
  func unlinkable() throws {
    let other = try LedgerFolder()
    var found: [[Set<[UInt8]>]] = []
    for folder in [folder, other] {
      let ledger = try folder.open()
      try fill(ledger)
      try ledger.commit([
        .accepted(Sample.message(4, of: person, text: "same")),
        .accepted(Sample.message(5, of: person, text: "same")),
        .accepted(Sample.message(6, of: .numbered(2), text: "same")),
      ])
      let queue = try DatabaseQueue(path: folder.path)
      found.append(
        try queue.read { database in
          try ["SELECT alias FROM alias", "SELECT value FROM token", "SELECT owner FROM alias",
            "SELECT sealed FROM alias", "SELECT body FROM payload", "SELECT booking FROM no_match"]
            .map { Set(try Data.fetchAll(database, sql: $0).map { [UInt8]($0.suffix(16)) }) }
        })
    }
    for (one, two) in zip(found[0], found[1]) { #expect(one.isDisjoint(with: two)) }
    #expect(found[0][4].count == 6)
  }

  @Test("a held message has a key of its own, which goes with its erasure; its person's stays")
  func ownKey() throws {
    let ledger = try folder.open()
    try fill(ledger)
    let backup = try folder.asKilled()
    try ledger.commit([.erase(.numbered(3)), .part(Sample.part(3, .expired))])
    ledger.close()
    // An old copy of the ledger beside today's keys.
    let copy = try LedgerFolder()
    for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: backup.path + suffix) {
      try FileManager.default.copyItem(atPath: backup.path + suffix, toPath: copy.path + suffix)
    }
    try FileManager.default.copyItem(atPath: folder.keysPath, toPath: copy.keysPath)
    let restored = try copy.open()
    let facts = try restored.facts { $0.named = [.numbered(1), .numbered(3)] }
    #expect(facts.messages[.numbered(3)]?.message.segments == [])
    #expect(facts.messages[.numbered(1)] == message)
  }

  @Test("keys of turns that were never committed are swept; hub keys nothing uses, too")
  func sweeping() throws {
    do {
      let keys = try folder.keys()
      try keys.giveKey(to: .numbered(9), of: nil)
      for day in [0, 40, 80] as [Int64] {
        let time = WallTime(milliseconds: day * 86_400_000)
        _ = try keys.seal([1], for: .hub(time), .content, at: [])
      }
      try keys.flush()
    }
    let ledger = try folder.open()
    let bare = Sample.message(1, text: "no person")
    try ledger.commit([.accepted(bare)])
    #expect(try ledger.facts { $0.named = [.numbered(1)] }.messages[.numbered(1)] == bare)
    ledger.close()
    let keys = try folder.keys()
    #expect(try keys.messagesWithKeys() == [])
    #expect(try keys.hubPeriods().count == 2)
    #expect(try !keys.isShredded(.numbered(9)))
  }

  @Test("a key store that is another's, or older than the ledger, is refused")
  func wrongStore() throws {
    let old = try LedgerFolder()
    do {
      let ledger = try folder.open()
      ledger.close()
      try FileManager.default.copyItem(atPath: folder.keysPath, toPath: old.keysPath)
      let again = try folder.open()
      try fill(again)
      again.close()
    }
    try FileManager.default.removeItem(atPath: folder.keysPath)
    #expect(kind { try folder.open() } == .otherKeys)
    for suffix in ["", "-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: folder.keysPath + suffix)
    }
    try FileManager.default.copyItem(atPath: old.keysPath, toPath: folder.keysPath)
    #expect(kind { try folder.open() } == .oldKeys)
  }
}
