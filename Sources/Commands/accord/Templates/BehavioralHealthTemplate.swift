/// The behavioral-health provider's own section.
enum BehavioralHealthTemplate {
  static let section = """
    # What the provider's adapter alone reads. Everything has a default; to change something,
    # replace {} by the lines that differ.
    adapter: {}
    # adapter:
    #   # Run when somebody must be called, with the referral's id, the staff code and the attempt.
    #   alert-command: /usr/local/bin/page-on-call
    """
}
