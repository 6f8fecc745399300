import Foundation
import HubModel
package import Operations

/// The configuration's section `notify`: who is called outside the desk, by what, and when. Left
/// out, nobody is: alarms then stand at the desk alone.
struct NotifySettings: Sendable {
  /// Where the desk is, for links; without a slash at its end.
  var desk: String?
  var channels: [String: any NoticeChannel] = [:]
  var plan = AlarmPlan()

  init() {}

  init(_ configuration: AdapterConfiguration) throws(ConfigurationError) {
    self = try configuration.notify.read { fields in
      var settings = NotifySettings()
      settings.desk = fields.optional("desk", .webAddress(schemes: ["https", "http"]))
        .map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
      let channels = fields.value(
        "channels", .keyed(byTextOf: .mapping { ChannelReader(fields: $0).channel }), default: [])
      settings.channels = Dictionary(
        channels.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
      settings.plan = PlanReader(fields: fields, channels: Set(settings.channels.keys)).plan
      return settings
    }
  }
}

/// One channel, by its kind.
private struct ChannelReader {
  enum Kind: String, CaseIterable { case mail, webhook, sms, command }
  let fields: YAMLFields

  var channel: (any NoticeChannel)? {
    switch fields.required("kind", YAMLValue<Kind>.choice()) {
    case .mail: mail
    case .webhook: webhook
    case .sms: sms
    case .command: command
    case nil: nil
    }
  }

  private var timeout: Int { fields.value("timeout-seconds", .integer(1...60), default: 15) }

  private var mail: (any NoticeChannel)? {
    let server = fields.required("server", .webAddress(schemes: ["smtp", "smtps"]))
    let security = fields.value("tls", .choice(), default: MailChannel.Security.required)
    let from = fields.required("from", .mailAddress)
    let name = fields.optional("user", .text())
    let password = secret("password-file")
    let authorities = fields.optional("ca-file", .path)
    let timeout = timeout
    guard let server, let from else { return nil }
    let host = URL(string: server)?.host ?? ""
    let isHere = ["localhost", "127.0.0.1", "::1", "[::1]"].contains(host)
    if security == .none, !isHere {
      fields.report("tls", "may be 'none' only for a mail server on this machine")
    }
    if (name == nil) != (password == nil) {
      fields.report("user", "goes together with 'password-file'")
    }
    var channel = MailChannel(server: server, security: security, from: from)
    if let name, let password { channel.user = (name, password) }
    channel.authorities = authorities
    channel.timeoutSeconds = timeout
    return channel
  }

  private var webhook: (any NoticeChannel)? {
    let text = secret("secret-file", isRequired: true)
    let authorities = fields.optional("ca-file", .path)
    let certificate = fields.optional("certificate", .path)
    let key = fields.optional("key", .path)
    let timeout = timeout
    guard let text else { return nil }
    let encoded = text.hasPrefix("whsec_") ? String(text.dropFirst(6)) : text
    guard let secret = Data(base64Encoded: encoded),
      WebhookChannel.secretBytes.contains(secret.count)
    else {
      fields.report(
        "secret-file",
        "must hold 24 to 64 bytes in base64, as 'openssl rand -base64 32' makes them")
      return nil
    }
    var channel = WebhookChannel(secret: Array(secret))
    channel.authorities = authorities
    if let certificate, let key { channel.identity = (certificate, key) }
    if (certificate == nil) != (key == nil) { fields.report("certificate", "goes with 'key'") }
    channel.timeoutSeconds = timeout
    return channel
  }

  private var sms: (any NoticeChannel)? {
    let url = fields.required("url", .text(largest: 1_000))
    var channel = TextMessageChannel(url: url ?? "")
    channel.method = fields.value("method", .text(largest: 10), default: channel.method)
    channel.contentType = fields.value("content-type", .text(), default: channel.contentType)
    channel.body = fields.value("body", .text(largest: 2_000), default: channel.body)
    channel.authorities = fields.optional("ca-file", .path)
    channel.timeoutSeconds = timeout
    if let token = secret("token-file") { channel.headers = ["Authorization: Bearer \(token)"] }
    guard let url else { return nil }
    if !url.hasPrefix("https://"), !url.hasPrefix("http://127.0.0.1") {
      fields.report("url", "must begin with https://")
    }
    if !["GET", "POST", "PUT"].contains(channel.method) {
      fields.report("method", "must be GET, POST or PUT")
    }
    let template = channel.method == "GET" ? url : url + channel.body
    for mark in ["{to}", "{text}"] where !template.contains(mark) {
      fields.report("body", "must hold \(mark)")
    }
    return channel
  }

  private var command: (any NoticeChannel)? {
    let path = fields.required("command", .path)
    let timeout = timeout
    return path.map {
      CommandChannel(command: LocalCommand(path: $0, timeout: .seconds(Int64(timeout))))
    }
  }

  /// The first line of a file that only its owner may read.
  private func secret(_ key: String, isRequired: Bool = false) -> String? {
    SecretLine.read(key, of: fields, isRequired: isRequired)
  }
}

/// People, shifts and rules.
private struct PlanReader {
  enum Day: String, CaseIterable {
    case sun, mon, tue, wed, thu, fri, sat
    var weekday: Int { Self.allCases.firstIndex(of: self) ?? 0 }
  }

  let fields: YAMLFields
  let channels: Set<String>

  var plan: AlarmPlan {
    var plan = AlarmPlan()
    for entry in fields.value("people", .keyed(byTextOf: .mapping(person)), default: []) {
      var person = entry.value
      person.name = entry.key
      plan.people[entry.key] = person
    }
    let shifts = fields.value(
      "shifts", .keyed(byTextOf: .list(of: .mapping(shift), count: 1...50)), default: [])
    for entry in shifts { plan.shifts[entry.key] = entry.value }
    let rules = fields.value(
      "rules", .keyed(by: AlarmKind.self, of: .mapping(rule)), default: [])
    for entry in rules { plan.rules[entry.key] = entry.value }
    plan.other = fields.optional("otherwise", .mapping(rule))
    check(plan)
    return plan
  }

  private func person(_ fields: YAMLFields) -> AlarmPlan.Person? {
    let addresses = fields.required(
      "by",
      .list(
        of: .mapping { address -> AlarmPlan.Address? in
          let channel = address.required("channel", .text(largest: 60))
          let place = address.required("to", .text(largest: 300))
          guard let channel, let place else { return nil }
          if !channels.contains(channel) {
            address.report("channel", "there is no channel '\(channel)'")
          }
          return AlarmPlan.Address(channel: channel, to: place)
        }, count: 1...10))
    let quiet = fields.optional("quiet", .hours)
    return addresses.map { AlarmPlan.Person(name: "", addresses: $0, quiet: quiet) }
  }

  private func shift(_ fields: YAMLFields) -> AlarmPlan.Shift? {
    let days = fields.value("days", .list(of: YAMLValue<Day>.choice()), default: Day.allCases)
    let hours = fields.required("hours", .hours)
    let people = fields.required("people", .list(of: .text(largest: 60), count: 1...50))
    guard let hours, let people else { return nil }
    return AlarmPlan.Shift(days: Set(days.map(\.weekday)), hours: hours, people: people)
  }

  private func rule(_ fields: YAMLFields) -> AlarmPlan.Rule? {
    let ladder = fields.required(
      "call", .list(of: .list(of: .text(largest: 60), count: 1...20), count: 1...10))
    guard let ladder else { return nil }
    var rule = AlarmPlan.Rule(ladder: ladder)
    rule.interval = fields.optional("repeat", .span(.seconds(10) ... .days(1)))
    rule.times = fields.value("times", .integer(1...20), default: rule.times)
    rule.after = fields.value("after", .span(.seconds(1) ... .days(1)), default: rule.after)
    rule.evenWhenQuiet = fields.value("even-when-quiet", .flag, default: rule.evenWhenQuiet)
    rule.tellsEnd = fields.value("say-when-over", .flag, default: rule.tellsEnd)
    if rule.interval == nil, ladder.count > 1 {
      fields.report("repeat", "is needed where there is somebody else to call next")
    }
    return rule
  }

  private func check(_ plan: AlarmPlan) {
    let rules = plan.rules.values.map { $0 } + [plan.other].compactMap { $0 }
    for name in Set(rules.flatMap { $0.ladder.joined() }).sorted()
    where plan.people[name] == nil && plan.shifts[name] == nil {
      fields.report("rules", "there is no person or shift '\(name)'")
    }
    for name in Set(plan.shifts.values.joined().flatMap(\.people)).sorted()
    where plan.people[name] == nil {
      fields.report("shifts", "there is no person '\(name)'")
    }
    for name in plan.shifts.keys.sorted() where plan.people[name] != nil {
      fields.report("shifts", "'\(name)' is a person's name too")
    }
  }
}

extension YAMLValue where Value == AlarmPlan.Hours {
  /// `22:00-06:00`, quoted.
  fileprivate static var hours: YAMLValue {
    scalar("two times of day such as \"22:00-06:00\"") { text in
      guard let found = text.wholeMatch(of: /(\d\d):(\d\d)-(\d\d):(\d\d)/),
        let hours = [found.1, found.3].map({ Int($0) }) as? [Int],
        let minutes = [found.2, found.4].map({ Int($0) }) as? [Int],
        hours.allSatisfy({ $0 < 24 }), minutes.allSatisfy({ $0 < 60 })
      else { return nil }
      return AlarmPlan.Hours(from: hours[0] * 60 + minutes[0], to: hours[1] * 60 + minutes[1])
    }
  }
}

extension YAMLValue where Value == String {
  /// An address with one of the schemes and a host.
  package static func webAddress(schemes: [String]) -> YAMLValue {
    let expected = schemes.map { "\($0)://" }.joined(separator: " or ")
    return scalar("an address that begins with \(expected)") { text in
      guard let url = URL(string: text), let scheme = url.scheme, schemes.contains(scheme),
        url.host?.isEmpty == false, url.user == nil
      else { return nil }
      return text
    }
  }

  fileprivate static var mailAddress: YAMLValue {
    scalar("a mail address") { MailChannel.isAddress($0) ? $0 : nil }
  }
}
