/// An access in a medical emergency, with what 42 CFR 2.51(c) has written down; never whose it is.
public struct EmergencyReport: Codable, Hashable, Sendable {
  public var id: String
  public var agency: String
  public var recipientName: String
  public var affiliation: String
  public var declaredBy: String
  public var nature: String
  /// Unix milliseconds.
  public var openedAt: Int64
  public var closesAt: Int64
  public var reviewedAt: Int64?
  public var finding: String?

  public init(
    id: String, agency: String, recipientName: String, affiliation: String, declaredBy: String,
    nature: String, openedAt: Int64, closesAt: Int64, reviewedAt: Int64?, finding: String?
  ) {
    self.id = id
    self.agency = agency
    self.recipientName = recipientName
    self.affiliation = affiliation
    self.declaredBy = declaredBy
    self.nature = nature
    self.openedAt = openedAt
    self.closesAt = closesAt
    self.reviewedAt = reviewedAt
    self.finding = finding
  }
}

/// An order of a court, as a privacy officer records it (42 CFR 2.61–2.67).
public struct CourtOrderDocument: Codable, Hashable, Sendable {
  public var id: String
  /// `2.64`, `2.65`, `2.66` or `2.67`.
  public var section: String
  /// Unix milliseconds.
  public var issuedAt: Int64
  public var expiresAt: Int64
  public var disclosers: [String]
  public var recipients: [String]
  public var categories: [String]
  public var labels: [String]
  public var hasFindings: Bool
  public var hasNotice: Bool
  public var coversCommunications: Bool

  public init(
    id: String, section: String, issuedAt: Int64, expiresAt: Int64, disclosers: [String],
    recipients: [String], categories: [String], labels: [String], hasFindings: Bool,
    hasNotice: Bool, coversCommunications: Bool
  ) {
    self.id = id
    self.section = section
    self.issuedAt = issuedAt
    self.expiresAt = expiresAt
    self.disclosers = disclosers
    self.recipients = recipients
    self.categories = categories
    self.labels = labels
    self.hasFindings = hasFindings
    self.hasNotice = hasNotice
    self.coversCommunications = coversCommunications
  }
}
