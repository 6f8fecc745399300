import Foundation
import HubModel
import RouterCore

// Numbers that stand in the file. They never change their meaning.

extension Fate {
  var code: Int64 {
    switch self {
    case .pending: 0
    case .held: 1
    case .released: 2
    case .delivered: 3
    case .quarantined: 4
    case .withheld: 5
    case .returned: 6
    case .expired: 7
    case .shredded: 8
    }
  }

  init?(code: Int64) {
    guard let fate = Self.byCode[code] else { return nil }
    self = fate
  }

  private static let byCode = Dictionary(
    uniqueKeysWithValues: Fate.allCases.map { ($0.code, $0) })
}

extension IdentityToken.Kind {
  var code: Int64 {
    switch self {
    case .stateID: 0
    case .inmateNumber: 1
    case .nameAndBirthDate: 2
    }
  }
}

/// Timer keys as bytes: one for the kind, then ids of 16 bytes and names that end in a zero.
extension TimerKey {
  var stored: [UInt8] {
    switch self {
    case .lapse(let message): [1] + message.bytes
    case .heldReminder(let message): [2] + message.bytes
    case .redecide(let person): [3] + person.value.bytes
    case .view(let caseID, let agency): [5] + Array(caseID.text.utf8) + [0] + agency.text.utf8
    case .releaseExpiring(let person, let release):
      [6] + person.value.bytes + Array(release.text.utf8)
    case .agreement(let version): [7] + version.bigEndianBytes
    }
  }

  init?(stored: [UInt8]) {
    guard let kind = stored.first else { return nil }
    let rest = stored.dropFirst()
    let id = MessageID(bytes: rest.prefix(16))
    let tail = rest.dropFirst(16)
    switch kind {
    case 1, 2:
      guard let id, tail.isEmpty else { return nil }
      self = kind == 1 ? .lapse(id) : .heldReminder(id)
    case 3:
      guard let id, tail.isEmpty else { return nil }
      self = .redecide(ParticipantID(id))
    case 5:
      let names = rest.split(separator: 0, omittingEmptySubsequences: false)
      guard names.count == 2, let caseID = CaseID(String(decoding: names[0], as: UTF8.self)),
        let agency = AgencyID(String(decoding: names[1], as: UTF8.self))
      else { return nil }
      self = .view(caseID, agency)
    case 6:
      guard let id, let release = RoiID(String(decoding: tail, as: UTF8.self)) else { return nil }
      self = .releaseExpiring(ParticipantID(id), release)
    case 7:
      guard rest.count == 4 else { return nil }
      self = .agreement(version: rest.reduce(0) { $0 << 8 | UInt32($1) })
    default: return nil
    }
  }
}

extension UInt32 {
  fileprivate var bigEndianBytes: [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: self >> $0) }
  }
}

/// Parties as lists of words: `["agency", id]`, `["role", role]`, `["person", agency, reference]`.
extension Party {
  var words: [String] {
    switch self {
    case .agency(let agency): ["agency", agency.text]
    case .role(let role): ["role", role.rawValue]
    case .person(let agency, let reference): ["person", agency.text, reference]
    }
  }

  init?(words: [String]) {
    switch (words.first, words.count) {
    case ("agency", 2):
      guard let agency = AgencyID(words[1]) else { return nil }
      self = .agency(agency)
    case ("role", 2):
      guard let role = Role(rawValue: words[1]) else { return nil }
      self = .role(role)
    case ("person", 3):
      guard let agency = AgencyID(words[1]) else { return nil }
      self = .person(agency, reference: words[2])
    default: return nil
    }
  }
}

/// JSON for what changes rarely. Keys are sorted, so that equal values are equal bytes.
struct StoredJSON {
  private let encoder: JSONEncoder
  private let decoder = JSONDecoder()

  init() {
    encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
  }

  func encode(_ value: some Encodable, for operation: String) throws -> [UInt8] {
    do {
      return [UInt8](try encoder.encode(value))
    } catch {
      // The encoder's error may quote the value.
      throw LedgerError(.storage, operation, detail: "the value has no JSON form")
    }
  }

  func decode<Value: Decodable>(
    _ type: Value.Type, from bytes: [UInt8], for operation: String
  ) throws -> Value {
    do {
      return try decoder.decode(type, from: Data(bytes))
    } catch {
      throw LedgerError(.damaged, operation, detail: "not the JSON that was written")
    }
  }
}

/// What a row of `consent_mark` says.
enum MarkKind: Int64 {
  case suspended = 1
  case voided = 2
  case occurred = 3
  case booked = 4
  case freed = 5
  case unconfirmed = 6
}
