public import HubModel

/// What one agency knows of one case: computed from the messages it sent or was given, and the
/// clock, and from nothing else.
public struct CaseView: Hashable, Sendable, Codable {
  public let viewer: AgencyID
  public let role: Role
  public let caseID: CaseID

  public init(viewer: AgencyID, role: Role, caseID: CaseID) {
    self.viewer = viewer
    self.role = role
    self.caseID = caseID
  }

  /// When `tick` next has something to do.
  public var nextDeadline: WallTime? { nil }

  /// The viewer sent `message`, or it was released to them at `time`.
  public mutating func learn(
    _ message: Message, at time: WallTime, under agreement: ProgramAgreement
  ) -> [CaseNotice] { [] }

  /// The clock reached `time`.
  public mutating func tick(at time: WallTime, under agreement: ProgramAgreement) -> [CaseNotice] {
    []
  }
}

/// Something that the router tells the viewer, from the viewer's own view alone.
public struct CaseNotice: Hashable, Sendable {
  public let topic: Topic
  public let segment: Segment
  public init(topic: Topic, segment: Segment) {
    self.topic = topic
    self.segment = segment
  }
}
