import Foundation
import HubModel
import HubProtocol

/// What a row of `authority` holds.
enum AuthorityKind: Int64 {
  case order = 1
  case emergency = 2
}

/// An access in a medical emergency, as the ledger keeps it.
struct StoredEmergency: Codable {
  var id: String
  var recipient: String
  var recipientName: String
  var affiliation: String
  var discloser: String
  var nature: String
  var openedAt: Int64
  var closesAt: Int64

  init(_ access: EmergencyAccess) {
    id = access.id.text
    recipient = access.recipient.text
    recipientName = access.recipientName
    affiliation = access.affiliation
    discloser = access.discloser
    nature = access.nature
    openedAt = access.openedAt.milliseconds
    closesAt = access.closesAt.milliseconds
  }

  func access(in row: Prepared) throws -> EmergencyAccess {
    guard let id = RoiID(id), let recipient = AgencyID(recipient) else { throw row.damaged() }
    return EmergencyAccess(
      id: id, recipient: recipient, recipientName: recipientName, affiliation: affiliation,
      discloser: discloser, nature: nature, openedAt: WallTime(milliseconds: openedAt),
      closesAt: WallTime(milliseconds: closesAt))
  }
}

/// An order of a court, as the ledger keeps it: parties, information and dates in the form that a
/// release has for them.
struct StoredOrder: Codable {
  var kind: String
  var hasFindings: Bool
  var hasNotice: Bool
  var coversCommunications: Bool
  var terms: Data

  init(_ order: CourtOrder) {
    kind = order.kind.rawValue
    hasFindings = order.hasFindings
    hasNotice = order.hasNotice
    coversCommunications = order.coversCommunications
    let terms = ReleaseOfInformation(
      id: order.id, kind: .proceedings, disclosers: order.disclosers,
      recipients: order.recipients, information: order.information, purposes: [],
      signedAt: order.issuedAt, expiry: .at(order.expiresAt))
    self.terms = Data(terms.encoded())
  }

  func order(in row: Prepared) throws -> CourtOrder {
    guard let kind = CourtOrder.Kind(rawValue: kind),
      let terms = try? ReleaseOfInformation(decoding: [UInt8](terms)),
      let issuedAt = terms.signedAt, case .at(let expiresAt)? = terms.expiry
    else { throw row.damaged() }
    return CourtOrder(
      id: terms.id, kind: kind, issuedAt: issuedAt, expiresAt: expiresAt,
      disclosers: terms.disclosers, recipients: terms.recipients,
      information: terms.information, hasFindings: hasFindings, hasNotice: hasNotice,
      coversCommunications: coversCommunications)
  }
}
