import HubModel
import HubProtocol
import Operations

/// The submit lane: greeting, receipts, heartbeats, rejections.
extension LinkLoop {
  func sendHello() throws {
    let hello = Submission.Hello(
      version: configuration.versions.newest, source: source, isConsumer: configuration.isConsumer,
      ledger: ledger)
    if phase != .offline { phase = .greeting }
    closeLane()
    chainsAsked = [:]
    helloAt = now + configuration.pingEvery
    _ = try send(.hello(hello))
  }

  /// Whether the wire has taken the frame.
  func send(_ submission: Submission) throws -> Bool {
    try wire.send(submission.encoded())
  }

  func takeReplies() throws {
    for _ in 0..<Self.roundLimit {
      guard let message = try wire.receiveReply() else { return }
      heardAt = now
      guard message.frames.count == 1, !message.isOversize else { continue }
      let reply: Reply
      do throws(Refusal) {
        reply = try Reply(decoding: message.frames[0])
      } catch {
        log.warning("a reply cannot be read", metadata: ["code": "\(error)"])
        continue
      }
      switch reply {
      case .welcome(let welcome): try take(welcome)
      case .receipt(let receipt): take(receipt)
      case .pong(let pong): try take(pong)
      case .rejection(let refusal, let after): try take(refusal, after: after)
      }
    }
  }

  // MARK: Welcome

  private func take(_ welcome: Reply.Welcome) throws {
    guard phase == .greeting || phase == .open else { return }
    if let refusal = mismatch(of: welcome) {
      note(rejection: refusal)
      return
    }
    // What came before belongs to the numbers as they were.
    try commit(always: false)
    let snapshot = try store.snapshot()
    (source, ledger, spooled) = (snapshot.source, snapshot.ledger, snapshot.spooled)
    pruned = snapshot.pruned
    horizon = snapshot.pruned
    ignoresReceipts = false
    try learn(welcome.senders)
    self.welcome = welcome
    let wasOpen = phase == .open
    phase = .open
    helloAt = nil
    pingedAt = now
    try adopt(welcome, applied: snapshot.applied)
    if try renewSourceIfNeeded(welcome) { return }
    begin(.control, through: welcome.controlThrough)
    if isConfirmed { begin(.data, through: welcome.dataThrough) }
    try store.note(announced: isConfirmed ? nil : welcome.ledger)
    board.update { state in
      state.isConnected = true
      state.lastContact = store.clock.wall()
      state.unconfirmedLedger = isConfirmed ? nil : welcome.ledger
      state.lastFailure = nil
    }
    if !wasOpen { board.tell(.connected) }
    if isConfirmed { try openLane(welcome) } else { announce(welcome.ledger) }
  }

  private func mismatch(of welcome: Reply.Welcome) -> Refusal? {
    if !configuration.versions.speaks(welcome.version) { return Refusal(.unsupportedVersion) }
    if welcome.agency != configuration.agency { return Refusal(.unknownKey, at: "agency") }
    if welcome.role != configuration.role { return Refusal(.notPublisher, at: "role") }
    if welcome.program != configuration.program { return Refusal(.wrongProgram, at: "program") }
    return nil
  }

  private func announce(_ incarnation: Incarnation) {
    log.error(
      "the router's ledger was restored; its deliveries wait until its new life is confirmed",
      metadata: ["incarnation": "\(incarnation)"])
    board.tell(.incarnationChanged(incarnation))
  }

  /// Where the deliveries go on. The first ledger ever met is taken as it is; another one only
  /// when a person has confirmed it.
  private func adopt(_ welcome: Reply.Welcome, applied known: UInt64?) throws {
    guard ledger == nil || ledger == welcome.ledger else { return }
    if let known, known >= welcome.acknowledgedThrough || !configuration.isConsumer {
      applied = known
      return
    }
    // Acknowledged numbers never come again, so waiting for them would be for ever.
    if let known {
      log.error(
        "this store was put back: deliveries are missing that had been acknowledged",
        metadata: ["after": "\(known)", "through": "\(welcome.acknowledgedThrough)"])
      board.tell(.missed(after: known, through: welcome.acknowledgedThrough))
    }
    try store.follow(welcome.ledger, applied: welcome.acknowledgedThrough)
    ledger = welcome.ledger
    applied = welcome.acknowledgedThrough
  }

  /// Begins a new life of the spool where its numbers and the router's cannot be brought together.
  private func renewSourceIfNeeded(_ welcome: Reply.Welcome) throws -> Bool {
    let through = BySequence(data: welcome.dataThrough, control: welcome.controlThrough)
    let isBroken = SubmitSequence.allCases.contains { sequence in
      // The router has numbers that were never given here, or has lost what is forgotten here.
      through[sequence] > spooled[sequence]
        || (through[sequence] < pruned[sequence] && isConfirmed)
    }
    guard isBroken else { return false }
    try renewSource()
    return true
  }

  func renewSource() throws {
    log.error("submit numbers differ from the router's; the spool is numbered anew")
    try store.renewSource()
    source = try store.snapshot().source
    refused = []
    ignoresReceipts = true
    board.tell(.sourceRenewed)
    try sendHello()
  }

  private func begin(_ sequence: SubmitSequence, through: UInt64) {
    let before = windows[sequence].receipted
    windows[sequence].begin(through: through)
    save(receipt: through, of: sequence)
    showStanding()
    if through > before { board.tell(.receipted(sequence, through: through)) }
  }

  private func save(receipt through: UInt64, of sequence: SubmitSequence) {
    store.receipts.withLock { $0[sequence] = through }
    receiptsUnsaved = true
  }

  /// After a person has confirmed the router's new life, greet anew in its name.
  func lookForConfirmation() throws {
    guard phase == .open, let welcome, !isConfirmed else { return }
    ledger = try store.confirmedIncarnation()
    if ledger == welcome.ledger { try sendHello() }
  }

  // MARK: Receipts, heartbeats, rejections

  private func take(_ receipt: Reply.Receipt) {
    guard !ignoresReceipts, phase == .open, receipt.through <= spooled[receipt.sequence] else {
      return
    }
    for item in receipt.refused { refused.append((receipt.sequence, item)) }
    switch windows[receipt.sequence].receive(through: receipt.through) {
    case .further:
      save(receipt: receipt.through, of: receipt.sequence)
      showStanding()
      board.tell(.receipted(receipt.sequence, through: receipt.through))
    case .none:
      if !windows[receipt.sequence].isIdle {
        windows[receipt.sequence].goBack(at: now, pause: pause)
      }
    }
  }

  private func take(_ pong: Reply.Pong) throws {
    noteTimes(of: pong)
    guard phase == .open, let welcome else { return }
    guard pong.ledger == welcome.ledger else {
      try sendHello()
      return
    }
    // An answer that comes when this store is already elsewhere tells nothing of what it asks now.
    let asked = chainsAsked.removeValue(forKey: pong.echo)
    guard isConfirmed else { return }
    if let chain = pong.chain, asked == chainAsked { try take(chain) }
    note(keyEnd: pong.keyExpiresAt)
    horizon = BySequence(data: pong.dataHorizon, control: pong.controlHorizon)
    guard let lane, pong.head > applied, lane.heardAt < pingedAt else { return }
    // Everything was quiet since the ping, and yet something was sent.
    if now - lane.heardAt >= patience {
      try openLane(welcome)
    } else {
      self.lane?.wantsResume = true
    }
  }

  /// A ping carries this clock's tick, and its pong the hub's time.
  private func noteTimes(of pong: Reply.Pong) {
    let wall = store.clock.wall()
    let sent = Int64(exactly: pong.echo).map { Tick(milliseconds: $0) } ?? now
    let way = max(Span(milliseconds: 0), clock.tick() - sent)
    let halfway = WallTime(milliseconds: wall.milliseconds - way.milliseconds / 2)
    board.update { state in
      state.lastContact = wall
      // An answer to a ping of another life of this link tells nothing of the way.
      guard way < configuration.pingEvery else { return }
      state.roundTrip = way
      state.clockOffset = pong.time - halfway
    }
  }

  private func take(_ refusal: Refusal, after: Span?) throws {
    guard refusal.code != .helloRequired || phase == .open else { return }
    note(rejection: refusal)
    switch refusal.code {
    case .rateLimited: wait(after ?? configuration.pingEvery, with: refusal.place)
    case .helloRequired: try sendHello()
    case .lowSpace, .clockHeld, .draining:
      windows.data.hold(until: now + configuration.pingEvery, at: now)
    case .submissionGap:
      for sequence in SubmitSequence.allCases { windows[sequence].goBack(at: now, pause: pause) }
    case .wrongIncarnation, .notConsumer, .tooManySessions, .unknownKey, .unsupportedVersion:
      // Not at once, or two consumers of one agency would take the lane from each other for ever.
      helloAt = now + configuration.pingEvery
    default: break
    }
  }

  /// Sends no more of what the router will not take now. Whatever it says, the link tries again
  /// within a minute, and not at once.
  private func wait(_ asked: Span, with place: String) {
    // `now` was some part of a millisecond ago; what the router says is not to be undercut by it.
    let until = now + min(max(asked, pause), .seconds(60)) + Span(milliseconds: 1)
    switch place {
    case "control": windows.control.hold(until: until, at: now)
    case "hello": helloAt = until
    case "resume":
      lane?.wantsResume = true
      lane?.resumedAt = now
    default: windows.data.hold(until: until, at: now)
    }
  }

  /// Once a day, from a month before: a key that ends takes the agency off the hub.
  private func note(keyEnd end: WallTime?) {
    board.update { $0.keyExpiresAt = end }
    guard let end, end - store.clock.wall() <= Limits.keyWarning,
      warnedOfKeyAt.map({ now - $0 >= .days(1) }) ?? true
    else { return }
    warnedOfKeyAt = now
    log.warning(
      "this agency's key ends soon: make a new one with 'key new', and have the hub enrol it",
      metadata: ["ends": "\(end.iso8601)"])
  }

  func keepAlive() throws {
    if phase != .offline && now - heardAt >= patience {
      disconnect()
      connectAt = now
      return
    }
    if let due = helloAt, now >= due, phase == .greeting || phase == .open { try sendHello() }
    guard phase == .open else { return }
    if now - pingedAt >= configuration.pingEvery {
      pingedAt = now
      let echo = UInt64(now.milliseconds)
      if configuration.isConsumer { chainsAsked[echo] = chainAsked }
      _ = try send(.ping(echo: echo, chain: chainsAsked[echo]))
      // Another process, an operator's command for instance, may have spooled or confirmed.
      spooled = try store.lastSpooled()
      try lookForConfirmation()
    }
    for sequence in SubmitSequence.allCases {
      if let since = windows[sequence].waitingSince, now - since >= receiptPatience {
        windows[sequence].goBack(at: now)
      }
    }
  }
}

extension BySequence {
  init(data: Value, control: Value) {
    self.data = data
    self.control = control
  }
}
