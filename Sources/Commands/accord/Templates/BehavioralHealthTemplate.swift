/// The behavioral-health provider's own section.
enum BehavioralHealthTemplate {
  static let section = """
    # What the provider's adapter alone reads. Everything has a default; to change something,
    # replace {} by the lines that differ.
    adapter: {}
    # adapter:
    #   # Folders below 'in'.
    #   on-call: on-call
    #   releases: releases
    #   intake: intake
    #   status: status
    #   contacts: contacts
    #   answers: answers
    #   identities: identities
    """
}
