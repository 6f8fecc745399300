import ConsentEngine
import HubModel

/// A small world of what was received and is told on.
extension OracleDomain {
  // MARK: Sending on what was received (42 CFR 2.33(b))

  /// who sends on, who is to have it, its labels, whom the release has disclose, authors, labels
  /// agreed to, under what it came, agreement, of whom it came, whose writing is refused
  static let onward = OracleDomain(
    space: SmallDomain(
      name: "what is sent on", sizes: [5, 5, 4, 5, 4, 4, 6, 2, 3, 3], stride: 127)
  ) { answers in
    let labels: [WordSet<SensitivityLabel>] = [
      [], [.part2], [.part2, .mentalHealth], [.criminalHistory],
    ]
    let discloser = everybody[answers[0]]
    let authors: Set<AgencyID> = [[], [harbor.id], [harbor.id, sheriff.id]][answers[8]]
    var form = release("r-1")
    form.disclosers = [.agency(everybody[answers[3]].id)]
    form.recipients = everybody.map { .agency($0.id) }
    form.information = [
      InformationScope(
        categories: [.engagement], labels: labels[answers[5]],
        authors: [[], [harbor.id], [discloser.id], [discloser.id, harbor.id]][answers[4]])
    ]
    if answers[9] > 0 {
      let refused = InformationScope(
        categories: [.engagement], authors: [answers[9] == 1 ? harbor.id : discloser.id])
      form.refusals = [.init(recipients: form.recipients, information: refused)]
    }
    var asked = asking(
      message(
        .participantStatus, [segment(labels: labels[answers[2]])], purpose: .careCoordination,
        source: discloser),
      [says(.release(form))], from: discloser, to: everybody[answers[1]])
    func came(_ labels: WordSet<SensitivityLabel>, _ standing: Received.Standing) -> Received {
      Received(labels: labels, standing: standing, authors: authors)
    }
    asked.received =
      [
        [:], [.engagement: came([], .stands)],
        [.engagement: came([.part2, .mentalHealth], .stands)], [.engagement: came([], .waits)],
        [.engagement: came([], .ended)], [.contact: came([.privileged], .ended)],
      ][answers[6]]
    if answers[7] == 1 {
      asked.agreement = OracleTests.agreements.excepting
      asked.paths = []
    }
    return asked
  }
}
