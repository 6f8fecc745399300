import HubModel

/// Checks who somebody is, slowly where somebody guesses.
///
/// One check at a time: each takes 32 MiB and a tenth of a second, which nobody may multiply.
actor SignIn {
  enum Outcome: Sendable, Hashable {
    case welcome(Account)
    /// Neither says whether the account exists.
    case wrong
    case wait(until: WallTime)
  }

  private let store: DeskStore
  /// Hashed when there is no account of the name: an answer tells by its time no more than by its
  /// words.
  private var decoy: PasswordHash?
  private var failures: [String: (count: Int, since: WallTime)] = [:]

  /// Wrong tries from one address before all of it waits.
  private static let triesFromOneAddress = 30
  private static let window = Span.seconds(300)

  init(store: DeskStore) { self.store = store }

  func check(
    name: String, password: String, code: String, from address: String, at now: WallTime
  ) throws -> Outcome {
    if let until = wait(for: address, at: now) { return .wait(until: until) }
    let outcome = try decide(name: name, password: password, code: code, at: now)
    if outcome == .wrong { note(address, at: now) }
    return outcome
  }

  /// Until when an address that tried too often has to wait; `nil` where it need not.
  func wait(for address: String, at now: WallTime) -> WallTime? {
    guard let seen = failures[address], seen.count >= Self.triesFromOneAddress,
      now - seen.since < Self.window
    else { return nil }
    return seen.since + Self.window
  }

  /// A name that is nobody's waits as an account's does: who guesses learns of neither.
  private func decide(
    name: String, password: String, code: String, at now: WallTime
  ) throws -> Outcome {
    if let until = try store.wait(for: name, at: now) { return .wait(until: until) }
    guard Account.isName(name), var account = try store.account(name), !account.isOff,
      let known = account.password
    else {
      let decoy = try self.decoy ?? PasswordHash(of: Randomness.text(bytes: 8))
      self.decoy = decoy
      _ = try decoy.fits(password)
      try store.noteFailure(of: name, at: now)
      return .wrong
    }
    var isRight = try known.fits(password)
    if isRight, let secret = account.secret {
      let step = OneTimeCode(secret: secret).step(of: code, at: now, after: account.usedStep)
      account.usedStep = step ?? account.usedStep
      isRight = step != nil
    }
    guard isRight else {
      try store.noteFailure(of: name, at: now)
      return .wrong
    }
    try store.forgetFailures(of: name)
    try store.save(account)
    return .welcome(account)
  }

  /// Whether it is the password of somebody who has signed in with both factors before.
  func unlock(_ account: Account, password: String, at now: WallTime) throws -> Outcome {
    if let until = try store.wait(for: account.name, at: now) { return .wait(until: until) }
    guard try account.password?.fits(password) == true else {
      try store.noteFailure(of: account.name, at: now)
      return .wrong
    }
    try store.forgetFailures(of: account.name)
    return .welcome(account)
  }

  func note(_ address: String, at now: WallTime) {
    if failures.count > 10_000 { failures = [:] }
    let seen = failures[address]
    let isOld = seen.map { now - $0.since >= Self.window } ?? true
    failures[address] = isOld ? (1, now) : ((seen?.count ?? 0) + 1, seen?.since ?? now)
  }
}
