import ConsentEngine
import HubModel

/// Telling on what was received.
extension Turn {
  /// What the sender of a message was told, of the kinds that it now tells on, in the message that
  /// it answers or passes on. Whether it could be told that today is asked of the engine again.
  func received(
    in stored: StoredMessage, depth: Int
  ) -> [InformationCategory: Received] {
    guard stored.basis == .submitted, let parent = stored.message.inReplyTo,
      let origin = facts.messages[parent], origin.basis == .submitted,
      let forwarder = state.registry.agencies[stored.message.source]
    else { return [:] }
    let told = (facts.parts[parent] ?? []).reduce(into: SegmentSet(bits: 0)) { told, part in
      guard part.key.recipient == forwarder.id, part.wasDisclosed else { return }
      told.formUnion(part.segments)
    }
    guard !told.isEmpty else { return [:] }
    let categories = WordSet(stored.message.segments.map(\.category)).subtracting([.operational])
    // Nothing of it is left to judge by, or nobody can say where it came from.
    guard !origin.message.segments.isEmpty, depth < Limits.onwardDepth else {
      return Dictionary(
        uniqueKeysWithValues: categories.map {
          ($0, Received(labels: [], standing: .ended, authors: [origin.message.source]))
        })
    }
    let request = ReleaseRequest(
      message: origin.message,
      discloser: state.registry.agencies[origin.message.source] ?? forwarder,
      recipient: forwarder, footing: .submitted, segments: told,
      received: received(in: origin, depth: depth + 1))
    let decision = ConsentEngine.decide(
      request, under: state.agreement, consents: knownConsents(of: origin.participant), at: now)
    return received(decision, request, in: categories)
  }

  private func received(
    _ decision: Decision, _ request: ReleaseRequest, in categories: WordSet<InformationCategory>
  ) -> [InformationCategory: Received] {
    var received: [InformationCategory: Received] = [:]
    for index in request.segments where index < request.message.segments.count {
      let category = request.message.segments[index].category
      guard categories.contains(category) else { continue }
      var standing = Received.Standing.stands
      if decision.held.contains(index) { standing = .waits }
      if decision.withheld.contains(index) { standing = .ended }
      let earlier = received[category]
      let before = request.received[category]?.authors ?? []
      received[category] = Received(
        labels: request.labels(at: index).union(earlier?.labels ?? []),
        standing: earlier.map { $0.standing.stricter(standing) } ?? standing,
        authors: before.union([request.message.source]))
    }
    return received
  }
}

extension Received.Standing {
  fileprivate func stricter(_ other: Self) -> Self {
    if self == .ended || other == .ended { return .ended }
    return self == .waits ? self : other
  }
}
