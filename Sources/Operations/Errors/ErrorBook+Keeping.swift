extension ErrorBook {
  /// What retention, archives, backups and state folders say by codes of their own.
  static let keeping: [ErrorNote] = [
    ErrorNote(
      "archive-unknown",
      happened: "An archive did not go on.",
      why: "Another one was begun meanwhile, or the router was restarted.",
      next: "Begin again."),
    ErrorNote(
      "backup-not-opened",
      happened: "An encrypted backup or archive could not be opened.",
      why: "It is encrypted to another key than --identity, or damaged or cut short.",
      next: "Give the secret key that belongs to /etc/accord/backup-recipients; if it is damaged, "
        + "take another copy."),
    ErrorNote(
      "retention-running",
      happened: "A run of retention did not begin.",
      why: "Another one goes on, or a look at what one would remove.",
      next: "Wait until that is done."),
    ErrorNote(
      "state-in-use",
      happened: "A daemon did not start.",
      why: "Another one runs on the same state folder.",
      next: "Stop that one, or give this one a 'state' of its own.",
      passesByItself: true),
  ]
}
