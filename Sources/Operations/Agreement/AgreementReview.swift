public import HubModel

/// What there is to say of an agreement that can be read, before it is activated.
public struct AgreementReview: Hashable, Sendable {
  /// Why the router would refuse it.
  public private(set) var problems: [String] = []
  /// What those who sign it must have seen.
  public private(set) var warnings: [String] = []
  /// What is worth knowing, and no reason to look again.
  public private(set) var notes: [String] = []
  /// Against the version in force, where that is known.
  public let difference: AgreementDifference?

  /// - Parameters:
  ///   - active: the version in force.
  ///   - roles: those that an agency of the registry holds; `nil` where the registry is not known.
  ///   - effective: the date asked for; otherwise the file's own counts.
  public init(
    _ document: AgreementDocument, active: ProgramAgreement?, roles: WordSet<Role>?,
    effective: WallTime? = nil, now: WallTime
  ) {
    let agreement = document.agreement
    difference = active.map { AgreementDifference(from: $0, to: agreement) }
    if agreement.isDemonstration {
      warnings.append("it is a demonstration: its windows are shortened; not for a real county")
    }
    reviewVersion(agreement, active)
    reviewDate(effective ?? document.effective, of: agreement, at: now)
    reviewReleases(agreement)
    reviewSwitches(agreement.switches, on: agreement.calendar.date(of: now))
    reviewReach(agreement, roles)
  }

  private mutating func reviewVersion(_ agreement: ProgramAgreement, _ active: ProgramAgreement?) {
    guard let active else { return }
    if agreement.program != active.program {
      problems.append("it is of program \(agreement.program), the hub of \(active.program)")
    } else if agreement.contentHash == active.contentHash {
      notes.append("it is the version in force, byte by byte")
    } else if agreement.version <= active.version {
      problems.append(
        "version \(agreement.version) is not above the version in force, \(active.version): "
          + "raise it by one")
    }
  }

  private mutating func reviewDate(
    _ date: WallTime?, of agreement: ProgramAgreement, at now: WallTime
  ) {
    guard let date else { return }
    let day = agreement.calendar.date(of: date)
    if day < agreement.calendar.date(of: now) {
      warnings.append(
        "its effective date, \(day), is past: it would be in force as soon as it is activated, "
          + "and not before")
    } else if date - now > .days(366) {
      warnings.append("its effective date, \(day), is more than a year ahead")
    } else if date > now {
      notes.append("it would be in force from \(day) on")
    }
  }

  /// Everything that goes without a release, with what allows it.
  private mutating func reviewReleases(_ agreement: ProgramAgreement) {
    for exception in agreement.exceptions {
      warnings.append(
        "NO RELEASE NEEDED\(exception.whileInCustody ? " while in custody" : ""): "
          + "\(exception.path.words); legal basis: \(exception.legalBasis)")
    }
    let operational = Set(agreement.paths.map(\.topic))
      .filter { Catalogue.disclosure(of: $0) == .operational }
    if !operational.isEmpty {
      let topics = operational.map(\.rawValue).sorted().joined(separator: ", ")
      notes.append("no release needed, because they name no person: \(topics)")
    }
  }

  /// Where counsel has opened what is closed otherwise, and packs that nobody looked at lately.
  private mutating func reviewSwitches(_ switches: SiteSwitches, on today: CivilDate) {
    if switches.negativeStatusToJustice {
      warnings.append(
        "\"not completed\" may go to police and prosecution (42 USC 290dd-2(c)): counsel's "
          + "decision")
    }
    if !switches.criminalJusticeTracks.isEmpty {
      warnings.append(
        "consents of 42 CFR 2.35, which cannot be revoked at once, are in use: counsel's decision")
    }
    for code in switches.states.sorted() {
      guard let pack = StatePack.named(code), pack.isStale(on: today) else { continue }
      warnings.append(
        "the pack of \(pack.name) was last compared with the law on \(pack.reviewedOn): have "
          + "counsel compare it (\(pack.sources.joined(separator: ", ")))")
    }
  }

  /// Topics and roles that the lines leave apart.
  private mutating func reviewReach(_ agreement: ProgramAgreement, _ roles: WordSet<Role>?) {
    let lines = agreement.paths.union(agreement.exceptions.map(\.path))
    for topic in Topic.allCases {
      guard let spec = Catalogue.spec(of: topic), spec.disclosure != .control,
        !spec.publishers.isEmpty
      else { continue }
      let hearing = lines.filter { $0.topic == topic }
      if hearing.isEmpty {
        warnings.append("\(topic) is unreachable: no line lets anybody hear it")
      } else if let roles, !hearing.contains(where: { roles.isSuperset(of: [$0.from, $0.to]) }) {
        notes.append("\(topic) reaches nobody: no registered agency both says and hears it")
      }
    }
    for role in Role.allCases where roles?.contains(role) ?? true {
      for topic in Topic.allCases where DefaultAgreement.subscribes(role, to: topic) {
        let isHeard = lines.contains { $0.topic == topic && $0.to == role }
        let isUnreachable = !lines.contains { $0.topic == topic }
        if !isHeard, !isUnreachable {
          warnings.append("\(role.rawValue) subscribes to \(topic) and can never hear it")
        }
      }
    }
  }
}
