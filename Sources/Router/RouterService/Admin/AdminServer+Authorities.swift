import HubModel
import HubProtocol
import RouterCore

extension AdminServer {
  func review(_ text: String, finding: String) throws -> AdminResponse {
    guard let id = RoiID(text) else { return .malformed("emergency") }
    guard try reader.emergencies(all: true).contains(where: { $0.id == text }) else {
      return .failed(
        code: "unknown-emergency", remedy: "Give an id that 'accord emergency list' prints.")
    }
    return perform(.reviewEmergency(id, finding: finding), "emergency \(id) is reviewed")
  }

  func record(
    _ document: CourtOrderDocument, participant: String, reason: String
  ) -> AdminResponse {
    guard let alias = Self.alias(participant) else { return .malformed("participant") }
    guard let order = CourtOrder(document) else { return .malformed("order") }
    return perform(
      .recordOrder(order, of: alias, reason: reason), "order \(order.id) is recorded")
  }
}

extension CourtOrder {
  /// `nil` where a word is not known or a list is empty.
  init?(_ document: CourtOrderDocument) {
    func all<Word>(_ texts: [String], _ read: (String) -> Word?) -> [Word]? {
      let words = texts.compactMap(read)
      return words.count == texts.count ? words : nil
    }
    func party(_ text: String) -> Party? {
      Role(rawValue: text).map { .role($0) } ?? AgencyID(text).map { .agency($0) }
    }
    guard let id = RoiID(document.id), let kind = Kind(rawValue: document.section),
      let disclosers = all(document.disclosers, party), !disclosers.isEmpty,
      let recipients = all(document.recipients, party), !recipients.isEmpty,
      let categories = all(document.categories, InformationCategory.init(rawValue:)),
      !categories.isEmpty,
      let labels = all(document.labels, SensitivityLabel.init(rawValue:)),
      document.issuedAt < document.expiresAt
    else { return nil }
    self.init(
      id: id, kind: kind, issuedAt: WallTime(milliseconds: document.issuedAt),
      expiresAt: WallTime(milliseconds: document.expiresAt), disclosers: disclosers,
      recipients: recipients,
      information: [InformationScope(categories: WordSet(categories), labels: WordSet(labels))],
      hasFindings: document.hasFindings, hasNotice: document.hasNotice,
      coversCommunications: document.coversCommunications)
  }
}
