import Explaining
import HubModel
import HubProtocol

/// A person's disclosures between two instants, as the router answered.
struct DisclosureRecord: Encodable {
  var participant: String
  var program: String
  /// Unix milliseconds; the second not included.
  var from: Int64
  var to: Int64
  var disclosures: [DisclosureReport]
  /// What told its recipient nothing that it had not been told before.
  var notices: [DisclosureReport]
  var terms: [TermsReport]

  init(participant: String, from: Int64, to: Int64, pages: [DisclosurePage]) {
    self.participant = participant
    self.from = from
    self.to = to
    program = pages.first?.program ?? ""
    let all = pages.flatMap(\.disclosures)
    disclosures = all.filter { !$0.isNotice }
    notices = all.filter(\.isNotice)
    var known: Set<String> = []
    terms = pages.flatMap(\.terms).filter { known.insert("\($0.id) v\($0.version)").inserted }
  }
}

extension DisclosureReport {
  /// It follows from what its recipient had been told already.
  var isNotice: Bool { ["own-view", "own-message", "operational"].contains(authority) }

  var what: String {
    information.map { item in
      let labels = item.labels.filter { $0 != SensitivityLabel.part2.rawValue }
        .map(CodeWords.label)
      let words = CodeWords.category(item.category).brief
      return labels.isEmpty ? words : "\(words) [\(labels.joined(separator: ", "))]"
    }.joined(separator: "; ")
  }

  var releaseList: String {
    releases.map { "\($0.id) version \($0.version)" }.joined(separator: ", ")
  }

  /// By what right, with the release or the agreement's own words.
  var right: String {
    let words = CodeWords.authority(authority)
    if !releases.isEmpty { return "\(words): \(releaseList)" }
    if !legalBasis.isEmpty {
      return "\(words), version \(agreementVersion): \(legalBasis)"
    }
    return words
  }

  /// How the release came to reach the recipient.
  var designation: String {
    let named = releases.compactMap(\.namesRecipient)
    if named.isEmpty { return releases.isEmpty ? "-" : "version no longer kept" }
    return named.contains(true) ? "by name" : "general designation"
  }

  /// It may have been stopped before it arrived.
  var arrival: String {
    switch fate {
    case Fate.delivered.rawValue, Fate.quarantined.rawValue: "confirmed"
    case Fate.withheld.rawValue: "sent once, then stopped"
    default: "sent"
    }
  }
}

extension NamedAgency {
  var words: String { name == id ? id : "\(name) (\(id))" }
}

/// The documents that a participant may ask for, and the list for the privacy officer.
struct DisclosureDocuments {
  let days: DayWords
  let now: WallTime

  func when(_ milliseconds: Int64) -> String {
    days.sortable(WallTime(milliseconds: milliseconds))
  }

  private func facts(_ record: DisclosureRecord) -> [(name: String, value: String)] {
    [
      ("Program", record.program), ("Person", record.participant),
      (
        "Period",
        "\(days.day(WallTime(milliseconds: record.from))) to "
          + days.day(WallTime(milliseconds: record.to - 1))
      ),
      ("Made on", "\(days.day(now)), \(days.clock(now))"), ("Times", days.zone),
      ("Disclosures", "\(record.disclosures.count)"),
    ]
  }

  /// 45 CFR 164.528; 42 CFR 2.25.
  func accounting(_ record: DisclosureRecord) -> PrintedDocument {
    let columns = [
      "When", "From", "To", "Role", "Information", "Purpose", "By what right", "Part 2",
      "Arrived", "Log entry",
    ]
    func rows(_ disclosures: [DisclosureReport]) -> [[String]] {
      disclosures.map { disclosure in
        [
          when(disclosure.at), disclosure.from.words, disclosure.to.words,
          CodeWords.role(disclosure.to.role), disclosure.what,
          CodeWords.purpose(disclosure.purpose).brief, disclosure.right,
          disclosure.isPart2 ? "yes" : "no", disclosure.arrival, "\(disclosure.entry)",
        ]
      }
    }
    return PrintedDocument(
      title: "Accounting of disclosures", facts: facts(record),
      sections: [
        .init(
          heading: "Disclosures", none: "Nothing was disclosed in this period.",
          columns: columns, rows: rows(record.disclosures)),
        .init(
          heading: "Notices that told nothing new",
          none: "There were no such notices in this period.", columns: columns,
          rows: rows(record.notices),
          note: "Clock notices to an agency about its own case: each follows from what that "
            + "agency had already been told, and the time."),
        releases(record.terms),
      ],
      closing: [
        "This accounting (45 CFR 164.528, 42 CFR 2.25) lists every disclosure that the hub made "
          + "about this person in the period, under all names by which agencies know them, with "
          + "those by consent. It is taken from the hub's log; 'accord audit' proves single "
          + "entries. What agencies told each other without the hub is not in it.",
      ])
  }

  private func releases(_ terms: [TermsReport]) -> PrintedDocument.Section {
    .init(
      heading: "Releases that these rest on", none: "None of them rests on a release.",
      columns: [
        "Release", "Version", "Kind", "Stands now", "Signed", "Ends", "Purposes", "Information",
        "Passing on",
      ],
      rows: terms.map { terms in
        [
          terms.id, "\(terms.version)", CodeWords.releaseKind(terms.kind),
          Words.release(terms.state)
            + (terms.newestVersion > terms.version ? ", version \(terms.newestVersion)" : ""),
          terms.signedAt.map(when) ?? "not signed",
          terms.expiresAt.map(when)
            ?? (terms.expiryEvent.isEmpty ? "-" : "event: \(terms.expiryEvent)"),
          terms.purposes.map { CodeWords.purpose($0).brief }.joined(separator: ", "),
          terms.categories.map { CodeWords.category($0).brief }.joined(separator: "; "),
          terms.redisclosure.isEmpty ? "not permitted by the release" : terms.redisclosure,
        ]
      })
  }

  /// 42 CFR 2.24: entities, dates, and a brief description.
  func recipients(_ record: DisclosureRecord, generalOnly: Bool) -> PrintedDocument {
    let listed = record.disclosures.filter { disclosure in
      !generalOnly || disclosure.releases.contains { $0.namesRecipient == false }
    }
    return PrintedDocument(
      title: "List of disclosures by the intermediary", facts: facts(record),
      sections: [
        .init(
          heading: generalOnly
            ? "Entities that received information under a general designation"
            : "Entities that received information",
          none: "No entity received anything in this period.",
          columns: ["Entity", "Role", "Date", "Brief description", "Reached", "Part 2"],
          rows: listed.map { disclosure in
            [
              disclosure.to.words, CodeWords.role(disclosure.to.role), when(disclosure.at),
              disclosure.what, disclosure.designation, disclosure.isPart2 ? "yes" : "no",
            ]
          })
      ],
      closing: [
        "Given on the person's written request under 42 CFR 2.24. An intermediary answers such a "
          + "request within 30 days, for the three years before it.",
      ])
  }

  /// Who holds copies of what went out under a release.
  func holders(_ report: HoldersReport) -> PrintedDocument {
    let copies = report.holders.flatMap { holder in holder.copies.map { (holder.agency, $0) } }
    return PrintedDocument(
      title: "Holders of copies under release \(report.release)",
      facts: [
        ("Release", report.release), ("Holders", "\(report.holders.count)"),
        ("Copies", "\(copies.count)"), ("Made on", "\(days.day(now)), \(days.clock(now))"),
        ("Times", days.zone),
      ],
      sections: [
        .init(
          heading: "Who holds what, and from whom",
          none: "Nothing went out under this release.",
          columns: [
            "Holder", "Role", "When", "From", "Who had it from", "Information", "Purpose",
            "Release", "Part 2", "Arrived", "Log entry",
          ],
          rows: copies.map { agency, copy in
            [
              agency.words, CodeWords.role(agency.role), when(copy.at), copy.from.words,
              copy.chain.isEmpty
                ? "-" : copy.chain.reversed().map(\.from.words).joined(separator: ", from "),
              copy.what, CodeWords.purpose(copy.purpose).brief,
              copy.releases.isEmpty ? copy.right : copy.releaseList,
              copy.isPart2 ? "yes" : "no", copy.arrival, "\(copy.entry)",
            ]
          }),
        releases(report.terms),
      ],
      closing: [
        "A revocation stops what has not been sent; it recalls nothing. The hub tells none of "
          + "these holders: whether and what to ask of them is for the privacy officer, and only "
          + "a release that says so permits a notice to stop using what they hold.",
      ])
  }
}
