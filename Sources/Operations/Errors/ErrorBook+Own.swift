extension ErrorBook {
  /// What commands, daemons and stores say by codes of their own.
  static let own: [ErrorNote] = [
    ErrorNote(
      "admin-no-answer",
      happened: "A command got no answer from the router.",
      why: "It is not running, or its admin socket is elsewhere.",
      next: "See 'systemctl status accord-router' and the end of its log; name its configuration "
        + "with " + "--config."),
    ErrorNote(
      "admin-forbidden",
      happened: "A command may not reach the router.",
      why: "Its socket's folder is closed to this user.",
      next: "Run it as the router's user or with sudo; or have the folder and 'roles' let you."),
    ErrorNote(
      "admin-folder-open",
      happened: "A command did not ask the router.",
      why: "Others may write in its socket's folder, and could answer in its place.",
      next: "Run 'chmod go-w' on the folder it names."),
    ErrorNote(
      "admin-path-too-long",
      happened: "The admin socket has no room for its path.",
      why: "The system allows no longer one.",
      next: "Set 'admin-socket' to a shorter path."),
    ErrorNote(
      "admin-not-an-answer",
      happened: "Something answered that is not this router.",
      why: "The command is of another version than the router.",
      next: "Compare 'accord --version' with the version that 'accord doctor' prints."),
    ErrorNote(
      "admin-transport",
      happened: "The router could not be asked.",
      why: "The connection to its socket failed.",
      next: "Try again; then look at the router's log."),
    ErrorNote(
      "admin-request-failed",
      happened: "The router could not answer.",
      why: "Reading its ledger or a file failed.",
      next: "The text says what; look at the router's log and disk."),
    ErrorNote(
      "unexpected-answer",
      happened: "The router answered another question.",
      why: "The command is of another version than the router.",
      next: "Compare 'accord --version' with the version that 'accord doctor' prints."),
    ErrorNote(
      "router-busy",
      happened: "The router did not confirm in time.",
      why: "It has much to do, or its disk is slow.",
      next: "Ask 'accord status', then try again."),
    ErrorNote(
      "not-allowed",
      happened: "A command was refused.",
      why: "It takes a role that you do not hold.",
      next: "Ask whoever keeps router.yaml; its section 'roles' says who holds which."),
    ErrorNote(
      "reason-missing",
      happened: "A command was refused.",
      why: "What it does leaves a trace, and that needs a reason.",
      next: "Give --reason with a few words, 200 characters at most, on one line."),
    ErrorNote(
      "agreement-refused",
      happened: "An agreement was not recorded.",
      why: "Its file has mistakes.",
      next: "'accord agreement check' lists them."),
    ErrorNote(
      "unknown-agreement",
      happened: "No such version of the agreement is there.",
      why: "It was never recorded.",
      next: "'accord agreement history' lists the versions."),
    ErrorNote(
      "unknown-agency",
      happened: "There is no such agency.",
      why: "The registry does not have it.",
      next: "'accord status' lists them."),
    ErrorNote(
      "unknown-recipient",
      happened: "There is no such recipient.",
      why: "The registry does not have it.",
      next: "'accord status' lists the agencies."),
    ErrorNote(
      "unknown-message",
      happened: "There is no such message.",
      why: "None of this id was ever accepted.",
      next: "Copy the id from 'accord queue list' or the sender's daemon."),
    ErrorNote(
      "unknown-release",
      happened: "There is no such release.",
      why: "None of this id is on file.",
      next: "'accord roi show' lists them."),
    ErrorNote(
      "unknown-participant",
      happened: "Nobody is known by this name.",
      why: "The agency never used it, or the person was expunged.",
      next: "Name the person as the agency does: AGENCY/ALIAS."),
    ErrorNote(
      "unknown-emergency",
      happened: "There is no such access.",
      why: "None of this id was opened.",
      next: "'accord emergency list' lists them."),
    ErrorNote(
      "nothing-to-prove",
      happened: "There is no such entry.",
      why: "The log has no disclosure or withholding of that kind.",
      next: "'accord explain' shows what it has of the message."),
    ErrorNote(
      "retention-not-over",
      happened: "Somebody was not expunged.",
      why: "Their records must be kept until a date.",
      next: "Ask counsel; see 'expunge-before-retention' in router.yaml."),
    ErrorNote(
      "backup-exists",
      happened: "No backup was made.",
      why: "A file is there already.",
      next: "Name another file: a backup is never written over one."),
    ErrorNote(
      "backup-running",
      happened: "No backup was begun.",
      why: "Another one is being made.",
      next: "Wait until it is done."),
    ErrorNote(
      "backup-not-confirmed",
      happened: "A backup does not count.",
      why: "The router did not confirm it in time.",
      next: "Make another."),
    ErrorNote(
      "reload-not-confirmed",
      happened: "The configuration was not reloaded.",
      why: "The router did not write it down in time.",
      next: "Try again."),
    ErrorNote(
      "malformed-request",
      happened: "A request was refused.",
      why: "It is not one that this router knows.",
      next: "Compare the versions of command and router."),
    ErrorNote(
      "malformed-message-id",
      happened: "A request was refused.",
      why: "A message's id is 32 hexadecimal digits.",
      next: "Copy it from where it is printed."),
    ErrorNote(
      "malformed-release",
      happened: "A request was refused.",
      why: "It is not a release's id.",
      next: "Copy it from 'accord roi show'."),
    ErrorNote(
      "malformed-fingerprint",
      happened: "A request was refused.",
      why: "It is not a key's fingerprint.",
      next: "Copy it from 'accord key list'."),
    ErrorNote(
      "malformed-participant",
      happened: "A request was refused.",
      why: "A person is named AGENCY/ALIAS.",
      next: "Write the agency's id, a slash, and its own name for the person."),
    ErrorNote(
      "malformed-recipient",
      happened: "A request was refused.",
      why: "It is not an agency's id.",
      next: "Copy it from 'accord status'."),
    ErrorNote(
      "malformed-purpose",
      happened: "A request was refused.",
      why: "There is no such purpose.",
      next: "See 'accord consent preview --help'."),
    ErrorNote(
      "malformed-topic",
      happened: "A request was refused.",
      why: "There is no such topic.",
      next: "See the catalogue in 'Joining as an agency'."),
    ErrorNote(
      "malformed-category",
      happened: "A request was refused.",
      why: "There is no such category.",
      next: "See 'accord consent preview --help'."),
    ErrorNote(
      "malformed-label",
      happened: "A request was refused.",
      why: "There is no such label.",
      next: "See 'accord consent preview --help'."),
    ErrorNote(
      "malformed-order",
      happened: "An order was not recorded.",
      why: "A word in it is not known, or a list is empty.",
      next: "See 'accord order record --help'."),
    ErrorNote(
      "malformed-emergency",
      happened: "A request was refused.",
      why: "It is not an access's id.",
      next: "Copy it from 'accord emergency list'."),
    ErrorNote(
      "malformed-page",
      happened: "A request was refused.",
      why: "Its range is not one of the log.",
      next: "Begin the export anew."),
    ErrorNote(
      "malformed-path",
      happened: "No backup was made.",
      why: "The path is not an absolute one.",
      next: "Give an absolute path on the router's machine."),
    ErrorNote(
      "configuration",
      happened: "A file was refused.",
      why: "Something in it cannot be as it stands; the text names line and key.",
      next: "Mend the line; 'config check' shows every one."),
    ErrorNote(
      "setup",
      happened: "A command of the set-up changed nothing.",
      why: "What it needs is not so; the text says what.",
      next: "Do what the text says, then run it again."),
    ErrorNote(
      "audit-file",
      happened: "A file of the log could not be read.",
      why: "It is not an export, or is not whole.",
      next: "Export it again."),
    ErrorNote(
      "stopped",
      happened: "A long command was stopped.",
      why: "Somebody pressed Ctrl-C.",
      next: "Run it again: what was done stays done."),
    ErrorNote(
      "criminal-justice-route",
      happened: "The router does not start.",
      why: "An agency with criminal-justice information has no validated tunnel in force.",
      next: "See the article on criminal-justice routes."),
    ErrorNote(
      "core-dumps",
      happened: "A daemon does not start.",
      why: "It could not keep its memory out of core dumps.",
      next: "Look at the limits that the service manager sets."),
    ErrorNote(
      "wrong-program-agreement",
      happened: "The router does not start.",
      why: "Its agreement is of another program.",
      next: "Give router.yaml and the agreement the same program."),
    ErrorNote(
      "authenticator-ended",
      happened: "The router stopped.",
      why: "No key could be checked any more.",
      next: "Start it again; look at the log above."),
    ErrorNote(
      "socket",
      happened: "A socket failed.",
      why: "The system refused what the text names.",
      next: "Look at the address, the port and the limit of open files.",
      passesByItself: true),
    ErrorNote(
      "ledger-in-use",
      happened: "The ledger was not opened.",
      why: "Another router has it.",
      next: "Stop the other one."),
    ErrorNote(
      "ledger-newer-than-program",
      happened: "The ledger was not opened.",
      why: "A newer program wrote it.",
      next: "Install that program, or restore a backup that this one made."),
    ErrorNote(
      "not-a-ledger",
      happened: "The ledger was not opened.",
      why: "The file is something else.",
      next: "Check 'state' in router.yaml."),
    ErrorNote(
      "ledger-damaged",
      happened: "The router stopped.",
      why: "A row is not what the program wrote.",
      next: "Keep the files as they are, and restore a backup."),
    ErrorNote(
      "ledger-storage",
      happened: "The router stopped.",
      why: "The disk failed, or is full.",
      next: "Check space, mount and hardware; then start it again."),
    ErrorNote(
      "other-key-store",
      happened: "The ledger was not opened.",
      why: "It was sealed with another key store.",
      next: "Put the keys.sqlite that belongs to it beside it."),
    ErrorNote(
      "key-store-behind-ledger",
      happened: "The ledger was not opened.",
      why: "The key store is older, and lacks keys.",
      next: "Restore the newest keys.sqlite."),
    ErrorNote(
      "ledger-put-back",
      happened: "The ledger was not opened.",
      why: "It is older than its key store knows, and no restore made it so.",
      next: "Put the newest one in place, or 'accord-router restore'."),
    ErrorNote(
      "ledger-stopped",
      happened: "The router does nothing more.",
      why: "An earlier failure stopped its ledger.",
      next: "Look for the first error in the log; start it again."),
    ErrorNote(
      "wrong-master-key",
      happened: "The key store was not opened.",
      why: "Another master key wrapped it.",
      next: "Give the right 'master-key', or 'master-key-before'."),
    ErrorNote(
      "not-a-key-store",
      happened: "The key store was not opened.",
      why: "The file is something else.",
      next: "Check 'state' in router.yaml."),
    ErrorNote(
      "key-store-newer-than-program",
      happened: "The key store was not opened.",
      why: "A newer program wrote it.",
      next: "Install that program, or restore a backup."),
    ErrorNote(
      "key-store-damaged",
      happened: "The router stopped.",
      why: "A row is not what the program wrote.",
      next: "Keep the file, and restore a backup of the key store."),
    ErrorNote(
      "key-missing",
      happened: "Something cannot be read.",
      why: "Its key is not in the key store.",
      next: "Restore the newest backup of the key store."),
    ErrorNote(
      "key-store-storage",
      happened: "The router stopped.",
      why: "The disk of the key store failed, or is full.",
      next: "Check space, mount and hardware; then start it again."),
    ErrorNote(
      "copy-failed",
      happened: "A backup was not made.",
      why: "The copy could not be written or is not whole.",
      next: "Check the disk it goes to, and make another."),
    ErrorNote(
      "storage",
      happened: "A daemon's store failed.",
      why: "The disk failed, or is full.",
      next: "Check space, mount and hardware of the state folder.",
      passesByItself: true),
    ErrorNote(
      "damaged",
      happened: "A daemon's store cannot be read.",
      why: "It holds what the program cannot have written.",
      next: "Keep the file, and restore the agency's backup."),
    ErrorNote(
      "foreign-connection",
      happened: "A daemon's store was used wrongly.",
      why: "This is a mistake in the program.",
      next: "Report it with the log."),
    ErrorNote(
      "file-rejected",
      happened: "A file or record was not taken.",
      why: "Something in it is not as the mapping or the catalogue has it.",
      next: "Its note says line and remedy; mend it, and drop it again."),
    ErrorNote(
      "connector",
      happened: "A system could not be read or written.",
      why: "It is away, refuses, or answers something else.",
      next: "The text says what; it is tried again by itself."),
    ErrorNote(
      "notice",
      happened: "A notice could not be sent.",
      why: "Its channel is away, or refuses.",
      next: "The text says what; see 'notices', and 'notify' in the configuration."),
    ErrorNote(
      "desk",
      happened: "The desk was not opened, or an account not changed.",
      why: "The text says what is not as it must be.",
      next: "Do what the text says."),
    ErrorNote(
      "consent-not-understood",
      happened: "A FHIR consent was refused.",
      why: "It says something that is not understood, and that could matter.",
      next: "The text names the place; see the article on FHIR consents."),
    ErrorNote(
      "audit-flaw",
      happened: "The log does not verify.",
      why: "An entry, a hash or a signature is not what it was.",
      next: "Keep the export; compare it with an agency's chain, and tell the auditor."),
    ErrorNote(
      "backup-unreadable",
      happened: "A backup was not rehearsed.",
      why: "The file is not there, or the router's user may not read it.",
      next: "Name a file that the user of the router owns."),
    ErrorNote(
      "backup-incomplete",
      happened: "A rehearsed backup is not whole.",
      why: "Entries of its log are missing, or the last are not signed.",
      next: "Do not rely on it; make another."),
    ErrorNote(
      "enrolment",
      happened: "An agency was not enrolled.",
      why: "A code, invitation or reply is not as it must be; the text says how.",
      next: "Do what the text says; ask for a new invitation if need be."),
    ErrorNote(
      "cannot-become",
      happened: "A command did nothing.",
      why: "It cannot become the user whom the daemon runs as.",
      next: "Run it as that user, or correct the folder's owner."),
  ]
}
