public import HubModel

/// What one release on file says to one segment: the auditor's answer to "why not?".
public struct ReleaseTrace: Hashable, Sendable {
  public let segment: Int
  public let release: AuditEntry.ReleaseVersion
  /// ``Reason/releaseCovers``, or the first thing that keeps it from covering.
  public let reason: Reason
  /// For ``Reason/elementMissing`` and ``Reason/notSigned``: the elements that are missing.
  public let elements: [String]
}

/// What each release that a decision had to hear says to each of `segments`, in the order of the
/// participant's log. Decides nothing: ``decide(_:under:consents:at:)`` does, by the same parts.
public func trace(
  _ request: ReleaseRequest, _ segments: SegmentSet, under agreement: ProgramAgreement,
  consents: ParticipantConsents, at now: WallTime
) -> [ReleaseTrace] {
  let line = request.message.release.map(consents.line(of:))
  return segments.filter { $0 < request.message.segments.count }.flatMap { index in
    let question = Question(segment: index, of: request, at: now)
    let heard = consents.records.indices.filter {
      line?.contains(consents.records[$0].roi.id) ?? true
    }
    return heard.map { place in
      let record = consents.records[place]
      let refuses = record.refuses(question) && !consents.isReplaced(place)
      let (reason, elements) =
        refuses
        ? (.explicitRefusal, []) : record.answer(to: question, consents.marks, under: agreement)
      return ReleaseTrace(
        segment: index, release: .init(record.roi.id, version: record.roi.version),
        reason: reason, elements: elements)
    }
  }
}

extension RoiRecord {
  fileprivate func answer(
    to question: Question, _ marks: ConsentMarks, under agreement: ProgramAgreement
  ) -> (reason: Reason, elements: [String]) {
    if state == .refused { return (.refused, []) }
    let missing = roi.missingElements(under: agreement.switches)
    if let gap = gap(for: question, under: agreement) {
      return state == .draft ? (.notSigned, missing) : (gap, [])
    }
    switch standing(toward: question.request.recipient, marks, at: question.now) {
    case .ended(let reason): return (reason, [])
    case .notInForce(let reason): return (reason, reason == .notSigned ? missing : [])
    case .inForce: return missing.isEmpty ? (.releaseCovers, []) : (.elementMissing, missing)
    }
  }
}
