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
    if let seen = failures[address], seen.count >= Self.triesFromOneAddress,
      now - seen.since < Self.window
    {
      return .wait(until: seen.since + Self.window)
    }
    let outcome = try decide(name: name, password: password, code: code, at: now)
    if outcome == .wrong { note(address, at: now) }
    return outcome
  }

  private func decide(
    name: String, password: String, code: String, at now: WallTime
  ) throws -> Outcome {
    guard Account.isName(name), var account = try store.account(name), !account.isOff,
      let known = account.password
    else {
      let decoy = try self.decoy ?? PasswordHash(of: Randomness.text(bytes: 8))
      self.decoy = decoy
      _ = try decoy.fits(password)
      return .wrong
    }
    if account.waitUntil > now.milliseconds {
      return .wait(until: WallTime(milliseconds: account.waitUntil))
    }
    var isRight = try known.fits(password)
    if isRight, let secret = account.secret {
      let step = OneTimeCode(secret: secret).step(of: code, at: now, after: account.usedStep)
      account.usedStep = step ?? account.usedStep
      isRight = step != nil
    }
    if isRight {
      account.failures = 0
      account.waitUntil = 0
    } else {
      account.noteFailure(at: now)
    }
    try store.save(account)
    return isRight ? .welcome(account) : .wrong
  }

  /// Whether it is the password of somebody who has signed in with both factors before.
  func unlock(_ account: Account, password: String, at now: WallTime) throws -> Outcome {
    var account = account
    if account.waitUntil > now.milliseconds {
      return .wait(until: WallTime(milliseconds: account.waitUntil))
    }
    let fits = try account.password?.fits(password) ?? false
    if fits { account.failures = 0 } else { account.noteFailure(at: now) }
    try store.save(account)
    return fits ? .welcome(account) : .wrong
  }

  private func note(_ address: String, at now: WallTime) {
    if failures.count > 10_000 { failures = [:] }
    let seen = failures[address]
    let isOld = seen.map { now - $0.since >= Self.window } ?? true
    failures[address] = isOld ? (1, now) : ((seen?.count ?? 0) + 1, seen?.since ?? now)
  }
}
