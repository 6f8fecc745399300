/// The sheriff's own section.
enum SheriffTemplate {
  static let section = """
    # What the sheriff's adapter alone reads. Everything has a default; to change something,
    # replace {} by the lines that differ.
    adapter: {}
    # adapter:
    #   # Folders below 'in'.
    #   referrals: referrals
    #   roster: roster
    #   # Whether a roster file holds everyone in the jail (full) or what changed (changes).
    #   roster-mode: full
    #   # Tried in this order.
    #   date-formats: [yyyy-MM-dd, MM/dd/yyyy]
    #   # Code of the jail, in booking notices.
    #   facility: main
    #   # The roster's columns, by the names that the jail's system gives them.
    #   columns:
    #     booking: Booking No
    #     inmate: Inmate No
    #     last-name: Last Name
    #     first-name: First Name
    #     date-of-birth: DOB
    #     booked-at: Booking Date
    """
}
