import CCurl
package import Foundation

/// One exchange by HTTP or SMTP, done by the distribution's libcurl. Blocks; call it from a thread
/// that may wait. Certificates and host names are always checked.
package struct CurlRequest: Sendable {
  package struct Reply: Sendable {
    package let status: Int
    package let body: Data
    /// By name in lower case; of a name that stands twice the last.
    package let headers: [String: String]

    package init(status: Int, body: Data, headers: [String: String] = [:]) {
      (self.status, self.body, self.headers) = (status, body, headers)
    }
  }

  /// Why there is no reply: a number and words of libcurl, which tell nothing of what was sent.
  package struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    package let code: UInt32
    package let words: String
    package var description: String { words }
  }

  /// Of a reply, in bytes; beyond it the exchange fails.
  static let largestReply = 8 << 20

  package var url: String
  package var method: String?
  package var headers: [String] = []
  package var body: Data?
  package var timeoutSeconds = 15
  /// Certificates that are believed, in place of the system's: a PEM file.
  package var authorities: String?
  /// Certificate and key by which we are known, PEM files.
  var identity: (certificate: String, key: String)?
  var user: (name: String, password: String)?
  /// Of a mail: sender and recipient, as addresses.
  var mail: (from: String, to: String)?
  /// Whether SMTP must turn to TLS (STARTTLS) before anything is said.
  var mustStartTLS = false

  package init(url: String) { self.url = url }

  package func perform() throws(Failure) -> Reply {
    Self.start
    guard let curl = curl_easy_init() else {
      throw Failure(code: CURLE_FAILED_INIT.rawValue, words: "libcurl did not start")
    }
    defer { curl_easy_cleanup(curl) }
    let exchange = Exchange(body: body ?? Data())
    let context = Unmanaged.passRetained(exchange)
    defer { context.release() }
    try set(curl, context.toOpaque())
    var list: UnsafeMutablePointer<curl_slist>?
    // Without it libcurl waits a second for a server's word before it sends a larger body.
    for header in headers + ["Expect:"] { list = curl_slist_append(list, header) }
    defer { curl_slist_free_all(list) }
    if mail == nil { try check(accord_curl_pointer(curl, CURLOPT_HTTPHEADER, list)) }
    var recipients: UnsafeMutablePointer<curl_slist>?
    if let mail { recipients = curl_slist_append(nil, "<\(mail.to)>") }
    defer { curl_slist_free_all(recipients) }
    if mail != nil { try check(accord_curl_pointer(curl, CURLOPT_MAIL_RCPT, recipients)) }
    try check(curl_easy_perform(curl))
    var status = 0
    try check(accord_curl_status(curl, &status))
    return Reply(status: status, body: exchange.reply, headers: exchange.headers)
  }

  /// ``perform()`` on a thread that may wait.
  package func performAside() async throws(Failure) -> Reply {
    let done: Result<Reply, Failure> = await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        do throws(Failure) {
          continuation.resume(returning: .success(try perform()))
        } catch {
          continuation.resume(returning: .failure(error))
        }
      }
    }
    return try done.get()
  }

  private func set(
    _ curl: UnsafeMutableRawPointer, _ context: UnsafeMutableRawPointer
  ) throws(Failure) {
    func text(_ option: CURLoption, _ value: String?) throws(Failure) {
      if let value { try check(accord_curl_text(curl, option, value)) }
    }
    func number(_ option: CURLoption, _ value: Int) throws(Failure) {
      try check(accord_curl_long(curl, option, value))
    }
    try text(CURLOPT_URL, url)
    try text(CURLOPT_PROTOCOLS_STR, mail == nil ? "http,https" : "smtp,smtps")
    try text(CURLOPT_CUSTOMREQUEST, method)
    try number(CURLOPT_TIMEOUT, timeoutSeconds)
    try number(CURLOPT_CONNECTTIMEOUT, min(timeoutSeconds, 10))
    // Timeouts by signals and several threads do not go together.
    try number(CURLOPT_NOSIGNAL, 1)
    try number(CURLOPT_FOLLOWLOCATION, 0)
    try text(CURLOPT_USERAGENT, "accord")
    try text(CURLOPT_CAINFO, authorities)
    try text(CURLOPT_SSLCERT, identity?.certificate)
    try text(CURLOPT_SSLKEY, identity?.key)
    try text(CURLOPT_USERNAME, user?.name)
    try text(CURLOPT_PASSWORD, user?.password)
    try number(CURLOPT_USE_SSL, mustStartTLS ? Int(CURLUSESSL_ALL.rawValue) : 0)
    try check(accord_curl_function(curl, CURLOPT_WRITEFUNCTION, Self.take))
    try check(accord_curl_pointer(curl, CURLOPT_WRITEDATA, context))
    try check(accord_curl_function(curl, CURLOPT_HEADERFUNCTION, Self.note))
    try check(accord_curl_pointer(curl, CURLOPT_HEADERDATA, context))
    if let mail {
      try text(CURLOPT_MAIL_FROM, "<\(mail.from)>")
      try number(CURLOPT_UPLOAD, 1)
      try check(accord_curl_function(curl, CURLOPT_READFUNCTION, Self.give))
      try check(accord_curl_pointer(curl, CURLOPT_READDATA, context))
    } else if let body {
      try number(CURLOPT_POSTFIELDSIZE, body.count)
      let copied = body.withUnsafeBytes { bytes in
        accord_curl_pointer(
          curl, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: bytes.baseAddress))
      }
      try check(copied)
    }
  }

  private func check(_ code: CURLcode) throws(Failure) {
    guard code != CURLE_OK else { return }
    throw Failure(code: code.rawValue, words: String(cString: curl_easy_strerror(code)))
  }

  /// What the callbacks read and write; used by the thread of its request alone.
  private final class Exchange {
    var body: Data
    var reply = Data()
    var headers: [String: String] = [:]
    init(body: Data) { self.body = body }

    /// One line of the head. An interim answer (100) has a head of its own, which does not count.
    func note(_ line: String) {
      if line.hasPrefix("HTTP/") { headers = [:] }
      guard headers.count < 100, let colon = line.firstIndex(of: ":") else {
        return
      }
      headers[line[..<colon].lowercased()] = String(line[line.index(after: colon)...]).trimmed
    }
  }

  private static let start: Void = { curl_global_init(Int(CURL_GLOBAL_DEFAULT)) }()

  private static let take: accord_curl_callback = { bytes, size, count, context in
    guard let bytes, let context else { return 0 }
    let exchange = Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
    guard exchange.reply.count + size * count <= largestReply else { return 0 }
    exchange.reply.append(Data(bytes: bytes, count: size * count))
    return size * count
  }

  private static let note: accord_curl_callback = { bytes, size, count, context in
    guard let bytes, let context else { return 0 }
    let exchange = Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
    let line = Data(bytes: bytes, count: size * count)
    exchange.note(String(decoding: line, as: UTF8.self))
    return size * count
  }

  private static let give: accord_curl_callback = { bytes, size, count, context in
    guard let bytes, let context else { return 0 }
    let exchange = Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
    let part = exchange.body.prefix(size * count)
    part.withUnsafeBytes { source in
      UnsafeMutableRawBufferPointer(start: bytes, count: size * count).copyMemory(from: source)
    }
    exchange.body = exchange.body.dropFirst(part.count)
    return part.count
  }
}
