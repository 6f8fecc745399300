/// The prosecutor's own section.
enum ProsecutorTemplate {
  static let section = """
    # What the prosecutor's adapter alone reads. Everything has a default; to change something,
    # replace {} by the lines that differ.
    adapter: {}
    # adapter:
    #   # Folder below 'in' for decisions on holds: opened, extended, released, filed.
    #   decisions: decisions
    #   # What is written for each notice.
    #   notices: [csv, json, text]
    """
}
