import HubModel
import HubProtocol

/// The release lane inward, the spool outward, and the transaction between them.
extension LinkLoop {
  /// The topic of the router's beat, which answers a subscription.
  static let beat = Array("accord.lane".utf8)

  // MARK: Deliveries

  func openLane(_ welcome: Reply.Welcome) throws {
    closeLane()
    guard configuration.isConsumer, let ledger else { return }
    // Anything the store could not take yet is asked for again.
    arrivals = []
    if applied > welcome.acknowledgedThrough {
      // The acknowledgement was lost. A resume would acknowledge too, but not tell what was set
      // aside.
      untold = try store.quarantinedNumbers(
        of: ledger, after: welcome.acknowledgedThrough, through: applied)
      owesAcknowledgement = true
    } else {
      untold = []
      owesAcknowledgement = false
    }
    try wire.openLane(welcome)
    lane = ReleaseLane(openedAt: now)
  }

  func takeDeliveries() throws {
    for _ in 0..<Self.roundLimit {
      guard let message = try wire.receiveDelivery() else { return }
      lane?.heardAt = now
      guard message.frames.count == 2, !message.isOversize else { continue }
      if message.frames[1].isEmpty {
        if message.frames[0] == Self.beat {
          lane?.isProven = true
          lane?.wantsResume = true
        }
        continue
      }
      try take(delivery: message.frames[1])
    }
  }

  private func take(delivery frame: [UInt8]) throws {
    let number: UInt64
    let incarnation: Incarnation
    let kind: Arrival.Kind
    do throws(Refusal) {
      let delivery = try Delivery(decoding: frame)
      (number, incarnation) = (delivery.number, delivery.incarnation)
      kind = delivery.content.map { .content($0) } ?? .void
    } catch {
      guard let header = DeliveryHeader(frame) else {
        log.error("a delivery without a readable number", metadata: ["code": "\(error)"])
        return
      }
      (number, incarnation) = (header.number, header.incarnation)
      kind = .unreadable(error)
    }
    guard incarnation == ledger else { return }
    let next = (arrivals.last?.number ?? applied) + 1
    if number == next {
      guard let checked = try checked(kind) else { return }
      arrivals.append(Arrival(number: number, kind: checked, frame: frame))
    } else if number < next {
      // Applied before: the router has not heard of it.
      owesAcknowledgement = true
    } else {
      lane?.wantsResume = true
    }
  }

  /// What a delivery is worth once its seal was looked at; `nil` where the key that sealed it has
  /// been asked for: it comes again.
  private func checked(_ kind: Arrival.Kind) throws -> Arrival.Kind? {
    guard case .content(let content) = kind else { return kind }
    switch sealStanding(of: content.message) {
    case .good: return kind
    case .wrong(let refusal): return .unreadable(refusal)
    case .unknownSigner(let fingerprint):
      // The registry may have got the key since the welcome.
      if try askForSigner(fingerprint) { return nil }
      return .unreadable(Refusal(.sealInvalid, at: "seal.signer"))
    }
  }

  /// When the router shall be asked to send, if it shall.
  var resumeDue: Tick? {
    guard let lane else { return nil }
    if lane.wantsResume { return lane.resumedAt.map { $0 + pause(of: lane) } ?? now }
    // The beat that proves the lane may have been missed.
    if !lane.isProven && lane.resumedAt == nil { return lane.openedAt + configuration.pingEvery }
    return lane.isProven ? nil : lane.openedAt + patience
  }

  /// Each resume has the router send a whole window again: where nothing comes of it, as while the
  /// network holds back what was sent, the next one waits twice as long.
  private func pause(of lane: ReleaseLane) -> Span {
    let longer = pause.milliseconds << Int64(min(max(lane.resumesInVain - 1, 0), 16))
    return Span(milliseconds: min(longer, max(pause, configuration.pingEvery).milliseconds))
  }

  func resumeIfDue() throws {
    guard phase == .open, let welcome, let ledger, isConfirmed, let due = resumeDue, now >= due
    else { return }
    if let lane, !lane.isProven, now - lane.openedAt >= patience {
      try openLane(welcome)
      return
    }
    // Also where it cannot be sent now, so that the next try comes after a pause.
    lane?.resumedAt = now
    lane?.resumesInVain += 1
    // First what was set aside: a resume acknowledges everything before it as applied.
    lane?.wantsResume = true
    guard try acknowledge() else { return }
    let resume = Submission.Resume(ledger: ledger, next: applied + 1)
    if try send(.resume(resume)) { lane?.wantsResume = false }
  }

  // MARK: The round's transaction

  /// - Parameter always: also where only receipts changed, which the next welcome would tell too.
  func commit(always: Bool) throws {
    if let until = storeRestsUntil {
      guard now >= until else { return }
      storeRestsUntil = nil
    }
    guard !arrivals.isEmpty || !refused.isEmpty || hasPruning || (always && receiptsUnsaved)
    else { return }
    var work = RoundWork()
    work.ledger = ledger
    work.arrivals = arrivals
    work.refused = refused
    work.receipted = BySequence(
      data: windows.data.receipted, control: windows.control.receipted)
    (work.pruned, work.horizon) = (pruned, horizon)
    // It looks at everything old, so not in every round.
    if hasPruning, forgotAt.map({ now - $0 >= .hours(1) }) ?? true {
      work.forgets = true
      forgotAt = now
    }
    let outcome: RoundOutcome
    do {
      outcome = try store.apply(work, handler: handler)
    } catch {
      // Nothing happened: the deliveries are asked for again, refusals wait here.
      arrivals = []
      lane?.wantsResume = true
      storeRestsUntil = now + configuration.pingEvery
      board.update { $0.lastFailure = Self.describe(error) }
      log.error("the store fails", metadata: ["error": "\(Self.describe(error))"])
      return
    }
    pruned = outcome.pruned
    receiptsUnsaved = false
    board.update { $0.lastFailure = nil }
    for item in work.refused {
      board.tell(
        .refused(item.sequence, number: item.item.number, item.item.refusal.code))
    }
    refused = []
    try settle(outcome)
  }

  /// What follows from deliveries that are on disk now.
  private func settle(_ outcome: RoundOutcome) throws {
    guard let last = arrivals.last else { return }
    arrivals = []
    applied = last.number
    lane?.resumesInVain = 0
    for item in outcome.quarantined {
      log.error(
        "a delivery was set aside",
        metadata: ["number": "\(item.number)", "reason": "\(item.reason)"])
      untold.append(item.number)
    }
    owesAcknowledgement = true
    showStanding()
    _ = try acknowledge()
    for item in outcome.quarantined { board.tell(.quarantined(number: item.number)) }
    board.tell(.applied(through: applied))
    handler.afterCommit()
    // The handler may have spooled its answers in the same transaction.
    spooled = try store.lastSpooled()
  }

  /// Tells the router how far this store is, if it is owed; whether nothing is owed any more.
  func acknowledge() throws -> Bool {
    guard owesAcknowledgement else { return true }
    guard phase == .open, isConfirmed, let ledger else { return false }
    let frame = Submission.Acknowledge(
      ledger: ledger, through: applied, quarantined: untold.suffix(Limits.largestWindow))
    guard try send(.acknowledge(frame)) else { return false }
    untold = []
    owesAcknowledgement = false
    return true
  }

  // MARK: Publishing

  /// Sends what is spooled, control first, as far as the windows allow.
  func publish() throws {
    guard phase == .open else { return }
    _ = try acknowledge()
    for sequence in [SubmitSequence.control, .data] {
      // A revocation does not wait until someone has confirmed that a ledger was restored.
      guard isConfirmed || sequence == .control else { continue }
      while spooled[sequence] > windows[sequence].sent, windows[sequence].hasRoom(at: now) {
        let first = windows[sequence].sent + 1
        let batch = try store.batch(
          of: sequence, after: windows[sequence].sent, limit: configuration.publishBatch)
        if batch.isBroken && isConfirmed {
          try renewSource()
          return
        }
        guard !batch.messages.isEmpty else { break }
        let frame = EncodedPublish.frame(
          sequence: sequence, first: first, messages: try sealed(batch))
        guard try wire.send(frame) else { return }
        windows[sequence].didSend(through: first + UInt64(batch.messages.count) - 1, at: now)
      }
    }
    showStanding()
  }
}
