import HubModel
import Testing

@Suite struct CatalogueTests {
  static let specs = Topic.allCases.compactMap { Catalogue.spec(of: $0) }

  static func isName(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (97...122).contains($0) || $0 == 45 }
  }

  @Test("Every topic but the void has its row, and a row's key is its own topic")
  func complete() {
    #expect(Set(Catalogue.all.keys) == Set(Topic.allCases).subtracting([.void]))
    for (topic, spec) in Catalogue.all { #expect(spec.topic == topic) }
  }

  @Test("Topic names are two plain words: they show in subscriptions and logs")
  func topicNames() {
    for topic in Topic.allCases {
      let words = topic.rawValue.split(separator: ".", omittingEmptySubsequences: false)
      #expect(words.count == 2)
      #expect(words.allSatisfy { Self.isName(String($0)) })
    }
  }

  @Test("Field names are plain and used once in a topic; one that must be there comes once",
    arguments: specs)
  func fields(spec: TopicSpec) {
    #expect(Set(spec.fields.map(\.name)).count == spec.fields.count)
    for field in spec.fields {
      #expect(Self.isName(field.name))
      #expect(!(field.required && field.repeats), "\(field.name)")
    }
    #expect(spec.fields.count <= Limits.fieldsPerSegment)
    #expect(Set(spec.fields.map(\.category)).count <= Limits.segments)
  }

  @Test("What names no person and needs no release holds operational fields only",
    arguments: specs.filter { $0.disclosure == .operational })
  func operational(spec: TopicSpec) {
    #expect(!spec.needsParticipant)
    #expect(spec.fields.allSatisfy { $0.category == .operational })
    #expect(!spec.mayAttach)
  }

  @Test("What says that a person takes part needs more than a field release, police apart",
    arguments: specs)
  func participation(spec: TopicSpec) {
    let telling: WordSet<InformationCategory> = [.participationNegative, .engagement, .contact]
    if spec.fields.contains(where: { telling.contains($0.category) }) {
      #expect(spec.disclosure == .fullRelease || spec.disclosure == .fullReleasePart2)
    }
    // What only the router reads tells nobody.
    if spec.publishers == [.behavioralHealth], spec.needsParticipant,
      spec.disclosure != .control
    {
      #expect(spec.disclosure == .fullRelease || spec.disclosure == .fullReleasePart2)
    }
  }

  @Test("No topic is published for a purpose against the person", arguments: specs)
  func purposes(spec: TopicSpec) {
    #expect(!spec.purpose.isAdverse)
  }

  @Test("Free text is for names, a meeting place, an attorney and an emergency; all else is coded")
  func freeText() {
    let text = Self.specs.flatMap { spec in
      spec.fields.filter { $0.type == .text }.map(\.name)
    }
    #expect(
      Set(text) == [
        "last-name", "first-name", "middle-name", "alias", "meeting-place", "attorney",
        // The elements of 42 CFR 2.51(c), which the router alone and the privacy officer read.
        "recipient-name", "affiliation", "declared-by", "nature",
      ])
    #expect(Self.specs.filter(\.mayAttach).map(\.topic) == [.participantStatus])
  }

  @Test("What clocks and the hub itself say has no other publisher")
  func hubTopics() {
    let own = Self.specs.filter(\.publishers.isEmpty).map(\.topic)
    #expect(
      Set(own) == [
        .handoffUnanswered, .holdDueSoon, .holdReviewDue, .roiExpiring, .identityCandidate,
        .outcome, .emergencyOpened,
      ])
  }

  @Test("Control topics alone overtake the spool")
  func sequences() {
    for spec in Self.specs {
      #expect(spec.topic.sequence == (spec.disclosure == .control ? .control : .data))
    }
    #expect(Topic.roiRevoked.sequence == .control)
    #expect(Topic.void.sequence == .data)
  }

  @Test("Every decision on a hold has the same fields, and its clock says no more than they do")
  func holds() throws {
    let decided = [
      Topic.holdOpened, .holdExtended, .holdReleased, .holdFiled, .holdWithdrawn, .holdVoided,
    ]
    let names = try decided.map { try #require(Catalogue.spec(of: $0)).fields.map(\.name) }
    #expect(Set(names).count == 1)
    for topic in [Topic.holdDueSoon, .holdReviewDue] {
      let clock = try #require(Catalogue.spec(of: topic)).fields.map(\.name)
      #expect(Set(clock).subtracting(names[0]) == ["days-left"])
    }
  }
}

@Suite struct LimitsTests {
  @Test("Bounds fit into each other")
  func relations() {
    #expect(Limits.messageBytes < Limits.frameBytes)
    #expect(Limits.fieldBytes < Limits.messageBytes)
    #expect(Limits.segments <= 32, "SegmentSet has 32 bits")
    #expect(Limits.defaultWindow <= Limits.largestWindow)
    #expect(Limits.turnResends >= Limits.defaultWindow)
    #expect(Limits.audience <= Limits.agencies)
    #expect(Limits.waitingBytes >= 2 * Limits.frameBytes, "one is taken while one waits")
    #expect(Limits.defaultSubmitRate <= Limits.defaultSubmitBurst)
    #expect(Limits.defaultWindow <= Limits.turnEvents, "one turn acknowledges a window")
    #expect(Limits.identifierBytes.upperBound <= 64, "an identifier fits into a code")
  }

  @Test("A living adapter is never taken for a silent one, nor a late answer for a lost delivery")
  func clocks() {
    #expect(Limits.pingEvery.milliseconds * 4 <= Limits.sessionSilence.milliseconds)
    #expect(Limits.pingEvery < Limits.sessionSilence)
  }

  @Test("A message of many small fields fits its bound")
  func fieldsFit() {
    let codes = Limits.segments * Limits.fieldsPerSegment * 64
    #expect(codes < Limits.messageBytes)
  }
}

@Suite struct ErrorCodeTests {
  @Test("Every code is plain and has a remedy that is a sentence", arguments: ErrorCode.allCases)
  func codes(code: ErrorCode) {
    #expect(code.rawValue.utf8.allSatisfy { (97...122).contains($0) || $0 == 45 })
    #expect(code.remedy.hasSuffix("."))
    #expect(Refusal(code, at: "due-on").description == "\(code.rawValue): due-on")
    #expect(Refusal(code).description == code.rawValue)
  }

  @Test("Only what passes by itself is worth trying again unchanged")
  func retries() {
    #expect(
      Set(ErrorCode.allCases.filter(\.isRetryable)) == [
        .helloRequired, .tooManySessions, .wrongIncarnation, .submissionGap, .lowSpace,
        .clockHeld, .rateLimited, .draining,
      ])
  }
}
