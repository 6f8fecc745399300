import HubModel

/// The releases that an agency captured, as its own people last heard of them: what they say again
/// after a restore of the hub's ledger. The daemons keep the same in their stores.
struct CapturedForms {
  private struct Form {
    var message: Message
    var version: UInt32
    var isEnded = false
    var isStopped = false
    var narrowings: [[Party]] = []
  }
  private var forms: [RoiID: Form] = [:]

  mutating func note(_ message: Message) {
    switch message.consent {
    case .release(let roi)?:
      if let known = forms[roi.id], known.version > roi.version { return }
      forms[roi.id, default: Form(message: message, version: roi.version)].message = message
      forms[roi.id]?.version = roi.version
    case .revocation(let revocation)?:
      change(revocation.id, of: message) { form in
        if revocation.recipients.isEmpty {
          form.isEnded = true
        } else if !form.narrowings.contains(revocation.recipients) {
          // Saying it again after a restore adds nothing.
          form.narrowings.append(revocation.recipients)
        }
      }
    case .event(let event)?:
      switch event.kind {
      case .suspended: change(event.id, of: message) { $0.isStopped = true }
      case .resumed: change(event.id, of: message) { $0.isStopped = false }
      case .voided: change(event.id, of: message) { $0.isEnded = true }
      case .occurred, .confirmed: return
      }
    case .refusal?, nil: return
    }
  }

  private mutating func change(
    _ id: RoiID?, of message: Message, _ change: (inout Form) -> Void
  ) {
    for key in forms.keys {
      guard var form = forms[key],
        id == key || (id == nil && form.message.participant == message.participant)
      else { continue }
      change(&form)
      forms[key] = form
    }
  }

  /// What ended first, and each release behind all that limits it.
  func again(
    by agency: AgencyID, at now: WallTime, _ random: inout SeededGenerator
  ) -> [Message] {
    var said: [(topic: Topic, statement: ConsentStatement, like: Message)] = []
    let inOrder = forms.sorted { $0.key < $1.key }
    let all = inOrder.filter(\.value.isEnded) + inOrder.filter { !$0.value.isEnded }
    for (id, form) in all {
      if form.isEnded {
        said.append((.roiRevoked, .revocation(RoiRevocation(id: id)), form.message))
        continue
      }
      for recipients in form.narrowings {
        let narrowing = RoiRevocation(id: id, recipients: recipients)
        said.append((.roiRevoked, .revocation(narrowing), form.message))
      }
      if form.isStopped {
        said.append((.roiSuspended, .event(RoiEvent(.suspended, id: id)), form.message))
      }
      if let release = form.message.consent {
        said.append((.roiConfirmed, release, form.message))
      }
    }
    return said.map { topic, statement, like in
      Message(
        id: MessageID(at: now, random: (random.next(), random.next())), topic: topic,
        source: agency, program: like.program, sentAt: now, purpose: .careCoordination,
        participant: like.participant, tokens: like.tokens, consent: statement)
    }
  }
}
