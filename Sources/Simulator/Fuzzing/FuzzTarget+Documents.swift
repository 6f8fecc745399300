import AdapterKit
import FHIRConsent
import Foundation
import HubModel
import HubProtocol
import Operations

extension FuzzTarget {
  func runEvidence(_ bytes: [UInt8]) throws(FuzzFinding) -> Bool {
    let text = String(decoding: bytes, as: UTF8.self)
    switch self {
    case .auditExport:
      var verifier = AuditVerifier()
      do {
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
          if let read = try? AuditExportLine(reading: line) {
            try same(read, try? AuditExportLine(reading: read.text.dropLast()[...]))
          }
          try verifier.take(line)
        }
        _ = try verifier.finish()
      } catch let error as FuzzFinding {
        throw error
      } catch {
        return false
      }
    case .auditProof:
      guard let proof = try? AuditProof(reading: text) else { return false }
      _ = try? proof.verified()
    case .chainFile:
      guard let chain = try? AgencyChain(reading: text) else { return false }
      _ = AuditVerifier(against: chain)
    default:
      guard let note = try? SignedCheckpoint(reading: text) else { return false }
      _ = note.isSigned(by: [UInt8](repeating: 1, count: 32))
    }
    return true
  }

  func runFiles(_ bytes: [UInt8]) throws(FuzzFinding) -> Bool {
    switch self {
    case .table:
      let reader = TableReader(aliases: ["incident": "incident_no"])
      guard let table = try? reader.read(Data(bytes), required: []) else { return false }
      for record in table.records { _ = record.fingerprint(prefix: "fuzz") }
    case .form:
      guard let records = try? FormReader.read(Data(bytes)) else { return false }
      for record in records { _ = record.fingerprint(prefix: "fuzz") }
    case .dates:
      let text = String(decoding: bytes, as: UTF8.self)
      let record = IntakeRecord(line: 1, values: ["at": text])
      for order in DateReader.Order.allCases {
        let reader = DateReader(calendar: .utc, order: order)
        if let date = try? reader.date("at", of: record) {
          try same(CivilDate("\(date)"), date)
        }
        _ = try? reader.time("at", of: record)
      }
    case .identity:
      let text = String(decoding: bytes, as: UTF8.self)
      guard let tokens = IdentityTokens(matchingKey: [UInt8](repeating: 3, count: 32)),
        let facility = AgencyID("fuzz")
      else { return false }
      _ = tokens.stateID(text)
      _ = tokens.inmateNumber(text, facility: facility)
      _ = tokens.nameAndBirthDate(
        lastName: text, firstName: text, birthDate: CivilDate(day: 0))
    default:
      if let delivery = try? CloudEventsJSON.delivery(from: bytes) {
        let document = try? CloudEventsJSON.document(of: delivery)
        try same(delivery, document.flatMap { try? CloudEventsJSON.delivery(from: $0) })
      }
      guard let message = try? CloudEventsJSON.message(from: bytes) else { return false }
      let document = try? CloudEventsJSON.document(of: message)
      try same(message, document.flatMap { try? CloudEventsJSON.message(from: $0) })
    }
    return true
  }

  func runFHIR(_ bytes: [UInt8]) -> Bool {
    switch self {
    case .fhirConsent: (try? ConsentReader.read(bytes, file: "fuzz")) != nil
    case .fhirRelease: (try? FHIRRelease.read(bytes, file: "fuzz")) != nil
    default:
      (try? DecisionRequest.read(bytes, file: "fuzz") { _ in throw CocoaError(.fileNoSuchFile) })
        != nil
    }
  }

  func runOperations(_ bytes: [UInt8]) throws(FuzzFinding) -> Bool {
    let text = String(decoding: bytes, as: UTF8.self)
    let now = WallTime(milliseconds: 1_780_000_000_000)
    do {
      switch self {
      case .yaml: _ = try StrictYAML.parse(text, file: "fuzz.yaml")
      case .agreement: _ = try AgreementFile.document(text, file: "fuzz.yaml", now: now)
      case .registry: _ = try RegistryFile.parse(StrictYAML.parse(text, file: "fuzz.yaml"))
      case .routerConfiguration:
        _ = try RouterConfiguration.parse(StrictYAML.parse(text, file: "/fuzz/router.yaml"))
      case .adapterConfiguration:
        _ = try AdapterConfiguration.parse(StrictYAML.parse(text, file: "/fuzz/agency.yaml"))
      case .adminRequest:
        let request = try AdminSocket.decode(AdminRequest.self, from: bytes)
        let written = try AdminSocket.encode(request)
        let again = try AdminSocket.decode(AdminRequest.self, from: written)
        try same(written, try AdminSocket.encode(again))
      default:
        let response = try AdminSocket.decode(AdminResponse.self, from: bytes)
        let written = try AdminSocket.encode(response)
        let again = try AdminSocket.decode(AdminResponse.self, from: written)
        try same(written, try AdminSocket.encode(again))
      }
      return true
    } catch let error as FuzzFinding {
      throw error
    } catch {
      // Its words go to a person: making them must not fail either.
      _ = "\(error)".utf8.count
      return false
    }
  }
}
