/// The statements of 42 CFR 2.32(a), of which one accompanies each consented disclosure of
/// Part 2 records. Data of the regulation's 2024 edition; the pre-2024 short form is superseded.
public enum RedisclosureStatement {
  public static let edition = "2024"

  /// Statement 2.
  public static let short =
    "42 CFR part 2 prohibits unauthorized use or disclosure of these records."

  /// Statement 1: goes to justice recipients, since it alone tells them of the ban on use.
  public static let long = """
    This record which has been disclosed to you is protected by Federal confidentiality rules \
    (42 CFR part 2). These rules prohibit you from using or disclosing this record, or testimony \
    that describes the information contained in this record, in any civil, criminal, \
    administrative, or legislative proceedings by any Federal, State, or local authority, against \
    the patient, unless authorized by the consent of the patient, except as provided at 42 CFR \
    2.12(c)(5) or as authorized by a court in accordance with 42 CFR 2.64 or 2.65. In addition, \
    the Federal rules prohibit you from making any other use or disclosure of this record unless \
    at least one of the following applies: (i) Further use or disclosure is expressly permitted by \
    the written consent of the individual whose information is being disclosed in this record or \
    as otherwise permitted by 42 CFR part 2. (ii) You are a covered entity or business associate \
    and have received the record for treatment, payment, or health care operations, or (iii) You \
    have received the record from a covered entity or business associate as permitted by 45 CFR \
    part 164, subparts A and E. A general authorization for the release of medical or other \
    information is NOT sufficient to meet the required elements of written consent to further use \
    or redisclose the record (see 42 CFR 2.31).
    """

  /// The statements of the edition in force; the older, shorter one is not among them.
  public static let inForce = [short, long]
}

extension Delivery.Content {
  /// Why a receiver must not take it as it stands: Part 2 records travel with one of the two
  /// statements of 42 CFR 2.32(a) and with the scope of the consent (2.32(b)); one that comes
  /// without was stripped of it on the way, or never given it. `nil`: it may be taken.
  public var noticeFault: Refusal? {
    guard message.segments.contains(where: { $0.labels.contains(.part2) }) else { return nil }
    guard let notice else { return Refusal(.noticeMissing) }
    // By bytes: String's own equality would take another spelling of the same letters for it.
    let isStatement = RedisclosureStatement.inForce.contains {
      $0.utf8.elementsEqual(notice.statement.utf8)
    }
    guard isStatement else { return Refusal(.noticeMissing, at: "statement") }
    let hasScope = notice.scopes.contains { !$0.purposes.isEmpty && !$0.categories.isEmpty }
    return hasScope ? nil : Refusal(.noticeMissing, at: "scope")
  }
}
