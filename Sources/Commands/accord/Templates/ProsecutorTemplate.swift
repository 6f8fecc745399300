/// The prosecutor's own section.
enum ProsecutorTemplate {
  static let section = """
    # What the prosecutor's adapter alone reads.
    adapter:
      # The program agreement: its hold window, rule and conditions are shown with every date.
      agreement: agreement.yaml
    """
}
