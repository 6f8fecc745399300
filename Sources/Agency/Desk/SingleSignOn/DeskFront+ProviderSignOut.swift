import Foundation
import HubModel
import Hummingbird
import Operations

/// The identity provider ends sessions here, without a browser: whoever it signs out or shuts out
/// is out of the desk too (OpenID Connect Back-Channel Logout 1.0).
extension DeskFront {
  /// Below the desk's address; the whole of it is registered at the provider.
  static var providerSignOutPath: String { "/sign-out/back-channel" }

  func endByProvider(_ request: Request, _ context: DeskContext) async throws -> Response {
    guard let signOn else { return Response(status: .notFound) }
    var request = request
    let log = office.host.setting.log
    do {
      let form = try await Self.form(&request, largest: LogoutExpectation.largest)
      guard let form, form.all("logout_token").count == 1,
        let token = form.first("logout_token")
      else { throw SignOnProblem.signOut("there is none in what was posted (logout_token)") }
      let order = try await signOn.provider.signOut(token, at: SystemClock().wall())
      let ended = try office.store.end(order, of: signOn.provider.settings.issuer)
      log.notice("signed out by the identity provider", metadata: ["sessions": "\(ended)"])
      // Open pages look again, and find that nobody is signed in.
      if ended > 0 { office.host.news.tell() }
      return Response(status: .ok)
    } catch let problem as SignOnProblem {
      log.warning(
        "an order to sign out was refused",
        metadata: [
          "from": "\(context.peer)", "why": "\(problem.words)", "code": "\(problem.stableCode)",
        ])
      return try Self.refusal(problem)
    }
  }

  /// Section 2.8: in the form of RFC 6749, section 5.2.
  private static func refusal(_ problem: SignOnProblem) throws -> Response {
    let answer = ["error": "invalid_request", "error_description": problem.words]
    let body = try JSONEncoder().encode(answer)
    return Response(
      status: .badRequest, headers: [.contentType: "application/json"],
      body: ResponseBody(byteBuffer: String(decoding: body, as: UTF8.self).buffer))
  }
}

extension DeskStore {
  /// Ends what the order names: one session at the provider, or all of a person's. Where the
  /// provider never told the session's name (`sid`) as somebody signed in, all of theirs end.
  /// - Returns: how many ended.
  func end(_ order: SignOutOrder, of issuer: String) throws -> Int {
    try queue.write { database in
      if let subject = order.subject {
        try database.execute(
          sql: """
            DELETE FROM session WHERE account = (SELECT name FROM account WHERE subject = ?1)
            AND (?2 IS NULL OR sid IS NULL OR sid = ?2)
            """, arguments: [Account.subject(subject, of: issuer), order.session])
      } else {
        try database.execute(
          sql: "DELETE FROM session WHERE sid = ?", arguments: [order.session])
      }
      return database.changesCount
    }
  }
}
