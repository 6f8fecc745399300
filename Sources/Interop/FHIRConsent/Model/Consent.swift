/// A FHIR R4 Consent that was read whole and understood whole.
public struct Consent: Sendable {
  public enum Status: String, CaseIterable, Sendable {
    case draft, proposed, active, rejected, inactive
    case enteredInError = "entered-in-error"
  }

  public let file: String
  /// Where it stands in the file: `Consent`, or an entry of a Bundle.
  let path: String
  public let id: String?
  public let version: String?
  public let status: Status
  /// Codes of scope and category, for a request that asks for one category of consents.
  public let categories: [Coding]
  public let patient: Party
  /// Literal reference to the patient as written; empty where only an identifier names them.
  public let patientReference: String
  public let dateTime: FHIRTime?
  public let performers: [Party]
  public let organizations: [Party]
  public let policyURIs: [String]
  public let policyRule: [Coding]
  public let sourceHash: String?
  /// `verification.verified` of each entry.
  public let verifications: [Bool]
  /// The root provision; `nil` where the policy rule alone says what holds.
  public let provision: Provision?
  /// Flattened provisions, each with what it inherits; empty unless the consent is active.
  public let rules: [Rule]
  let contained: [JSONObject]
  let source: JSONObject

  /// `Consent/ID`, or the file where it has none.
  public var name: String { id.map { "Consent/\($0)" } ?? file }
}

/// `Consent.provision` as written.
public struct Provision: Sendable {
  public enum Kind: String, Sendable, Encodable { case permit, deny }

  public let path: String
  public let kind: Kind?
  public let period: FHIRPeriod?
  public let criteria: Criteria
  public let nested: [Provision]
}

/// Whom, what and why a provision is about. Empty means "any"; within one element any entry is
/// enough, and all elements that stand must be met.
public struct Criteria: Hashable, Sendable {
  public struct Actor: Hashable, Sendable {
    public let role: Coding
    public let party: Party
    /// A contained resource that the reference points to.
    let contained: JSONObject?
  }

  public struct Related: Hashable, Sendable {
    public enum Meaning: String, CaseIterable, Sendable {
      case instance, related, dependents, authoredby
    }
    public let meaning: Meaning
    public let party: Party
    /// The one version of the resource that the reference names.
    let version: String?
  }

  public var recipients: [Actor] = []
  public var custodians: [Actor] = []
  public var actions: Set<String> = []
  public var purposes: [Coding] = []
  public var labels: [Coding] = []
  public var classes: [Coding] = []
  public var codes: [Coding] = []
  public var dataPeriod: FHIRPeriod?
  public var data: [Related] = []

  /// Whether it names which data, so that a decision without data leaves a remainder.
  var isAboutData: Bool {
    !labels.isEmpty || !classes.isEmpty || !codes.isEmpty || dataPeriod != nil || !data.isEmpty
  }

  var isEmpty: Bool { self == Criteria() }

  /// What this provision says itself, and for the rest what the one around it says.
  func inheriting(_ outer: Criteria) -> Criteria {
    var result = self
    if recipients.isEmpty { result.recipients = outer.recipients }
    if custodians.isEmpty { result.custodians = outer.custodians }
    if actions.isEmpty { result.actions = outer.actions }
    if purposes.isEmpty { result.purposes = outer.purposes }
    if labels.isEmpty { result.labels = outer.labels }
    if classes.isEmpty { result.classes = outer.classes }
    if codes.isEmpty { result.codes = outer.codes }
    if dataPeriod == nil { result.dataPeriod = outer.dataPeriod }
    if data.isEmpty { result.data = outer.data }
    return result
  }

  /// Whom and why, without which data.
  var withoutData: Criteria {
    var result = self
    result.labels = []
    result.classes = []
    result.codes = []
    result.dataPeriod = nil
    result.data = []
    return result
  }

  /// The criteria as sets, so that two provisions that say the same in another order are equal.
  var normalized: [Set<AnyHashable>] {
    [
      Set(recipients), Set(custodians), Set(actions), Set(purposes), Set(labels), Set(classes),
      Set(codes), Set(dataPeriod.map { [$0] } ?? []), Set(data),
    ]
  }
}

/// A provision ready to be matched: its criteria with those inherited, every period around it, and
/// where it stands in its tree.
public struct Rule: Sendable {
  public let path: String
  public let kind: Provision.Kind
  public let criteria: Criteria
  public let periods: [FHIRPeriod]
  /// Positions, in the consent's rules, of the permits nested in it at any depth. Where one of
  /// them matches, it is the exception to this one.
  public let permitsWithin: [Int]
}
