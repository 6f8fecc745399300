import Foundation
import HubModel
import Operations
import Testing

@testable import AdapterKit

@Suite("Notices by mail, webhook, text message and command")
struct NoticeChannelTests {
  let place: Workplace
  let certificate: TestCertificate
  static let secret = [UInt8](repeating: 7, count: 32)
  static let notice = OutsideNotice(
    id: "lakewood-mail-7-1", agency: "lakewood", isOver: false, counts: [.handOff: 2],
    link: "https://desk.example.org/alerts/abc",
    at: WallTime(iso8601: "2026-11-21T02:10:05Z") ?? WallTime(milliseconds: 0))

  init() throws {
    place = try Workplace()
    certificate = try TestCertificate(in: place.root)
  }

  func mailChannel(_ port: Int) -> MailChannel {
    var channel = MailChannel(server: "smtp://localhost:\(port)", from: "accord@lakewood.example")
    channel.user = ("accord", "secret")
    channel.authorities = certificate.certificate
    return channel
  }

  @Test("A mail goes out by a real server, encrypted and signed in, and holds counts and a link")
  func mail() async throws {
    let peer = try await Peer(
      "mail_server.py", [certificate.certificate, certificate.key], in: place.root)
    try mailChannel(peer.port).send(Self.notice, to: "duty@lakewood.example")
    let mail = try await peer.next()
    #expect(mail["to"] as? [String] == ["duty@lakewood.example"])
    #expect(mail["from"] as? String == "accord@lakewood.example")
    #expect(mail["tls"] as? Bool == true)
    #expect(mail["user"] as? String == "accord")
    let text = try #require(mail["text"] as? String)
    #expect(text.contains("Date: Sat, 21 Nov 2026 02:10:05 +0000\r\n"))
    #expect(text.contains("Subject: Accord: 2 alerts wait\r\n"))
    #expect(text.contains("Message-ID: <lakewood-mail-7-1@lakewood.example>\r\n"))
    #expect(text.contains("2 hand-offs wait. Open the desk: https://desk.example.org/alerts/abc"))
  }

  @Test("A mail server that nobody vouches for, or that refuses the sign-in, gets no mail")
  func mailRefused() async throws {
    let peer = try await Peer(
      "mail_server.py", [certificate.certificate, certificate.key], in: place.root)
    var stranger = mailChannel(peer.port)
    stranger.authorities = try TestCertificate(in: place.root, name: "other").certificate
    #expect(throws: NoticeFailure.self) { try stranger.send(Self.notice, to: "a@b.example") }
    var wrong = mailChannel(peer.port)
    wrong.user = ("accord", "wrong")
    #expect(throws: NoticeFailure.self) { try wrong.send(Self.notice, to: "a@b.example") }
    // The first mail that the server sees is the good one.
    try mailChannel(peer.port).send(Self.notice, to: "good@b.example")
    #expect(try await peer.next()["to"] as? [String] == ["good@b.example"])
  }

  func webServer(_ statuses: String...) async throws -> Peer {
    try await Peer(
      "web_server.py",
      [certificate.certificate, certificate.key, Data(Self.secret).base64EncodedString()]
        + statuses, in: place.root)
  }

  @Test("A webhook is a CloudEvents document whose signature its receiver can check")
  func webhook() async throws {
    let peer = try await webServer()
    var channel = WebhookChannel(secret: Self.secret)
    channel.authorities = certificate.certificate
    try channel.send(Self.notice, to: "https://localhost:\(peer.port)/hook")
    let request = try await peer.next()
    #expect(request["isSigned"] as? Bool == true)
    #expect(request["type"] as? String == "application/cloudevents+json; charset=UTF-8")
    let body = try #require(request["body"] as? String)
    let object = try JSONSerialization.jsonObject(with: Data(body.utf8))
    let event = try #require(object as? [String: Any])
    #expect(event["specversion"] as? String == "1.0")
    #expect(event["id"] as? String == Self.notice.id)
    #expect(event["source"] as? String == "/agencies/lakewood")
    #expect(TraceContext(header: request["trace"] as? String ?? "") != nil)
    #expect(event["type"] as? String == "org.accord.alert.waits")
    #expect(event["time"] as? String == "2026-11-21T02:10:05Z")
    let data = try #require(event["data"] as? [String: Any])
    #expect(data["waits"] as? [String: Int] == ["hand-off": 2])
  }

  @Test("A server in trouble is tried again; one that refuses is not; a wrong secret shows")
  func webhookFailures() async throws {
    let peer = try await webServer("503", "429", "410")
    var channel = WebhookChannel(secret: [UInt8](repeating: 8, count: 32))
    channel.authorities = certificate.certificate
    for isPassing in [true, true, false] {
      let failure = try #require(throws: NoticeFailure.self) {
        try channel.send(Self.notice, to: "https://localhost:\(peer.port)/hook")
      }
      #expect(failure.isPassing == isPassing)
      #expect(try await peer.next()["isSigned"] as? Bool == false)
    }
    channel.authorities = nil
    #expect(throws: NoticeFailure.self) {
      try channel.send(Self.notice, to: "https://localhost:\(peer.port)/hook")
    }
  }

  @Test(
    "A text message fills the gateway's own template",
    arguments: [
      (
        "application/x-www-form-urlencoded", "To={to}&Body={text}",
        "To=%2B15550100&Body=Accord%3A%202%20hand-offs%20wait."
      ),
      (
        "application/json", #"{"to": "{to}", "text": "{text}"}"#,
        #"{"to": "+15550100", "text": "Accord: 2 hand-offs wait."#
      ),
    ])
  func textMessage(type: String, template: String, start: String) async throws {
    let peer = try await webServer()
    var channel = TextMessageChannel(url: "https://localhost:\(peer.port)/send")
    channel.contentType = type
    channel.body = template
    channel.headers = ["Authorization: Bearer abc"]
    channel.authorities = certificate.certificate
    try channel.send(Self.notice, to: "+15550100")
    let request = try await peer.next()
    #expect((request["body"] as? String)?.hasPrefix(start) == true)
    #expect(request["authorization"] as? String == "Bearer abc")
    #expect(request["type"] as? String == type)
  }

  @Test("A command gets counts and the link; one that fails or hangs is a failure")
  func command() throws {
    let script = place.root.appendingPathComponent("page")
    let output = place.root.appendingPathComponent("said")
    try Data(
      ("#!/bin/sh\n[ \"$1\" = hang ] && exec sleep 60\n"
        + "echo \"$@\" > \(output.path)\nexit \"${1:-0}\"\n").utf8
    ).write(to: script)
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: script.path)
    let channel = CommandChannel(
      command: LocalCommand(path: script.path, timeout: Span(milliseconds: 2_000)))
    try channel.send(Self.notice, to: "0")
    #expect(
      try String(contentsOf: output, encoding: .utf8)
        == "0 waits hand-off=2 https://desk.example.org/alerts/abc\n")
    #expect(throws: NoticeFailure.self) { try channel.send(Self.notice, to: "3") }
    #expect(throws: NoticeFailure.self) { try channel.send(Self.notice, to: "hang") }
  }
}

@Suite("The section that says who is called")
struct NotifySettingsTests {
  let place: Workplace

  init() throws {
    place = try Workplace()
    for (name, text) in [("secret", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="), ("pw", "x")] {
      let file = place.root.appendingPathComponent(name)
      try Data((text + "\n").utf8).write(to: file)
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
    }
  }

  /// The example of the article, whole.
  static let example = """
    {}
    notify:
      desk: https://desk.lakewood.example:7410
      channels:
        mail:
          kind: mail
          server: smtp://mail.lakewood.example:587
          from: accord@lakewood.example
          user: accord
          password-file: pw
        hook: {kind: webhook, secret-file: secret}
        text:
          kind: sms
          url: https://gateway.example/send
          body: "to={to}&text={text}"
          token-file: pw
        siren: {kind: command, command: /usr/local/bin/siren}
      people:
        ada: {by: [{channel: text, to: "+15550100"}, {channel: mail, to: ada@lakewood.example}]}
        ben: {by: [{channel: hook, to: "https://pager.example/in"}], quiet: "22:00-06:00"}
      shifts:
        nights:
          - {days: [fri, sat], hours: "20:00-08:00", people: [ada]}
      rules:
        hand-off: {call: [[nights], [ben]], repeat: 2 min, times: 3, even-when-quiet: true}
        hub-away: {call: [[ben]], after: 5 min}
      otherwise: {call: [[ben]]}
    """

  @Test("The example is read, and the preview shows words and addresses and sends nothing")
  func example() throws {
    let configuration = try place.configuration(adapter: Self.example)
    let settings = try NotifySettings(configuration)
    #expect(settings.channels.keys.sorted() == ["hook", "mail", "siren", "text"])
    #expect(settings.plan.rule(for: .handOff)?.evenWhenQuiet == true)
    #expect(settings.plan.rule(for: .fileRejected)?.ladder == [["ben"]])
    // Saturday noon: nobody is on the shift, so the next rung is called.
    let noon = try #require(WallTime(iso8601: "2026-11-21T12:00:00-08:00"))
    let text = try NoticePreview.text(configuration, at: noon)
    #expect(text.contains("hand-off: ben, every 2 min, until confirmed"))
    #expect(text.contains("by hook to https://pager.example/in:"))
    #expect(text.contains("org.accord.alert.waits"))
  }

  @Test(
    "What is wrong is named",
    arguments: [
      ("kind: mail", "kind: fax", "notify.channels.mail.kind"),
      ("smtp://mail", "http://mail", "notify.channels.mail.server"),
      ("from: accord@lakewood.example", "from: \"a b@c\"", "notify.channels.mail.from"),
      ("user: accord\n", "tls: none\n", "notify.channels.mail.tls"),
      ("secret-file: secret", "secret-file: pw", "notify.channels.hook.secret-file"),
      ("&text={text}", "", "notify.channels.text.body"),
      ("https://gateway", "http://gateway", "notify.channels.text.url"),
      ("channel: hook", "channel: fax", "notify.people.ben.by[1].channel"),
      ("22:00-06:00", "10pm", "notify.people.ben.quiet"),
      ("people: [ada]", "people: [eve]", "notify.shifts"),
      ("[[nights], [ben]]", "[[days], [ben]]", "notify.rules"),
      ("repeat: 2 min, ", "", "notify.rules.hand-off.repeat"),
      ("hub-away:", "hub-gone:", "notify.rules"),
    ])
  func wrong(good: String, bad: String, key: String) throws {
    let text = Self.example.replacing(good, with: bad)
    #expect(text != Self.example)
    let error = try #require(throws: ConfigurationError.self) {
      try NotifySettings(place.configuration(adapter: text))
    }
    #expect(error.problems.contains { $0.key.hasPrefix(key) }, "\(error)")
  }
}
