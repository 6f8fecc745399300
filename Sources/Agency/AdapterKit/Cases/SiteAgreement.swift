public import HubModel
public import Operations

/// The site's windows and conditions, for an adapter's own lists and dates.
public enum SiteAgreement {
  /// Reads the key `agreement` of an adapter's section: a copy of the program agreement's file.
  /// Without it the hub's default agreement counts: 14 days from referral, intake completed and
  /// release signed.
  /// - Returns: `nil` where the file cannot be used, which is reported.
  public static func read(
    _ fields: YAMLFields, of configuration: AdapterConfiguration
  ) -> ProgramAgreement? {
    let now = SystemClock().wall()
    do {
      if let path = fields.optional("agreement", .path) {
        let agreement = try AgreementFile.load(path, now: now)
        guard agreement.program == configuration.program else {
          fields.report("agreement", "is the agreement of another program: give this program's")
          return nil
        }
        return agreement
      }
      let standard = DefaultAgreement(
        program: configuration.program, timeZone: configuration.timeZone.identifier,
        dutyLine: "the duty line of the program", isDemonstration: false)
      return try AgreementFile.parse(standard.text, file: "default agreement", now: now)
    } catch {
      fields.report("agreement", "cannot be used: \(error)")
      return nil
    }
  }
}
