import Operations

/// Every family of the router's `/metrics`, in the order in which they are written. The article
/// *Watching the router* lists them for whoever writes a dashboard.
enum RouterMetric {
  static let ready = MetricFamily(
    "accord_ready", .gauge, "1 while the router can do its work; /ready says what keeps it")
  static let draining = MetricFamily(
    "accord_draining", .gauge, "1 in maintenance mode: nothing new is taken")
  static let clockHeld = MetricFamily(
    "accord_clock_held", .gauge, "1 while nothing is released because the clock is in doubt")
  static let diskLow = MetricFamily(
    "accord_disk_low", .gauge, "1 while only releases, revocations and cut-offs are taken")
  static let diskFree = MetricFamily(
    "accord_disk_free_bytes", .gauge, "Free space of the ledger's disk")
  static let ledgerBytes = MetricFamily(
    "accord_ledger_bytes", .gauge, "Size of the ledger")
  static let turnAge = MetricFamily(
    "accord_turn_age_seconds", .gauge, "Since the router's thread last came round; about 1 at rest")

  static let connected = MetricFamily(
    "accord_agency_connected", .gauge, "1 while the agency's consumer is connected")
  static let lastContact = MetricFamily(
    "accord_agency_last_contact_timestamp_seconds", .gauge,
    "When a frame last came from the agency, since the router started")
  static let depth = MetricFamily(
    "accord_queue_depth", .gauge, "Parts that wait for the agency, not yet sent")
  static let oldest = MetricFamily(
    "accord_queue_oldest_age_seconds", .gauge,
    "Age of the oldest part that waits for the agency; 0 where none waits")
  static let inFlight = MetricFamily(
    "accord_in_flight", .gauge, "Deliveries sent to the agency and not yet confirmed")
  static let aside = MetricFamily(
    "accord_set_aside", .gauge, "Parts that the agency's adapter could not apply and set aside")
  static let rateLimited = MetricFamily(
    "accord_rate_limited_total", .counter,
    "Frames of the agency that were refused because it sent more than its share")
  static let keyExpiry = MetricFamily(
    "accord_key_expiry_seconds", .gauge,
    "Until the agency's key ends; negative once it has. Keys without an end are not listed")

  static let escrow = MetricFamily(
    "accord_escrow_parts", .gauge, "Parts held for the agency until a release covers them")
  static let nextDeadline = MetricFamily(
    "accord_escrow_next_deadline_timestamp_seconds", .gauge,
    "When the escrow ends that ends first; absent where nothing is held")
  static let deadlinesNear = MetricFamily(
    "accord_escrow_deadlines", .gauge, "Escrows that end within the time")

  static let messages = MetricFamily(
    "accord_messages_total", .counter, "Messages by what became of their submission")
  static let decisions = MetricFamily(
    "accord_decisions_total", .counter, "Decisions by outcome, since the ledger's first day")
  static let emergencies = MetricFamily(
    "accord_emergencies_unreviewed", .gauge,
    "Accesses in medical emergencies that no privacy officer has looked at")
  static let unconfirmed = MetricFamily(
    "accord_releases_unconfirmed", .gauge,
    "Releases suspended since a restore until their agency confirms them")
  static let backup = MetricFamily(
    "accord_backup_timestamp_seconds", .gauge,
    "When the newest backup of the ledger was made; absent where there is none")
  static let checkpoint = MetricFamily(
    "accord_checkpoint_timestamp_seconds", .gauge, "When the log was last signed")

  static let handoffAnswer = MetricFamily(
    "accord_handoff_answer_seconds", .histogram,
    "From a hand-off's request to its first answer",
    bounds: [15, 30, 60, 120, 300, 600, 900, 1_800, 3_600])
  static let handoffsOpen = MetricFamily(
    "accord_handoffs_open", .gauge, "Hand-offs that were requested and wait for their answer")
  static let commit = MetricFamily(
    "accord_commit_seconds", .histogram, "What writing down one turn took, flush included",
    bounds: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10])
  static let batch = MetricFamily(
    "accord_turn_events", .histogram, "Events that one turn took in, turns without any left out",
    bounds: [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000])

  static let build = MetricFamily(
    "accord_build_info", .gauge, "1, with the versions of program and agreement as labels")

  /// Counted as it happens; all others are read when somebody asks.
  static let counted = [rateLimited, handoffAnswer, commit, batch]
}
