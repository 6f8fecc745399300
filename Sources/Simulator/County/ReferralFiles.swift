/// Referral forms with the field ROI in them: monthly batches (CSV) and forms from phones (JSON).
extension SampleCounty {
  private static let columns: [Table.Column] = [
    .init("referral_id", "Referral ID"), .init("door", "Door"),
    .init("referred_at", "Referral Date/Time"), .init("incident_no", "Incident Number"),
    .init("agency_ori", "ORI"), .init("offenses", "Offenses"), .init("offense_level", "Level"),
    .init("officer_badge", "Officer Badge"), .init("officer_callback", "Callback"),
    .init("provider", "Provider"), .init("meeting_place_code", "Meeting Place Code"),
    .init("meeting_place", "Meeting Place"), .init("safety_codes", "Safety"),
    .init("language", "Language"), .init("needs_codes", "Needs"),
    .init("last_name", "Last Name"), .init("first_name", "First Name"),
    .init("middle_name", "Middle Name"), .init("dob", "Date of Birth"),
    .init("aliases", "Aliases"), .init("sid", "State ID"),
    .init("complainant_consent", "Complainant Consent"), .init("roi_outcome", "ROI Outcome"),
    .init("roi_signed_at", "ROI Signed"), .init("roi_signer", "ROI Signer"),
    .init("roi_signer_capacity", "ROI Signer Capacity"),
    .init("roi_signer_evidence", "ROI Signer Evidence"), .init("roi_witness", "ROI Witness"),
    .init("roi_recipients", "ROI Recipients"), .init("roi_information", "ROI Information"),
    .init("roi_purposes", "ROI Purposes"), .init("roi_expires_on", "ROI Expires"),
    .init("roi_form", "ROI Form"), .init("roi_image_sha256", "ROI Image SHA-256"),
  ]

  private var dialects: [Dialect] {
    [
      Dialect(), Dialect(crlf: true), Dialect(crlf: true, byteOrderMark: true),
      Dialect(latin1: true), Dialect(reordered: true), Dialect(crlf: true, nameCase: .upper),
      Dialect(crlf: true, americanDates: true, labels: true),
      Dialect(americanDates: true, labels: true, nameCase: .lower),
      Dialect(crlf: true, latin1: true, labels: true), Dialect(),
      Dialect(byteOrderMark: true, reordered: true), Dialect(crlf: true),
    ]
  }

  private func mess(of referral: Referral, _ roi: FieldROI) -> [Mess] {
    var found: [Mess] = []
    if !referral.stateIDKnown || person(referral).stateID.isEmpty { found.append(.blankStateID) }
    if roi.outcome == .toFollow { found.append(.releaseFollows) }
    if roi.outcome == .signed && roi.expires == nil { found.append(.releaseWithoutExpiry) }
    if roi.capacity == "guardian" && roi.evidence.isEmpty {
      found.append(.guardianWithoutEvidence)
    }
    return found
  }

  /// The form as (name, value) in column order; lists stay lists for JSON.
  private func fields(
    _ referral: Referral, _ roi: FieldROI
  ) -> [(name: String, cell: Cell, list: [String]?)] {
    let who = person(referral)
    let signed = roi.outcome == .signed
    let cells: [(Cell, [String]?)] = [
      (.text(referral.id), nil), (.text(referral.door.rawValue), nil),
      (.zoned(referral.at), nil), (.text(referral.incident), nil),
      (.text(referral.door == .community ? "" : CountyAgency.ori), nil),
      (.text(""), referral.offenses.map(\.statute)), (.text(referral.level), nil),
      (.text(referral.badge), nil), (.text(referral.callback), nil),
      (.text(referral.provider), nil), (.text(referral.place.code), nil),
      (.text(referral.place.text), nil),
      (.text(""), referral.safety.isEmpty ? [] : [referral.safety]),
      (.text(referral.language), nil), (.text(""), referral.needs),
      (.name(who.last), nil), (.name(who.first), nil), (.name(who.middle), nil),
      (.day(who.birth), nil), (.text(""), who.aliases),
      (.text(referral.stateIDKnown ? who.stateID : ""), nil),
      (.text(referral.complainantConsent), nil), (.text(roi.outcome.rawValue), nil),
      (.zoned(roi.signedAt), nil), (.name(roi.signer), nil), (.text(roi.capacity), nil),
      (.text(roi.evidence), nil), (.text(roi.witness), nil), (.text(""), roi.recipients),
      (.text(""), roi.information), (.text(""), roi.purposes), (.day(roi.expires), nil),
      (.text(signed ? FormCodes.fieldTemplate : ""), nil), (.text(roi.imageHash), nil),
    ]
    return zip(Self.columns, cells).map { ($0.name, $1.0, $1.1) }
  }

  private func row(_ referral: Referral) -> [Cell] {
    fields(referral, referral.roi).map { field in field.list.map { .list($0) } ?? field.cell }
  }

  private func form(_ referral: Referral, _ roi: FieldROI, at path: String) -> SampleFile {
    let members = fields(referral, roi).map { field in
      (field.name, field.list.map { Document.texts($0) }
        ?? .text(Dialect.plain.text(field.cell)))
    }
    let arrives = max(referral.at.adding(minutes: 12), roi.signedAt ?? referral.at)
    return SampleFile(
      path: path, bytes: Document.object(members).bytes, mess: mess(of: referral, roi),
      arrives: arrives.adding(minutes: 3))
  }

  func referralFiles() -> [SampleFile] {
    var files: [SampleFile] = []
    let forms = referrals.referrals
    let police = forms.filter { $0.door != .community }
    var before: [Referral] = []
    for month in 1...12 {
      let mine = police.filter { $0.at.date.month == month && !$0.isMobile }
      var mess = mine.flatMap { self.mess(of: $0, $0.roi) }
      var table = Table(Self.columns)
      if month == 10, let last = before.last {
        table.rows.append(row(last))
        mess.append(.repeatedRows)
      }
      table.rows += mine.map(row)
      before = mine
      let next = month == 12 ? CivilDate(year + 1, 1, 1) : CivilDate(year, month + 1, 1)
      files.append(
        file(
          "sheriff/referrals/referrals-\(year)-\(padded(month, 2)).csv", table,
          dialects[month - 1], mess: mess, arrives: Moment(next, hour: 0, minute: 30)))
    }
    for referral in police {
      let stem = "sheriff/referrals/form-\(referral.id)"
      if referral.isMobile { files.append(form(referral, referral.roi, at: stem + ".json")) }
      if let roi = referrals.following(referral, person(referral), seed: seed) {
        files.append(form(referral, roi, at: stem + "-roi.json"))
      }
    }
    for agency in [CountyAgency.harbor, CountyAgency.cedar] {
      var table = Table(Self.columns)
      let mine = forms.filter { $0.door == .community && $0.provider == agency }
      table.columns[7] = .init("referrer_org")
      table.columns[8] = .init("referrer_callback")
      table.rows = mine.map(row)
      files.append(
        file(
          "\(folder(of: agency))/referrals/community-\(year).csv", table,
          mess: mine.flatMap { mess(of: $0, $0.roi) }))
    }
    return files
  }

  /// The folder of a provider's own files.
  func folder(of provider: String) -> String {
    provider == CountyAgency.harbor ? "provider" : "provider-cedar"
  }
}
