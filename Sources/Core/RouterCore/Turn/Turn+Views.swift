import DiversionWorkflow
import HubModel

/// Workflow state is kept per agency: a view learns only what its agency sent or was given.
extension Turn {
  mutating func learn(bySending stored: StoredMessage) {
    guard let sender = state.registry.agencies[stored.message.source] else { return }
    // A case that somebody else opened and never told them of is not theirs to follow.
    guard let caseID = stored.message.caseID, let record = facts.cases[caseID],
      record.openedBy == sender.id || record.views[sender.id] != nil
    else { return }
    learn(stored.message, by: sender)
  }

  mutating func learn(_ message: Message, by agency: Registry.Agency) {
    guard let caseID = message.caseID, message.source != .hub, facts.cases[caseID] != nil else {
      return
    }
    var view =
      facts.cases[caseID]?.views[agency.id]
      ?? CaseView(viewer: agency.id, role: agency.role, caseID: caseID)
    let notices = view.learn(message, at: now, under: state.agreement)
    keep(view)
    for notice in notices { say(notice, to: agency.id, caseID: caseID) }
  }

  mutating func tick(_ caseID: CaseID, of agency: AgencyID) {
    guard var view = facts.cases[caseID]?.views[agency] else { return }
    let notices = view.tick(at: now, under: state.agreement)
    keep(view)
    for notice in notices { say(notice, to: agency, caseID: caseID) }
  }

  private mutating func keep(_ view: CaseView) {
    let known = facts.cases[view.caseID]?.views[view.viewer]
    guard known != view else {
      // The timer that brought us here is gone; the deadline is not.
      if let deadline = view.nextDeadline {
        setTimer(.view(view.caseID, view.viewer), due: deadline)
      }
      return
    }
    facts.cases[view.caseID]?.views[view.viewer] = view
    write(view)
    if let deadline = view.nextDeadline {
      setTimer(.view(view.caseID, view.viewer), due: deadline)
    } else if known?.nextDeadline != nil {
      write(.cancel(.view(view.caseID, view.viewer)))
    }
  }

  private mutating func say(_ notice: CaseNotice, to agency: AgencyID, caseID: CaseID) {
    // Site rules decide referrals only while the program has no office to do it.
    if notice.topic == .referralDecided, !state.registry.agencies(in: .programOffice).isEmpty {
      return
    }
    say(notice.topic, to: agency, caseID: caseID, participant: nil, segment: notice.segment)
  }

  /// Tells one agency something that follows from its own view.
  mutating func say(
    _ topic: Topic, to agency: AgencyID, caseID: CaseID?, participant: ParticipantID?,
    segment: Segment
  ) {
    let message = Message(
      id: freshMessageID(for: agency), topic: topic, source: .hub,
      program: state.agreement.program, sentAt: now,
      purpose: Catalogue.spec(of: topic)?.purpose ?? .careCoordination, caseID: caseID,
      audience: [agency], segments: [segment])
    store(
      StoredMessage(message: message, participant: participant, basis: .ownView, acceptedAt: now))
  }
}
