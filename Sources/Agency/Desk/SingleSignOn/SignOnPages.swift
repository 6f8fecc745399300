/// What people see of single sign-on.
enum SignOnPages {
  /// What happened, what it means, what to do.
  static func page(for problem: SignOnProblem, _ settings: DeskSettings, next: String) -> Page {
    let again: HTML = """
      <p><a class='button' href='/sign-in?next=\(next.percentEncoded)'>Sign in again</a></p>
      """
    let service = settings.singleSignOn?.name ?? "the sign-in service"
    let desk = settings.name
    switch problem {
    case .noRole:
      return Page(
        "No role", status: 403,
        body: """
          <h1>You have no role at this desk</h1><p>You were recognised by \(service), but it does
          not say that you may work here. You are not signed in.</p><p>If you should, ask whoever
          manages your account there to give you a role for the desk of \(desk), then sign in
          again.</p>\(again)
          """)
    case .noName, .nameTaken, .isOff:
      return Page(
        "No account", status: 403,
        body: """
          <h1>Your account cannot be used at this desk</h1><p>You were recognised by \(service), but
          \(reason(problem)). You are not signed in.</p><p>Whoever runs this desk at \(desk) can
          change that; the daemon's log has the cause.</p>\(again)
          """)
    case .stranger:
      return Page(
        "Not signed in", status: 400,
        body: """
          <h1>This sign-in is not valid any more</h1><p>It was begun in another window or browser,
          took longer than ten minutes, or was used before. Nobody was signed in by it.</p>\(again)
          """)
    case .refused:
      return Page(
        "Not signed in", status: 403,
        body: """
          <h1>You were not signed in</h1><p>\(service) did not confirm who you are, or you went
          back.</p>\(again)
          """)
    case .notAskedAgain:
      return Page(
        "Not signed in", status: 403,
        body: """
          <h1>You were not asked who you are</h1><p>After a pause, or after somebody signed out,
          this desk needs \(service) to ask for your password or card again. It did not.</p>
          <p>Sign out there, then sign in again. If that does not help, tell whoever runs this
          desk.</p>\(again)
          """)
    case .provider, .code, .token, .signOut:
      return Page(
        "Not signed in", status: 502,
        body: """
          <h1>Signing in with \(service) does not work now</h1><p>It could not be reached, or its
          answer could not be believed. Nobody was signed in.</p><p>Try again in a minute. If it
          goes on, tell whoever runs this desk\(settings.dutyLine.map { ", or call \($0)" } ?? "").
          The daemon's log has the cause.</p>\(again)
          """)
    }
  }

  private static func reason(_ problem: SignOnProblem) -> String {
    switch problem {
    case .noName: "it does not give you a name that can be used here"
    case .nameTaken: "your name belongs to another account here"
    default: "your account here was switched off"
    }
  }

  static func signedOut(_ settings: DeskSettings, _ address: String?) -> Page {
    let service = settings.singleSignOn?.name ?? "the sign-in service"
    let there: HTML? = address.map { "<p><a href='\($0)'>Sign out of \(service) too</a></p>" }
    return Page(
      "Signed out",
      body: """
        <h1>You are signed out of this desk</h1><p>You may still be signed in with \(service),
        which other programs use too. This desk asks for your password or card the next time.</p>
        \(there)<p><a class='button' href='/sign-in'>Sign in again</a></p>
        """)
  }

  /// In place of the password that the desk does not know.
  static func locked(_ settings: DeskSettings, _ visit: Visit, next: String) -> Page {
    let service = settings.singleSignOn?.name ?? "the sign-in service"
    return Page(
      "Locked",
      body: """
        <h1>Locked, because nobody used it for a while</h1>
        <p>You are still signed in as \(visit.account.display). Show \(service) once more who you
        are, and the desk opens again.</p>
        <p><a class='button' href='/sign-in/sso?again=1&amp;next=\(next.percentEncoded)'>Continue
        with \(service)</a></p>
        """)
  }

  /// Above the form for local accounts.
  static func button(_ settings: DeskSettings, next: String) -> HTML? {
    settings.singleSignOn.map { signOn in
      """
      <p><a class='button' href='/sign-in/sso?next=\(next.percentEncoded)'>Continue with
      \(signOn.name)</a></p><h2>Or with an account of this desk</h2>
      """
    }
  }
}
