/// What happens to releases beside being signed, refused and revoked.
public struct RoiEvent: Hashable, Sendable {
  public enum Kind: String, CaseIterable, Hashable, Sendable {
    /// Stopped until written or withdrawn: an oral revocation (42 CFR 2.31(a)(6)), or a report
    /// that it may be false (42 CFR 2.31(c)(4)).
    case suspended
    /// The request was withdrawn or the report refuted.
    case resumed
    /// Materially false, or never given.
    case voided
    /// A named event has come: releases may end with it, or become revocable.
    case occurred
    /// After the hub's ledger was restored: the release stands as its capturing agency sent it
    /// again. Never on the wire; `roi.confirmed` carries the release itself.
    case confirmed
  }

  public var kind: Kind
  /// The release; `nil`: every one there is, or, of `occurred`, none in particular.
  public var id: RoiID?
  /// Code of what occurred.
  public var event: String
  public init(_ kind: Kind, id: RoiID? = nil, event: String = "") {
    self.kind = kind
    self.id = id
    self.event = event
  }

  /// The person has died: what they signed themselves is void (42 CFR 2.15(b)).
  public static let death = "patient-deceased"
  /// The latest end of what 42 CFR 2.35 keeps from being revoked.
  public static let finalDisposition = "final-disposition"
}

/// One thing that stands beside a participant's releases.
public enum ConsentMark: Hashable, Sendable {
  case suspended(RoiID)
  case resumed(RoiID)
  case voided(RoiID)
  /// The last time that the event was reported, by the router's clock.
  case occurred(String, at: WallTime)
  /// Taken into an agency's custody, and let out of it: when, by that agency's own word.
  case booked(AgencyID, at: WallTime)
  case freed(AgencyID, at: WallTime)
  /// The ledger was restored from a backup: what became of the release since, nobody here knows.
  case unconfirmed(RoiID)
  case confirmed(RoiID)
}

/// All that stands beside a participant's releases. A release that arrives later meets it too.
///
/// A value like any other; inside it is shared and never changed in place, because every decision
/// is handed it, and most people have none.
public struct ConsentMarks: Hashable, Sendable {
  public var suspended: Set<RoiID> {
    get { shared?.fields.suspended ?? [] }
    set { change { $0.suspended = newValue } }
  }
  public var voided: Set<RoiID> {
    get { shared?.fields.voided ?? [] }
    set { change { $0.voided = newValue } }
  }
  public var occurred: [String: WallTime] {
    get { shared?.fields.occurred ?? [:] }
    set { change { $0.occurred = newValue } }
  }
  /// The last booking that an agency told of, and the last time that it let the person out.
  public var booked: [AgencyID: WallTime] {
    get { shared?.fields.booked ?? [:] }
    set { change { $0.booked = newValue } }
  }
  public var freed: [AgencyID: WallTime] {
    get { shared?.fields.freed ?? [:] }
    set { change { $0.freed = newValue } }
  }
  /// Came out of a backup, and wait for the word of the agency that captured them.
  public var unconfirmed: Set<RoiID> {
    get { shared?.fields.unconfirmed ?? [] }
    set { change { $0.unconfirmed = newValue } }
  }

  /// `nil` where all of it is empty.
  private var shared: Shared?

  private struct Fields: Hashable, Sendable {
    var suspended: Set<RoiID> = []
    var voided: Set<RoiID> = []
    var occurred: [String: WallTime] = [:]
    var booked: [AgencyID: WallTime] = [:]
    var freed: [AgencyID: WallTime] = [:]
    var unconfirmed: Set<RoiID> = []
  }

  private final class Shared: Hashable, Sendable {
    let fields: Fields
    init(_ fields: Fields) { self.fields = fields }

    static func == (one: Shared, other: Shared) -> Bool {
      one === other || one.fields == other.fields
    }
    func hash(into hasher: inout Hasher) { hasher.combine(fields) }
  }

  public init() {}

  private mutating func change(_ change: (inout Fields) -> Void) {
    var fields = shared?.fields ?? Fields()
    change(&fields)
    shared = fields == Fields() ? nil : Shared(fields)
  }

  public mutating func take(_ mark: ConsentMark) {
    switch mark {
    case .suspended(let id): suspended.insert(id)
    case .resumed(let id): suspended.remove(id)
    case .voided(let id): voided.insert(id)
    case .occurred(let event, let time): occurred[event] = max(occurred[event] ?? time, time)
    case .booked(let agency, let time): booked[agency] = max(booked[agency] ?? time, time)
    case .freed(let agency, let time): freed[agency] = max(freed[agency] ?? time, time)
    case .unconfirmed(let id): unconfirmed.insert(id)
    case .confirmed(let id): unconfirmed.remove(id)
    }
  }

  /// What another name of the same person has beside its releases.
  public mutating func formUnion(_ other: ConsentMarks) {
    suspended.formUnion(other.suspended)
    voided.formUnion(other.voided)
    unconfirmed.formUnion(other.unconfirmed)
    occurred.merge(other.occurred) { max($0, $1) }
    booked.merge(other.booked) { max($0, $1) }
    freed.merge(other.freed) { max($0, $1) }
  }

  /// Whether the agency has the person in custody, a dated fact that is over when it lets them out
  /// (45 CFR 164.512(k)(5)). Told of both at one instant, nobody knows: they are out.
  public func isInCustody(of agency: AgencyID) -> Bool {
    guard let booked = booked[agency] else { return false }
    return freed[agency].map { booked > $0 } ?? true
  }

  /// Whether the event has come since `time`.
  public func has(_ event: String, since time: WallTime) -> Bool {
    occurred[event].map { $0 >= time } ?? false
  }
}

/// An order of a court under subpart E, as a privacy officer recorded it. It permits what it
/// lists to whom it lists, and compels nothing. A subpoena or a warrant alone is not one
/// (42 CFR 2.61).
public struct CourtOrder: Hashable, Sendable {
  public enum Kind: String, CaseIterable, Hashable, Sendable {
    /// Noncriminal purposes, 42 CFR 2.64.
    case noncriminal = "2.64"
    /// To investigate or prosecute a patient, 42 CFR 2.65.
    case prosecution = "2.65"
    /// To investigate or prosecute a program or holder of records, 42 CFR 2.66.
    case program = "2.66"
    /// Undercover agents and informants, 42 CFR 2.67.
    case undercover = "2.67"
  }

  public var id: RoiID
  public var kind: Kind
  public var issuedAt: WallTime
  public var expiresAt: WallTime
  public var disclosers: [Party]
  public var recipients: [Party]
  public var information: [InformationScope]
  /// The court made the findings that its section asks for.
  public var hasFindings: Bool
  /// Whoever must be heard was given notice, or the section asks for none.
  public var hasNotice: Bool
  /// Confidential communications are covered (42 CFR 2.63).
  public var coversCommunications: Bool

  public init(
    id: RoiID, kind: Kind, issuedAt: WallTime, expiresAt: WallTime, disclosers: [Party],
    recipients: [Party], information: [InformationScope], hasFindings: Bool, hasNotice: Bool,
    coversCommunications: Bool = false
  ) {
    self.id = id
    self.kind = kind
    self.issuedAt = issuedAt
    self.expiresAt = expiresAt
    self.disclosers = disclosers
    self.recipients = recipients
    self.information = information
    self.hasFindings = hasFindings
    self.hasNotice = hasNotice
    self.coversCommunications = coversCommunications
  }
}

/// Access in a medical emergency in which consent cannot be had, with what 42 CFR 2.51(c) has
/// written down.
public struct EmergencyAccess: Hashable, Sendable {
  public var id: RoiID
  /// The agency whose medical personnel ask.
  public var recipient: AgencyID
  /// Who they are, and whose.
  public var recipientName: String
  public var affiliation: String
  /// Who opened it.
  public var discloser: String
  public var nature: String
  public var openedAt: WallTime
  public var closesAt: WallTime

  public init(
    id: RoiID, recipient: AgencyID, recipientName: String, affiliation: String,
    discloser: String, nature: String, openedAt: WallTime, closesAt: WallTime
  ) {
    self.id = id
    self.recipient = recipient
    self.recipientName = recipientName
    self.affiliation = affiliation
    self.discloser = discloser
    self.nature = nature
    self.openedAt = openedAt
    self.closesAt = closesAt
  }

  /// Names of the elements of 42 CFR 2.51(c) that are not written down.
  public var missing: [String] {
    var missing: [String] = []
    if recipientName.isEmpty { missing.append("recipient") }
    if affiliation.isEmpty { missing.append("affiliation") }
    if discloser.isEmpty { missing.append("discloser") }
    if nature.isEmpty { missing.append("nature") }
    if closesAt <= openedAt { missing.append("time") }
    return missing
  }
}
