import HubModel
import HubProtocol

/// What a link proves and has proved to it: seals of messages, and the router's history.
extension LinkLoop {
  // MARK: Sealing what goes out

  /// The batch as it travels. A message that is sent again is sealed anew; the router keeps the
  /// seal that came with what it accepted.
  func sealed(_ batch: SpoolBatch) throws -> [[UInt8]] {
    guard let signer = configuration.signer else { return batch.messages }
    var messages: [[UInt8]] = []
    messages.reserveCapacity(batch.messages.count)
    var rest = batch.leaves[...]
    while !rest.isEmpty {
      var tree = SealedBatch()
      while let leaves = rest.first, tree.add(leaves) { rest = rest.dropFirst() }
      for seal in try tree.sealed(by: signer, &random) {
        messages.append(batch.messages[messages.count] + seal.encodedField())
      }
    }
    return messages
  }

  // MARK: Checking what comes in

  enum SealStanding {
    case good
    case wrong(Refusal)
    /// Sealed by a key that nobody has told of yet.
    case unknownSigner(KeyFingerprint)
  }

  /// Whether a message is what the agency that it names has signed. What the router itself says
  /// has no seal: its key is the connection's.
  func sealStanding(of message: Message) -> SealStanding {
    guard message.source != .hub else { return .good }
    guard let seal = message.seal else {
      let mayBeUnsealed = welcome?.senders
        .contains { $0.agency == message.source && $0.maySendUnsealed }
      return mayBeUnsealed == true ? .good : .wrong(Refusal(.sealMissing))
    }
    guard let signer = signers[seal.signer] else { return .unknownSigner(seal.signer) }
    guard signer.agency == message.source else {
      return .wrong(Refusal(.sealInvalid, at: "seal.signer"))
    }
    return sealCheck.holds(seal, of: message, by: signer.signing)
      ? .good : .wrong(Refusal(.sealInvalid))
  }

  /// Says hello for a key that the registry may have got since; the welcome tells all keys.
  /// - Returns: false where that was tried before.
  func askForSigner(_ fingerprint: KeyFingerprint) throws -> Bool {
    guard !askedSigners.contains(fingerprint) else { return false }
    if askedSigners.count >= Limits.agencies { askedSigners = [] }
    askedSigners.insert(fingerprint)
    try sendHello()
    return true
  }

  /// Keeps the keys that a welcome tells of. Once known, a key stays known as its agency's.
  func learn(_ senders: [Reply.Sender]) throws {
    var added: [KeyFingerprint: KnownSigner] = [:]
    for sender in senders {
      for key in sender.keys {
        let fingerprint = KeyFingerprint.of(curve: key.curve, signing: key.signing)
        if let known = signers[fingerprint] {
          guard known.agency != sender.agency else { continue }
          log.error(
            "the router gives a known key to another agency; it stays the first one's",
            metadata: ["key": "\(fingerprint)", "agency": "\(sender.agency)"])
        } else {
          added[fingerprint] = KnownSigner(agency: sender.agency, signing: key.signing)
        }
      }
    }
    guard !added.isEmpty else { return }
    try store.add(added)
    let isFirst = signers.isEmpty
    signers.merge(added) { known, _ in known }
    guard !isFirst else { return }
    for (fingerprint, signer) in added {
      log.warning(
        "an agency has a new signing key: compare its fingerprint with them by telephone",
        metadata: ["agency": "\(signer.agency)", "key": "\(fingerprint)"])
      board.tell(.signerAdded(signer.agency, fingerprint))
    }
  }

  // MARK: The router's history

  /// The link behind which the router shall tell of its chain.
  var chainAsked: UInt64 {
    chain.point.number - min(chainBack, chain.point.number)
  }

  /// Takes the links that a pong brings, if they lead on from what this store has.
  func take(_ extended: ChainExtension) throws {
    guard configuration.isConsumer, let ledger else { return }
    if extended.through == chain.point.number, extended.value == chain.point.value,
      extended.commitments.isEmpty, chain.ledger == ledger || chain.point.number == 0
    {
      historyAgrees()
      return
    }
    let base = chainAsked
    guard let value = try valueOfChain(at: base) else { return }
    guard let links = follow(extended, from: base, value) else {
      // After a restore that a person confirmed, the router's history leads on from an earlier
      // link: that is looked for, further back each time.
      if chain.ledger != ledger, base > 0 {
        chainBack = max(1, chainBack * 2)
      } else {
        try refuse(extended)
      }
      return
    }
    guard !links.isEmpty || chain.ledger != ledger else { return }
    try store.append(
      links.isEmpty ? try marker(at: base, value) : links, of: ledger)
    chain = try store.chainPosition()
    chainBack = 0
    historyAgrees()
    board.tell(.historyExtended(through: chain.point.number))
  }

  private func valueOfChain(at number: UInt64) throws -> [UInt8]? {
    if number == chain.point.number && number > 0 { return chain.point.value }
    guard number > 0 else {
      return CheckpointChain.start(origin: Checkpoint.origin(of: configuration.program))
    }
    return try store.chainValue(at: number)
  }

  /// The links between `base` and where the router says it stands.
  /// - Returns: `nil` where they do not lead there.
  private func follow(
    _ extended: ChainExtension, from base: UInt64, _ start: [UInt8]
  ) -> [ChainLink]? {
    guard extended.through == base + UInt64(extended.commitments.count) else { return nil }
    if base == 0 && extended.commitments.isEmpty { return [] }
    var links: [ChainLink] = []
    var (number, value) = (base, start)
    for commitment in extended.commitments {
      number += 1
      value = CheckpointChain.value(after: value, number: number, commitment: commitment)
      links.append(ChainLink(number: number, commitment: commitment, value: value))
    }
    return value == extended.value ? links : nil
  }

  /// Where a new life of the ledger goes on from a link that is known: that link, told again.
  private func marker(at number: UInt64, _ value: [UInt8]) throws -> [ChainLink] {
    guard number > 0, let commitment = try store.chainCommitment(at: number) else { return [] }
    return [ChainLink(number: number, commitment: commitment, value: value)]
  }

  private func historyAgrees() {
    lastRefused = nil
  }

  /// Nothing of it is taken. Deliveries go on: an alert that does not come would harm a person
  /// more than a hub that is being watched.
  private func refuse(_ extended: ChainExtension) throws {
    guard lastRefused != extended else { return }
    lastRefused = extended
    let refusal = HistoryRefusal(
      reason: extended.through < chain.point.number ? .shorter : .different,
      known: chain.point.number, told: extended.through, at: store.clock.wall())
    try store.note(refusal)
    log.critical(
      "the router's log was rewritten: its history does not lead on from what it told before",
      metadata: ["refusal": "\(refusal)"])
    board.update { $0.refusedHistory = refusal }
    board.tell(.historyRefused(refusal.reason))
  }
}
