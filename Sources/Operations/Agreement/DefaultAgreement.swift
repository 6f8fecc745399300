public import HubModel

/// The program agreement that a new county starts from: the catalogue's publishers and
/// subscribers, no exception, and outcomes only for what its sender captured a release for.
public struct DefaultAgreement: Sendable {
  public var program: ProgramID
  /// A name of the time zone database.
  public var timeZone: String
  /// Read out to an officer whose message waits.
  public var dutyLine: String
  /// Shortens windows to seconds, for showing a county's weeks in minutes.
  public var isDemonstration: Bool

  public init(program: ProgramID, timeZone: String, dutyLine: String, isDemonstration: Bool) {
    self.program = program
    self.timeZone = timeZone
    self.dutyLine = dutyLine
    self.isDemonstration = isDemonstration
  }

  /// The commented file.
  public var text: String {
    """
    # Communications agreement of \(program): who may ever tell whom what. The Policy Coordinating
    # Group decides it; counsel checks it. A line here opens nothing by itself: the law must not
    # forbid it and the participant's release in force must cover it too.
    # Check a change before it is used:  accord agreement check agreement.yaml
    program: \(program)
    # Raise by one with every change.
    version: 1
    # The first day on which it is in force, as 2026-12-01; left out: as soon as it is activated.
    # effective: 2026-12-01
    demonstration: \(isDemonstration)
    time-zone: \(timeZone)
    # What an officer is told to call while a message waits for a release. Put your own here.
    duty-line: \(YAMLText.quoted(dutyLine))
    # Days on which no window ends, as 2026-11-26.
    holidays: []

    \(Self.paths)

    # Paths that need no release, each with the law that allows it. None, until counsel says so:
    #   - topic: hold.requested
    #     from: sheriff
    #     to: [prosecutor]
    #     legal-basis: "..."
    exceptions: []

    # What a sender learns of a message's fate: none (where nothing is said) or full. Only where
    # the sender captured the release itself; never for bookings.
    outcomes:
      hold.requested: full
      handoff.details: full

    \(isDemonstration ? Self.shortenedWindows : Self.windows)

    # Decides referrals while no agency is the program office. No offence listed: any may be
    # diverted, and a person decides.
    referral:
      divertible-offences: []
      rule: pcg-1

    # What the county's counsel decides where the law leaves room; left out: what tells less. The
    # article "Switches for counsel" says what each one means.
    law:
      # The hub is an intermediary (42 CFR 2.11): every release must name "hub".
      hub-is-intermediary: false
      # Doors through which a consent of 42 CFR 2.35 may come: arrest-diversion, or none.
      criminal-justice-tracks: []
      # State packs: us-wa, us-mi.
      states: []
      # Whether "not completed" may go to police and prosecution under a release that names it.
      negative-status-to-justice: false
      # How long access in a medical emergency stays open.
      emergency-access: 4 h

    # Days before a release ends at which whoever captured it is told.
    roi-expiring-days: 14

    """
  }

  private static let windows = """
    hold:
      # Counted from the day of the referral, in the site's calendar. Its end asks the prosecutor
      # to look; it never files.
      window-days: 14
      # Shown with every due date.
      rule: "14 days from referral"
      conditions: [intake-completed, roi-signed]
      ends-on-business-day: true
      # Days before the end.
      reminders: [7, 3, 1, 0]
      reminder-time: "08:00"

    handoff:
      # Then the next on call is asked, so many times in all.
      acknowledge-within: 5 min
      attempts: 3

    escrow:
      # How long a message waits for its release before what waits is destroyed.
      deadline: 14 days
      # Their senders are told at once that they wait, and again until somebody confirms.
      time-critical: [hold.requested, handoff.details]
      remind-every: 15 min
      # How long a possible match waits for the identity steward.
      candidate-deadline: 14 days
    """

  private static let shortenedWindows = """
    # DEMONSTRATION: weeks are seconds here. The router says so everywhere.
    hold:
      window-seconds: 60
      rule: "60 seconds from referral (demonstration)"
      conditions: [intake-completed, roi-signed]
      ends-on-business-day: false
      # Seconds before the end.
      reminders: [30, 10, 0]
      reminder-time: "08:00"

    handoff:
      acknowledge-within: 5 s
      attempts: 3

    escrow:
      deadline: 5 min
      time-critical: [hold.requested, handoff.details]
      remind-every: 10 s
      candidate-deadline: 5 min
    """
}
