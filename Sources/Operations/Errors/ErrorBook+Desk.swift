extension ErrorBook {
  /// What daemons say as they start, and desks, by codes of their own.
  static let desk: [ErrorNote] = [
    ErrorNote(
      "unforeseen",
      happened: "A daemon ended.",
      why: "Something failed that has no code of its own; the text says what.",
      next: "Do what the text suggests; if it helps nobody, report it with the log."),
    ErrorNote(
      "folder",
      happened: "A daemon does not start.",
      why: "A folder that it needs is not there, and it may not make it.",
      next: "Make the folder, and give it to the daemon's user."),
    ErrorNote(
      "store-newer-than-program",
      happened: "A daemon's store was not opened.",
      why: "A newer program wrote it.",
      next: "Install that program, or restore a backup that this one made."),
    ErrorNote(
      "desk-certificate",
      happened: "A desk was not opened, and its daemon ended.",
      why: "Its certificate or key is not there, may not be read, or is none.",
      next: "Give 'certificate' and 'key' in the section 'desk', or run 'desk certificate'."),
    ErrorNote(
      "desk-address",
      happened: "A desk was not opened, and its daemon ended.",
      why: "Another program has its port, or the machine has no such address.",
      next: "'ss -tlnp' shows who has the port; else change 'bind' or 'port' in 'desk'.",
      passesByItself: true),
    ErrorNote(
      "desk-store",
      happened: "A desk was not opened.",
      why: "Its file desk.sqlite cannot be read or written.",
      next: "Check owner, disk and space of the state folder; else restore the file's backup.",
      passesByItself: true),
    ErrorNote(
      "desk-store-newer-than-program",
      happened: "A desk was not opened, and its daemon ended.",
      why: "A newer program wrote its file desk.sqlite.",
      next: "Install that program, or restore a backup that this one made."),
    ErrorNote(
      "sign-on-provider",
      happened: "Somebody could not sign in.",
      why: "The identity provider was not reached, or what it said cannot be believed.",
      next: "The log says which; compare 'single-sign-on' with the provider's own settings."),
    ErrorNote(
      "sign-on-refused",
      happened: "Somebody could not sign in.",
      why: "The identity provider let them not, or they have no role or no usable name here.",
      next: "The log says which; mend their groups at the provider, or 'roles' here."),
    ErrorNote(
      "sign-out-refused",
      happened: "An identity provider's order to sign somebody out was refused.",
      why: "Its logout token is not as the standard has it, or another made it.",
      next: "The log says what is wrong; see 'Single sign-on' in the module Desk."),
  ]
}
