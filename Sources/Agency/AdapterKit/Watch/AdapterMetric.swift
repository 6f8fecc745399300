import HubModel
import Operations

/// Every family of a daemon's `/metrics`, written from its health. The article *Watching the
/// router* lists them beside the router's.
public enum AdapterMetric {
  static let build = MetricFamily(
    "accord_adapter_build_info", .gauge, "1, with version, agency and role as labels")
  static let ready = MetricFamily(
    "accord_adapter_ready", .gauge, "1 while the daemon can do its work; /ready says what keeps it")
  static let connected = MetricFamily(
    "accord_adapter_connected", .gauge, "1 while the hub is reached")
  static let lastContact = MetricFamily(
    "accord_adapter_last_contact_timestamp_seconds", .gauge, "When the hub was last heard")
  static let roundTrip = MetricFamily(
    "accord_adapter_hub_round_trip_seconds", .gauge, "How long the hub's last answer took")
  static let offset = MetricFamily(
    "accord_adapter_clock_offset_seconds", .gauge, "The hub's clock less this machine's")
  static let spool = MetricFamily(
    "accord_adapter_spool_depth", .gauge, "Messages that the hub has not confirmed")
  static let applied = MetricFamily(
    "accord_adapter_deliveries_applied_total", .counter,
    "Deliveries applied or set aside, in this life of the hub's ledger")
  static let history = MetricFamily(
    "accord_adapter_history_timestamp_seconds", .gauge,
    "When the hub last told of a checkpoint of its log")
  static let letters = MetricFamily(
    "accord_adapter_dead_letters", .gauge, "Messages that the hub refused for good")
  static let aside = MetricFamily(
    "accord_adapter_set_aside", .gauge, "Deliveries that could not be applied")
  static let warnings = MetricFamily(
    "accord_adapter_open_warnings", .gauge, "Warnings that nobody has confirmed")
  static let unconfirmed = MetricFamily(
    "accord_adapter_releases_unconfirmed", .gauge,
    "Releases captured here that wait for confirmation since the hub was restored")
  static let keyExpiry = MetricFamily(
    "accord_adapter_key_expiry_seconds", .gauge,
    "Until this agency's key ends; absent where it has no end")
  static let diskFree = MetricFamily(
    "accord_adapter_disk_free_bytes", .gauge, "Free space of the state folder's disk")
  static let success = MetricFamily(
    "accord_adapter_connector_last_success_timestamp_seconds", .gauge,
    "When the connector last did what it is for")
  static let due = MetricFamily(
    "accord_adapter_connector_next_due_timestamp_seconds", .gauge,
    "When the connector looks next, where it looks at intervals")
  static let up = MetricFamily(
    "accord_adapter_connector_up", .gauge, "0 from a connector's failure to its next success")
  static let failures = MetricFamily(
    "accord_adapter_connector_failures_total", .counter, "Failures of the connector")
  static let taken = MetricFamily(
    "accord_adapter_connector_records_total", .counter, "Records by what became of them")

  /// The exposition of one look.
  public static func text(_ health: AdapterHealth) -> String {
    var out = Exposition()
    func seconds(_ milliseconds: Int64?) -> [MetricSample] {
      milliseconds.map { [MetricSample(Double($0) / 1_000)] } ?? []
    }
    let labels = ["version": health.version, "agency": health.agency, "role": health.role]
    out.add(build, [MetricSample(1, labels)])
    out.add(ready, health.readiness.isReady ? 1 : 0)
    out.add(connected, health.isConnected ? 1 : 0)
    out.add(lastContact, seconds(health.lastContact))
    out.add(roundTrip, seconds(health.roundTrip))
    out.add(offset, seconds(health.clockOffset))
    out.add(
      spool,
      [
        MetricSample(Double(health.dataWaiting), ["sequence": "data"]),
        MetricSample(Double(health.controlWaiting), ["sequence": "control"]),
      ])
    out.add(applied, Double(health.appliedThrough))
    out.add(history, seconds(health.historyAt))
    out.add(letters, Double(health.deadLetters))
    out.add(aside, Double(health.setAside))
    out.add(warnings, Double(health.openWarnings))
    out.add(unconfirmed, Double(health.releasesToConfirm))
    out.add(keyExpiry, seconds(health.keyExpiresAt.map { $0 - health.at }))
    out.add(diskFree, Double(health.freeBytes))
    connectors(health, &out)
    return out.text
  }

  private static func connectors(_ health: AdapterHealth, _ out: inout Exposition) {
    func each(_ family: MetricFamily, _ value: (ConnectorBoard.Standing) -> Double?) {
      out.add(
        family,
        health.connectors.compactMap { name, standing in
          value(standing).map { MetricSample($0, ["connector": name]) }
        })
    }
    each(success) { $0.lastSuccess.map { Double($0) / 1_000 } }
    each(due) { $0.nextDue.map { Double($0) / 1_000 } }
    each(up) { $0.isWell ? 1 : 0 }
    each(failures) { Double($0.failures) }
    out.add(
      taken,
      health.connectors.flatMap { name, standing in
        [
          MetricSample(standing.taken, ["connector": name, "result": "taken"]),
          MetricSample(standing.rejected, ["connector": name, "result": "rejected"]),
        ]
      })
  }
}
