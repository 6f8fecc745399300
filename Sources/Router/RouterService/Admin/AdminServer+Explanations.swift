import HubModel
import HubProtocol
import Ledger
import RouterCore

/// What is asked to understand a decision: one that was made, or one that would be.
extension AdminServer {
  func answerExplanation(_ request: AdminRequest) throws -> AdminResponse {
    switch request {
    case .entries(let message):
      guard let id = MessageID(message) else { return .malformed("message id") }
      return .entries(try reader.entries(about: id))
    case .preview(let question): return preview(question)
    default: return .malformed("request")
    }
  }

  private func preview(_ question: PreviewQuestion) -> AdminResponse {
    guard let name = Self.alias(question.participant) else { return .malformed("participant") }
    guard let recipient = AgencyID(question.recipient) else { return .malformed("recipient") }
    guard let purpose = Purpose(rawValue: question.purpose) else { return .malformed("purpose") }
    guard let topics = Self.words(question.topics, Topic.self) else { return .malformed("topic") }
    guard let categories = Self.words(question.categories, InformationCategory.self) else {
      return .malformed("category")
    }
    guard let labels = Self.words(question.labels, SensitivityLabel.self) else {
      return .malformed("label")
    }
    let release = question.release.flatMap { RoiID($0) }
    guard (release == nil) == (question.release == nil) else { return .malformed("release") }
    let answered = inbox.ask(
      .preview(
        PreviewRequest(
          name: name, recipient: recipient, purpose: purpose, topics: topics,
          categories: categories, labels: labels, release: release)))
    switch answered {
    case .previewed(let preview): return .preview(PreviewReport(preview, of: question))
    case .refused, .done:
      return .failed(
        code: "unknown-recipient", remedy: "Name an agency of the registry; ask 'accord status'.")
    case .busy: return .busy
    }
  }

  private static func words<Word: CaseHashed & RawRepresentable>(
    _ texts: [String], _ type: Word.Type
  ) -> WordSet<Word>? where Word.RawValue == String {
    var words: WordSet<Word> = []
    for text in texts {
      guard let word = Word(rawValue: text) else { return nil }
      words.insert(word)
    }
    return words
  }
}

extension PreviewReport {
  fileprivate init(_ preview: Preview, of question: PreviewQuestion) {
    self.init(
      question: question, at: preview.at.milliseconds,
      consentPosition: preview.consentPosition, agreementVersion: preview.agreementVersion,
      items: preview.items.map { item in
        let outcome: Outcome =
          switch item.outcome {
          case .released: .released
          case .held: .held
          case .withheld: .withheld
          }
        return Item(
          topic: item.topic.rawValue, discloser: item.discloser.text,
          category: item.category.rawValue, labels: item.detail.items.first?.labels ?? [],
          outcome: outcome, authority: item.detail.authority,
          legalBasis: item.detail.legalBasis,
          releases: item.releases.map { "\($0.id) v\($0.version)" }, reasons: item.reasons,
          statement: item.detail.statement)
      })
  }
}
