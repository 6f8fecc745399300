extension ErrorBook {
  /// What retention and archives say by codes of their own.
  static let keeping: [ErrorNote] = [
    ErrorNote(
      "archive-unknown",
      happened: "An archive did not go on.",
      why: "Another one was begun meanwhile, or the router was restarted.",
      next: "Begin again."),
    ErrorNote(
      "retention-running",
      happened: "A run of retention did not begin.",
      why: "Another one goes on, or a look at what one would remove.",
      next: "Wait until that is done."),
  ]
}
