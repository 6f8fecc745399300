import Foundation
import HubModel

/// Mail over SMTP, with TLS wherever it leaves the machine.
struct MailChannel: NoticeChannel {
  enum Security: String, CaseIterable, Sendable {
    /// STARTTLS before anything is said; `smtps:` addresses have TLS from the first byte.
    case required
    /// For a mail server on this very machine.
    case none
  }

  /// `smtp://mail.example.org:587` or `smtps://mail.example.org:465`.
  var server: String
  var security = Security.required
  var from: String
  var user: (name: String, password: String)?
  var authorities: String?
  var timeoutSeconds = 20

  func send(_ notice: OutsideNotice, to address: String) throws(NoticeFailure) {
    var request = CurlRequest(url: server)
    request.mail = (from, address)
    request.body = Data(shown(notice, to: address).utf8)
    request.mustStartTLS = security == .required && !server.hasPrefix("smtps:")
    request.authorities = authorities
    request.user = user
    request.timeoutSeconds = timeoutSeconds
    do throws(CurlRequest.Failure) {
      _ = try request.perform()
    } catch {
      throw NoticeFailure("the mail server did not take the mail: \(error)")
    }
  }

  /// RFC 5322; ASCII alone.
  func shown(_ notice: OutsideNotice, to address: String) -> String {
    let host = from.split(separator: "@").last.map(String.init) ?? "localhost"
    let lines = [
      "Date: \(Self.date(notice.at))", "From: Accord <\(from)>", "To: <\(address)>",
      "Subject: \(notice.title)", "Message-ID: <\(notice.id)@\(host)>",
      "Auto-Submitted: auto-generated", "MIME-Version: 1.0",
      "Content-Type: text/plain; charset=us-ascii", "",
    ]
    let text = notice.text.replacingOccurrences(of: "\n", with: "\r\n")
    return lines.joined(separator: "\r\n") + "\r\n" + text
  }

  /// `Sat, 21 Nov 2026 02:10:00 +0000`.
  static func date(_ time: WallTime) -> String {
    let text = NoticeDates(calendar: .utc).moment(time)
    let parts = text.split(separator: " ")
    let day = parts[1].count == 1 ? "0\(parts[1])" : parts[1]
    let second = Int((time.milliseconds / 1_000) % 60)
    return "\(parts[0]), \(day) \(parts[2]) \(parts[3]) \(parts[4]):"
      + (second < 10 ? "0\(second)" : "\(second)") + " +0000"
  }

  static func isAddress(_ text: String) -> Bool {
    text.wholeMatch(of: /[A-Za-z0-9!#$%&'*+\/=?^_`{|}~.-]+@[A-Za-z0-9.-]+/) != nil
  }
}
