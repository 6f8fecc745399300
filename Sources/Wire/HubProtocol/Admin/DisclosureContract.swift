/// An agency as a document names it: as the registry has it now.
public struct NamedAgency: Codable, Hashable, Sendable {
  public var id: String
  /// Its id again where the registry no longer has the agency.
  public var name: String
  /// Empty where the registry no longer has the agency.
  public var role: String
  public init(id: String, name: String, role: String) {
    self.id = id
    self.name = name
    self.role = role
  }
}

/// One disclosure of something about a person, as the log has it. No content, and nobody's name.
public struct DisclosureReport: Codable, Hashable, Sendable {
  public struct Information: Codable, Hashable, Sendable {
    public var category: String
    public var labels: [String]
    public init(category: String, labels: [String]) {
      self.category = category
      self.labels = labels
    }
  }
  /// A release that decided, and how it reaches the recipient.
  public struct Release: Codable, Hashable, Sendable {
    public var id: String
    public var version: UInt32
    /// The release names the recipient itself, or only a role that it has (a *general
    /// designation*, 42 CFR 2.31(a)(4)); nil where that version is no longer kept.
    public var namesRecipient: Bool?
    public init(id: String, version: UInt32, namesRecipient: Bool?) {
      self.id = id
      self.version = version
      self.namesRecipient = namesRecipient
    }
  }
  /// An earlier disclosure by which the discloser itself came to know.
  public struct Hop: Codable, Hashable, Sendable {
    public var entry: UInt64
    public var from: NamedAgency
    public var to: NamedAgency
    public var releases: [String]
    public init(entry: UInt64, from: NamedAgency, to: NamedAgency, releases: [String]) {
      self.entry = entry
      self.from = from
      self.to = to
      self.releases = releases
    }
  }

  /// Position of its entry in the log.
  public var entry: UInt64
  /// Unix milliseconds at which it was handed over.
  public var at: Int64
  public var message: String
  public var part: UInt16
  public var topic: String
  public var from: NamedAgency
  public var to: NamedAgency
  public var information: [Information]
  public var purpose: String
  /// `release`, `agreement-exception`, `own-view`, … as the log has it.
  public var authority: String
  public var releases: [Release]
  /// Of an exception of the agreement, in its own words; else empty.
  public var legalBasis: String
  public var isPart2: Bool
  /// Which statement of 42 CFR 2.32(a) went with it: `long`, `short`, or empty.
  public var statement: String
  public var agreementVersion: UInt32
  public var consentPosition: UInt64
  /// Where the part stands now. `withheld`: it was handed over once, and may not have arrived
  /// before it was stopped.
  public var fate: String
  /// From the first discloser on; empty where the discloser had it from the person or by itself.
  public var chain: [Hop]

  public init(
    entry: UInt64, at: Int64, message: String, part: UInt16, topic: String, from: NamedAgency,
    to: NamedAgency, information: [Information], purpose: String, authority: String,
    releases: [Release], legalBasis: String, isPart2: Bool, statement: String,
    agreementVersion: UInt32, consentPosition: UInt64, fate: String, chain: [Hop] = []
  ) {
    self.entry = entry
    self.at = at
    self.message = message
    self.part = part
    self.topic = topic
    self.from = from
    self.to = to
    self.information = information
    self.purpose = purpose
    self.authority = authority
    self.releases = releases
    self.legalBasis = legalBasis
    self.isPart2 = isPart2
    self.statement = statement
    self.agreementVersion = agreementVersion
    self.consentPosition = consentPosition
    self.fate = fate
    self.chain = chain
  }
}

/// The terms of one version of a release, under which somebody holds a copy.
public struct TermsReport: Codable, Hashable, Sendable {
  public var id: String
  public var version: UInt32
  public var kind: String
  /// Where the release stands now, whichever version is its newest.
  public var state: String
  public var newestVersion: UInt32
  public var signedAt: Int64?
  public var expiresAt: Int64?
  public var expiryEvent: String
  public var purposes: [String]
  public var categories: [String]
  /// What the form says of passing on, in its own words; empty where it says nothing, and then
  /// nothing but the law permits it.
  public var redisclosure: String
  /// Whether former recipients may be told to stop using what they hold.
  public var stopUseNotice: Bool
  public init(
    id: String, version: UInt32, kind: String, state: String, newestVersion: UInt32,
    signedAt: Int64?, expiresAt: Int64?, expiryEvent: String, purposes: [String],
    categories: [String], redisclosure: String, stopUseNotice: Bool
  ) {
    self.id = id
    self.version = version
    self.kind = kind
    self.state = state
    self.newestVersion = newestVersion
    self.signedAt = signedAt
    self.expiresAt = expiresAt
    self.expiryEvent = expiryEvent
    self.purposes = purposes
    self.categories = categories
    self.redisclosure = redisclosure
    self.stopUseNotice = stopUseNotice
  }
}

/// A page of a person's disclosures, in the order of the log.
public struct DisclosurePage: Codable, Hashable, Sendable {
  public var program: String
  public var disclosures: [DisclosureReport]
  /// Of every release that a disclosure of this page names.
  public var terms: [TermsReport]
  /// Entry behind which the next page begins; nil on the last.
  public var next: UInt64?
  public init(
    program: String, disclosures: [DisclosureReport], terms: [TermsReport], next: UInt64?
  ) {
    self.program = program
    self.disclosures = disclosures
    self.terms = terms
    self.next = next
  }
}

/// Who holds copies of what went out under a release: a list for the privacy officer.
public struct HoldersReport: Codable, Hashable, Sendable {
  public struct Holder: Codable, Hashable, Sendable {
    public var agency: NamedAgency
    public var copies: [DisclosureReport]
    public init(agency: NamedAgency, copies: [DisclosureReport]) {
      self.agency = agency
      self.copies = copies
    }
  }
  public var release: String
  /// Every version of it under which something went out, and those of what was passed on.
  public var terms: [TermsReport]
  public var holders: [Holder]
  public init(release: String, terms: [TermsReport], holders: [Holder]) {
    self.release = release
    self.terms = terms
    self.holders = holders
  }
}

/// Whom a breach at one recipient affects (42 CFR 2.16(b); 45 CFR 164.400 to 164.414): what it was
/// handed in that time, person by person.
public struct BreachReport: Codable, Hashable, Sendable {
  public struct Person: Codable, Hashable, Sendable {
    /// `agency/alias`: every name by which an agency knows them, so that they can be told.
    public var names: [String]
    public var disclosures: [DisclosureReport]
    public init(names: [String], disclosures: [DisclosureReport]) {
      self.names = names
      self.disclosures = disclosures
    }
  }
  public var recipient: NamedAgency
  public var program: String
  /// Unix milliseconds; the second not included.
  public var from: Int64
  public var to: Int64
  /// In the order in which they were first affected.
  public var people: [Person]
  /// People of whom something was handed over and who were expunged since: nobody can say who.
  public var expunged: Int
  public init(
    recipient: NamedAgency, program: String, from: Int64, to: Int64, people: [Person],
    expunged: Int
  ) {
    self.recipient = recipient
    self.program = program
    self.from = from
    self.to = to
    self.people = people
    self.expunged = expunged
  }
}
