/// Before and after a session.
enum SignInPages {
  static func signIn(
    _ settings: DeskSettings, token: String, next: String, problem: String?
  ) -> Page {
    let fields = Fields(problems: problem.map { [.init(field: nil, $0)] } ?? [])
    return Page(
      "Sign in", status: 200,
      body: """
        <h1>Sign in</h1>\(fields.errorSummary)\(SignOnPages.button(settings, next: next))
        <form method='post' action='/sign-in' class='narrow'>
        <input type='hidden' name='form-token' value='\(token)'>
        <input type='hidden' name='next' value='\(next)'>
        \(fields.input("name", "Name", autocomplete: "username", isRequired: true))
        \(fields.input(
          "password", "Password", .password, autocomplete: "current-password",
          isRequired: true))
        \(fields.input(
          "code", "Code", hint: "Six digits from your authenticator app, if you have one.",
          autocomplete: "one-time-code", isNumeric: true, width: "short"))
        <button class='button'>Sign in</button></form>
        <p class='hint'>No account, or a lost phone? Ask whoever runs this desk at
        \(settings.name).</p>
        """)
  }

  static func locked(
    _ settings: DeskSettings, _ visit: Visit, next: String, problem: String?
  ) -> Page {
    if visit.account.subject != nil { return SignOnPages.locked(settings, visit, next: next) }
    let fields = Fields(problems: problem.map { [.init(field: "password", $0)] } ?? [])
    return Page(
      "Locked",
      body: """
        <h1>Locked, because nobody used it for a while</h1>\(fields.errorSummary)
        <p>You are still signed in as \(visit.account.display). Your password opens the desk
        again.</p>
        <form method='post' action='/unlock' class='narrow'>\(visit.token)
        <input type='hidden' name='next' value='\(next)'>
        \(fields.input(
          "password", "Password", .password, autocomplete: "current-password",
          isRequired: true))
        <button class='button'>Unlock</button></form>
        """)
  }
}

/// What went wrong, what it means, what to do.
enum ProblemPages {
  static func page(for problem: DeskProblem, _ settings: DeskSettings) -> Page {
    switch problem {
    case .notFound:
      return Page(
        "Not found", status: 404,
        body: """
          <h1>This page is not there</h1><p>The link may be old, or of another desk. Nothing was
          changed.</p><p><a href='/'>Go to the start</a></p>
          """)
    case .notAllowed:
      return Page(
        "Not yours to do", status: 403,
        body: """
          <h1>Your account may not do this</h1><p>Nothing was changed. Whoever runs this desk at
          \(settings.name) can change what your account may do.</p>
          <p><a href='/'>Go to the start</a></p>
          """)
    case .foreignForm:
      return Page(
        "Not taken", status: 403,
        body: """
          <h1>This form was not taken</h1><p>It belongs to an older sign-in, or came from another
          place. Nothing was sent.</p><p><a href='/'>Go to the start</a>, open the form again and
          send it once more.</p>
          """)
    case .badForm:
      return Page(
        "Not taken", status: 400,
        body: """
          <h1>This form could not be read</h1><p>It is too large, or was cut off on its way.
          Nothing was sent.</p><p><a href='/'>Go to the start</a></p>
          """)
    }
  }

  static func broken(_ settings: DeskSettings) -> Page {
    Page(
      "Trouble here", status: 500,
      body: """
        <h1>Something went wrong on this machine</h1><p>What you saw before is unharmed. If you
        sent a form, look whether it was taken before you send it again.</p>
        <p>If it happens again, tell whoever runs this desk\(settings.dutyLine.map {
          ", or call \($0)" } ?? ""). The daemon's log has the cause.</p>
        <p><a href='/'>Go to the start</a></p>
        """)
  }
}
