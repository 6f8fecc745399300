/// The answer to a request, as `accord consent decide` prints it.
public struct ConsentDecision: Encodable, Sendable {
  public enum Outcome: String, Encodable, Sendable {
    /// May be told, except what `withheld` lists.
    case permit
    /// A consent in force says no.
    case deny
    /// No consent in force says yes.
    case notCovered = "not-covered"
    /// A consent or the request is not understood, so nothing was decided.
    case refused
  }

  /// What must not be told: one resource, or whatever meets all the criteria that stand here,
  /// save for what meets one of `unless`. Without any criteria: everything else.
  public struct Withheld: Hashable, Encodable, Sendable {
    public struct Related: Hashable, Encodable, Sendable {
      public let meaning: String
      public let reference: String
    }
    public var reference: String?
    /// For a denial, a confidentiality stands for itself and all above; within `unless`, for
    /// itself and all below.
    public var labels: [Coding]?
    public var classes: [Coding]?
    public var codes: [Coding]?
    public var dataPeriod: [String: String]?
    public var data: [Related]?
    public var unless: [Withheld]?
    public var because: String?
  }

  /// A provision that the answer rests on.
  public struct Deciding: Hashable, Encodable, Sendable {
    public let consent: String
    public let file: String
    public let provision: String
    public let type: Provision.Kind
  }

  /// A consent (or the request) that is not understood.
  public struct Refused: Hashable, Encodable, Sendable {
    public let file: String
    public let path: String
    public let reason: String

    public init(_ refusal: ConsentRefusal) {
      file = refusal.file
      path = refusal.path
      reason = refusal.reason
    }
  }

  public var decision: Outcome
  public var withheld: [Withheld]
  public var deciding: [Deciding]
  public var reasons: [String]
  public var refused: [Refused]

  /// Nothing was decided.
  public static func refusing(
    _ refusals: [ConsentRefusal], request: DecisionRequest? = nil
  ) -> ConsentDecision {
    ConsentDecision(
      decision: .refused,
      withheld: (request?.resources ?? []).map {
        Withheld(reference: $0.name, because: "nothing was decided")
      },
      deciding: [], reasons: refusals.map(\.description),
      refused: refusals.map { Refused($0) })
  }
}
