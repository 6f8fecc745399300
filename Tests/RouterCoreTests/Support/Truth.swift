import HubModel
@testable import RouterCore
import Testing

/// What has been said about consent, kept by the simplest reading of the rules, without the
/// engine: the judge of what was sent.
struct Truth {
  struct Release {
    var roi: ReleaseOfInformation
    var person: String
    var capturedBy: AgencyID
    var isSigned: Bool
    var isRefused = false
    var isRevoked = false
    var isReplaced = false
    var revokedToward: [Party] = []
  }
  private(set) var releases: [RoiID: Release] = [:]
  private var dead: Set<RoiID> = []
  /// When everything of a person was revoked, and toward whom.
  private var blankets: [(person: String, recipients: [Party], at: WallTime)] = []

  mutating func hear(
    _ statement: ConsentStatement, of person: String, from agency: AgencyID, at now: WallTime
  ) {
    switch statement {
    case .release(let roi): sign(roi, person, agency)
    case .refusal(let refusal):
      if let known = releases[refusal.id], known.isSigned || known.isRefused || known.isRevoked {
        return
      }
      let empty = ReleaseOfInformation(
        id: refusal.id, version: 0, kind: .field, disclosers: [], recipients: [],
        information: [], purposes: [], signedAt: nil, expiry: nil)
      releases[refusal.id] = Release(
        roi: empty, person: person, capturedBy: agency, isSigned: false,
        isRefused: refusal.reason == .refused)
    case .revocation(let revocation):
      for (id, release) in releases
      where revocation.id == id || (revocation.id == nil && release.person == person) {
        if release.isRevoked { continue }
        if revocation.recipients.isEmpty { releases[id]?.isRevoked = true }
        releases[id]?.revokedToward += revocation.recipients
      }
      if let id = revocation.id, releases[id] == nil { dead.insert(id) }
      if revocation.id == nil { blankets.append((person, revocation.recipients, now)) }
    // Nobody in these histories says any of them.
    case .event: break
    }
  }

  private mutating func sign(_ roi: ReleaseOfInformation, _ person: String, _ agency: AgencyID) {
    let isWhole = roi.formImageHash.count == 32
    var next = Release(roi: roi, person: person, capturedBy: agency, isSigned: isWhole)
    if let known = releases[roi.id] {
      if known.roi.version > roi.version { return }
      let isDraft = !known.isSigned && !known.isRevoked && !known.isReplaced
      if known.roi.version == roi.version && !isDraft { return }
      next.isRevoked = known.isRevoked
      next.isReplaced = known.isReplaced
      next.revokedToward = known.revokedToward
    }
    next.isRevoked = next.isRevoked || dead.contains(roi.id)
    // Signed before everything was taken back, and late in coming.
    for blanket in blankets where blanket.person == person {
      guard let signed = roi.signedAt, signed <= blanket.at else { continue }
      if blanket.recipients.isEmpty { next.isRevoked = true }
      next.revokedToward += blanket.recipients
    }
    // Replaced by one that came first.
    let heir = releases.values.first {
      $0.isSigned && $0.roi.supersedes == roi.id && $0.roi.id != roi.id && $0.person == person
    }
    if isWhole && heir != nil { next.isReplaced = true }
    releases[roi.id] = next
    let isActive = isWhole && !next.isRevoked && !next.isReplaced
    if isActive || (isWhole && dead.contains(roi.id)), let older = roi.supersedes,
      older != roi.id, releases[older]?.person == person, releases[older]?.isSigned == true
    {
      releases[older]?.isReplaced = true
    }
  }

  /// Whether a segment of `message` may go from `sender` to `recipient` at `now`.
  func allows(
    _ segment: Segment, of message: Message, about person: String, to recipient: AgencyID,
    at now: WallTime
  ) -> Bool {
    let role = Town.role(of: recipient)
    let isJustice = role == .sheriff || role == .prosecutor
    if segment.category == .participationNegative && isJustice { return false }
    var labels = segment.labels
    if Town.role(of: message.source) == .behavioralHealth { labels.insert(.part2) }
    var line = releases.values.filter { $0.person == person }
    if let named = message.release {
      if dead.contains(named) || releases[named]?.isRevoked == true { return false }
      if isTaken(releases[named], from: recipient, role) { return false }
      let heirs = heirs(of: named, among: line)
      line = line.filter { heirs.contains($0.roi.id) }
    }
    let refuses = line.contains { release in
      !release.isReplaced && !release.isRefused
        && release.roi.refusals.contains { refusal in
          refusal.recipients.contains { $0.includes(recipient, role: role) }
            && refusal.information.categories.contains(segment.category)
        }
    }
    if refuses { return false }
    return line.contains { release in
      let roi = release.roi
      guard release.isSigned, !release.isRevoked, !release.isReplaced,
        !isTaken(release, from: recipient, role), case .at(let end)? = roi.expiry, now < end,
        (roi.startsAt ?? roi.signedAt ?? now) <= now
      else { return false }
      if roi.kind == .field && ![.hold, .handoffDetails].contains(segment.category) { return false }
      let source = message.source
      return roi.disclosers.contains { $0.includes(source, role: Town.role(of: source)) }
        && roi.recipients.contains { $0.includes(recipient, role: role) }
        && roi.purposes.contains(message.purpose)
        && roi.information.contains {
          $0.categories.contains(segment.category) && labels.isSubset(of: $0.labels)
        }
    }
  }

  private func isTaken(_ release: Release?, from recipient: AgencyID, _ role: Role) -> Bool {
    release?.revokedToward.contains { $0.includes(recipient, role: role) } ?? false
  }

  private func heirs(of id: RoiID, among line: [Release]) -> Set<RoiID> {
    var found: Set<RoiID> = [id]
    for _ in line {
      for release in line where release.roi.supersedes.map(found.contains) ?? false {
        found.insert(release.roi.id)
      }
    }
    return found
  }
}
