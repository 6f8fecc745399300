/// The public defender's own section.
enum PublicDefenderTemplate {
  static let section = """
    # The defender's adapter has nothing to set. Columns and fields whose name says notes,
    # privileged, confidential or work product are never read into a message.
    adapter: {}
    """
}
