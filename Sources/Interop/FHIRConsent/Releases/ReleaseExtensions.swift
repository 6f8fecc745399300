import HubModel

/// What the extensions of a release say.
struct ReleaseExtensions {
  private let values: [ReleaseProfile.Extension: [JSONValue]]
  private let root: Element
  let expiresWith: String?
  private let isOnlyLater: Bool

  init(_ root: Element) throws(ConsentRefusal) {
    self.root = root
    var values: [ReleaseProfile.Extension: [JSONValue]] = [:]
    let names = Dictionary(
      uniqueKeysWithValues: ReleaseProfile.Extension.allCases.map { ($0.url, $0) })
    for (index, value) in (root.object["extension"]?.array ?? []).enumerated() {
      let path = "extension[\(index)]"
      guard let object = value.object, let name = names[object["url"]?.string ?? ""] else {
        throw root.refusal(path, "is none that a release knows, and would be lost")
      }
      guard object.members.count == 2, let value = object[name.value] else {
        throw root.refusal(path, "must have a \(name.value) and nothing else")
      }
      if name.isList || values[name] == nil {
        values[name, default: []].append(value)
      } else {
        throw root.refusal(path, "stands twice")
      }
    }
    self.values = values
    var expiresWith: String?
    var isOnlyLater = false
    for (index, value) in (root.object["modifierExtension"]?.array ?? []).enumerated() {
      let object = value.object
      let url = object?["url"]?.string
      if url == ReleaseProfile.expiresWith, expiresWith == nil, object?.members.count == 2,
        let event = object?["valueString"]?.string
      {
        expiresWith = event
      } else if url == ReleaseProfile.onlyLater, !isOnlyLater, object?.members.count == 2,
        object?["valueBoolean"]?.bool == true
      {
        isOnlyLater = true
      } else {
        throw root.refusal("modifierExtension[\(index)]", "has no value that it may have")
      }
    }
    self.expiresWith = expiresWith
    self.isOnlyLater = isOnlyLater
  }

  var version: UInt32 {
    get throws(ConsentRefusal) {
      guard let value = values[.version]?.first else { return 1 }
      guard case .number(let text) = value, let number = UInt32(text), number > 0 else {
        throw wrong(.version, "is no whole number from 1")
      }
      return number
    }
  }

  var state: HeldRelease.State? {
    get throws(ConsentRefusal) { try word(.state) }
  }

  var neverExpires: Bool { values[.neverExpires]?.first?.bool == true }

  func tell(_ release: inout ReleaseOfInformation) throws(ConsentRefusal) {
    release.signer = try word(.signer) ?? .patient
    release.signerEvidence = try text(.signerEvidence)
    release.witness = try text(.witness)
    release.formTemplate = try text(.formTemplate)
    release.redisclosure = try text(.redisclosure)
    release.track = try text(.track)
    release.revocableFrom = try text(.revocableFrom)
    release.statements = Set(try texts(.statement))
    release.jurisdictions = try texts(.jurisdiction)
    release.conditionedOn = Set(try texts(.conditionedOn))
    release.coversEarlier = !isOnlyLater
    for name in [ReleaseProfile.Extension.stopUseNotice, .neverExpires] {
      guard let value = values[name]?.first, value.bool != true else { continue }
      throw wrong(name, "is not true: leave it out")
    }
    release.stopUseNotice = values[.stopUseNotice] != nil
    let older = try text(.supersedes)
    if !older.isEmpty {
      guard let id = RoiID(older) else { throw wrong(.supersedes, "is no release's number") }
      release.supersedes = id
    }
    for name in try texts(.identitySteward) {
      guard let agency = AgencyID(name) else { throw wrong(.identitySteward, "is no agency") }
      release.identityStewards.append(agency)
    }
  }

  private func wrong(_ name: ReleaseProfile.Extension, _ reason: String) -> ConsentRefusal {
    root.refusal("extension(\(name.rawValue))", reason)
  }

  private func texts(_ name: ReleaseProfile.Extension) throws(ConsentRefusal) -> [String] {
    var texts: [String] = []
    for value in values[name] ?? [] {
      guard let text = value.string, let first = text.first, let last = text.last,
        !first.isWhitespace, !last.isWhitespace
      else { throw wrong(name, "is no text, or begins or ends with white space") }
      texts.append(text)
    }
    return texts
  }

  private func text(_ name: ReleaseProfile.Extension) throws(ConsentRefusal) -> String {
    try texts(name).first ?? ""
  }

  private func word<Word: RawRepresentable>(
    _ name: ReleaseProfile.Extension
  ) throws(ConsentRefusal) -> Word? where Word.RawValue == String {
    guard let text = try texts(name).first else { return nil }
    guard let word = Word(rawValue: text) else { throw wrong(name, "is not known") }
    return word
  }
}
