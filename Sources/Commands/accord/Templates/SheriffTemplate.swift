/// The sheriff's own section.
enum SheriffTemplate {
  static let section = """
    # What the sheriff's adapter alone reads. Everything has a default; to change something,
    # replace {} by the lines that differ.
    adapter: {}
    # adapter:
    #   # Code of the jail, in booking notices.
    #   facility: main
    #   # What the printed field release says to its signer; without the right to revoke, no
    #   # release of it can come into force.
    #   form-statements: [right-to-revoke]
    #   # A full roster that loses a larger share of the jail at once is not believed.
    #   largest-shrink-percent: 40
    #   # Which of day and month comes first in dates with slashes: month-first or day-first.
    #   date-order: month-first
    #   # full (everybody inside), changes, or auto: as the file shows.
    #   roster: auto
    #   # What the records system writes as 'event', besides the usual words: booked, updated
    #   # or released.
    #   events:
    #     INTAKE: booked
    #   # For the desk's form: offence codes of the agreement that may be diverted, and whom the
    #   # field release names.
    #   offences:
    #     "11.204": Theft of the third degree
    #   field-recipients:
    #     lakewood-prosecutor: the prosecutor
    #   # Read out in a NOT SENT warning.
    #   duty-line: "555-0142"
    #   # Columns by field, where the records system calls them otherwise.
    #   columns:
    #     booking_no: Booking Number
    #     inmate_no: Inmate Number
    """
}
