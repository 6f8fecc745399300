import Operations

/// The prosecutor's own section.
enum ProsecutorTemplate {
  /// - Parameter agreement: its file, from the configuration's folder or absolute.
  static func section(agreement: String) -> String {
    """
    # What the prosecutor's adapter alone reads.
    adapter:
      # The program agreement: its hold window, rule and conditions are shown with every date.
      agreement: \(YAMLText.quoted(agreement))
      # What is written below 'out': the list as CSV and as JSON, a printable notice for each event.
      notices: [csv, json, text]
      # Folder below 'in' for decisions on holds.
      decisions: decisions
      # Whom to call at a provider, by agency id:
      # contacts:
      #   harbor-behavioral: duty desk 555-0130
      # The codes that the desk offers as reasons, by decision; without them its own:
      # reasons:
      #   released: [diversion-conditions-met, interest-of-justice]
      # The case system's headers where they differ, by field:
      # columns:
      #   incident_no: Police Report No
    """
  }
}
