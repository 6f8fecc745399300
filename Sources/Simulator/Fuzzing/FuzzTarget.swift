/// Everything in the house that reads bytes which somebody else wrote. Each takes any bytes
/// whatever: it may refuse them, and what it accepts must survive being written and read again.
///
/// `deploy/fuzz` drives each with a fuzzer that looks for bytes which reach new code; what it kept
/// runs with the ordinary tests.
public enum FuzzTarget: String, CaseIterable, Sendable {
  // Off the wire.
  case submission, reply, delivery, message, release, outline
  case deliveryHeader = "delivery-header"
  // At rest.
  case storedEnvelope = "stored-envelope"
  case sealedPayload = "sealed-payload"
  case auditLeaf = "audit-leaf"
  case signatureLeaf = "signature-leaf"
  // The auditor's documents.
  case auditExport = "audit-export"
  case auditProof = "audit-proof"
  case chainFile = "chain-file"
  case checkpoint
  // Files and documents of agencies.
  case table, form, dates
  case cloudEvents = "cloud-events"
  case identity
  case fhirConsent = "fhir-consent"
  case fhirRelease = "fhir-release"
  case fhirRequest = "fhir-request"
  // The operator's.
  case yaml, agreement, registry
  case routerConfiguration = "router-configuration"
  case adapterConfiguration = "adapter-configuration"
  case adminRequest = "admin-request"
  case adminResponse = "admin-response"

  /// Feeds the bytes to the target.
  /// - Returns: whether it took them.
  /// - Throws: ``FuzzFinding``, where it took them and does not stand by what it read.
  @discardableResult
  public func run(_ bytes: [UInt8]) throws(FuzzFinding) -> Bool {
    switch self {
    case .submission, .reply, .delivery, .message, .release, .outline, .deliveryHeader:
      try runWire(bytes)
    case .storedEnvelope, .sealedPayload, .auditLeaf, .signatureLeaf: try runStored(bytes)
    case .auditExport, .auditProof, .chainFile, .checkpoint: try runEvidence(bytes)
    case .table, .form, .dates, .cloudEvents, .identity: try runFiles(bytes)
    case .fhirConsent, .fhirRelease, .fhirRequest: runFHIR(bytes)
    case .yaml, .agreement, .registry, .routerConfiguration, .adapterConfiguration,
      .adminRequest, .adminResponse:
      try runOperations(bytes)
    }
  }

  /// - Throws: unless what was written of the value reads as the same value.
  func same<Value: Equatable>(
    _ value: Value, _ again: Value?, _ what: String = "is another value when read again"
  ) throws(FuzzFinding) {
    guard value == again else { throw FuzzFinding(target: self, what) }
  }
}

/// A promise of a decoder that some bytes broke.
public struct FuzzFinding: Error, Hashable, CustomStringConvertible {
  public let target: FuzzTarget
  public let problem: String
  init(target: FuzzTarget, _ problem: String) {
    self.target = target
    self.problem = problem
  }
  public var description: String { "\(target.rawValue): \(problem)" }
}
