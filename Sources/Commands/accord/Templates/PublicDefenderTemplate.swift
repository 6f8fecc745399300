/// The public defender's own section.
enum PublicDefenderTemplate {
  static let section = """
    # What the defender's adapter alone reads. Everything has a default; to change something,
    # replace {} by the lines that differ.
    adapter: {}
    # adapter:
    #   # Folders below 'in'. Privileged columns stop here, whatever a file says.
    #   assignments: assignments
    #   clients: clients
    """
}
