import HubModel
import Operations
import Testing

@testable import AdapterKit

@Suite("What an adapter's doctor makes of the daemon's word")
struct DoctorTests {
  private let now = WallTime(milliseconds: 1_800_000_000_000)

  /// The line about the hub's log.
  private func history(_ age: Span?, isConnected: Bool = true) -> DiagnosisLine? {
    let health = AdapterHealth(
      agency: "lakewood-prosecutor", role: "prosecutor", process: 1, at: now.milliseconds,
      startedAt: now.milliseconds, isConnected: isConnected,
      historyAt: age.map { now.milliseconds - $0.milliseconds }, dataWaiting: 0,
      controlWaiting: 0, appliedThrough: 0, deadLetters: 0, setAside: 0, openWarnings: 0,
      releasesToConfirm: 0, freeBytes: 1 << 40, connectors: [:])
    var diagnosis = Diagnosis()
    AdapterDoctor.add(health, at: now, &diagnosis)
    return diagnosis.lines.first { $0.check == "history" }
  }

  @Test("A hub that answers and tells no checkpoint for two days is red")
  func history() {
    #expect(history(.hours(1))?.level == .green)
    #expect(history(.hours(48))?.level == .green)
    #expect(history(.hours(49))?.level == .red)
    #expect(history(.hours(49))?.remedy?.contains("auditor") == true)
    #expect(history(.hours(49), isConnected: false) == nil, "then it cannot tell any")
    #expect(history(nil) == nil, "none yet, in the first hour of a hub")
  }
}
