import ConsentEngine
public import HubModel

/// What would a recipient get of a participant's, if somebody sent it in this turn?
public struct PreviewRequest: Sendable {
  public var name: AliasKey
  public var recipient: AgencyID
  public var purpose: Purpose
  /// Empty: every topic about a person that has the purpose and of which the agreement lets the
  /// recipient hear; for a purpose that no topic has, such as charging, whatever the topic.
  public var topics: WordSet<Topic>
  /// Empty: every category that the topics can carry.
  public var categories: WordSet<InformationCategory>
  public var labels: WordSet<SensitivityLabel>
  /// The one release that the message is to name, where it names one (design §10.1).
  public var release: RoiID?
  public init(
    name: AliasKey, recipient: AgencyID, purpose: Purpose, topics: WordSet<Topic> = [],
    categories: WordSet<InformationCategory> = [], labels: WordSet<SensitivityLabel> = [],
    release: RoiID? = nil
  ) {
    self.name = name
    self.recipient = recipient
    self.purpose = purpose
    self.topics = topics
    self.categories = categories
    self.labels = labels
    self.release = release
  }
}

/// The engine's answers at one instant. Nothing was sent, and no permit is in it.
public struct Preview: Hashable, Sendable {
  public enum Outcome: Hashable, Sendable { case released, held, withheld }
  public struct Item: Hashable, Sendable {
    public var topic: Topic
    public var discloser: AgencyID
    public var category: InformationCategory
    public var outcome: Outcome
    /// What the log would say of the decision.
    public var detail: DecisionDetail
    public var releases: [AuditEntry.ReleaseVersion]
    public var reasons: [String]
  }
  public var at: WallTime
  public var consentPosition: UInt64
  public var agreementVersion: UInt32
  public var items: [Item]
}

extension Turn {
  /// Asks the engine what it would say, about messages that nobody sends. A name that nobody has
  /// is answered like that of somebody who has signed nothing.
  /// - Returns: `nil` where there is no such recipient.
  mutating func preview(_ request: PreviewRequest) -> Preview? {
    guard let recipient = state.registry.agencies[request.recipient] else { return nil }
    let participant = facts.aliases[request.name]
    logReading(
      .previewed, of: participant, recipient: recipient.id,
      topic: request.topics.count == 1 ? request.topics.first : nil,
      detail: "purpose=\(request.purpose.rawValue)")
    var items: [Preview.Item] = []
    for topic in Topic.allCases {
      guard let spec = Catalogue.spec(of: topic), isAsked(spec, in: request) else { continue }
      for discloser in state.registry.agencies.values.sorted(by: { $0.id < $1.id })
      where discloser.id != recipient.id && spec.publishers.contains(discloser.role) {
        guard !request.topics.isEmpty || hasPath(topic, discloser, recipient) else { continue }
        for category in InformationCategory.allCases
        where spec.fields.contains(where: { $0.category == category })
          && (request.categories.isEmpty || request.categories.contains(category))
        {
          items.append(
            item(topic, category, from: discloser, to: recipient, request, participant))
        }
      }
    }
    return Preview(
      at: now, consentPosition: participant.map { consents(of: $0).position } ?? 0,
      agreementVersion: state.agreement.version, items: items)
  }

  /// What names nobody, or only the router reads, tells nothing of a person.
  private func isAsked(_ spec: TopicSpec, in request: PreviewRequest) -> Bool {
    guard spec.disclosure != .control else { return false }
    guard request.topics.isEmpty else { return request.topics.contains(spec.topic) }
    guard spec.disclosure != .operational else { return false }
    return spec.purpose == request.purpose
      || !Catalogue.all.values.contains { $0.purpose == request.purpose }
  }

  private func hasPath(
    _ topic: Topic, _ discloser: Registry.Agency, _ recipient: Registry.Agency
  ) -> Bool {
    let path = ProgramAgreement.Path(topic, from: discloser.role, to: recipient.role)
    return state.agreement.paths.contains(path)
      || state.agreement.exceptions.contains { $0.path == path }
  }

  private func item(
    _ topic: Topic, _ category: InformationCategory, from discloser: Registry.Agency,
    to recipient: Registry.Agency, _ request: PreviewRequest, _ participant: ParticipantID?
  ) -> Preview.Item {
    let namesNobody = Catalogue.disclosure(of: topic) == .operational
    let message = Message(
      id: MessageID(high: 0, low: 0), topic: topic, source: discloser.id,
      program: state.agreement.program, sentAt: now, purpose: request.purpose,
      participant: namesNobody ? nil : request.name.alias, release: request.release,
      segments: [
        Segment(category, labels: request.labels, authored: state.agreement.calendar.date(of: now))
      ])
    let stored = StoredMessage(
      message: message, participant: participant, basis: .submitted, acceptedAt: now)
    let segments = SegmentSet.all(of: 1)
    let decision = decide(stored, toward: recipient, segments: segments)
    let outcome: Preview.Outcome =
      decision.permit != nil ? .released : decision.held.isEmpty ? .withheld : .held
    return Preview.Item(
      topic: topic, discloser: discloser.id, category: category, outcome: outcome,
      detail: detail(of: decision, on: stored, segments, toward: recipient.id),
      releases: decision.deciding, reasons: decision.reasons.map(\.rawValue))
  }
}
