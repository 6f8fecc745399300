import Operations

/// The behavioral-health provider's own section.
enum BehavioralHealthTemplate {
  /// - Parameter agreement: its file, from the configuration's folder or absolute.
  static func section(agreement: String) -> String {
    """
    # What the provider's adapter alone reads.
    adapter:
      # The program agreement: its windows are shown with every date.
      agreement: \(YAMLText.quoted(agreement))
      # Whether counsel says that this agency is a Part 2 program (42 CFR 2.11): then what it says
      # of people is labelled so.
      part-2-program: true
      # Labels to which the site's printed release says yes; a form's own 'labels' come first.
      form-labels: [part-2, mental-health]
      # What the printed release says to its signer; a form's own 'statements' come first. A
      # release that lacks one that the law asks for stays a draft, and is told as such.
      form-statements: [right-to-revoke, redisclosure, no-condition-of-treatment]
      # Run when somebody must be called, with the referral's id, the staff code and the attempt;
      # ended after the time limit, and tried three times.
      # alert-command: /usr/local/bin/page-on-call
      # alert-timeout-seconds: 10
      # Whom a release captured at the desk may name, by agency id, with their words:
      # partners:
      #   lakewood-prosecutor: Lakewood Prosecutor
      # The records system's headers where they differ, by field:
      # columns:
      #   referral_id: Case Number
    """
  }
}
