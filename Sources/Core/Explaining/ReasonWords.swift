/// What a reason of the consent engine means, for the auditor and for the person it is about.
///
/// The table is keyed by the word that stands in the log, so that a log is explained by whatever
/// version reads it: a word that this version does not know is shown as it stands. A test holds
/// the table to every reason that the engine has.
public struct ReasonWords: Sendable {
  /// As in the log: `release.revoked`.
  public let code: String
  /// The rule behind it; empty where it is a fact and no rule.
  public let source: String
  /// One sentence for counsel and auditors.
  public let formal: String
  /// One or two sentences for the person, in words of a sixth grade.
  public let plain: String

  init(_ code: String, _ source: String, _ formal: String, _ plain: String) {
    self.code = code
    self.source = source
    self.formal = formal
    self.plain = plain
  }

  /// - Returns: the code itself as its formal words where it is unknown.
  public static func of(_ code: String) -> ReasonWords {
    table[code]
      ?? ReasonWords(code, "", code, "The rules of the program led to this. Ask us to explain it.")
  }

  /// Every word that this version knows.
  public static var codes: Set<String> { Set(table.keys) }

  private static let table = Dictionary(
    uniqueKeysWithValues: (authorities + law + agreement + releases).map { ($0.code, $0) })

  private static let authorities = [
    ReasonWords(
      "release.covers", "42 CFR 2.31, 2.33(b); 45 CFR 164.508",
      "A release in force covers discloser, recipient, information and purpose.",
      "You signed a form that says they may have it."),
    ReasonWords(
      "authority.operational", "program agreement",
      "The message names no person, so no release is needed.",
      "It did not say who you are."),
    ReasonWords(
      "authority.own-view", "program agreement",
      "The hub derived it from what this recipient had already been told, and the clock.",
      "It only told them what they knew before."),
    ReasonWords(
      "authority.own-message", "program agreement",
      "It tells the sender what became of its own message.",
      "It only told the sender what came of their own note."),
    ReasonWords(
      "authority.agreement-exception", "program agreement, exceptions",
      "The agreement lists the path as an exception with its legal basis.",
      "A law lets them have it. You do not need to sign for that."),
    ReasonWords(
      "authority.court-order", "42 CFR 2.61 to 2.67",
      "An order of a court permits the disclosure of what it lists to whom it lists.",
      "A judge said they may have it."),
    ReasonWords(
      "authority.emergency", "42 CFR 2.51",
      "Access in a medical emergency was open for this recipient.",
      "You needed help at once, so the medical team was told."),
  ]

  private static let law = [
    ReasonWords(
      "law.adverse-purpose", "42 USC 290dd-2(c); 42 CFR 2.12(d)(1)",
      "The purpose is to act against the person.",
      "They wanted it to act against you. The law does not allow that."),
    ReasonWords(
      "law.privileged", "Model Rule 1.6; FRE 502",
      "The information is privileged; a release is no waiver.",
      "It is between you and your lawyer. No one else may have it."),
    ReasonWords(
      "law.criminal-history", "28 CFR 20.33; CJISSECPOL",
      "Criminal history record information stays with criminal justice agencies.",
      "Police records may only go to police and the courts."),
    ReasonWords(
      "law.negative-status", "42 USC 290dd-2(c)",
      "That something was not completed is closed to those who decide on charges.",
      "It could be used against you. So police and the prosecutor do not get it."),
    ReasonWords(
      "law.separate-consent", "42 CFR 2.31(b); 45 CFR 164.508(b)(3)",
      "Notes of this kind need a consent of their own kind.",
      "Notes like these need a form of their own, signed by you."),
    ReasonWords(
      "law.attachment-to-justice", "program norm: the golden rule of LEAD",
      "Documents do not go to police or prosecution.",
      "Papers like this one do not go to police or the prosecutor."),
    ReasonWords(
      "law.person-in-operational", "program agreement",
      "A message that must name no person named one, or had labelled content.",
      "It should not have said who you are, so it was stopped."),
    ReasonWords(
      "law.not-needed", "42 CFR 2.13(a)",
      "The recipient does not need this category for the purpose.",
      "They did not need it for this."),
    ReasonWords(
      "law.part-2-exception", "42 CFR 2.13(a)",
      "An exception of the agreement does not reach Part 2 information.",
      "It is about drug or alcohol care. That needs your signed form."),
    ReasonWords(
      "law.state-pack", "state law, as the state pack cites it",
      "The law of a state that the release stands under forbids it.",
      "The law of this state does not allow it."),
  ]

  private static let agreement = [
    ReasonWords(
      "agreement.no-path", "program agreement, paths",
      "The agreement has no path for this topic between these roles.",
      "The rules of this program do not let them have it."),
    ReasonWords(
      "agreement.outcome-not-set", "program agreement, outcomes",
      "The agreement does not let this sender learn outcomes of this topic.",
      "The rules of this program do not let them know."),
    ReasonWords(
      "agreement.not-addressed", "the message's audience",
      "The message was not addressed to this recipient.",
      "The note was not meant for them."),
  ]

  private static let releases = [
    ReasonWords(
      "release.no-participant", "",
      "The message needs a participant and names none.",
      "We could not tell who it is about, so it was stopped."),
    ReasonWords(
      "release.none", "42 CFR 2.13(a)", "No release is on file.",
      "You have not signed a form for it."),
    ReasonWords(
      "release.awaited", "42 CFR 2.13(a)",
      "The release that the message names has not come yet.",
      "We are waiting for the form that you signed."),
    ReasonWords(
      "release.not-signed", "42 CFR 2.31(a)", "The release is not signed or not complete.",
      "The form is not signed, or a part of it is missing."),
    ReasonWords(
      "release.not-started", "42 CFR 2.31(a)", "The release has not begun to apply.",
      "The form that you signed does not count yet."),
    ReasonWords(
      "release.expired", "42 CFR 2.31(a)(7), (c)(1)", "The release has expired.",
      "The form that you signed has run out."),
    ReasonWords(
      "release.refused", "42 CFR 2.31(a)", "The person was asked and did not sign.",
      "You were asked, and you did not sign. That is your right."),
    ReasonWords(
      "release.revoked", "42 CFR 2.31(a)(6), (c)(3); 45 CFR 164.508(b)(5)",
      "The release is revoked, wholly or toward this recipient.",
      "You took your consent back."),
    ReasonWords(
      "release.superseded", "42 CFR 2.31(a)", "A newer form has taken the release's place.",
      "A newer form took the place of this one."),
    ReasonWords(
      "release.suspended", "42 CFR 2.31(a)(6), (c)",
      "The release is suspended: an oral request, or a doubt that is being looked into.",
      "Your form is on hold, as you asked, or while we check it."),
    ReasonWords(
      "release.unconfirmed", "42 CFR 2.31(c)",
      "The hub was put back to a backup, and the agency that captured the release has not yet "
        + "confirmed that it still stands.",
      "We are checking with the agency where you signed that your form still counts."),
    ReasonWords(
      "release.voided", "42 CFR 2.31(c)(4)", "The release is void.",
      "The form does not count any more."),
    ReasonWords(
      "release.element-missing", "42 CFR 2.31(a), (c)(2)",
      "The release lacks an element that its kind needs.",
      "A part that the law asks for is missing from the form."),
    ReasonWords(
      "release.explicit-refusal", "42 CFR 2.31(a)(4)",
      "The person refused this information to this recipient.",
      "You told us not to share this with them."),
    ReasonWords(
      "law.not-in-custody", "45 CFR 164.512(k)(5)",
      "The exception holds only while the recipient has the person in custody.",
      "They could have it only while you were in jail there."),
    ReasonWords(
      "release.onward-ended", "42 CFR 2.33(b)",
      "The sender had it from another, and may not be told it any more.",
      "They may not pass on what they should not be told any more."),
    ReasonWords(
      "release.onward-waits", "42 CFR 2.33(b)",
      "The sender had it from another, under a release that is not in force now.",
      "They may not pass it on while your form for them is not in force."),
    ReasonWords(
      "release.kind-too-narrow", "42 CFR 2.31, 2.33, 2.35",
      "No release on file is of a kind that can serve this.",
      "The form that you signed is not the right kind for this."),
    ReasonWords(
      "release.discloser-not-named", "42 CFR 2.31(a)(2)",
      "The release does not name the discloser.",
      "Your form does not name the one who would share it."),
    ReasonWords(
      "release.recipient-not-named", "42 CFR 2.31(a)(4)",
      "The release does not name the recipient.",
      "Your form does not name them."),
    ReasonWords(
      "release.purpose-not-named", "42 CFR 2.31(a)(5)",
      "The release does not name the purpose.",
      "Your form does not say that it may be used for this."),
    ReasonWords(
      "release.information-not-named", "42 CFR 2.31(a)(3)",
      "The release does not cover this information.",
      "Your form does not list this."),
  ]
}
