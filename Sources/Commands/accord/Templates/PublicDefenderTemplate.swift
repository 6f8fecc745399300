import Operations

/// The public defender's own section.
enum PublicDefenderTemplate {
  /// - Parameter agreement: its file, from the configuration's folder or absolute.
  static func section(agreement: String) -> String {
    """
    # What the defender's adapter alone reads.
    adapter:
      # The program agreement: its calendar and hold window are shown with every date.
      agreement: \(YAMLText.quoted(agreement))
      # Columns and fields whose name says notes, memo, privileged, confidential, strategy or work
      # product are never read into a message. Name here what else is privileged in your exports.
      privileged: []
      # Folder below 'in' for assignments.
      assignments: assignments
      # The case system's headers where they differ, by field:
      # columns:
      #   attorney: Assigned To
    """
  }
}
