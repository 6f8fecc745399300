/// What a decision's entry in the log says beside its own fields, so that the decision can be
/// explained from the log alone. It stands in the entry's `detail` as words (see the article *The
/// audit log*): codes and ids of agencies and messages, never content and never a person.
public struct DecisionDetail: Hashable, Sendable {
  /// One segment of the part, as it was decided on.
  public struct Item: Hashable, Sendable {
    public var segment: Int
    public var category: String
    /// In the order of their declaration; with `part-2` where the source makes it so.
    public var labels: [String]
    public init(segment: Int, category: String, labels: [String] = []) {
      self.segment = segment
      self.category = category
      self.labels = labels
    }
  }

  /// What one release on file said to one segment that was not permitted.
  public struct Trace: Hashable, Sendable {
    public var segment: Int
    public var release: AuditEntry.ReleaseVersion
    /// The reason's code.
    public var reason: String
    /// Elements that the form lacks, by code.
    public var elements: [String]
    public init(
      segment: Int, release: AuditEntry.ReleaseVersion, reason: String, elements: [String] = []
    ) {
      self.segment = segment
      self.release = release
      self.reason = reason
      self.elements = elements
    }
  }

  /// Who submitted the message; the hub for what it said itself.
  public var source: String
  public var purpose: String
  /// `submitted`, `own-view`, `outcome`, `candidate` or `identity-question`.
  public var footing: String
  /// By what right it was permitted, several joined by a plus sign; empty where it was not.
  public var authority: String
  public var items: [Item]
  /// The message that this one answers or passes on.
  public var parent: MessageID?
  /// Which statement of 42 CFR 2.32(a) went with it: `long`, `short`, or empty for none.
  public var statement: String
  /// Of what is not permitted: the releases that were heard, at most ``Limits/tracedReleases``.
  public var traces: [Trace]
  /// Words of later versions, which a reader that does not know them keeps as they stand.
  public var others: [String]
  /// For an exception of the program agreement: its legal basis, in the agreement's own words.
  public var legalBasis: String

  public init(
    source: String, purpose: String, footing: String, authority: String = "",
    items: [Item] = [], parent: MessageID? = nil, statement: String = "", traces: [Trace] = [],
    others: [String] = [], legalBasis: String = ""
  ) {
    self.source = source
    self.purpose = purpose
    self.footing = footing
    self.authority = authority
    self.items = items
    self.parent = parent
    self.statement = statement
    self.traces = traces
    self.others = others
    self.legalBasis = legalBasis
  }

  /// Part 2 information, or information that went out with the statement of Part 2.
  public var isPart2: Bool {
    !statement.isEmpty
      || items.contains { $0.labels.contains(SensitivityLabel.part2.rawValue) }
  }

  /// Each category once, in the order of the segments.
  public var categories: [String] {
    var found: [String] = []
    for item in items where !found.contains(item.category) { found.append(item.category) }
    return found
  }

  /// `source=… purpose=… footing=… authority=… information=0:hold+part-2,1:referral parent=…
  /// statement=… trace=0:roi-1.2:release.expired legal-basis=…`: words in this order, those
  /// without a value left out; the legal basis comes last and reaches to the end.
  public var text: String {
    // Written for every release: in one piece.
    var text = "source="
    text.reserveCapacity(256)
    text += source
    func add(_ word: String, _ value: String) {
      text += word
      text += value
    }
    add(" purpose=", purpose)
    add(" footing=", footing)
    if !authority.isEmpty { add(" authority=", authority) }
    for (index, item) in items.enumerated() {
      add(index == 0 ? " information=" : ",", String(item.segment))
      add(":", item.category)
      for label in item.labels { add("+", label) }
    }
    if let parent { add(" parent=", parent.description) }
    if !statement.isEmpty { add(" statement=", statement) }
    for trace in traces { add(" ", trace.word) }
    for other in others { add(" ", other) }
    if !legalBasis.isEmpty { add(" legal-basis=", legalBasis) }
    return text
  }

  /// Reads what ``text`` writes; `nil` for the detail of an act that is no decision.
  public init?(_ text: String) {
    var rest = text[...]
    self.init(source: "", purpose: "", footing: "")
    while !rest.isEmpty {
      if rest.hasPrefix("legal-basis=") {
        legalBasis = String(rest.dropFirst("legal-basis=".count))
        break
      }
      let word = rest.prefix { $0 != " " }
      rest = rest.dropFirst(word.count).drop { $0 == " " }
      guard take(word) else { return nil }
    }
    guard !source.isEmpty, !purpose.isEmpty, !footing.isEmpty else { return nil }
  }

  private mutating func take(_ word: Substring) -> Bool {
    guard let equals = word.firstIndex(of: "=") else { return false }
    let value = String(word[word.index(after: equals)...])
    switch word[..<equals] {
    case "source": source = value
    case "purpose": purpose = value
    case "footing": footing = value
    case "authority": authority = value
    case "statement": statement = value
    case "parent":
      guard let id = MessageID(value) else { return false }
      parent = id
    case "information":
      for entry in value.split(separator: ",") {
        let labels = entry.split(separator: "+")
        let name = labels[0].split(separator: ":")
        guard name.count == 2, let segment = Int(name[0]) else { return false }
        items.append(
          Item(
            segment: segment, category: String(name[1]),
            labels: labels.dropFirst().map { String($0) }))
      }
    case "trace":
      guard let trace = Trace(value) else { return false }
      traces.append(trace)
    default: others.append(String(word))
    }
    return true
  }
}

extension DecisionDetail.Trace {
  /// `trace=SEGMENT:RELEASE.VERSION:REASON`, and each missing element behind a plus sign.
  fileprivate var word: String {
    "trace=\(segment):\(release.id).\(release.version):"
      + ([reason] + elements).joined(separator: "+")
  }

  fileprivate init?(_ value: String) {
    let pieces = value.split(separator: ":", maxSplits: 2)
    guard pieces.count == 3, let segment = Int(pieces[0]) else { return nil }
    let name = pieces[1].split(separator: ".")
    let words = pieces[2].split(separator: "+").map { String($0) }
    guard name.count == 2, let id = RoiID(String(name[0])), let version = UInt32(name[1]),
      let reason = words.first
    else { return nil }
    self.init(
      segment: segment, release: .init(id, version: version), reason: reason,
      elements: Array(words.dropFirst()))
  }
}
