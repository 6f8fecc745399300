import Foundation
import GRDB
import HubModel
import Logging
import Operations
import Testing

@testable import AdapterKit

/// Takes notices instead of sending them, and fails as it is told to.
final class SampleChannel: NoticeChannel {
  let sent = Shared<[String]>([])
  let ids = Shared<[String]>([])
  let failures = Shared<[NoticeFailure]>([])

  func send(_ notice: OutsideNotice, to address: String) throws(NoticeFailure) {
    ids.withLock { $0.append(notice.id) }
    let failure = failures.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    if let failure { throw failure }
    sent.withLock { $0.append("\(address): \(notice.line)") }
  }

  func shown(_ notice: OutsideNotice, to address: String) -> String { notice.line }

  /// What was sent since the last call.
  var news: [String] {
    sent.withLock { sent in
      defer { sent = [] }
      return sent
    }
  }
}

@Suite("Alarms, from beginning to end")
struct AlarmTests {
  let place: Workplace
  let setting: AdapterSetting
  let channel = SampleChannel()
  let start = AlarmPlanTests.midnight
  var plan = AlarmPlan()

  init() throws {
    place = try Workplace()
    setting = try place.setting()
    for name in ["ada", "ben"] { plan.people[name] = AlarmPlanTests.person(name) }
    plan.rules[.handOff] = .init(ladder: [["ada"], ["ben"]], interval: .minutes(5), times: 1)
    plan.rules[.hubAway] = .init(ladder: [["ada"]], after: .minutes(2))
    plan.rules[.notSent] = .init(ladder: [["ada"]])
  }

  var sender: NoticeSender {
    NoticeSender(
      channel: "sms", sending: channel, store: setting.store, agency: "lakewood", desk: nil,
      log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  func at(_ minutes: Int64) -> WallTime { start + .minutes(minutes) }

  func write(_ body: (Database) throws -> Void) throws { try setting.store.write(body) }

  /// The clock and the senders, at each of the minutes.
  func run(_ minutes: Int64...) throws {
    for minute in minutes {
      try write { database in
        try AlarmRound(plan: plan, calendar: .utc).run(at: at(minute), in: database)
      }
      try sender.pass(at: at(minute))
    }
  }

  @Test("It is repeated and goes to the next until somebody confirms, and then it is quiet")
  func confirmed() throws {
    try write { try Alarms.raise(.handOff, about: "c-1", at: start, in: $0) }
    try run(0, 1, 5, 6)
    let words = "Accord: 1 hand-off waits. Open the desk."
    #expect(channel.news == ["ada: \(words)", "ben: \(words)"])
    let open = try setting.store.read { try Alarms.open(in: $0) }
    let alarm = try #require(open.first)
    try write { _ = try Alarms.confirm(alarm.id, by: "ben", at: at(7), in: $0) }
    try run(8, 20, 60)
    #expect(channel.news == [])
  }

  @Test("One alert when it begins and one when it is over, however often its cause is seen")
  func oneEach() throws {
    for minute in 0..<5 {
      try write {
        try Alarms.set(.notSent, about: "c-1", isOn: true, at: at(Int64(minute)), in: $0)
      }
      try run(Int64(minute))
    }
    #expect(channel.news.count == 1)
    for minute in 5..<8 {
      try write {
        try Alarms.set(.notSent, about: "c-1", isOn: false, at: at(Int64(minute)), in: $0)
      }
      try run(Int64(minute))
    }
    let over = "ada: Over, nothing to do: 1 message was not sent. Open the desk."
    #expect(channel.news == [over])
  }

  @Test("What ends before anybody was told is told to nobody")
  func passing() throws {
    try write { try Alarms.raise(.hubAway, about: "link", at: start, in: $0) }
    try run(0, 1)
    try write { try Alarms.end(.hubAway, about: "link", at: at(1), in: $0) }
    try run(1, 2, 3)
    #expect(channel.news == [])
    try write { try Alarms.raise(.hubAway, about: "link", at: at(4), in: $0) }
    try run(4, 5, 6)
    #expect(channel.news == ["ada: Accord: 1 time the hub was lost. Open the desk."])
  }

  @Test("Several alarms to one address are one notice that counts them")
  func together() throws {
    try write { database in
      for number in 1...3 {
        try Alarms.raise(.notSent, about: "c-\(number)", at: start, in: database)
      }
      try Alarms.raise(.handOff, about: "c-1", at: start, in: database)
    }
    try run(0)
    #expect(
      channel.news
        == ["ada: Accord: 1 hand-off waits, 3 messages were not sent. Open the desk."])
  }

  @Test("A kind without a rule calls nobody, and stands at the desk")
  func withoutRule() throws {
    try write { try Alarms.raise(.fileRejected, about: "f", at: start, in: $0) }
    try run(0, 10)
    #expect(channel.news == [])
    #expect(try setting.store.read { try Alarms.open(in: $0) }.count == 1)
  }

  @Test("A file to mend is over when somebody confirms it")
  func confirmEnds() throws {
    try write { try Alarms.raise(.fileRejected, about: "f", at: start, in: $0) }
    try write { try Alarms.confirm(.fileRejected, about: "f", by: "ada", at: at(1), in: $0) }
    #expect(try setting.store.read { try Alarms.open(in: $0) }.isEmpty)
  }

  @Test("What did not leave is tried again, later each time, and given up after the last")
  func retries() throws {
    let failure = NoticeFailure("no answer")
    channel.failures.withLock { $0 = Array(repeating: failure, count: 6) }
    try write { try Alarms.raise(.notSent, about: "c-1", at: start, in: $0) }
    try run(0, 1, 2, 5, 20, 60, 61)
    #expect(channel.ids.withLock { $0.count } == 6)
    #expect(Set(channel.ids.withLock { $0 }).count == 1)
    #expect(channel.news == [])
    #expect(try states() == ["failed"])
  }

  @Test("What the other side refuses for good is not tried again")
  func refused() throws {
    channel.failures.withLock { $0 = [NoticeFailure("refused", isPassing: false)] }
    try write { try Alarms.raise(.notSent, about: "c-1", at: start, in: $0) }
    try run(0, 60)
    #expect(channel.ids.withLock { $0.count } == 1)
    #expect(try states() == ["failed"])
  }

  func states() throws -> [String] {
    try setting.store.read { try String.fetchAll($0, sql: "SELECT state FROM alarm_call") }
  }

  @Test("A process that ends while it sends sends the same notice again, and forgets no alarm")
  func killed() throws {
    try write { try Alarms.raise(.handOff, about: "c-1", at: start, in: $0) }
    try run(0)
    let ids = channel.ids.withLock { $0 }
    // As the store stands between the sending and the note that it was sent.
    try write { try $0.execute(sql: "UPDATE alarm_call SET state = 'sending'") }
    let reopened = try place.setting()
    var sender = sender
    sender = NoticeSender(
      channel: "sms", sending: channel, store: reopened.store, agency: "lakewood", desk: nil,
      log: sender.log)
    try sender.recover()
    try sender.pass(at: at(1))
    #expect(channel.ids.withLock { $0 } == ids + ids)
    try reopened.store.write { database in
      try AlarmRound(plan: plan, calendar: .utc).run(at: at(5), in: database)
    }
    try sender.pass(at: at(5))
    #expect(channel.news.last?.hasPrefix("ben:") == true)
  }

  @Test("Commands confirm an alert and ask for a test, whatever the agency")
  func commands() throws {
    func take(_ text: String) throws -> IntakeReport? {
      try setting.store.write { database in
        try AlarmCommands.take(
          IntakeFile(folder: "commands", name: "c.json", bytes: Data(text.utf8)), at: start,
          in: database)
      }
    }
    #expect(try take(#"{"command":"decide"}"#) == nil)
    #expect(try take(#"{"command":"test-notice"}"#)?.taken == 1)
    let open = try setting.store.read { try Alarms.open(in: $0) }
    let alarm = try #require(open.first)
    #expect(alarm.kind == .test)
    #expect(throws: IntakeError.self) {
      try take(#"{"command":"confirm-alert","alert":"none"}"#)
    }
    #expect(try take("{\"command\":\"confirm-alert\",\"alert\":\"\(alarm.id)\"}")?.taken == 1)
    #expect(try setting.store.read { try Alarms.open(in: $0) }.isEmpty)
  }
}
